"""Receipts for everything until a moment, or until one message."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_testing.inbound import NOON, customer_message, phone_message, receipt_until, send_receipt

from .world import FAILURE, HOUR, A, B, T, World, types

MINUTE = timedelta(minutes=1)


def at(minutes: float) -> Any:
    return NOON + minutes * MINUTE


def went_out(world: World, name: str, minutes: float) -> Any:
    """The channel says that it took a message of ours, and when."""
    return send_receipt(T, A, "sent", message_id=name, external_id=f"x-{name}", occurred_at=at(minutes))


@pytest.fixture
def three(world: World) -> World:
    """Three messages of ours, sent one, two and three minutes after noon."""
    world.batch(customer_message(T, A, "w1"))
    for number, name in enumerate(("a", "b", "c"), 1):
        world.send(world.conversation(), name)
        world.batch(went_out(world, name, number))
    return world


def statuses(world: World) -> list[str | None]:
    return [world.messages[name].status for name in ("a", "b", "c")]


def test_everything_until_the_moment_was_read_and_nothing_after_it(three: World) -> None:
    unit = three.batch(receipt_until(T, A, "read", until=at(2)))
    assert statuses(three) == ["read", "read", "sent"]
    assert types(unit) == ["message.status_changed"] * 2
    three.batch(receipt_until(T, A, "delivered", until=at(3), occurred_at=at(4)))
    assert statuses(three) == ["read", "read", "delivered"]


def test_a_later_receipt_for_an_earlier_moment_takes_nothing_back(three: World) -> None:
    three.batch(receipt_until(T, A, "read", until=at(3)))
    unit = three.batch(receipt_until(T, A, "delivered", until=at(1)), receipt_until(T, A, "read", until=at(1)))
    assert (statuses(three), types(unit)) == (["read"] * 3, [])


def test_until_a_message_means_that_message_and_those_before_it(three: World) -> None:
    three.batch(receipt_until(T, A, "read", external_id="x-b", occurred_at=at(9)))
    assert statuses(three) == ["read", "read", "sent"]


def test_a_receipt_until_a_message_that_is_not_known_yet_waits_for_it(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    world.send(world.conversation(), "a")
    world.batch(went_out(world, "a", 1))
    world.send(world.conversation(), "b")
    world.send(world.conversation(), "c")
    world.batch(receipt_until(T, A, "read", external_id="x-b", occurred_at=at(3)))
    assert statuses(world) == ["read", "pending", "pending"]
    world.batch(went_out(world, "b", 2), went_out(world, "c", 4))
    assert statuses(world) == ["read", "read", "sent"]


def test_a_moment_that_was_told_before_the_send_was_recorded_counts_by_the_time_of_the_send(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    for name in ("a", "b"):
        world.send(world.conversation(), name)
    world.batch(receipt_until(T, A, "read", until=at(2)))
    assert [world.messages[name].status for name in ("a", "b")] == ["pending", "pending"]
    world.batch(went_out(world, "a", 1), went_out(world, "b", 3))
    assert [world.messages[name].status for name in ("a", "b")] == ["read", "sent"]


def test_the_echo_of_our_own_message_says_exactly_when_it_was_sent(world: World) -> None:
    world.batch(customer_message(T, A, "w1"))
    world.send(world.conversation(), "a")
    world.batch(went_out(world, "a", 2), receipt_until(T, A, "read", until=at(1)))
    assert world.messages["a"].status == "sent"
    unit = world.batch(phone_message(T, A, "x-a", occurred_at=at(1)))
    assert (world.messages["a"].status, types(unit), len(world.messages)) == ("read", ["message.status_changed"], 2)


def test_a_message_that_failed_was_not_read(three: World) -> None:
    three.send(three.conversation(), "d")
    three.batch(send_receipt(T, A, "failed", message_id="d", failure=FAILURE), receipt_until(T, A, "read", until=at(9)))
    assert three.messages["d"].status == "failed"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(receipt_until("t2", A, "read", until=at(9)), id="of another tenant"),
        pytest.param(receipt_until(T, B, "read", until=at(9)), id="of another account"),
        pytest.param(receipt_until(T, A, "read", until=at(9), recipient="5511888880000"), id="of somebody else"),
        pytest.param(receipt_until("t2", A, "read", external_id="x-b"), id="of another tenant until a message"),
    ],
)
def test_a_receipt_of_somebody_else_changes_nothing(three: World, told: Any) -> None:
    assert (types(three.batch(told)), statuses(three)) == ([], ["sent"] * 3)


def test_what_the_customer_reads_in_private_says_nothing_of_public_comments(world: World) -> None:
    post: Any = {"id": "p1", "kind": "post", "public": True}
    world.batch(customer_message(T, A, "c1", thread=post))
    world.send(world.conversation(), "a")
    world.batch(went_out(world, "a", 1), receipt_until(T, A, "read", until=at(9)))
    assert world.messages["a"].status == "sent"


def test_messages_of_the_conversation_before_are_read_too(three: World) -> None:
    three.close(three.conversation())
    three.batch(customer_message(T, A, "w2", occurred_at=NOON + 48 * HOUR))
    assert len(three.conversations) == 2
    three.batch(receipt_until(T, A, "read", until=NOON + 48 * HOUR, occurred_at=NOON + 48 * HOUR))
    assert statuses(three) == ["read"] * 3


SENDS = st.permutations(["a", "b", "c"])
MARKS = st.lists(
    st.tuples(st.sampled_from(["delivered", "read"]), st.sampled_from([0.5, 1, 1.5, 2, 2.5, 3])), max_size=4
)


@settings(max_examples=150, deadline=None)
@given(marks=MARKS, order=st.permutations(range(7)))
def test_in_whatever_order_sends_and_moments_come_exactly_what_was_sent_by_then_is_reached(
    marks: list[Any], order: list[int]
) -> None:
    world = World()
    world.batch(customer_message(T, A, "w1"))
    for name in ("a", "b", "c"):
        world.send(world.conversation(), name)
    events = [went_out(world, name, number) for number, name in enumerate(("a", "b", "c"), 1)]
    told = {(status, minutes): receipt_until(T, A, status, until=at(minutes)) for status, minutes in marks}
    events += told.values()
    for place in order:
        before = statuses(world)
        world.batch(*events[place : place + 1])
        rank = ("pending", "sent", "delivered", "read")
        assert all(
            rank.index(was or "") <= rank.index(now or "") for was, now in zip(before, statuses(world), strict=True)
        )
    for number, status in enumerate(statuses(world), 1):
        reached = {one for one, minutes in told if number <= minutes}
        assert status == ("read" if "read" in reached else "delivered" if reached else "sent")
