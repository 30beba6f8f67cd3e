"""The decision: something happened in a thread; which automatic replies go out, and what is remembered of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atd_conversation.domain.automation.memory import Memory
from atd_conversation.domain.automation.rules import AutomaticReply, Occasion
from atd_schemas.views import ChannelKind
from atd_servicekit.text_words import mentions

Hindrance = Literal[
    "disabled", "trigger", "words", "closed_by", "channel", "hours", "period", "another", "loop", "blocked", "window"
]
"""Why a rule is not sent: it is switched off; something else has happened; no word of it was written; somebody else
closed; the channel or the hours are not its, or everybody would read it and it does not name the channel; it was sent
lately; another rule answers the same; two machines would talk; the customer is blocked; the customer cannot be written
to now."""

MOST_AT_ONCE = 2
"""Automatic messages that one event leads to."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened. `text` is what the customer wrote, `by` is who closed the conversation.

    `written`: the customer wrote; else the company changed the status.
    """

    triggers: frozenset[Occasion]
    text: str | None = None
    by: Literal["person", "automatic"] | None = None
    written: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """The thread in which it happened. `can_write`: the reply window is open and the channel can be written to.

    No `channel`: whichever, where somebody asks what would be sent. `public`: everybody would read it.
    """

    channel: ChannelKind | None
    memory: Memory
    blocked: bool = False
    can_write: bool = True
    public: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one rule: it is sent, or why it is not."""

    rule: AutomaticReply
    hindrance: Hindrance | None

    @property
    def is_sent(self) -> bool:
        return self.hindrance is None


@dataclass(frozen=True, slots=True)
class Decision:
    """The rules that are sent, in order, and what is remembered then.

    `stopped`: something would have been sent, and is not, because a machine seems to answer; it has not been said yet.
    """

    sent: tuple[AutomaticReply, ...]
    memory: Memory
    stopped: bool = False


def decide(rules: Iterable[AutomaticReply], happening: Happening, situation: Situation, now: datetime) -> Decision:
    """What is sent because of what happened. `situation.memory` has heard what the customer wrote."""
    verdicts = judge(rules, happening, situation, now)
    sent = tuple(one.rule for one in verdicts if one.is_sent)
    memory = situation.memory
    for rule in sent:
        memory = memory.said(rule.id, now, happening.text)
    looping = memory.is_looping(now) and any(one.hindrance == "loop" for one in verdicts)
    stopped = looping and not memory.stopped
    return Decision(sent, memory.marked_stopped() if stopped else memory, stopped)


def judge(
    rules: Iterable[AutomaticReply], happening: Happening, situation: Situation, now: datetime
) -> Sequence[Verdict]:
    """What becomes of each rule, in order."""
    memory, answered, sent, verdicts = situation.memory, set[str](), 0, []
    for rule in sorted(rules, key=lambda one: one.position):
        hindrance = _own_hindrance(rule, happening, situation, now)
        if hindrance is None and (sent == MOST_AT_ONCE or not answered.isdisjoint(_groups(rule))):
            hindrance = "another"
        if hindrance is None and not _may_be_said(memory, happening, now):
            hindrance = "loop"
        if hindrance is None:
            answered |= _groups(rule)
            sent += 1
            memory = memory.said(rule.id, now, happening.text)
        verdicts.append(Verdict(rule, hindrance))
    return verdicts


def _may_be_said(memory: Memory, happening: Happening, now: datetime) -> bool:
    return memory.may_follow(now) if happening.written else not memory.is_looping(now)


def _groups(rule: AutomaticReply) -> frozenset[str]:
    """What a rule answers: of two that answer the same only the first is sent.

    Whoever greets a new customer does not greet the new conversation too; the number is told beside a greeting, once.
    """
    if rule.kind == "protocol":
        return frozenset({"protocol", "keyword"} if rule.trigger == "keyword" else {"protocol"})
    return frozenset({"new_conversation" if rule.trigger == "new_contact" else rule.trigger})


def _own_hindrance(rule: AutomaticReply, happening: Happening, situation: Situation, now: datetime) -> Hindrance | None:
    return next((name for name, hinders in _CHECKS if hinders(rule, happening, situation, now)), None)


def _outside_hours(rule: AutomaticReply, now: datetime) -> bool:
    if rule.when == "always" or rule.hours is None:
        return False
    return rule.hours.contain(now) != (rule.when == "inside")


def _fired_lately(rule: AutomaticReply, memory: Memory, now: datetime) -> bool:
    return rule.period is not None and memory.fired_within(rule.id, rule.period, now)


_Check = Callable[[AutomaticReply, Happening, Situation, datetime], bool]

_CHECKS: tuple[tuple[Hindrance, _Check], ...] = (
    ("disabled", lambda rule, _, __, ___: not rule.enabled),
    ("trigger", lambda rule, happening, _, __: rule.trigger not in happening.triggers),
    ("words", lambda rule, happening, _, __: rule.trigger == "keyword" and not mentions(happening.text, rule.words)),
    (
        "closed_by",
        lambda rule, happening, _, __: rule.trigger == "closed" and rule.closed_by not in ("anyone", happening.by),
    ),
    ("channel", lambda rule, _, situation, __: bool(rule.channels) and situation.channel not in (None, *rule.channels)),
    ("channel", lambda rule, _, situation, __: situation.public and situation.channel not in rule.channels),
    ("hours", lambda rule, _, __, now: _outside_hours(rule, now)),
    ("blocked", lambda _, __, situation, ___: situation.blocked),
    ("window", lambda _, __, situation, ___: not situation.can_write),
    ("period", lambda rule, _, situation, now: _fired_lately(rule, situation.memory, now)),
)
"""In the order in which a person would ask."""
