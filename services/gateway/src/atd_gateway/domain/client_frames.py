"""What a WebSocket client may say."""

from dataclasses import dataclass
from typing import Any

import orjson

MAX_FRAME_BYTES = 16 * 1024
"""The longest client frame; a token and a cursor need less than 4 KB."""

NOT_YET = frozenset({"typing", "seen", "presence"})
"""Frames of the protocol whose topics do not exist yet: answered as an error, never swallowed."""


@dataclass(frozen=True, slots=True)
class Auth:
    """Who the client is; `since` is the cursor of the last event that it has seen."""

    token: str
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a pong; `id` comes back as it was."""

    id: str | int | None = None


@dataclass(frozen=True, slots=True)
class Faulty:
    """A frame that has no effect; `code` and `detail` are told to the client."""

    code: str
    detail: str


ClientFrame = Auth | Ping | Faulty


def read_client_frame(text: str) -> ClientFrame:
    """The meaning of a text frame."""
    if len(text) > MAX_FRAME_BYTES:
        return Faulty("too_large", f"A frame has at most {MAX_FRAME_BYTES} bytes.")
    try:
        found: Any = orjson.loads(text)
    except ValueError:
        return Faulty("malformed_json", "The frame is not JSON.")
    kind = found.get("type") if isinstance(found, dict) else None
    if kind == "auth":
        return _auth(found)
    if kind == "ping":
        given = found.get("id")
        return Ping(given if isinstance(given, (str, int)) else None)
    if isinstance(kind, str) and kind in NOT_YET:
        return Faulty("not_supported", f"The frame {kind!r} is not supported yet.")
    return Faulty("unknown_frame", "The type of the frame is unknown.")


def _auth(found: dict[str, Any]) -> ClientFrame:
    token, since = found.get("token"), found.get("since")
    if not isinstance(token, str) or not token or not isinstance(since, str | None):
        return Faulty("invalid", "An auth frame has a token, and may have since; both are strings.")
    return Auth(token, since)


def read_subprotocols(offered: list[str]) -> tuple[str | None, str | None]:
    """The protocol to accept (`atd.v1` or none) and the token of `bearer.<token>`, if offered."""
    accepted = PROTOCOL if PROTOCOL in offered else None
    token = next((one.removeprefix(_BEARER) for one in offered if one.startswith(_BEARER)), None)
    return accepted, token


PROTOCOL = "atd.v1"
_BEARER = "bearer."
