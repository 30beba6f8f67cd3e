"""Which endpoints are told of events, and which rows that makes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from atd_webhook_dispatcher.domain.acceptance import Accepted, Unsendable, accept
from atd_webhook_dispatcher.domain.delivery import delivery_id
from atd_webhook_dispatcher.domain.endpoint import MOST_KEPT_WHILE_PAUSED, Endpoint, EndpointState, WhilePaused
from atd_webhook_dispatcher.domain.events import Event, Facts

NOW = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


def endpoint(endpoint_id: str = "e1", **more: Any) -> Endpoint:
    moments: dict[str, Any] = dict.fromkeys(("state_since", "created_at", "changed_at", "reset_at"), NOW)
    return Endpoint(**{"id": endpoint_id, "tenant_id": "t1", "url": "https://a.example/in", **moments, **more})


def event(number: int = 1, tenant_id: str = "t1") -> Event:
    return Event(
        id=f"event-{number}",
        type="message.received",
        tenant_id=tenant_id,
        occurred_at=NOW,
        recorded_at=NOW,
        thread="talk",
        sequence=number,
        facts=Facts(contact_id="c1"),
        body=b"{}",
    )


def taken(events: list[Event], *endpoints: Endpoint, waiting: dict[str, int] | None = None) -> Accepted:
    return accept(events, {"t1": endpoints}, waiting or {}, lambda *_: True, lambda *_: None, NOW)


@pytest.mark.parametrize(
    ("state", "while_paused", "rows", "left_out"),
    [
        ("enabled", "keep", 3, 0),
        ("enabled", "skip", 3, 0),
        ("paused", "keep", 3, 0),
        ("paused", "skip", 0, 3),
        ("disabled", "keep", 0, 3),
        ("disabled", "skip", 0, 3),
    ],
)
def test_an_endpoint_that_is_paused_keeps_or_leaves_out_as_chosen_and_a_disabled_one_gets_nothing(
    state: EndpointState, while_paused: WhilePaused, rows: int, left_out: int
) -> None:
    accepted = taken([event(1), event(2), event(3)], endpoint(state=state, while_paused=while_paused))
    assert (len(accepted.rows), accepted.left_out.get("e1", 0)) == (rows, left_out)


def test_while_paused_no_more_are_kept_than_the_limit_and_the_rest_is_counted() -> None:
    paused = endpoint(state="paused")
    accepted = taken([event(n) for n in range(5)], paused, waiting={"e1": MOST_KEPT_WHILE_PAUSED - 2})
    assert ([row.sequence for row in accepted.rows], accepted.left_out) == ([0, 1], {"e1": 3})


def test_no_company_is_told_of_an_event_of_another() -> None:
    assert taken([event(tenant_id="t2")], endpoint()).rows == []


def test_a_body_that_cannot_be_made_is_a_row_that_says_why_and_the_others_go() -> None:
    def shaped(one: Endpoint, _: Event) -> bytes | None:
        if one.id == "e1":
            raise Unsendable("too large")
        return b"short"

    accepted = accept([event()], {"t1": (endpoint(), endpoint("e2"))}, {}, lambda *_: True, shaped, NOW)
    assert [(row.endpoint_id, row.body) for row in accepted.rows] == [("e2", b"short")]
    assert [(row.endpoint_id, why) for row, why in accepted.unsendable] == [("e1", "too large")]


def test_five_messages_within_200_ms_keep_each_its_own_body_though_message_and_template_are_edited_then() -> None:
    bodies = {f"event-{n}": f"message {n}".encode() for n in range(5)}
    events = [event(n) for n in range(5)]
    accepted = accept(events, {"t1": (endpoint(),)}, {}, lambda *_: True, lambda _, one: bodies[one.id], NOW)
    bodies["event-1"] = b"edited"
    assert [row.body for row in accepted.rows] == [f"message {n}".encode() for n in range(5)]


@given(
    numbers=some.lists(some.integers(0, 5), max_size=12),
    states=some.lists(some.sampled_from(["enabled", "paused", "disabled"]), max_size=4),
    kept=some.integers(0, MOST_KEPT_WHILE_PAUSED + 2),
)
def test_each_event_is_a_row_or_counted_as_left_out_and_the_same_batch_makes_the_same_rows(
    numbers: list[int], states: list[EndpointState], kept: int
) -> None:
    endpoints = [endpoint(f"e{place}", state=state) for place, state in enumerate(states)]
    waiting = {one.id: kept for one in endpoints if one.state == "paused"}
    first = taken([event(n) for n in numbers], *endpoints, waiting=waiting)
    assert len(first.rows) + sum(first.left_out.values()) == len(numbers) * len(endpoints)
    again = taken([event(n) for n in numbers], *endpoints, waiting=waiting)
    assert [replace(row) for row in again.rows] == first.rows
    assert {row.id for row in first.rows} == {delivery_id(row.event_id, NOW, row.endpoint_id) for row in first.rows}


def test_a_delivery_has_an_id_of_its_own_for_each_event_endpoint_and_replay_and_the_events_time_in_front() -> None:
    ids = {
        delivery_id(event_id, NOW, endpoint_id, replay)
        for event_id in ("a", "b")
        for endpoint_id in ("x", "y")
        for replay in (None, "r1", "r2")
    }
    assert len(ids) == 12
    assert {one[:13] for one in ids} == {delivery_id("z", NOW, "z")[:13]}
