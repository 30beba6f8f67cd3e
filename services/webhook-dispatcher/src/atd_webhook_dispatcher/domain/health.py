"""How an endpoint is, at a glance. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atd_webhook_dispatcher.domain.breaker import BreakerState
from atd_webhook_dispatcher.domain.delivery import AttemptOutcome
from atd_webhook_dispatcher.domain.endpoint import Endpoint

HealthStatus = Literal["healthy", "failing", "slowed", "stopped", "idle"]
"""`failing`: nothing has arrived since its last failure. `slowed`: it asks for less, or is being tried again carefully.
`stopped`: paused or disabled. `idle`: nothing was sent for a day, and nothing waits."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What happened in an hour, which begins at `at`. `failed_attempts` includes those that were tried again."""

    at: datetime
    delivered: int = 0
    failed_attempts: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed; `status` is absent where no answer came."""

    at: datetime
    outcome: AttemptOutcome
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What waits for an endpoint. `waiting` is counted up to a limit; `oldest_due_at`: of what could have left."""

    waiting: int = 0
    oldest_due_at: datetime | None = None


def status_of(endpoint: Endpoint, breaker: BreakerState, hours: tuple[Hour, ...], load: Load) -> HealthStatus:
    """The one word for an endpoint; `hours` are those of the last day."""
    if endpoint.state != "enabled":
        return "stopped"
    if endpoint.failing is not None:
        return "failing"
    if breaker != "closed":
        return "slowed"
    if not load.waiting and not any(hour.delivered or hour.failed_attempts for hour in hours):
        return "idle"
    return "healthy"
