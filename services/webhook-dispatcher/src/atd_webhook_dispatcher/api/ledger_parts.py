"""What the routes of the ledger share."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from atd_servicekit.jobs import Jobs
from atd_servicekit.problems import invalid
from atd_webhook_dispatcher.api.parts import Parts
from atd_webhook_dispatcher.replay_counting import ReplayCounter
from atd_webhook_dispatcher.resending import Resending
from atd_webhook_dispatcher.store.archive_queries import ArchiveQueries
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.ledger_queries import LedgerQueries
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.replays import Replays
from atd_webhook_dispatcher.tester import EndpointTester

_EARLIEST = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class LedgerParts:
    """What the routes of deliveries, replays and tests are built from. `common`: what all routes have."""

    common: Parts
    queries: LedgerQueries
    queue: DeliveryQueue
    archive: ArchiveQueries
    breakers: Breakers
    replays: Replays
    jobs: Jobs
    counter: ReplayCounter
    resending: Resending
    tester: EndpointTester

    def now(self) -> datetime:
        """The time."""
        return self.common.runtime.clock.now()


def check_moment(field: str, moment: datetime, now: datetime) -> None:
    """Raises `Problem` 422 for moments that no event can have: clocks differ by less than a day."""
    if not _EARLIEST <= moment <= now + timedelta(days=1):
        raise invalid(field, "must be between the year 2000 and tomorrow")
