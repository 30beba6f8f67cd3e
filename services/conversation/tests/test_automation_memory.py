"""No two machines talk for ever: what is remembered of a thread."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.automation.memory import (
    MOST_IN_A_DAY,
    MOST_IN_A_ROW,
    MOST_REMEMBERED,
    NOTHING_REMEMBERED,
    TOO_FAST,
    Memory,
    text_digest,
)
from atd_testing.inbound import NOON

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def talk(answers: list[tuple[timedelta, str]]) -> int:
    """How often a rule that always fits speaks to somebody who answers after these times with these texts."""
    memory, now, said = NOTHING_REMEMBERED, NOON, 0
    for pause, text in answers:
        now += pause
        memory = memory.heard(text, now)
        if memory.may_follow(now):
            memory = memory.said("rule", now, text)
            said += 1
    return said


@pytest.mark.parametrize(
    ("pause", "text"),
    [
        (SECOND, "Recebemos seu chamado {}"),
        (MINUTE, "Recebemos a sua mensagem"),
        (MINUTE, "Seu chamado {} foi aberto e será respondido"),
        (DAY, "Recebemos a sua mensagem"),
    ],
    ids=["at once", "the same words", "a number in the same words", "the same every day"],
)
def test_another_machine_hears_two_messages_and_no_more(pause: timedelta, text: str) -> None:
    assert talk([(pause, text.format(100 + n)) for n in range(50)]) == MOST_IN_A_ROW


def test_a_person_is_answered_each_time() -> None:
    texts = ["oi", "qual o meu protocolo?", "e o horário de vocês?", "protocolo de novo por favor"]
    assert talk([(MINUTE, text) for text in texts]) == len(texts)


def test_a_slow_machine_of_many_words_ends_within_the_day() -> None:
    words = [chr(97 + n % 26) * (1 + n // 26) for n in range(100)]
    assert talk([(7 * SECOND, word) for word in words]) == MOST_IN_A_DAY


@given(st.lists(st.tuples(st.floats(0, 4.9), st.text(max_size=30)), max_size=40))
def test_whoever_answers_at_once_never_hears_more_than_two_in_a_row(answers: list[tuple[float, str]]) -> None:
    assert talk([(timedelta(seconds=pause), text) for pause, text in answers]) <= MOST_IN_A_ROW


@given(st.lists(st.tuples(st.integers(0, 3 * 86400), st.sampled_from("abcdef")), max_size=80))
def test_no_day_has_more_than_the_most_of_a_day(answers: list[tuple[int, str]]) -> None:
    memory, now, sent = NOTHING_REMEMBERED, NOON, list[datetime]()
    for pause, text in answers:
        now += timedelta(seconds=pause)
        memory = memory.heard(text, now)
        if memory.may_follow(now):
            memory = memory.said("rule", now, text)
            sent.append(now)
        assert sum(now - at < DAY for at in sent) <= MOST_IN_A_DAY


bursts = st.lists(
    st.tuples(st.floats(0.3, 4.9), st.text(alphabet="abcdefgh ", min_size=1)),
    min_size=1,
    max_size=12,
    unique_by=lambda one: text_digest(one[1]),
)


@given(bursts)
def test_a_person_who_types_fast_is_no_machine_and_is_answered_when_they_ask(burst: list[tuple[float, str]]) -> None:
    """They are greeted at their first word, and go on typing: what they write is not an answer to the greeting."""
    memory, now = NOTHING_REMEMBERED.heard("Olá, tudo bem?", NOON).said("greeting", NOON, "Olá, tudo bem?"), NOON
    for pause, text in burst:
        now += timedelta(seconds=pause)
        memory = memory.heard(text, now)
        assert memory.may_follow(now)
        assert not memory.is_looping(now)
    memory = memory.said("keyword", now, burst[-1][1])
    assert not memory.is_looping(now), "what closing says is said as well"


@given(bursts, st.integers(6, 3600))
def test_who_was_stopped_while_typing_is_answered_after_a_breath(burst: list[tuple[float, str]], pause: int) -> None:
    """A rule that fits every word is stopped after two in a row; the next word of a person is answered again."""
    memory, now = NOTHING_REMEMBERED, NOON
    for seconds, text in burst:
        now += timedelta(seconds=seconds)
        memory = memory.heard(text, now)
        if memory.may_follow(now):
            memory = memory.said("rule", now, text)
    now += timedelta(seconds=pause)
    assert len(memory.sent) == MOST_IN_A_DAY or memory.heard("zzz e agora?", now).may_follow(now)


@given(st.lists(st.tuples(st.floats(0.1, 4.9), st.text(max_size=30)), min_size=2, max_size=40))
def test_two_machines_stop_and_it_is_said(answers: list[tuple[float, str]]) -> None:
    memory, now, said = NOTHING_REMEMBERED.said("rule", NOON, "oi"), NOON, 1
    for pause, text in answers:
        now += timedelta(seconds=pause)
        memory = memory.heard(text, now)
        if memory.may_follow(now):
            memory = memory.said("rule", now, text)
            said += 1
    assert said == MOST_IN_A_ROW
    assert memory.is_looping(now)


def test_what_came_before_our_message_is_no_answer_to_it() -> None:
    memory = NOTHING_REMEMBERED.said("a", NOON + 3 * SECOND, "oi").heard("tudo bem?", NOON + SECOND)
    assert (memory.in_a_row, memory.machine) == (1, 0)


def test_a_persons_word_ends_the_row_and_what_was_said_of_it() -> None:
    memory = NOTHING_REMEMBERED.said("a", NOON, "oi").said("b", NOON, "oi").heard("oi", NOON + SECOND)
    memory = memory.marked_stopped()
    assert memory.is_looping(NOON + SECOND)
    after = memory.heard("Alô, tem alguém?", NOON + MINUTE)
    assert (after.in_a_row, after.machine, after.stopped) == (0, 0, False)


def test_an_attendants_word_forgets_all_but_when_rules_fired() -> None:
    memory = NOTHING_REMEMBERED.said("a", NOON, "oi")
    assert memory.answered() == Memory(fired={"a": NOON})
    assert Memory(fired={"a": NOON}).answered() == Memory(fired={"a": NOON})


def test_a_thread_without_automatic_messages_remembers_nothing() -> None:
    assert NOTHING_REMEMBERED.heard("oi", NOON) is NOTHING_REMEMBERED
    assert NOTHING_REMEMBERED.answered() is NOTHING_REMEMBERED


def test_it_is_bounded() -> None:
    memory = NOTHING_REMEMBERED
    for n in range(3 * MOST_REMEMBERED):
        memory = memory.said(f"rule-{n}", NOON + n * SECOND, f"text {chr(97 + n % 26)}{'x' * (n % 7)}")
    assert len(memory.fired) == MOST_REMEMBERED
    assert len(memory.sent) == MOST_IN_A_DAY
    assert len(memory.texts) <= 4


def test_joined_threads_say_nothing_more_often() -> None:
    one = NOTHING_REMEMBERED.said("a", NOON, "oi").said("b", NOON, "oi")
    other = NOTHING_REMEMBERED.said("a", NOON + MINUTE, "olá").heard("olá", NOON + MINUTE + SECOND)
    for joined in (one.joined(other), other.joined(one)):
        assert joined.fired == {"a": NOON + MINUTE, "b": NOON}
        assert (joined.in_a_row, joined.machine, len(joined.sent)) == (2, 2, 3)
        assert joined.is_looping(NOON + MINUTE + TOO_FAST)


def test_texts_are_known_again_without_being_kept() -> None:
    assert text_digest("  RECEBEMOS a\nsua mensagem ") == text_digest("Recebemos a sua mensagem")
    assert text_digest("Chamado 1234 aberto com sucesso") == text_digest("Chamado 99 aberto com sucesso")
    assert text_digest("1") != text_digest("2")
    assert text_digest("") is text_digest(None) is text_digest("  ") is None
    assert "segredo" not in str(text_digest("segredo"))
