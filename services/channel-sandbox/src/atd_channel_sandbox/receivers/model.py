"""What a receiver has got and how it behaves."""

import base64
import binascii
import hashlib
import hmac
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

KEPT = 200
"""Requests that a receiver keeps, the latest."""

MOST_RECEIVERS = 20
MOST_BODY_BYTES = 256 * 1024
SHOWN_BYTES = 32 * 1024
"""Of a body, in the list of requests."""

TOLERANCE_SECONDS = 300

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]

Signature = Literal["valid", "invalid", "unknown"]
"""`unknown`: the receiver has no secret, or the request no signature."""


class Behaviour(BaseModel):
    """How requests are answered: with a status, after a while, or not at all (the connection is closed)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int = Field(default=204, ge=200, le=599)
    delay_ms: int = Field(default=0, ge=0, le=30_000)
    hang_up: bool = False
    retry_after: int | None = Field(default=None, ge=0, le=3_600, description="Seconds, as the header says it")


class ReceivedRequest(BaseModel):
    """One request. `answered` is the status, 0 where the connection was closed; `repeated`: its id came before."""

    number: int
    at: datetime
    event_id: str | None
    event_type: str | None
    signature: Signature
    answered: int
    repeated: bool
    replay: str | None
    headers: list[tuple[str, str]]
    body: str


class ReceiverView(BaseModel):
    """A receiver as the page shows it; the secret itself is not shown."""

    name: str
    behaviour: Behaviour
    has_secret: bool
    received: int
    requests: list[ReceivedRequest]


@dataclass(slots=True)
class Receiver:
    """One receiver. `received` counts all requests, `requests` has the latest."""

    name: str
    secret: str | None = None
    behaviour: Behaviour = field(default_factory=Behaviour)
    received: int = 0
    requests: deque[ReceivedRequest] = field(default_factory=lambda: deque(maxlen=KEPT))

    def take(
        self, headers: Sequence[tuple[str, str]], body: bytes, event_type: str | None, now: datetime
    ) -> ReceivedRequest:
        """Keep a request, and say how it is answered."""
        named = dict(headers)
        event_id = named.get("webhook-id")
        self.received += 1
        made = ReceivedRequest(
            number=self.received,
            at=now,
            event_id=event_id,
            event_type=event_type,
            signature=signature_of(self.secret, named, body, now),
            answered=0 if self.behaviour.hang_up else self.behaviour.status,
            repeated=event_id is not None and any(one.event_id == event_id for one in self.requests),
            replay=named.get("atendimento-replay"),
            headers=list(headers),
            body=body[:SHOWN_BYTES].decode(errors="replace"),
        )
        self.requests.append(made)
        return made

    def view(self) -> ReceiverView:
        """As the page shows it, the latest request first."""
        return ReceiverView(
            name=self.name,
            behaviour=self.behaviour,
            has_secret=self.secret is not None,
            received=self.received,
            requests=list(reversed(self.requests)),
        )


class TooManyReceivers(Exception):
    """There are `MOST_RECEIVERS` already."""


class Receivers:
    """All receivers, by name. One is made by the first request to it."""

    def __init__(self) -> None:
        self._receivers: dict[str, Receiver] = {}

    def of(self, name: str) -> Receiver:
        """The receiver of this name. Raises `TooManyReceivers`."""
        found = self._receivers.get(name)
        if found is None:
            if len(self._receivers) >= MOST_RECEIVERS:
                raise TooManyReceivers
            found = self._receivers[name] = Receiver(name)
        return found

    def all(self) -> list[Receiver]:
        """Every receiver, by name."""
        return [self._receivers[name] for name in sorted(self._receivers)]


def signature_of(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> Signature:
    """Whether a request is signed by the secret, as Standard Webhooks 1.0 says."""
    event_id, timestamp = headers.get("webhook-id"), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature")
    if secret is None or event_id is None or given is None:
        return "unknown"
    if not timestamp.isdecimal() or abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return "invalid"
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"))
    except binascii.Error:
        return "invalid"
    signed = f"{event_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return "valid" if any(hmac.compare_digest(expected, one) for one in given.split(" ")) else "invalid"
