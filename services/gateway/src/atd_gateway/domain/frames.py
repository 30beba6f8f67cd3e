"""Events as WebSocket frames.

The frame of an event is built once, whoever receives it: `{"cursor", "id", "type", "occurred_at", "subject",
"sequence", "actor", "data"}`. The records come from our own services and were validated when they were written, so
they are only taken apart here, not validated again: that would cost more than all the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

_HEAD = b'{"cursor":"'

_PERMISSIONS: Mapping[str, str] = {
    "conversation": "conversations:read",
    "message": "conversations:read",
    "rating": "conversations:read",
    "contact": "contacts:read",
    "attendant": "attendants:read",
    "setting": "conversations:read",
    "presence": "conversations:read",
    "webhook": "webhooks:manage",
}
"""What a reader needs to see the events of each family (the word before the dot of their type)."""


_OWN = frozenset({"conversation.favourited", "conversation.read", "conversation.drafted", "setting.own_changed"})
"""Transient frames that nobody but the actor sees."""


_OF_CONVERSATIONS = frozenset({"conversation", "message", "rating", "contact"})
"""Families that belong to conversations: who sees only own ones sees only those events that name them."""

TAKEN = "conversation.taken"
"""What whose conversation it was gets in place of the event that took it from them."""


class NotAnEvent(ValueError):
    """The record does not have the shape of an event."""


@dataclass(slots=True)
class Event:
    """One event on its way to clients. `body` is the JSON of its frame without the cursor.

    `visible_to` has the attendants with a limited sight who see it, None: all do. `taken_from`: whose conversation it
    was until this event.
    """

    id: str
    tenant_id: str
    subject: str
    sequence: int
    permission: str | None
    body: bytes
    visible_to: tuple[str, ...] | None = None
    taken_from: str | None = None


class Visible(Protocol):
    """What says who may see an event: the fields of `Event` of these names."""

    @property
    def subject(self) -> str: ...

    @property
    def permission(self) -> str | None: ...

    @property
    def visible_to(self) -> tuple[str, ...] | None: ...

    @property
    def taken_from(self) -> str | None: ...


def permission_for(event_type: str) -> str | None:
    """The permission to see events of this type; None for a type that nobody may see."""
    return _PERMISSIONS.get(event_type.partition(".")[0])


def read_event(value: bytes) -> Event:
    """Read a record of a streamed topic. Raises `NotAnEvent`."""
    try:
        found: dict[str, Any] = orjson.loads(value)
        body = orjson.dumps(
            {
                "id": found["id"],
                "type": found["type"],
                "occurred_at": found["occurred_at"],
                "subject": found["subject"],
                "sequence": found["sequence"],
                "actor": found["actor"],
                "data": found["data"],
            }
        )
        return Event(
            found["id"],
            found["tenant_id"],
            found["subject"],
            int(found["sequence"]),
            permission_for(found["type"]),
            body,
            _visible_to(found),
            found.get("taken_from"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAnEvent(f"{type(error).__name__} in a record of a streamed topic") from error


def _visible_to(found: dict[str, Any]) -> tuple[str, ...] | None:
    """Of an event of an earlier version: the conversation's assignee where it is told, or else nobody."""
    if found["type"].partition(".")[0] not in _OF_CONVERSATIONS:
        return None
    named = found.get("visible_to")
    if named is not None:
        return tuple(named)
    assignee = (found["data"].get("conversation") or {}).get("assignee")
    return (assignee["id"],) if assignee else ()


@dataclass(frozen=True, slots=True)
class Transient:
    """One transient frame: `{"type", "occurred_at", "subject", "actor", "data"}`, without cursor and id.

    `connection_id` is that of the WebSocket that said it, if one did; `viewing` whether the actor looks at the subject
    now, None when the frame says nothing of that. `own`: it is for connections of the actor alone.
    """

    tenant_id: str
    permission: str | None
    subject: str
    occurred_at: str
    actor_id: str | None
    connection_id: str | None
    viewing: bool | None
    frame: bytes
    own: bool = False


def read_transient(value: bytes) -> Transient:
    """Read a record of a transient topic. Raises `NotAnEvent`."""
    try:
        found: dict[str, Any] = orjson.loads(value)
        shown = {name: found[name] for name in ("type", "occurred_at", "subject", "actor", "data")}
        return Transient(
            tenant_id=found["tenant_id"],
            permission=permission_for(found["type"]),
            subject=found["subject"],
            occurred_at=found["occurred_at"],
            actor_id=found["actor"].get("id"),
            connection_id=found.get("connection_id"),
            viewing=found["data"].get("viewing") if found["type"] == "conversation.viewing" else None,
            frame=orjson.dumps(shown),
            own=found["type"] in _OWN,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAnEvent(f"{type(error).__name__} in a record of a transient topic") from error


def taken_frame(frame: bytes, *, named: bool) -> bytes:
    """What is left of a frame for whom the conversation was taken from: that it was, and if `named` by and for whom."""
    found: dict[str, Any] = orjson.loads(frame)
    conversation = found["data"].get("conversation") or {}
    data = {"conversation_id": found["subject"], "assignee": conversation.get("assignee") if named else None}
    actor = found["actor"] if named else {"type": found["actor"]["type"], "id": None, "name": None}
    return orjson.dumps({**found, "type": TAKEN, "actor": actor, "data": data})


def contact_of_frame(frame: bytes) -> str | None:
    """The contact of the conversation in a frame, if it shows one."""
    found: dict[str, Any] = orjson.loads(frame)
    contact = (found["data"].get("conversation") or {}).get("contact") or {}
    return contact.get("id")


def frame_of(event: Event, cursor: bytes) -> bytes:
    """The frame, UTF-8."""
    return b"".join((_HEAD, cursor, b'",', event.body[1:]))


def with_cursor(frame: bytes, cursor: bytes, width: int) -> bytes:
    """The same frame with another cursor; `width` is the length of the one in it."""
    return b"".join((_HEAD, cursor, frame[len(_HEAD) + width :]))
