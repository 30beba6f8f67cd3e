"""Which automatic replies are sent, and why others are not."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.automation.decide import MOST_AT_ONCE, Happening, Situation, decide, judge
from atd_conversation.domain.automation.hours import WEEKDAYS, Interval, WeeklyHours
from atd_conversation.domain.automation.memory import NOTHING_REMEMBERED
from atd_conversation.domain.automation.policies import ProtocolPolicy
from atd_conversation.domain.automation.rules import TRIGGERS, AutomaticReply
from atd_servicekit.text_words import mentions
from atd_testing.inbound import NOON

HOUR = timedelta(hours=1)
THREAD = Situation(channel="whatsapp", memory=NOTHING_REMEMBERED)


def rule(trigger: Any = "keyword", **more: Any) -> AutomaticReply:
    words = ("horário",) if trigger == "keyword" else ()
    return AutomaticReply(**{"id": trigger, "name": trigger, "trigger": trigger, "text": "Olá", "words": words, **more})


def wrote(text: str = "Qual o horário?", *triggers: Any) -> Happening:
    return Happening(frozenset(triggers or ("keyword",)), text=text)


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("qual o HORARIO de voces", ("horário",), True),
        ("Horários", ("horário",), False),
        ("o número  do\nprotocolo?", ("número do protocolo",), True),
        ("número do meu protocolo", ("número do protocolo",), False),
        ("protocolo", ("x", "protocolo"), True),
        ("(protocolo)", ("protocolo",), True),
        ("protocolos", ("protocolo",), False),
        ("2ª via", ("2ª via",), True),
        ("", ("protocolo",), False),
        (None, ("protocolo",), False),
        ("oi!!!", ("!",), False),
        ("não", ("nao",), True),
    ],
)
def test_a_word_is_found_whole_in_whatever_case_and_accent(text: str, words: tuple[str, ...], found: bool) -> None:
    assert mentions(text, words) is found


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=40))
def test_a_word_that_stands_between_blanks_is_found(before: str, word: str, after: str) -> None:
    if not mentions(word, (word,)):
        return
    assert mentions(f"{before} {word.upper().lower()} {after}", (word,)) or word.upper().lower() != word


SAO_PAULO = WeeklyHours(
    "America/Sao_Paulo",
    (
        *(Interval(day, time(8), time(12)) for day in WEEKDAYS[:5]),
        *(Interval(day, time(13, 30), time(18)) for day in WEEKDAYS[:5]),
        Interval("saturday", time(22), time(2)),
    ),
)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2026-11-30T11:00", True),  # Monday 8:00 in São Paulo
        ("2026-11-30T10:59", False),
        ("2026-11-30T15:00", False),  # lunch
        ("2026-11-30T20:59", True),
        ("2026-11-30T21:00", False),
        ("2026-11-28T12:00", False),  # Saturday morning
        ("2026-11-29T01:30", True),  # Saturday 22:30
        ("2026-11-29T04:59", True),  # Sunday 1:59
        ("2026-11-29T05:00", False),
        ("2026-11-29T15:00", False),
    ],
)
def test_hours_are_those_of_the_wall_clock(moment: str, inside: bool) -> None:
    assert SAO_PAULO.contain(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is inside


def test_no_interval_is_never_and_a_day_from_midnight_to_midnight_is_whole() -> None:
    assert not WeeklyHours("UTC", ()).contain(NOON)
    whole = WeeklyHours("UTC", tuple(Interval(day, time(0), time(0)) for day in WEEKDAYS))
    assert all(whole.contain(NOON + n * HOUR) for n in range(24 * 8))


@pytest.mark.parametrize(
    ("change", "happening", "situation", "why"),
    [
        ({}, {}, {}, None),
        ({"enabled": False}, {}, {}, "disabled"),
        ({}, {"triggers": frozenset({"new_conversation"})}, {}, "trigger"),
        ({}, {"text": "Olá"}, {}, "words"),
        ({"channels": ("telegram",)}, {}, {}, "channel"),
        ({"channels": ("telegram", "whatsapp")}, {}, {}, None),
        ({"when": "inside", "hours": WeeklyHours("UTC", ())}, {}, {}, "hours"),
        ({"when": "outside", "hours": WeeklyHours("UTC", ())}, {}, {}, None),
        ({}, {}, {"blocked": True}, "blocked"),
        ({}, {}, {"can_write": False}, "window"),
        ({"period": HOUR}, {}, {"memory": NOTHING_REMEMBERED.said("keyword", NOON - HOUR / 2)}, "period"),
        ({"period": HOUR}, {}, {"memory": NOTHING_REMEMBERED.said("keyword", NOON - HOUR)}, None),
        ({"period": HOUR}, {}, {"memory": NOTHING_REMEMBERED.said("other", NOON)}, None),
    ],
)
def test_a_rule_says_what_keeps_it(change: Any, happening: Any, situation: Any, why: str | None) -> None:
    (verdict,) = judge([rule(**change)], replace(wrote(), **happening), replace(THREAD, **situation), NOON)
    assert verdict.hindrance == why


@pytest.mark.parametrize(
    ("closed_by", "by", "why"),
    [("anyone", "person", None), ("person", "person", None), ("person", "automatic", "closed_by")],
)
def test_a_closing_rule_asks_who_closed(closed_by: Any, by: Any, why: str | None) -> None:
    closed = Happening(frozenset({"closed"}), by=by, written=False)
    (verdict,) = judge([rule("closed", closed_by=closed_by)], closed, THREAD, NOON)
    assert verdict.hindrance == why


def test_the_first_of_two_that_answer_the_same_is_sent() -> None:
    second, first = rule(id="b", position=2), rule(id="a", position=1)
    assert [one.id for one in decide([second, first], wrote(), THREAD, NOON).sent] == ["a"]


def test_a_new_customer_is_greeted_once() -> None:
    rules = [rule("new_contact"), rule("new_conversation", position=1)]
    happened = wrote("oi", "new_contact", "new_conversation", "keyword")
    assert [one.id for one in decide(rules, happened, THREAD, NOON).sent] == ["new_contact"]


def test_the_protocol_is_told_beside_a_greeting_and_once() -> None:
    rules = [rule("new_conversation"), *ProtocolPolicy(on_opening=True).rules()]
    happened = wrote("protocolo", "new_conversation", "keyword", "queued")
    assert [one.kind for one in decide(rules, happened, THREAD, NOON).sent] == ["reply", "protocol"]


def test_a_companys_own_word_comes_before_the_products() -> None:
    own = rule(words=("protocolo",))
    assert [one.id for one in decide([*ProtocolPolicy().rules(), own], wrote("protocolo"), THREAD, NOON).sent] == [
        "keyword"
    ]


def test_a_loop_is_told_once() -> None:
    memory = NOTHING_REMEMBERED.said("keyword", NOON, "a").said("keyword", NOON, "a").heard("a", NOON)
    first = decide([rule()], wrote(), replace(THREAD, memory=memory), NOON)
    assert (first.sent, first.stopped) == ((), True)
    again = decide([rule()], wrote(), replace(THREAD, memory=first.memory.heard("a", NOON)), NOON)
    assert (again.sent, again.stopped) == ((), False)


def test_a_closing_is_told_though_two_were_sent_when_nobody_answered_like_a_machine() -> None:
    memory = NOTHING_REMEMBERED.said("greeting", NOON, "oi").said("queue", NOON, "oi")
    closed = Happening(frozenset({"closed"}), by="person", written=False)
    situation = replace(THREAD, memory=memory)
    assert decide([rule("closed")], closed, situation, NOON + HOUR).sent
    looping = replace(THREAD, memory=memory.heard("oi", NOON))
    assert not decide([rule("closed")], closed, looping, NOON + HOUR).sent


rules_of_any_kind = st.lists(
    st.builds(
        rule,
        st.sampled_from(TRIGGERS),
        id=st.sampled_from("abcdefgh"),
        enabled=st.booleans(),
        position=st.integers(0, 5),
        period=st.sampled_from([None, HOUR]),
    ),
    max_size=12,
)


@given(rules_of_any_kind, st.frozensets(st.sampled_from(TRIGGERS)), st.booleans(), st.booleans())
def test_nothing_is_said_that_must_not_be(rules: Any, triggers: Any, blocked: bool, can_write: bool) -> None:
    happened = Happening(triggers, text="horário", by="person")
    decided = decide(rules, happened, replace(THREAD, blocked=blocked, can_write=can_write), NOON)
    assert len(decided.sent) <= MOST_AT_ONCE
    assert all(one.enabled and one.trigger in triggers for one in decided.sent)
    assert not decided.sent or (can_write and not blocked)
    assert decided.memory.in_a_row == len(decided.sent)
