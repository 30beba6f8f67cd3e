"""What is written into the ledger of an attempt, or of a delivery that came to its end without one. Data only."""

from dataclasses import dataclass
from datetime import datetime

from atd_webhook_dispatcher.domain.delivery import Attempt, Delivery, DeliveryState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row. Without an `attempt` none was made. `due_at`: of one that waits for its next attempt."""

    row: Delivery
    state: DeliveryState
    tries: int
    attempt: Attempt | None
    at: datetime
    due_at: datetime | None = None
    expires_at: datetime | None = None
    reason: str | None = None
