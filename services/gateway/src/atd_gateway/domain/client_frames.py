"""Parses the frames that WebSocket clients send."""

from dataclasses import dataclass
from typing import Any

import orjson

MAX_FRAME_BYTES = 16 * 1024
"""The longest client frame; a token and a cursor need less than 4 KB."""

UNSUPPORTED = frozenset({"typing", "seen", "presence"})
"""Frames of the protocol whose topics do not exist yet: they are answered with an error."""


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
class InvalidFrame:
    """A frame without effect; the client gets `code` and `detail`."""

    code: str
    detail: str


ClientFrame = Auth | Ping | InvalidFrame


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
    if isinstance(kind, str) and kind in UNSUPPORTED:
        return InvalidFrame("not_supported", f"Frames of type {kind!r} are not supported yet.")
    return InvalidFrame("unknown_frame", "Unknown frame type.")


def _auth(found: dict[str, Any]) -> ClientFrame:
    token, since = found.get("token"), found.get("since")
    if not isinstance(token, str) or not token or not isinstance(since, str | None):
        return InvalidFrame("invalid", "`token` is required; `token` and `since` must be strings.")
    return Auth(token, since)


def read_subprotocols(offered: list[str]) -> tuple[str | None, str | None]:
    """The protocol to accept (`atd.v1` or none) and the token of `bearer.<token>`, if offered."""
    accepted = PROTOCOL if PROTOCOL in offered else None
    token = next((one.removeprefix(_BEARER) for one in offered if one.startswith(_BEARER)), None)
    return accepted, token


PROTOCOL = "atd.v1"
_BEARER = "bearer."
