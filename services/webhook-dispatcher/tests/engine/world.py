"""The engine and the acceptance on a real database, without Kafka: companies with endpoints, and receivers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson

from atd_schemas.ids import uuid7
from atd_servicekit.clock import Clock, SystemClock
from atd_servicekit.consuming import Record
from atd_servicekit.crypto import FieldCipher, new_master_key
from atd_servicekit.customer_calls import CustomerCalls
from atd_servicekit.leases import LEASE_INDEXES, LEASES, ShardLeases
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_servicekit.url_policy import UrlPolicy
from atd_webhook_dispatcher.app import body_for
from atd_webhook_dispatcher.domain.endpoint import MOST_CONCURRENCY, Endpoint
from atd_webhook_dispatcher.domain.matching import matches
from atd_webhook_dispatcher.domain.reading import event_from
from atd_webhook_dispatcher.engine.engine import SHARDS, Engine, Retention, Stores
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.handlers import EventHandler
from atd_webhook_dispatcher.metrics import METRICS, WebhookMetrics
from atd_webhook_dispatcher.requests import EndpointCalls
from atd_webhook_dispatcher.showing import Showing
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, Deliveries
from atd_webhook_dispatcher.store.endpoints import EndpointCache, Endpoints, endpoint_cache
from atd_webhook_dispatcher.store.erasing import Erasing
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.indexes import INDEXES, PACKED
from atd_webhook_dispatcher.store.owner_calls import OwnerCalls
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.replays import Replays
from atd_webhook_dispatcher.store.tallies import Tallies

RETENTION = Retention(delivered=timedelta(days=7), failed=timedelta(days=30))
CIPHER = FieldCipher.from_master_key(new_master_key("k1"))
CLOCK = SystemClock()


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Mongo]:
    """A database with the indexes of the service."""
    mongo = Mongo(url, f"test_{uuid4().hex}", Metrics())
    await mongo.ensure_indexes({**INDEXES, **LEASE_INDEXES}, PACKED)
    try:
        yield mongo
    finally:
        await mongo.client.drop_database(mongo.db.name)
        await mongo.close()


def event(tenant_id: str, sequence: int = 1, thread: str = "", **data: Any) -> bytes:
    """A record of an attendant's event, as Kafka brings it."""
    return orjson.dumps(
        {
            "id": uuid7(),
            "type": "attendant.online",
            "version": 1,
            "tenant_id": tenant_id,
            "occurred_at": CLOCK.now().isoformat(),
            "recorded_at": CLOCK.now().isoformat(),
            "source": "routing",
            "subject": thread or uuid7(),
            "sequence": sequence,
            "actor": {"type": "system"},
            "data": data or {"attendant": {"id": "bia"}},
        }
    )


class MovedClock(SystemClock):
    """The machine's clock, moved on by as much as a test says."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.by

    def monotonic(self) -> float:
        return super().monotonic() + self.by.total_seconds()


@dataclass(slots=True)
class Process:
    """One process of the dispatcher: its engine, and what takes events in."""

    mongo: Mongo
    engine: Engine
    handler: EventHandler
    cache: EndpointCache
    showing: Showing
    clock: Clock
    disabled: list[tuple[str, str]] = field(default_factory=list)

    async def after(self, by: timedelta) -> None:
        """It is later: of a process with a `MovedClock`. Its leases go on, as they would have."""
        assert isinstance(self.clock, MovedClock)
        self.clock.by += by
        engine = self.engine
        await engine._leases.tick()
        for line in engine.lines:
            engine._lines.schedule(line)

    async def take(self, *values: bytes) -> None:
        """A batch of records comes."""
        events = [event_from(value) for value in values]
        await self.handler([Record(one, "topic", 0, place, b"") for place, one in enumerate(events)])


@dataclass(slots=True)
class World:
    """A company on a database that others use too."""

    mongo: Mongo
    tenant: str = field(default_factory=uuid7)

    async def endpoint(self, url: str, **more: Any) -> Endpoint:
        """Make an endpoint."""
        now = CLOCK.now()
        moments: dict[str, Any] = dict.fromkeys(("state_since", "created_at", "changed_at", "reset_at"), now)
        made = Endpoint(**{"id": uuid7(), "tenant_id": self.tenant, "url": url, **moments, **more})
        await self.mongo.transaction(lambda session: Endpoints(self.mongo.db).add(session, made))
        return made

    async def change(self, endpoint: Endpoint, **more: Any) -> Endpoint:
        """Change an endpoint as a person would."""
        after = replace(endpoint, version=endpoint.version + 1, changed_at=CLOCK.now(), **more)
        await self.mongo.transaction(lambda session: Endpoints(self.mongo.db).save(session, endpoint, after))
        return after

    def event(self, sequence: int = 1, thread: str = "", **data: Any) -> bytes:
        return event(self.tenant, sequence, thread, **data)

    async def rows(self, endpoint: Endpoint | None = None) -> list[dict[str, Any]]:
        """The ledger of the company, or of one of its endpoints, by id."""
        query: dict[str, Any] = {"tenant_id": self.tenant}
        if endpoint is not None:
            query["endpoint_id"] = endpoint.id
        return await self.mongo.db[DELIVERIES].find(query).sort("_id", 1).to_list(10_000)

    async def states(self, endpoint: Endpoint | None = None) -> list[str]:
        return [row["state"] for row in await self.rows(endpoint)]


@asynccontextmanager
async def process(mongo: Mongo, name: str = "p1", clock: Clock = CLOCK) -> AsyncIterator[Process]:
    """A process of the dispatcher, until the block ends."""
    kit = Metrics()
    metrics = kit.declare(WebhookMetrics, METRICS)
    endpoints = Endpoints(mongo.db)
    cache = endpoint_cache(endpoints, clock)
    queue, events = DeliveryQueue(mongo.db), Events(mongo.db, timedelta(days=7))
    breakers, replays = Breakers(mongo.db), Replays(mongo.db)
    calls = CustomerCalls("webhooks", kit, UrlPolicy(allow_private=True), max_per_owner=MOST_CONCURRENCY)
    disabled: list[tuple[str, str]] = []

    async def disable(endpoint: Endpoint, reason: str, _: Line) -> None:
        await mongo.transaction(
            lambda session: endpoints.update_state(session, endpoint, "disabled", reason, clock.now())
        )
        disabled.append((endpoint.id, reason))

    engine = Engine(
        Stores(endpoints, queue, events, Tallies(mongo.db), OwnerCalls(mongo.db), breakers),
        EndpointCalls(calls, CIPHER, clock),
        ShardLeases(mongo.db[LEASES], "webhooks", shards=SHARDS, owner=name, clock=clock),
        clock,
        metrics,
        RETENTION,
        disable,
        jitter=lambda: 0.0,
    )
    handler = EventHandler(
        cache=cache,
        events=events,
        deliveries=Deliveries(mongo.db),
        queue=queue,
        tallies=Tallies(mongo.db),
        erasing=Erasing(mongo.db, RETENTION.failed),
        engine=engine,
        clock=clock,
        metrics=metrics,
        retention=RETENTION,
        matches=matches,
        shaped=body_for,
    )
    showing = Showing(engine, breakers, replays, clock)
    engine.keep_at_last(showing.write_breakers)
    await calls.start()
    await engine.start()
    try:
        yield Process(mongo, engine, handler, cache, showing, clock, disabled)
    finally:
        await engine.stop()
        await calls.stop()
