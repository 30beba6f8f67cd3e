"""Events as WebSocket frames.

The frame of an event is built once, whoever receives it: `{"cursor", "id", "type", "occurred_at", "subject",
"sequence", "actor", "data"}`. The records come from our own services and were validated when they were written, so
they are only taken apart here, not validated again: that would cost more than all the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
}
"""What a reader needs to see the events of each family (the word before the dot of their type)."""


_OWN = frozenset({"conversation.favourited", "conversation.drafted", "setting.own_changed"})
"""Transient frames that nobody but the actor sees."""


class NotAnEvent(ValueError):
    """The record does not have the shape of an event."""


@dataclass(slots=True)
class Event:
    """One event on its way to clients. `body` is the JSON of its frame without the cursor."""

    id: str
    tenant_id: str
    subject: str
    sequence: int
    permission: str | None
    body: bytes


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
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAnEvent(f"{type(error).__name__} in a record of a streamed topic") from error


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


def frame_of(event: Event, cursor: bytes) -> bytes:
    """The frame, UTF-8."""
    return b"".join((_HEAD, cursor, b'",', event.body[1:]))


def with_cursor(frame: bytes, cursor: bytes, width: int) -> bytes:
    """The same frame with another cursor; `width` is the length of the one in it."""
    return b"".join((_HEAD, cursor, frame[len(_HEAD) + width :]))
