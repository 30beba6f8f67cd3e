"""What is known of an event when it is decided who is told of it. Data only."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Facts:
    """The facts of an event that filters ask for; None and empty where its kind has none. Not to be changed."""

    channel: str | None = None
    account_id: str | None = None
    team_id: str | None = None
    type_id: str | None = None
    label_ids: frozenset[str] = frozenset()
    contact_id: str | None = None


@dataclass(slots=True, kw_only=True)
class Event:
    """An event as endpoints get it. Not to be changed.

    `body` is the JSON that is sent where nothing else is chosen, byte for byte:
    `{"id","type","occurred_at","tenant_id","sequence","actor","data"}`. `recorded_at` orders the archive. `thread`: the
    conversation (contact, attendant) whose `sequence` it counts in.
    """

    id: str
    type: str
    tenant_id: str
    occurred_at: datetime
    recorded_at: datetime
    thread: str
    sequence: int
    facts: Facts
    body: bytes
    traceparent: str | None = None
