"""How a webhook is, as the API shows it."""

from typing import Literal

from pydantic import BaseModel, Field

from atd_schemas.envelope import Timestamp
from atd_webhook_dispatcher.domain.delivery import AttemptOutcome
from atd_webhook_dispatcher.domain.health import Failure, HealthStatus
from atd_webhook_dispatcher.endpoint_health import EndpointHealth
from atd_webhook_dispatcher.store.waiting import MOST_COUNTED


class HourView(BaseModel):
    """What happened in the hour that begins at `at`. `failed_attempts` includes those that were tried again."""

    at: Timestamp
    delivered: int
    failed_attempts: int


class FailureView(BaseModel):
    """An attempt that failed. `status`: absent where no answer came."""

    at: Timestamp
    outcome: AttemptOutcome
    status: int | None


class HealthView(BaseModel):
    """A webhook at a glance. `hours` are the last 24, the oldest first."""

    status: HealthStatus
    waiting: int = Field(description=f"Deliveries that wait; counted up to {MOST_COUNTED}")
    oldest_due_at: Timestamp | None = Field(description="Of those that could have left")
    breaker: Literal["closed", "open", "half_open", "recovering"]
    hours: list[HourView]
    last_failure: FailureView | None = Field(description="The latest attempt in these hours that failed")


def health_view(health: EndpointHealth) -> HealthView:
    """The health of an endpoint."""
    return HealthView(
        status=health.status,
        waiting=health.load.waiting,
        oldest_due_at=health.load.oldest_due_at,
        breaker=health.breaker,
        hours=[
            HourView(at=one.at, delivered=one.delivered, failed_attempts=one.failed_attempts) for one in health.hours
        ],
        last_failure=_failure_view(health.last_failure),
    )


def _failure_view(failure: Failure | None) -> FailureView | None:
    return None if failure is None else FailureView(at=failure.at, outcome=failure.outcome, status=failure.status)
