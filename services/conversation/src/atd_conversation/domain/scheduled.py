"""Messages that are to be said later: by whom, when, and what has become of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from atd_conversation.domain.drafts import Draft
from atd_conversation.domain.refusals import Refusal
from atd_schemas.conversation import ScheduledRef
from atd_schemas.envelope import Actor
from atd_schemas.views import Named

ScheduledState = Literal["waiting", "sent", "cancelled", "failed"]

MAX_AHEAD = timedelta(days=366)
"""How far ahead a message can be scheduled: a year."""

MAX_WAITING = 20
"""Scheduled messages of one conversation that wait."""

CUSTOMER_REPLIED = "customer_replied"
"""The reason of one that was cancelled because the customer wrote first."""


def holder_of_scheduled(scheduled_id: str) -> str:
    """By this name a scheduled message holds its files."""
    return f"scheduled:{scheduled_id}"


@dataclass(slots=True)
class ScheduledMessage:
    """A message to be said at `due_at`, in the name of `author`.

    `home` is the conversation that it was written in, where that one gave way to another one since.
    `until_reply`: it is cancelled when the customer writes first. `reason` is the code of why it failed or was
    cancelled, `version` counts its changes, `ended_at` is when it was sent or cancelled: then it is kept a while.
    """

    id: str
    tenant_id: str
    conversation_id: str
    author: Named
    draft: Draft
    due_at: datetime
    created_at: datetime
    until_reply: bool = False
    state: ScheduledState = "waiting"
    reason: str | None = None
    message_id: str | None = None
    ended_at: datetime | None = None
    version: int = 1
    home: str | None = None

    @property
    def holder(self) -> str:
        """By this name it holds its files."""
        return holder_of_scheduled(self.id)

    @property
    def actor(self) -> Actor:
        """Who says it."""
        return Actor(type="attendant", id=self.author.id, name=self.author.name)

    def end(self, state: ScheduledState, now: datetime, *, reason: str | None = None) -> None:
        """It waits no more. A failed one can be scheduled again, so it has not ended yet."""
        self.state, self.reason = state, reason
        self.ended_at = None if state == "failed" else now
        self.version += 1

    def ref(self) -> ScheduledRef:
        """What events tell of it."""
        return ScheduledRef(
            id=self.id, author_id=self.author.id, state=self.state, scheduled_for=self.due_at, reason=self.reason
        )


class Moved(NamedTuple):
    """A scheduled message, or a draft (`waiting` is None), that came to a conversation with a thread that gave way.

    It is in the conversation `place` and was written in `home`; `until_reply` as in `Conversation`.
    """

    id: str
    place: str
    home: str
    waiting: bool | None = None
    until_reply: ScheduledRef | None = None


def check_due(due_at: datetime, now: datetime) -> None:
    """Raises `Refusal` for a time that has passed, or is too far ahead."""
    if due_at <= now:
        raise Refusal("invalid", "must be in the future", "scheduled_for")
    if due_at > now + MAX_AHEAD:
        raise Refusal("invalid", f"must be within {MAX_AHEAD.days} days", "scheduled_for")


def check_reachable(draft: Draft, unreachable: str | None) -> None:
    """Raises `Refusal` for what would be sent, without a person who tries, to somebody who cannot be reached."""
    if unreachable is not None and not draft.note:
        raise Refusal("contact_unreachable", "The customer cannot be reached here until they come back.")


def check_room(waiting: int) -> None:
    """Raises `Refusal` `too_many` when a conversation has as many as it can."""
    if waiting >= MAX_WAITING:
        raise Refusal("too_many", f"A conversation can have at most {MAX_WAITING} scheduled messages.")
