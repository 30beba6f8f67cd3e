"""One event on its way to one endpoint, and the attempts to bring it there. Data only."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DeliveryState = Literal["waiting", "delivered", "failed", "dropped"]
"""`waiting`: for its turn, its next attempt, or an endpoint that is paused or disabled. `failed`: the attempts are used
up, or no further one could help. `dropped`: its endpoint was deleted, its replay stopped, or its customer erased."""

Lane = Literal["live", "replay"]
"""Live events go first; what is sent again has a share of an endpoint's room."""

LANES: tuple[Lane, ...] = ("live", "replay")

AttemptOutcome = Literal[
    "delivered",  # 2xx
    "refused",  # another answer that is final or not: see `status`
    "timeout",
    "unreachable",  # no connection: name, address, refused
    "tls",
    "broken",  # the connection ended or what came was no HTTP, before a status
    "not_allowed",  # the address is one that no customer's URL may lead to
    "not_authorized",  # no token could be had
    "unsendable",  # the body could not be made: it never leaves
]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request and what came of it. `ms` from the first byte to the last of the answer, or to the error.

    `status` is absent where no answer came. `trouble`: what was wrong with an answer that counts all the same (a body
    where none may be). `error`: in words, naming no address. `answer`: the beginning of its body, as text.
    """

    at: datetime
    outcome: AttemptOutcome
    ms: int
    status: int | None = None
    error: str | None = None
    trouble: str | None = None
    answer: str | None = None
    answer_headers: tuple[tuple[str, str], ...] = ()
    retry_after: float | None = None


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A row of the ledger, not to be changed (frozen, each would cost three times as much).

    Its id follows from event, endpoint and replay, so that adding it twice adds it once.

    `thread` is what ordered endpoints keep in order: the conversation (or contact, attendant); `sequence` its place
    there. `due_at`: not before. `tries` are the attempts that count towards the last one. `body` is there where it is
    not the event's own (chosen fields, a template), and is the same at every attempt. `ordered`: the head of its thread
    is found by its sequence, since its endpoint was ordered when it was accepted, or has become so.
    """

    id: str
    tenant_id: str
    endpoint_id: str
    event_id: str
    event_type: str
    thread: str
    sequence: int
    lane: Lane = "live"
    replay_id: str | None = None
    accepted_at: datetime
    due_at: datetime
    state: DeliveryState = "waiting"
    tries: int = 0
    body: bytes | None = None
    contact_id: str | None = None
    traceparent: str | None = None
    ordered: bool = False


def delivery_id(event_id: str, recorded_at: datetime, endpoint_id: str, replay_id: str | None = None) -> str:
    """The id of a delivery: a UUID with the event's time in front, so that rows that are young lie together."""
    digest = hashlib.sha256(f"{event_id}/{endpoint_id}/{replay_id or ''}".encode()).digest()
    moment = (recorded_at - _EPOCH) // timedelta(milliseconds=1)
    made = bytearray(moment.to_bytes(6, "big") + digest[:10])
    made[6] = 0x80 | (made[6] & 0x0F)  # version 8 and its variant (RFC 9562): Python 3.11 knows versions up to 5 only
    made[8] = 0x80 | (made[8] & 0x3F)
    text = made.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
