"""The life of a conversation: every transition and refusal, and what holds whatever happens in whatever order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.placing import REOPEN_WITHIN
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.reply_window import ReplyWindow
from atd_schemas.envelope import Actor
from atd_schemas.inbound import InboundMessageData
from atd_schemas.views import ContactRef, Named
from atd_testing.inbound import NOON, customer_message

HOUR = timedelta(hours=1)
WINDOW = ReplyWindow(free=24 * HOUR, templates=True)
MS = timedelta(milliseconds=1)
BIA = Named(id="bia", name="Bia")
CAIO = Named(id="caio", name="Caio")
SALES, SUPPORT = Named(id="sales", name="Vendas"), Named(id="support", name="Suporte")
ATTENDANT = Actor(type="attendant", id="bia", name="Bia")
BOT = Actor(type="bot", id="bot", name="Robô")


def words(text: str = "Oi", **more: Any) -> InboundMessageData:
    return customer_message("t1", "a1", "wamid.1", text=text, **more).data


def opened(
    *, reply_window: ReplyWindow | None = None, previous: Conversation | None = None, **more: Any
) -> Conversation:
    contact = ContactRef(id="k1", name="Ana")
    conversation, change = Conversation.open(
        "c1", 7, "t1", contact, words(**more), NOON, reply_window=reply_window, previous=previous
    )
    assert (change.type, change.sequence, change.changed) == ("conversation.opened", 1, ())
    return conversation


def in_status(status: str, *, assignee: Named | None = None) -> Conversation:
    conversation = opened()
    conversation.receive("m0", words(), occurred_at=NOON, now=NOON, reply_window=WINDOW)
    conversation.assignee = assignee
    conversation.status = status  # type: ignore[assignment]  # a literal in the tables
    conversation.closed_at = NOON if status == "closed" else None
    return conversation


def types(changes: list[Change]) -> list[str]:
    return [change.type for change in changes]


# --- which conversation a message belongs to


@pytest.mark.parametrize(
    ("after_closing", "belongs"),
    [
        (-HOUR, True),  # written before the closing, arrived later
        (timedelta(0), True),
        (REOPEN_WITHIN - MS, True),
        (REOPEN_WITHIN, True),
        (REOPEN_WITHIN + MS, False),
        (timedelta(days=30), False),
    ],
)
def test_a_message_belongs_to_a_closed_conversation_for_24_hours(after_closing: timedelta, belongs: bool) -> None:
    conversation = in_status("closed")
    assert conversation.takes(NOON + after_closing) is belongs


@given(st.timedeltas(min_value=timedelta(days=-1000), max_value=timedelta(days=1000)))
def test_an_open_conversation_takes_every_message_and_a_superseded_one_none(later: timedelta) -> None:
    assert in_status("open").takes(NOON + later)
    old = in_status("closed")
    old.current = False
    assert not old.takes(NOON + later)


# --- a customer writes


@pytest.mark.parametrize(
    ("before", "assignee", "after", "events"),
    [
        ("queued", None, "queued", ["message.received"]),
        ("open", BIA, "open", ["message.received"]),
        ("bot", None, "bot", ["message.received"]),
        ("closed", None, "queued", ["conversation.reopened", "message.received"]),
        ("closed", BIA, "open", ["conversation.reopened", "message.received"]),
        ("snoozed", None, "queued", ["conversation.updated", "message.received"]),
        ("snoozed", BIA, "open", ["conversation.updated", "message.received"]),
    ],
)
def test_a_customers_message_wakes_a_conversation(
    before: str, assignee: Named | None, after: str, events: list[str]
) -> None:
    conversation = in_status(before, assignee=assignee)
    unread = conversation.unread_count
    changes = conversation.receive("m1", words("De novo"), occurred_at=NOON + HOUR, now=NOON + HOUR)
    assert types(changes) == events
    assert (conversation.status, conversation.assignee, conversation.closed_at) == (after, assignee, None)
    assert conversation.unread_count == unread + 1
    assert conversation.last_message is not None
    assert conversation.last_message.preview == "De novo"
    message = changes[-1].message
    assert message is not None
    assert (message.sequence, message.direction, message.status) == (conversation.sequence, "inbound", None)


def test_replies_go_to_whatever_the_customer_wrote_from_last() -> None:
    conversation = opened(customer="5511987654321")
    conversation.receive("m1", words(customer="551187654321"), occurred_at=NOON, now=NOON)
    assert conversation.recipient == "551187654321"


def test_the_channels_name_is_the_present_one() -> None:
    conversation = opened()
    conversation.receive("m1", words(account_name="Loja Nova"), occurred_at=NOON, now=NOON)
    assert conversation.channel.name == "Loja Nova"


# --- the reply window


@pytest.mark.proves("whatsapp", "window-opens-with-what")
@pytest.mark.parametrize("window", [24 * HOUR, timedelta(days=7)])
def test_the_window_closes_a_while_after_the_customers_last_message(window: timedelta) -> None:
    conversation = opened()
    conversation.receive("m1", words(), occurred_at=NOON, now=NOON + HOUR, reply_window=ReplyWindow(free=window))
    border = NOON + window
    assert conversation.reply_window_expires_at == border
    assert conversation.send("m2", actor=ATTENDANT, text="Olá", now=border)
    with pytest.raises(Refusal) as refused:
        conversation.send("m3", actor=ATTENDANT, text="Olá", now=border + MS)
    assert (refused.value.code, refused.value.field_name) == ("window_closed", "text")


@pytest.mark.proves("whatsapp", "window-opens-with-what")
def test_an_old_message_that_comes_late_does_not_shorten_the_window() -> None:
    conversation = opened()
    conversation.receive("m1", words(), occurred_at=NOON, now=NOON, reply_window=WINDOW)
    conversation.receive("m2", words(), occurred_at=NOON - 5 * HOUR, now=NOON, reply_window=WINDOW)
    assert conversation.reply_window_expires_at == NOON + 24 * HOUR


def test_a_message_from_the_future_opens_the_window_from_now() -> None:
    conversation = opened()
    conversation.receive("m1", words(), occurred_at=NOON + timedelta(days=90), now=NOON, reply_window=WINDOW)
    assert conversation.reply_window_expires_at == NOON + 24 * HOUR


@pytest.mark.proves("whatsapp", "window-only-company-has-written")
@pytest.mark.parametrize("stored_before", [False, True])
def test_free_text_waits_for_the_customer_where_only_the_company_has_written(*, stored_before: bool) -> None:
    conversation = opened(reply_window=WINDOW)
    assert conversation.view().reply_window_expires_at == NOON
    if stored_before:  # by a version that left it absent
        conversation.reply_window_expires_at = None
    later = NOON + MS
    with pytest.raises(Refusal) as refused:
        conversation.send("m1", actor=ATTENDANT, text="Olá", now=later, reply_window=WINDOW)
    assert (refused.value.code, refused.value.field_name) == ("window_closed", "text")
    assert conversation.send("m2", actor=ATTENDANT, text="Aviso", now=later, kind="template", free=False)
    conversation.receive("m3", words(), occurred_at=later, now=later, reply_window=WINDOW)
    assert conversation.send("m4", actor=ATTENDANT, text="Olá", now=later, reply_window=WINDOW)


def test_a_new_conversation_goes_on_with_the_window_of_the_one_before() -> None:
    """The customer has written there: the provider counts by customer, not by conversation."""
    before = in_status("closed")
    later = opened(reply_window=ReplyWindow(free=timedelta(days=7)), previous=before)
    assert later.reply_window_expires_at == before.reply_window_expires_at == NOON + 24 * HOUR


def test_a_channel_can_have_no_window() -> None:
    conversation = opened()
    conversation.receive("m1", words(), occurred_at=NOON, now=NOON)
    assert conversation.reply_window_expires_at is None
    assert conversation.send("m2", actor=ATTENDANT, text="Olá", now=NOON + timedelta(days=400))


# --- an attendant answers


def test_an_answer_is_pending_reads_everything_and_is_the_first_response_once() -> None:
    conversation = in_status("open", assignee=BIA)
    (sent,) = conversation.send("m1", actor=ATTENDANT, text="Olá", now=NOON + HOUR, reply_to="m0")
    assert sent.message is not None
    assert (sent.message.status, sent.message.reply_to, sent.message.author.id) == ("pending", "m0", "bia")
    assert (conversation.unread_count, conversation.first_response_at) == (0, NOON + HOUR)
    conversation.send("m2", actor=ATTENDANT, text="Mais", now=NOON + 2 * HOUR)
    assert conversation.first_response_at == NOON + HOUR


def test_a_bots_answer_is_no_first_response() -> None:
    conversation = in_status("bot")
    conversation.send("m1", actor=BOT, text="Olá", now=NOON)
    assert conversation.first_response_at is None


def test_a_closed_conversation_is_not_answered() -> None:
    conversation = in_status("closed")
    before = conversation.view()
    with pytest.raises(Refusal) as refused:
        conversation.send("m1", actor=ATTENDANT, text="Olá", now=NOON)
    assert refused.value.code == "conversation_closed"
    assert conversation.view() == before


@pytest.mark.parametrize("status", ["bot", "queued", "open", "snoozed", "closed"])
def test_a_note_is_for_colleagues_and_shows_in_no_list(status: str) -> None:
    conversation = in_status(status)
    last, unread = conversation.last_message, conversation.unread_count
    (noted,) = conversation.note("m1", actor=ATTENDANT, text="Cuidado", now=NOON + HOUR, reply_to="m0")
    assert noted.message is not None
    assert (noted.message.direction, noted.message.status, noted.message.reply_to) == ("note", None, "m0")
    assert (conversation.last_message, conversation.unread_count, conversation.status) == (last, unread, status)
    assert conversation.first_response_at is None


# --- transitions

Step = Callable[[Conversation], list[Change]]
_assign: Step = lambda c: c.assign(BIA, NOON)  # noqa: E731 - rows of a table
_unassign: Step = lambda c: c.assign(None, NOON)  # noqa: E731
_close: Step = lambda c: c.close(NOON + HOUR)  # noqa: E731
_reopen: Step = lambda c: c.reopen(NOON)  # noqa: E731


@pytest.mark.parametrize(
    ("step", "before", "assignee", "after", "events"),
    [
        (_assign, "queued", None, "open", ["conversation.assigned"]),
        (_assign, "bot", None, "open", ["conversation.assigned"]),
        (_assign, "snoozed", None, "open", ["conversation.assigned"]),
        (_assign, "open", CAIO, "open", ["conversation.assigned"]),
        (_assign, "open", BIA, "open", []),
        (_assign, "open", Named(id="bia", name="Bia Souza"), "open", []),
        (_unassign, "open", BIA, "queued", ["conversation.unassigned"]),
        (_unassign, "queued", None, "queued", []),
        (_close, "queued", None, "closed", ["conversation.closed"]),
        (_close, "open", BIA, "closed", ["conversation.closed"]),
        (_close, "bot", None, "closed", ["conversation.closed"]),
        (_close, "snoozed", BIA, "closed", ["conversation.closed"]),
        (_close, "closed", BIA, "closed", []),
        (_reopen, "closed", None, "queued", ["conversation.reopened"]),
        (_reopen, "closed", BIA, "open", ["conversation.reopened"]),
        (_reopen, "open", BIA, "open", []),
        (_reopen, "queued", None, "queued", []),
        (_reopen, "snoozed", None, "snoozed", []),
    ],
)
def test_transitions(step: Step, before: str, assignee: Named | None, after: str, events: list[str]) -> None:
    conversation = in_status(before, assignee=assignee)
    sequence = conversation.sequence
    assert types(step(conversation)) == events
    assert conversation.status == after
    assert conversation.sequence == sequence + len(events)
    assert (conversation.closed_at is not None) is (after == "closed")


@pytest.mark.parametrize(("attendant", "assignee"), [(BIA, None), (None, BIA)])
def test_a_closed_conversation_is_not_assigned(attendant: Named | None, assignee: Named | None) -> None:
    conversation = in_status("closed", assignee=assignee)
    with pytest.raises(Refusal) as refused:
        conversation.assign(attendant, NOON)
    assert refused.value.code == "conversation_closed"


def test_a_superseded_conversation_is_not_reopened() -> None:
    conversation = in_status("closed")
    conversation.current = False
    with pytest.raises(Refusal) as refused:
        conversation.reopen(NOON)
    assert refused.value.code == "superseded"


def test_a_refusal_names_the_field_where_there_is_one() -> None:
    refusal = Refusal("window_closed", "too late", "text")
    assert (refusal.code, refusal.detail, refusal.field_name, str(refusal)) == (
        "window_closed",
        "too late",
        "text",
        "too late",
    )


def test_reading_and_priority_count_once() -> None:
    conversation = in_status("open")
    sequence = conversation.sequence
    assert [conversation.read("bia"), conversation.read("bia"), conversation.sequence] == [True, False, sequence]
    assert [change.changed for change in conversation.prioritise("urgent")] == [("priority",)]
    assert conversation.prioritise("urgent") == []


# --- what waits, and what is unread


def test_the_customer_waits_from_their_first_message_until_a_person_answers() -> None:
    conversation = opened()
    assert conversation.waiting_since is None
    for hours in (1, 2):
        at = NOON + hours * HOUR
        conversation.receive(f"m{hours}", words(), occurred_at=at, now=at)
    assert conversation.waiting_since == NOON + HOUR
    conversation.note("n", actor=ATTENDANT, text="Nota", now=NOON + 3 * HOUR)
    conversation.read("bia")
    conversation.send("b", actor=BOT, text="Um momento", now=NOON + 3 * HOUR)
    assert conversation.waiting_since == NOON + HOUR
    conversation.send("a", actor=ATTENDANT, text="Olá", now=NOON + 4 * HOUR)
    assert conversation.waiting_since is None


def test_nobody_waits_since_the_future() -> None:
    conversation = opened()
    conversation.receive("m1", words(), occurred_at=NOON + HOUR, now=NOON)
    assert conversation.waiting_since == NOON


def test_closing_ends_the_waiting_and_taking_that_back_goes_on_with_it() -> None:
    conversation = in_status("queued")
    (closed,) = conversation.close(NOON + HOUR)
    assert "waiting_since" in closed.changed
    assert conversation.waiting_since is None
    (reopened,) = conversation.reopen(NOON + 25 * HOUR)
    assert "waiting_since" in reopened.changed
    assert conversation.waiting_since == NOON


def test_nobody_waits_in_what_is_taken_up_again_after_a_day_or_was_answered() -> None:
    late = in_status("queued")
    late.close(NOON)
    (reopened,) = late.reopen(NOON + 24 * HOUR + timedelta(seconds=1))
    assert (late.waiting_since, reopened.changed) == (None, ("status", "closed_at"))
    answered = in_status("open")
    answered.send("a", actor=ATTENDANT, text="Olá", now=NOON)
    answered.close(NOON)
    answered.reopen(NOON)
    assert answered.waiting_since is None


def test_who_writes_after_the_end_waits_since_then() -> None:
    conversation = in_status("queued")
    conversation.close(NOON + HOUR)
    conversation.receive("m1", words(), occurred_at=NOON + 2 * HOUR, now=NOON + 2 * HOUR)
    assert conversation.waiting_since == NOON + 2 * HOUR


def test_the_first_unread_message_stays_the_first_until_somebody_answers() -> None:
    conversation = in_status("open")
    first = conversation.first_unread_sequence
    conversation.receive("m1", words(), occurred_at=NOON, now=NOON)
    assert (conversation.first_unread_sequence, conversation.unread_count) == (first, 2)
    conversation.send("a", actor=ATTENDANT, text="Olá", now=NOON)
    assert conversation.first_unread_sequence is None
    (received,) = conversation.receive("m2", words(), occurred_at=NOON, now=NOON)
    assert conversation.first_unread_sequence == received.sequence


def test_a_list_row_shows_who_wrote_last_and_what_became_of_it() -> None:
    conversation = in_status("open")
    (sent,) = conversation.send("a", actor=ATTENDANT, text="Olá", now=NOON)
    last = conversation.last_message
    assert last is not None
    assert last.author is not None
    assert (last.author.name, last.status) == ("Bia", "pending")
    assert sent.message is not None
    sent.message.apply_receipt("delivered", None, None)
    conversation.revise("message.status_changed", sent.message, ("status",))
    assert conversation.last_message is not None
    assert conversation.last_message.status == "delivered"


# --- what holds whatever happens

MOMENTS = st.integers(0, 100)
STEPS: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just("receive"), MOMENTS),
    st.tuples(st.just("send"), MOMENTS),
    st.tuples(st.just("note"), MOMENTS),
    st.tuples(st.just("assign"), st.sampled_from([BIA, CAIO, None]), st.just(NOON)),
    st.tuples(st.just("wait_in"), st.sampled_from([SALES, SUPPORT, None]), st.just(NOON)),
    st.tuples(st.just("put_in_team"), st.sampled_from([SALES, SUPPORT, None]), st.just(NOON)),
    st.tuples(st.just("transfer"), st.sampled_from([(BIA, None), (CAIO, SALES), (None, SALES), (None, SUPPORT)])),
    st.tuples(st.just("take_back"), st.sampled_from([BIA, CAIO]), st.just(NOON)),
    st.tuples(st.just("accept_by_hand"), st.sampled_from(["bia", "caio"])),
    st.tuples(st.just("close"), MOMENTS),
    st.tuples(st.just("reopen"), MOMENTS),
    st.tuples(st.just("read"), st.sampled_from(["bia", "caio"])),
    st.tuples(st.just("prioritise"), st.sampled_from(["low", "normal", "high", "urgent"])),
    st.tuples(st.just("snooze"), st.just(None), st.just(NOON)),
    st.tuples(st.just("wake"), st.just(NOON)),
)


def take(conversation: Conversation, number: int, step: tuple[Any, ...]) -> list[Change]:
    match step:
        case ("receive", hours):
            at = NOON + hours * HOUR
            return conversation.receive(f"m{number}", words(), occurred_at=at, now=at, reply_window=WINDOW)
        case ("send", hours):
            return conversation.send(f"m{number}", actor=ATTENDANT, text="Olá", now=NOON + hours * HOUR)
        case ("note", hours):
            return conversation.note(f"m{number}", actor=ATTENDANT, text="Nota", now=NOON + hours * HOUR)
        case ("close", hours):
            return conversation.close(NOON + hours * HOUR)
        case ("reopen", hours):
            return conversation.reopen(NOON + hours * HOUR)
        case ("transfer", (attendant, team)):
            return conversation.transfer_to(attendant, team, NOON, by=BIA)
        case ("read", reader):
            conversation.read(reader)
            return []
        case (name, *arguments):
            changes: list[Change] = getattr(conversation, name)(*arguments)
            return changes
    raise AssertionError(step)


@given(st.lists(STEPS, max_size=30))
def test_the_sequence_counts_every_change_without_gaps(steps: list[tuple[Any, ...]]) -> None:
    conversation = opened()
    sequences = [1]
    for number, step in enumerate(steps):
        before = conversation.view()
        try:
            changes = take(conversation, number, step)
        except Refusal:
            assert conversation.view() == before
            continue
        sequences += [change.sequence for change in changes]
    assert sequences == list(range(1, conversation.sequence + 1))


@given(st.lists(STEPS, max_size=30))
def test_a_change_names_exactly_the_fields_that_differ(steps: list[tuple[Any, ...]]) -> None:
    conversation = opened()
    for number, step in enumerate(steps):
        before = conversation.view()
        try:
            changes = take(conversation, number, step)
        except Refusal:
            continue
        if changes and changes[0].snapshot is not None:
            after = changes[0].snapshot
            differ = {name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)}
            assert set(changes[0].changed) == differ - {"sequence", "placement", "queued_at"}, "these follow from it"


@given(st.lists(STEPS, max_size=30))
def test_what_always_holds(steps: list[tuple[Any, ...]]) -> None:
    conversation = opened()
    for number, step in enumerate(steps):
        try:
            changes = take(conversation, number, step)
        except Refusal:
            continue
        assert (conversation.status == "closed") is (conversation.closed_at is not None)
        assert conversation.unread_count >= 0
        assert (conversation.unread_count > 0) is (conversation.first_unread_sequence is not None)
        if conversation.status in ("open", "queued"):
            assert (conversation.status == "open") is (conversation.assignee is not None)
            assert (conversation.status == "queued") is (conversation.queued_at is not None)
        if conversation.transfer is not None:
            assert conversation.assignee == conversation.transfer.to_attendant
            assert conversation.team == conversation.transfer.to_team
        for change in changes:
            assert (change.message is None) is (change.snapshot is not None)
            if change.message is not None:
                assert change.message.sequence == change.sequence


@given(st.lists(STEPS, max_size=30))
def test_the_placement_is_the_place_of_the_last_change_of_status_team_or_assignee(steps: list[Any]) -> None:
    conversation = opened()
    assert conversation.placement == 1
    for number, step in enumerate(steps):
        before, placement = placed(conversation), conversation.placement
        try:
            changes = take(conversation, number, step)
        except Refusal:
            assert (placed(conversation), conversation.placement) == (before, placement)
            continue
        moved = [one.snapshot for one in changes if one.snapshot and one.snapshot.placement == one.sequence]
        assert bool(moved) is (placed(conversation) != before)
        assert conversation.placement == (moved[-1].placement if moved else placement)


def placed(conversation: Conversation) -> tuple[str, str | None, str | None]:
    team, assignee = conversation.team, conversation.assignee
    return conversation.status, team.id if team else None, assignee.id if assignee else None


def test_the_view_has_every_name_of_the_public_shape() -> None:
    conversation = in_status("open", assignee=BIA)
    conversation.favourites = frozenset({"bia"})
    assert conversation.view("bia").model_dump(mode="json") == {
        "id": "c1",
        "number": 7,
        "status": "open",
        "channel": {"kind": "whatsapp", "account_id": "a1", "name": "Loja"},
        "contact": {"id": "k1", "name": "Ana", "avatar_url": None, "labels": []},
        "assignee": {"id": "bia", "name": "Bia"},
        "team": None,
        "type": None,
        "priority": "normal",
        "favourite": True,
        "draft": False,
        "scheduled_count": 0,
        "unread_count": 1,
        "first_unread_sequence": 2,
        "read_mark": None,
        "mentioned": False,
        "mention_sequence": None,
        "waiting_since": "2026-03-01T12:00:00.000Z",
        "last_message": {
            "id": "m0",
            "kind": "text",
            "preview": "Oi",
            "direction": "inbound",
            "occurred_at": "2026-03-01T12:00:00.000Z",
            "author": {"type": "contact", "id": "k1", "name": "Ana"},
            "status": None,
        },
        "reply_window_expires_at": "2026-03-02T12:00:00.000Z",
        "queue_position": None,
        "opened_at": "2026-03-01T12:00:00.000Z",
        "first_response_at": None,
        "closed_at": None,
        "snoozed_until": None,
        "woke_at": None,
        "last_activity_at": "2026-03-01T12:00:00.000Z",
        "rating": None,
        "tag_ids": [],
        "rating_details": None,
        "rating_request": None,
        "queued_at": "2026-03-01T12:00:00.000Z",
        "placement": 1,
        "sequence": 2,
    }
    assert conversation.view("caio").favourite is False
    assert conversation.view().favourite is False
