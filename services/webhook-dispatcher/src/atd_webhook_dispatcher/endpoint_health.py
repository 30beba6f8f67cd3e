"""How endpoints are: read from tallies, the ledger and breakers, for the list of them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from atd_servicekit.clock import Clock
from atd_webhook_dispatcher.domain.breaker import BreakerState
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.health import Failure, HealthStatus, Hour, Load, status_of
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.tallies import Tallies, hour_of, last_failure
from atd_webhook_dispatcher.store.waiting import WaitingDeliveries

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

HOURS = 24


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """An endpoint at a glance; `hours` are the last `HOURS`, the oldest first, those without anything too.

    `last_failure` is the latest attempt in them that failed, whatever arrived since.
    """

    status: HealthStatus
    breaker: BreakerState
    load: Load
    hours: tuple[Hour, ...]
    last_failure: Failure | None = None


class HealthReader:
    """Reads the health of a company's endpoints, of which there are at most `MOST_ENDPOINTS`."""

    def __init__(self, tallies: Tallies, waiting: WaitingDeliveries, breakers: Breakers, clock: Clock) -> None:
        self._tallies = tallies
        self._waiting = waiting
        self._breakers = breakers
        self._clock = clock

    async def of(self, endpoints: Sequence[Endpoint]) -> dict[str, EndpointHealth]:
        """The health of these endpoints, by id."""
        if not endpoints:
            return {}
        now = self._clock.now()
        ids = [one.id for one in endpoints]
        first = _first_hour(now)
        tallied, breakers, loads = await asyncio.gather(
            self._tallies.since(ids, first), self._breakers.of(ids, now), self._waiting.loads(ids, now)
        )
        found = {}
        for endpoint in endpoints:
            rows = tallied.get(endpoint.id, ())
            hours = _hours(rows, first)
            breaker, load = breakers.get(endpoint.id, "closed"), loads[endpoint.id]
            status = status_of(endpoint, breaker, hours, load)
            found[endpoint.id] = EndpointHealth(status, breaker, load, hours, last_failure(rows))
        return found


def no_health(endpoint: Endpoint, now: datetime) -> EndpointHealth:
    """That of an endpoint that was just made."""
    hours, load = _hours((), _first_hour(now)), Load()
    return EndpointHealth(status_of(endpoint, "closed", hours, load), "closed", load, hours)


def _first_hour(now: datetime) -> datetime:
    return hour_of(now) - timedelta(hours=HOURS - 1)


def _hours(tallied: "Sequence[Document]", first: datetime) -> tuple[Hour, ...]:
    by_hour: Mapping[datetime, Mapping[str, Any]] = {row["at"]: row for row in tallied}
    moments = [first + timedelta(hours=number) for number in range(HOURS)]
    return tuple(
        Hour(at, by_hour.get(at, {}).get("delivered", 0), by_hour.get(at, {}).get("failed_attempts", 0))
        for at in moments
    )
