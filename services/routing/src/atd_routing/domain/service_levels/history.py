"""When the company owed the next step in a conversation: what clocks of service levels are worked out from.

The history holds moments and no working time, so that clocks can be worked out again when a policy, the hours, the
team or the priority is another one: the result depends on what happened, not on when it was looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, cast

from atd_routing.domain.conversation import RoutedConversation
from atd_schemas.conversation import ConversationChanged, MessageChanged

Mode = Literal["owed", "customer", "aside", "closed"]
"""Whose turn it is: `owed`: ours; `customer`: theirs; `aside`: it is snoozed, or with a bot; `closed`: nobody's."""

Happening = ConversationChanged | MessageChanged

MAX_SPANS = 240
"""Changes of the mode that are kept. Beyond that the shortest one is forgotten: it counts as the one before it."""

_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end`; `end` is None while it lasts."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class History:
    """What happened, as far as clocks need it.

    `changes`: since when which mode holds, in order. `first_answer_at`: the first answer of a person. After that each
    time that the customer waits is a `turn`, counted from 1: it began at `turn_at`, and `turn_answered_at` ended it.
    """

    changes: tuple[tuple[datetime, Mode], ...]
    first_answer_at: datetime | None = None
    turn: int = 0
    turn_at: datetime | None = None
    turn_answered_at: datetime | None = None

    @property
    def mode(self) -> Mode:
        return self.changes[-1][1]

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed, if it is."""
        return self.changes[-1][0] if self.mode == "closed" else None

    def owed(self, since: datetime | None = None, until: datetime | None = None) -> tuple[Span, ...]:
        """When we owed the next step, between two moments."""
        ends = [at for at, _ in self.changes[1:]]
        spans = []
        for (began, mode), ended in zip(self.changes, [*ends, None], strict=True):
            start = began if since is None else max(began, since)
            end = ended if until is None else min(ended or until, until)
            if mode == "owed" and (end is None or start < end):
                spans.append(Span(start, end))
        return tuple(spans)


def begun(conversation: RoutedConversation) -> History:
    """The history of a conversation that is looked at for the first time, from what is still known of it."""
    history, answered_at = History(changes=((conversation.opened_at, "owed"),)), conversation.first_response_at
    return history if answered_at is None else _changed(_answered(history, answered_at), "customer", answered_at)


def heard(history: History, conversation: RoutedConversation, event: Happening | None, now: datetime) -> History:
    """The history after an event, which has left the conversation as it is; without one, after a look at it."""
    at = now if event is None else min(event.recorded_at, now)
    if event is not None and is_answer(event):
        history = _answered(history, at)
    history = _waiting(history, conversation)
    mode = _mode(conversation, history)
    return history if mode == history.mode else _changed(history, mode, _since(history.mode, mode, conversation, at))


def is_answer(event: Happening) -> bool:
    """Whether a person has answered the customer. Notes, bots and what is said by itself are no answer.

    What came from the company's own phone has no author that we know of, and was written by a person.
    """
    if not isinstance(event, MessageChanged) or event.type != "message.sent":
        return False
    message = event.data.message
    return (
        message.direction == "outbound" and message.automatic is None and message.author.type in ("attendant", "system")
    )


def _answered(history: History, at: datetime) -> History:
    if history.turn_at is not None and history.turn_answered_at is None:
        history = replace(history, turn_answered_at=max(at, history.turn_at))
    return history if history.first_answer_at is not None else replace(history, first_answer_at=at)


def _waiting(history: History, conversation: RoutedConversation) -> History:
    """The customer waits again, or has waited longer than was known. Before the first answer it is no turn."""
    since = conversation.waiting_since
    if since is None or history.first_answer_at is None:
        return history
    running = history.turn_at is not None and history.turn_answered_at is None
    if running and history.turn_at is not None and since <= history.turn_at:
        return replace(history, turn_at=since)
    if not running and history.turn_answered_at is not None and since <= history.turn_answered_at:
        since = history.turn_answered_at  # the clock of a channel is behind ours
    return replace(history, turn=history.turn + 1, turn_at=since, turn_answered_at=None)


def _mode(conversation: RoutedConversation, history: History) -> Mode:
    if conversation.status == "closed":
        return "closed"
    if conversation.status in ("snoozed", "bot"):
        return "aside"
    return "customer" if conversation.waiting_since is None and history.first_answer_at is not None else "owed"


def _since(before: Mode, mode: Mode, conversation: RoutedConversation, at: datetime) -> datetime:
    """Since when the mode holds. A customer's message counts from when they wrote it, not from when it came."""
    if before == "customer" and mode == "owed" and conversation.waiting_since is not None:
        return min(conversation.waiting_since, at)
    return at


def _changed(history: History, mode: Mode, at: datetime) -> History:
    """Another mode from then on. Never before the last change: events are in order, clocks of channels need not be."""
    last, before = history.changes[-1]
    kept = history.changes[:-1] if at <= last and len(history.changes) > 1 else history.changes
    at = max(at, last)
    if kept is not history.changes and kept[-1][1] == mode:
        return replace(history, changes=kept)
    return replace(history, changes=_bounded((*kept, (at, mode)))) if before != mode else history


def _bounded(changes: tuple[tuple[datetime, Mode], ...]) -> tuple[tuple[datetime, Mode], ...]:
    while len(changes) > MAX_SPANS:
        lengths = [after[0] - one[0] for one, after in pairwise(changes[1:])]
        shortest = 1 + lengths.index(min(lengths))
        rest = (*changes[:shortest], *changes[shortest + 1 :])
        changes = tuple(one for place, one in enumerate(rest) if place == 0 or rest[place - 1][1] != one[1])
    return changes


def to_stored(history: History) -> dict[str, Any]:
    """As it is kept in the copy: moments are milliseconds since 1970."""
    return {
        "changes": [[_milliseconds(at), mode] for at, mode in history.changes],
        "first_answer_at": _milliseconds(history.first_answer_at),
        "turn": [history.turn, _milliseconds(history.turn_at), _milliseconds(history.turn_answered_at)],
    }


def from_stored(stored: Mapping[str, Any]) -> History:
    """The history of `to_stored`."""
    changes = cast("Sequence[tuple[int, Mode]]", stored["changes"])
    turn, turn_at, answered = stored["turn"]
    return History(
        changes=tuple((_moment(at), mode) for at, mode in changes),
        first_answer_at=_moment_or_none(stored["first_answer_at"]),
        turn=turn,
        turn_at=_moment_or_none(turn_at),
        turn_answered_at=_moment_or_none(answered),
    )


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _MILLISECOND


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MILLISECOND


def _moment_or_none(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _moment(milliseconds)
