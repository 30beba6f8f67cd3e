"""Putting a conversation aside, and what brings it back."""

from datetime import timedelta

import pytest

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_care import MAX_SNOOZE
from atd_conversation.domain.refusals import Refusal
from atd_schemas.envelope import Actor
from atd_schemas.views import ContactRef, Named
from atd_testing.inbound import NOON, customer_message

HOUR = timedelta(hours=1)
BIA = Named(id="bia", name="Bia")
ATTENDANT = Actor(type="attendant", id="bia", name="Bia")
WORDS = customer_message("t1", "a1", "wamid.1", text="Oi").data


def talk(assignee: Named | None = None) -> Conversation:
    conversation, _ = Conversation.open("c1", 7, "t1", ContactRef(id="k1", name="Ana"), WORDS, NOON)
    conversation.receive("m1", WORDS, occurred_at=NOON, now=NOON)
    if assignee is not None:
        conversation.assign(assignee, NOON)
    return conversation


@pytest.mark.parametrize(("assignee", "after"), [(None, "queued"), (BIA, "open")])
def test_a_snoozed_conversation_comes_back_when_it_is_due_with_a_mark(assignee: Named | None, after: str) -> None:
    conversation = talk(assignee)
    (change,) = conversation.snooze(NOON + HOUR, NOON)
    assert (change.type, change.changed) == ("conversation.snoozed", ("status", "snoozed_until"))
    assert (conversation.status, conversation.snoozed_until) == ("snoozed", NOON + HOUR)
    (woken,) = conversation.wake_when_due(NOON + HOUR, NOON + HOUR)
    assert woken.type == "conversation.updated"
    assert (conversation.status, conversation.snoozed_until) == (after, None)
    assert (conversation.woke_at, conversation.last_activity_at) == (NOON + HOUR, NOON + HOUR)
    assert conversation.wake_when_due(NOON + HOUR, NOON + HOUR) == []


def test_a_timer_of_an_earlier_snooze_wakes_nobody() -> None:
    conversation = talk()
    conversation.snooze(NOON + HOUR, NOON)
    conversation.snooze(NOON + 2 * HOUR, NOON)
    assert conversation.wake_when_due(NOON + HOUR, NOON + HOUR) == []
    conversation.wake(NOON)
    assert conversation.wake_when_due(NOON + 2 * HOUR, NOON + 2 * HOUR) == []
    assert (conversation.status, conversation.woke_at) == ("queued", None)


def test_snoozing_again_until_the_same_moment_changes_nothing() -> None:
    conversation = talk()
    conversation.snooze(NOON + HOUR, NOON)
    assert conversation.snooze(NOON + HOUR + timedelta(microseconds=7), NOON) == []


@pytest.mark.parametrize("until", [NOON + HOUR, None])
def test_the_customers_next_message_brings_it_back(until: object) -> None:
    conversation = talk(BIA)
    conversation.snooze(until, NOON)  # type: ignore[arg-type]
    conversation.receive("m2", WORDS, occurred_at=NOON, now=NOON)
    assert (conversation.status, conversation.snoozed_until, conversation.woke_at) == ("open", None, None)


@pytest.mark.parametrize(
    ("until", "code"),
    [(NOON, "invalid"), (NOON - HOUR, "invalid"), (NOON + MAX_SNOOZE + HOUR, "invalid")],
)
def test_what_time_is_no_time_to_come_back(until: object, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        talk().snooze(until, NOON)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field_name) == (code, "until")


def test_a_closed_conversation_is_not_snoozed_and_closing_ends_a_snooze() -> None:
    conversation = talk()
    conversation.snooze(NOON + HOUR, NOON)
    conversation.close(NOON)
    assert (conversation.status, conversation.snoozed_until) == ("closed", None)
    with pytest.raises(Refusal) as refused:
        conversation.snooze(NOON + HOUR, NOON)
    assert refused.value.code == "conversation_closed"


def test_the_mark_of_coming_back_stands_until_somebody_deals_with_it() -> None:
    def woken() -> Conversation:
        conversation = talk()
        conversation.snooze(NOON + HOUR, NOON)
        conversation.wake_when_due(NOON + HOUR, NOON + HOUR)
        return conversation

    seen = woken()
    seen.note("n1", actor=ATTENDANT, text="Nota", now=NOON + HOUR)
    assert seen.woke_at is not None
    answered, closed, taken, aside = woken(), woken(), woken(), woken()
    answered.send("m2", actor=ATTENDANT, text="Olá", now=NOON + HOUR)
    closed.close(NOON + HOUR)
    taken.assign(BIA, NOON)
    aside.snooze(NOON + 3 * HOUR, NOON + HOUR)
    assert [one.woke_at for one in (answered, closed, taken, aside)] == [None] * 4
