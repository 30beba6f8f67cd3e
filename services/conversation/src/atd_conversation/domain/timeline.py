"""The timeline: what happened to a conversation, or a contact, beside its messages, and who did it.

One small row for each event that is not about a message, written with it. What a customer's message alone leads to is
left out: that a conversation began is known from the conversation, and messages are in the thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from atd_schemas.conversation import ContactChanged, ConversationChanged, MessageChanged
from atd_schemas.envelope import Actor

_UNTOLD = frozenset({"conversation.opened", "contact.created"})
"""Events that the thing itself tells of."""

_OF_MESSAGES = frozenset({"message.tagged", "message.untagged"})
"""Events of messages that a person reads about in the timeline."""

_BY_THE_WAY = frozenset(
    {
        "unread_count",
        "first_unread_sequence",
        "waiting_since",
        "last_activity_at",
        "labels",
        "service_level",
        "queue_position",
    }
)
"""Fields whose change alone is no news."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event of a `subject`. `id` is the event's; `changed` names the fields that differ from before."""

    id: str
    tenant_id: str
    subject: str
    sequence: int
    type: str
    at: datetime
    actor: Actor
    changed: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


def entry_of(
    event: ConversationChanged | MessageChanged | ContactChanged, details: Mapping[str, Any] | None = None
) -> TimelineEntry | None:
    """What the timeline keeps of an event; None when it tells nothing there."""
    changed = event.data.changed
    if event.type in _UNTOLD:
        return None
    if isinstance(event, MessageChanged):
        if event.type not in _OF_MESSAGES and "deed" not in (details or {}):
            return None
        details = {"message_id": event.data.message.id, **(details or {})}
    elif event.type == "conversation.updated" and changed and _BY_THE_WAY.issuperset(changed):
        return None
    return TimelineEntry(
        id=event.id,
        tenant_id=event.tenant_id,
        subject=event.subject,
        sequence=event.sequence,
        type=event.type,
        at=event.occurred_at,
        actor=event.actor,
        changed=tuple(changed),
        details=dict(details or {}),
    )
