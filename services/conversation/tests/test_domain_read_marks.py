"""Read marks: what is unread for one attendant, whatever others read, against a straightforward model."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.refusals import Refusal
from atd_schemas.envelope import Actor
from atd_schemas.views import ContactRef
from atd_testing.inbound import NOON, customer_message

WORDS = customer_message("t1", "a1", "w", text="Oi").data
READERS = ("bia", "caio", "dora")
STEPS = st.one_of(
    st.tuples(st.sampled_from(["read", "unread", "answer", "note"]), st.sampled_from(READERS)),
    st.tuples(st.sampled_from(["receive", "receive", "close", "phone"]), st.just("")),
)


def actor(who: str) -> Actor:
    return Actor(type="attendant", id=who, name=who)


def opened() -> Conversation:
    return Conversation.open("c1", 7, "t1", ContactRef(id="k1", name="Ana"), WORDS, NOON)[0]


class Model:
    """Every message of the customer since the last answer, and by reader those that they have not read."""

    def __init__(self) -> None:
        self.window: list[int] = []
        self.unread: dict[str, list[int]] = {who: [] for who in READERS}
        self.marked: dict[str, int] = {}

    def shown(self, who: str) -> tuple[int, bool]:
        """How many are unread, and whether it is so by hand alone."""
        if self.unread[who]:
            return len(self.unread[who]), False
        return (1, True) if who in self.marked else (0, False)


@given(st.lists(STEPS, max_size=40))
def test_another_ones_reading_is_not_mine_and_an_answer_is_everybodys(  # noqa: C901 - one branch for each step
    steps: list[tuple[str, str]],
) -> None:
    conversation, model, last = opened(), Model(), 0
    for number, (step, who) in enumerate(steps):
        now = NOON + timedelta(minutes=number)
        match step:
            case "receive":
                changes = conversation.receive(f"m{number}", WORDS, occurred_at=now, now=now)
                last = changes[-1].sequence
                model.window.append(last)
                for unread in model.unread.values():
                    unread.append(last)
            case "read":
                conversation.read(who)
                model.unread[who] = []
                model.marked.pop(who, None)
            case "unread" if last and conversation.status != "closed":
                conversation.mark_unread(who, last)
                model.marked.setdefault(who, last)
                if model.window and not model.unread[who]:
                    model.unread[who] = model.window[-1:]
            case "answer" if conversation.status != "closed":
                conversation.send(f"m{number}", actor=actor(who), text="Olá", now=now)
                model.window, model.unread = [], {each: [] for each in READERS}
                model.marked.pop(who, None)
            case "close":
                was_open = conversation.status != "closed"
                conversation.close(now)
                if was_open:
                    model = Model()
            case "note":
                conversation.note(f"m{number}", actor=actor(who), text="Nota", now=now)
        check(conversation, model)


def check(conversation: Conversation, model: Model) -> None:
    keys = set(conversation.read_keys())
    for who in READERS:
        count, by_hand = model.shown(who)
        shown = conversation.view(who)
        assert shown.unread_count == count
        assert (shown.first_unread_sequence is None) is (count == 0)
        if count and shown.first_unread_sequence is not None:
            first = model.marked[who] if by_hand else model.unread[who][0]
            assert shown.first_unread_sequence <= first
            assert not [one for one in model.window if shown.first_unread_sequence <= one < first]
        counted = (len(model.window) > 0) - (f"read:{who}" in keys) + (f"unread:{who}" in keys)
        assert counted == (count > 0)
    assert conversation.view().unread_count == len(model.window)


def test_who_never_opened_it_finds_unread_what_nobody_has_answered() -> None:
    conversation = opened()
    for number in range(3):
        conversation.receive(f"m{number}", WORDS, occurred_at=NOON, now=NOON)
    conversation.read("bia")
    assert [conversation.view(who).unread_count for who in ("bia", "caio")] == [0, 3]
    conversation.receive("m3", WORDS, occurred_at=NOON, now=NOON)
    assert [conversation.view(who).unread_count for who in ("bia", "caio")] == [1, 4]
    assert conversation.view("bia").first_unread_sequence == conversation.sequence
    conversation.send("a", actor=actor("caio"), text="Olá", now=NOON)
    assert [conversation.view(who).unread_count for who in ("bia", "caio", "dora")] == [0, 0, 0]


def test_what_is_marked_as_unread_stays_so_when_a_colleague_answers_and_ends_by_reading() -> None:
    conversation = opened()
    (received,) = conversation.receive("m1", WORDS, occurred_at=NOON, now=NOON)
    conversation.read("bia")
    assert conversation.mark_unread("bia", received.sequence)
    assert not conversation.mark_unread("bia", received.sequence)
    conversation.send("a", actor=actor("caio"), text="Olá", now=NOON)
    shown = conversation.view("bia")
    assert (shown.unread_count, shown.first_unread_sequence) == (1, received.sequence)
    assert conversation.read("bia")
    assert conversation.view("bia").unread_count == 0


def test_what_is_closed_or_empty_is_not_marked_as_unread() -> None:
    with pytest.raises(Refusal) as empty:
        opened().mark_unread("bia", None)
    closed = opened()
    closed.close(NOON)
    with pytest.raises(Refusal) as refused:
        closed.mark_unread("bia", 2)
    assert (empty.value.code, refused.value.code) == ("invalid", "conversation_closed")


def test_what_nobody_has_seen_is_unread_among_what_is_closed() -> None:
    conversation = opened()
    conversation.receive("m1", WORDS, occurred_at=NOON, now=NOON)
    assert conversation.seen_by_nobody
    conversation.close(NOON, seen=False)
    assert (conversation.status, conversation.view("bia").unread_count) == ("closed", 1)
    conversation.read("bia")
    assert not conversation.seen_by_nobody


def test_a_mention_is_unread_until_the_one_it_names_reads() -> None:
    conversation, who = opened(), "caio"
    note = {"text": "Veja isto", "now": NOON}
    (first,) = conversation.note("n1", actor=actor("bia"), mentions=("caio", "bia"), **note)  # type: ignore[arg-type]
    conversation.note("n2", actor=actor("bia"), mentions=("caio",), **note)  # type: ignore[arg-type]
    shown: Any = conversation.view(who)
    assert (shown.mentioned, shown.mention_sequence) == (True, first.sequence)
    assert (conversation.view("bia").mentioned, conversation.view("dora").mentioned) == (False, False)
    assert conversation.read_keys() == ("mention:caio",)
    assert conversation.read(who)
    assert (conversation.view(who).mentioned, conversation.view(who).mention_sequence) == (True, None)
