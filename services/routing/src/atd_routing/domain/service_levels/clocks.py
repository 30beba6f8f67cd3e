"""Clocks: how much of a target is used up in working time, when it is due, and whether it was missed.

A clock is worked out from the spans in which we owed the next step (`history`), so that it is the same however often,
and whenever, it is worked out. Its states:

    running -> paused    snoozed, with a bot, or closed; of `resolution` also: an answer was given
    paused  -> running   it came back; the customer has written
    running -> met       the answer was given, or the conversation was closed, in time
    running -> breached  the time is used up; an answer that comes later is kept with it (`met_at`)
    met     -> running   of `resolution`: reopened; of `next_response`: the customer waits again, and all of it is new
    breached -> running  of `next_response`: the customer waits again

`TRANSITIONS` is that as data: documents and tests are made from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from atd_routing.domain.hours.calendar import Calendar
from atd_routing.domain.service_levels.history import History, Span
from atd_routing.domain.service_levels.policies import ServiceLevel
from atd_schemas.views import ServiceTarget, TargetView

ClockState = Literal["running", "paused", "met", "breached"]

TARGETS: tuple[ServiceTarget, ...] = ("first_response", "next_response", "resolution")
"""In the order in which they are shown."""

_ALL = frozenset(TARGETS)
_ANSWERS: frozenset[ServiceTarget] = frozenset({"first_response", "next_response"})
_RESOLUTION: frozenset[ServiceTarget] = frozenset({"resolution"})
_TURNS: frozenset[ServiceTarget] = frozenset({"next_response"})


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from a state to another, of these targets. None: there was no clock."""

    before: ClockState | None
    after: ClockState
    because: str
    targets: frozenset[ServiceTarget] = _ALL


TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, "running", "the conversation is opened", frozenset({"first_response", "resolution"})),
    Transition(None, "running", "the customer waits again", _TURNS),
    Transition("running", "paused", "it is snoozed, or a bot has it"),
    Transition("running", "paused", "a person has answered", _RESOLUTION),
    Transition("running", "paused", "it is closed without an answer", _ANSWERS),
    Transition("paused", "running", "it comes back, or the customer writes"),
    Transition("running", "met", "a person answers in time", _ANSWERS),
    Transition("running", "met", "it is closed in time", _RESOLUTION),
    Transition("paused", "met", "it is answered while it is put aside", _ANSWERS),
    Transition("paused", "met", "it is closed from the pause", _RESOLUTION),
    Transition("running", "breached", "the time is used up"),
    Transition("met", "running", "it is reopened", _RESOLUTION),
    Transition("met", "paused", "it is reopened, and the customer has to answer", _RESOLUTION),
    Transition("met", "running", "the customer waits again", _TURNS),
    Transition("breached", "running", "the customer waits again", _TURNS),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One target of a conversation. `turn` tells the times apart that it was counted from the beginning."""

    target: ServiceTarget
    turn: int
    state: ClockState
    due_at: datetime | None = None
    warn_at: datetime | None = None
    remaining: timedelta | None = None
    breached_at: datetime | None = None
    met_at: datetime | None = None

    @property
    def view(self) -> TargetView:
        return TargetView(
            target=self.target,
            state=self.state,
            due_at=self.due_at,
            warn_at=self.warn_at,
            remaining_seconds=None if self.remaining is None else int(self.remaining.total_seconds()),
            breached_at=self.breached_at,
            met_at=self.met_at,
        )


def clocks(history: History, level: ServiceLevel, time: Calendar, now: datetime) -> tuple[Clock, ...]:
    """The clocks of a conversation under a policy, as they stand at `now`."""
    found = (_clock(target, history, level, time, now) for target in TARGETS if target in level.targets)
    return tuple(clock for clock in found if clock is not None)


def _clock(target: ServiceTarget, history: History, level: ServiceLevel, time: Calendar, now: datetime) -> Clock | None:
    if target == "next_response":
        if history.turn == 0:
            return None
        spans, met_at = history.owed(history.turn_at, history.turn_answered_at), history.turn_answered_at
    elif target == "first_response":
        spans, met_at = history.owed(None, history.first_answer_at), history.first_answer_at
    else:
        spans, met_at = history.owed(), history.closed_at
    turn = history.turn if target == "next_response" else 0
    amount = level.targets[target]
    used, breached_at = _spent(spans, amount, time, now)
    if breached_at is not None:
        return Clock(target, turn, "breached", due_at=breached_at, breached_at=breached_at, met_at=met_at)
    if met_at is not None:
        return Clock(target, turn, "met", met_at=met_at)
    if not spans or spans[-1].end is not None:
        return Clock(target, turn, "paused", remaining=amount - used)
    due_at = time.add_working(spans[-1].start, amount - used)
    _, warn_at = _spent(spans, amount * level.warn_share, time, None)
    return Clock(target, turn, "running", due_at=due_at, warn_at=warn_at)


def _spent(
    spans: Sequence[Span], amount: timedelta, time: Calendar, now: datetime | None
) -> tuple[timedelta, datetime | None]:
    """Working time of the spans that are over, and when `amount` of it was used up.

    Of the span that lasts it counts when that is, not after `now`; None: whenever it will be.
    """
    used = timedelta(0)
    for span in spans:
        if span.end is None:
            full = time.add_working(span.start, amount - used)
            return used, full if full is not None and (now is None or full <= now) else None
        worked = time.working_between(span.start, span.end)
        if used + worked >= amount:
            return used, time.add_working(span.start, amount - used)
        used += worked
    return used, None
