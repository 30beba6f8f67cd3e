"""Parses the frames that WebSocket clients send."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

import orjson

MAX_FRAME_BYTES = 16 * 1024
"""The longest client frame; a token and a cursor need less than 4 KB."""

_USED_AT = "`used_at` must be a time with its offset (RFC 3339), such as 2026-03-01T12:00:00Z, or absent for now."
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Auth:
    """Authenticates the client; `since` is the cursor of the last event that it has seen."""

    token: str
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a pong, which repeats `id`."""

    id: str | int | None = None


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """The client looks at this conversation, or (None) at none. Repeated every 15 seconds while it is so."""

    conversation_id: str | None


@dataclass(frozen=True, slots=True)
class TypingFrame:
    """The client's attendant is typing in this conversation: a note, or an answer."""

    conversation_id: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class UsedFrame:
    """Somebody touches the client's device, now (None) or at this moment.

    Sent when the connection is ready, and at most once a minute while the device is used. Which state an attendant has
    chosen is not said here: that is `PUT /api/v1/presence`.
    """

    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvalidFrame:
    """A frame without effect; the client gets `code` and `detail`."""

    code: str
    detail: str


PresenceFrame = SeenFrame | TypingFrame
ClientFrame = Auth | Ping | PresenceFrame | UsedFrame | InvalidFrame


def read_client_frame(text: str) -> ClientFrame:
    """Parse a text frame."""
    if len(text) > MAX_FRAME_BYTES:
        return InvalidFrame("too_large", f"The frame is larger than {MAX_FRAME_BYTES} bytes.")
    try:
        found: Any = orjson.loads(text)
    except ValueError:
        return InvalidFrame("malformed_json", "The frame is not valid JSON.")
    kind = found.get("type") if isinstance(found, dict) else None
    if kind == "auth":
        return _auth(found)
    if kind == "ping":
        given = found.get("id")
        return Ping(given if isinstance(given, (str, int)) else None)
    if kind == "seen":
        return _seen(found)
    if kind == "typing":
        return _typing(found)
    if kind == "presence":
        return _used(found)
    return InvalidFrame("unknown_frame", "Unknown frame type.")


def _auth(found: dict[str, Any]) -> ClientFrame:
    token, since = found.get("token"), found.get("since")
    if not isinstance(token, str) or not token or not isinstance(since, str | None):
        return InvalidFrame("invalid", "`token` is required; `token` and `since` must be strings.")
    return Auth(token, since)


def _seen(found: dict[str, Any]) -> ClientFrame:
    given = found.get("conversation_id", ...)
    if given is None:
        return SeenFrame(None)
    if not _is_id(given):
        return InvalidFrame("invalid", "`conversation_id` is required: the id of a conversation, or null for none.")
    return SeenFrame(given)


def _typing(found: dict[str, Any]) -> ClientFrame:
    given, note = found.get("conversation_id"), found.get("note", False)
    if not _is_id(given) or not isinstance(note, bool):
        return InvalidFrame("invalid", "`conversation_id` is required: the id of a conversation; `note` is a boolean.")
    return TypingFrame(given, note)


def _used(found: dict[str, Any]) -> ClientFrame:
    given = found.get("used_at")
    if given is None:
        return UsedFrame()
    try:
        used_at = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        return InvalidFrame("invalid", _USED_AT)
    if used_at.tzinfo is None:
        return InvalidFrame("invalid", _USED_AT)
    return UsedFrame(used_at.astimezone(UTC))


def _is_id(given: object) -> TypeGuard[str]:
    return isinstance(given, str) and _UUID.fullmatch(given) is not None


def read_subprotocols(offered: list[str]) -> tuple[str | None, str | None]:
    """The protocol to accept (`atd.v1` or none) and the token of `bearer.<token>`, if offered."""
    accepted = PROTOCOL if PROTOCOL in offered else None
    token = next((one.removeprefix(_BEARER) for one in offered if one.startswith(_BEARER)), None)
    return accepted, token


PROTOCOL = "atd.v1"
_BEARER = "bearer."
