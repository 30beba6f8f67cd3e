"""Wires what people do with the ledger: lists, resending, replays, tests, and the health of endpoints."""

from typing import TYPE_CHECKING

from atd_servicekit.runtime import Runtime
from atd_webhook_dispatcher.api.ledger_parts import LedgerParts
from atd_webhook_dispatcher.api.parts import Parts
from atd_webhook_dispatcher.endpoint_health import HealthReader
from atd_webhook_dispatcher.engine.engine import Engine, Retention
from atd_webhook_dispatcher.replay_counting import ReplayCounter
from atd_webhook_dispatcher.replaying import REPLAY_JOB, Replaying, ReplayStores
from atd_webhook_dispatcher.requests import EndpointCalls
from atd_webhook_dispatcher.resending import Resending
from atd_webhook_dispatcher.showing import Showing
from atd_webhook_dispatcher.store.archive_queries import ArchiveQueries
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.deliveries import Deliveries
from atd_webhook_dispatcher.store.ledger_queries import LedgerQueries
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.replayed import ReplayedDeliveries
from atd_webhook_dispatcher.store.replays import Replays
from atd_webhook_dispatcher.store.tallies import Tallies
from atd_webhook_dispatcher.store.waiting import WaitingDeliveries
from atd_webhook_dispatcher.tester import EndpointTester

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database


def health_reader(database: "Database", runtime: Runtime) -> HealthReader:
    """Reads how endpoints are."""
    return HealthReader(Tallies(database), WaitingDeliveries(database), Breakers(database), runtime.clock)


def set_up_ledger(common: Parts, engine: Engine, sender: EndpointCalls, retention: Retention) -> LedgerParts:
    """Add the jobs of replays and the loop of what all processes are to know; what the routes are built from."""
    runtime, events = common.runtime, common.events
    database, clock = runtime.mongo.db, runtime.clock
    deliveries, replayed, replays = Deliveries(database), ReplayedDeliveries(database), Replays(database)
    archive, breakers, jobs = ArchiveQueries(database), Breakers(database), runtime.use_jobs()
    stores = ReplayStores(replays, replayed, deliveries, events, common.endpoints)
    jobs.handle(REPLAY_JOB, Replaying(stores, engine, clock, retention.failed).handle)
    showing = Showing(engine, breakers, replays, clock)
    runtime.background("webhooks-show", showing.run)
    engine.keep_at_last(showing.write_breakers)
    return LedgerParts(
        common=common,
        queries=LedgerQueries(database),
        queue=DeliveryQueue(database),
        archive=archive,
        breakers=breakers,
        replays=replays,
        jobs=jobs,
        counter=ReplayCounter(archive, events, replayed),
        resending=Resending(replayed, deliveries, events, engine, clock),
        tester=EndpointTester(sender, archive, common.catalogue, deliveries, clock, retention),
    )
