"""The envelope that every event travels in (names after CloudEvents 1.0)."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer


@lru_cache(maxsize=1024)  # events of one batch share their moments, and formatting one costs more than the look-up
def rfc3339(moment: datetime) -> str:
    """RFC 3339 with milliseconds of a moment in UTC: `2026-03-01T12:00:00.000Z`."""
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def _to_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # pydantic reports a ValueError, and lets anything else through
        raise ValueError("lies before the year 1 or after 9999 in UTC") from None


Timestamp = Annotated[
    AwareDatetime,
    AfterValidator(_to_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""An aware moment, normalised to UTC; JSON carries milliseconds."""


class Schema(BaseModel):
    """What every schema has in common: immutable, and deaf to fields of a later version."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)


ActorType = Literal["contact", "attendant", "bot", "system"]


class Actor(Schema):
    """Who caused an event. `id` is absent for the system itself."""

    type: ActorType
    id: str | None = None
    name: str | None = None


SYSTEM = Actor(type="system")


class Envelope(Schema):
    """The fields of every event; a subclass fixes `type` and adds `data`.

    `occurred_at` is when it happened (for a provider's event: the provider's time), `recorded_at` when we
    wrote it down. `sequence` counts the events of one `subject` from 1 without gaps; 0 where the topic
    has no such order. `causation_id` is the id of the event or request that led to this one.
    """

    id: str
    type: str
    version: int = 1
    tenant_id: str
    occurred_at: Timestamp
    recorded_at: Timestamp
    source: str
    subject: str
    sequence: int = 0
    causation_id: str | None = None
    actor: Actor = SYSTEM

    def key(self) -> bytes:
        """The Kafka key: what must stay in order relative to each other shares it."""
        return self.subject.encode()
