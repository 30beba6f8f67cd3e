"""A replay: events of a period that are sent to one endpoint once more, and how far that has come. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.matching import is_wanted, passes

ReplayState = Literal["running", "done", "stopped"]
"""`running`: it still adds deliveries, or some of them wait. `done`: all have come to their end. `stopped`: by a
person, or since the endpoint was deleted; what waited is dropped."""

ReplayKind = Literal["replay", "failed", "recovery"]
"""What it reads: the archive; the deliveries that failed; the archive since the endpoint began to fail."""

Only = Literal["all", "missed"]
"""`missed`: without events that have arrived at the endpoint already, or wait for it."""

MOST_WAITING = 5_000
"""Deliveries of a replay that wait at a time; the next ones are added when some have left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One replay. Events recorded from `since` to before `until` are in it.

    `event_types`: patterns in the place of the endpoint's own; None: those. `total` is what was counted or estimated
    when it began, None where nobody counted. `examined` are the events that were looked at, `added` the deliveries
    that were made, `unsendable` the events of which no body could be made. `after`: where reading goes on.
    """

    id: str
    tenant_id: str
    endpoint_id: str
    kind: ReplayKind = "replay"
    since: datetime
    until: datetime
    event_types: tuple[str, ...] | None = None
    only: Only = "all"
    state: ReplayState = "running"
    reason: str | None = None
    total: int | None = None
    examined: int = 0
    added: int = 0
    unsendable: int = 0
    delivered: int = 0
    failed: int = 0
    dropped: int = 0
    read_all: bool = False
    after: tuple[datetime, str] | None = None
    created_at: datetime
    created_by: str
    finished_at: datetime | None = None

    @property
    def waiting(self) -> int:
        """Deliveries that have not come to their end yet."""
        return max(0, self.added - self.delivered - self.failed - self.dropped)


def takes(replay: Replay, endpoint: Endpoint, event: Event) -> bool:
    """Whether an event of the period is one of the replay, whether it arrived before or not."""
    types = endpoint.event_types if replay.event_types is None else replay.event_types
    return is_wanted(types, event.type) and passes(endpoint.filters, event)
