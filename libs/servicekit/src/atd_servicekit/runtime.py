"""The parts of a service, which its composition root wires together: what it is made of.

In which order they start and stop: `lifecycle.py`.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog
from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI
from pymongo import IndexModel

from atd_schemas.ids import uuid7
from atd_schemas.topics import Topic
from atd_servicekit.broadcast import Broadcast, RawHandler
from atd_servicekit.clock import Clock, SystemClock
from atd_servicekit.consuming import MAX_RECORDS, BatchHandler, Parse, PassesOver, Subscription
from atd_servicekit.crypto import FieldCipher
from atd_servicekit.faststream_broker import Operation, create_broker
from atd_servicekit.health import Health, health_router
from atd_servicekit.idempotency import IDEMPOTENCY_INDEXES, Idempotency
from atd_servicekit.identity import IdentityVerifier
from atd_servicekit.identity_keys import read_public_keys
from atd_servicekit.inbox import INBOX_INDEXES, Inbox
from atd_servicekit.jobs import JOB_INDEXES, Jobs
from atd_servicekit.kafka import KAFKA_GRACE, Producer
from atd_servicekit.kafka_connection import KafkaConnection
from atd_servicekit.key_ids import keys_router
from atd_servicekit.leases import LEASE_INDEXES, LEASES, ShardLeases
from atd_servicekit.lifecycle import Component, Lifecycle
from atd_servicekit.metrics import Metrics
from atd_servicekit.middleware import RequestContext
from atd_servicekit.mongo import Mongo, Session
from atd_servicekit.outbox import OUTBOX, OUTBOX_INDEXES, OUTBOX_SHARDS, Outbox, Relay
from atd_servicekit.problems import install_problem_handlers
from atd_servicekit.settings import MasterKeySettings, ServiceSettings
from atd_servicekit.tasks import SupervisedTask
from atd_servicekit.tracing import Tracing

T = TypeVar("T")
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The kit has its own, which tells nothing personal; FastAPI's looks for providers at every request."""


@dataclass(slots=True)
class Runtime:
    """Holds the parts of a service and adds to them, for its composition root. Built by `Runtime.build`."""

    service: str
    settings: ServiceSettings
    clock: Clock
    metrics: Metrics
    tracing: Tracing
    mongo: Mongo
    kafka: KafkaConnection
    producer: Producer
    outbox: Outbox
    broker: KafkaBroker
    health: Health
    identity: IdentityVerifier
    instance: str
    _lifecycle: Lifecycle
    _cipher: FieldCipher | None = None
    _subscriptions: list[Subscription] = field(default_factory=list)
    _gauges: list[Callable[[], None]] = field(default_factory=list)

    @classmethod
    def build(
        cls,
        service: str,
        settings: ServiceSettings,
        *,
        clock: Clock | None = None,
        tracing: Tracing | None = None,
    ) -> "Runtime":
        """Build everything a service needs, connected to nothing yet."""
        clock = clock or SystemClock()
        metrics = Metrics()
        instance = f"{socket.gethostname()}-{os.getpid()}-{uuid7()[-12:]}"
        cipher = None
        if isinstance(settings, MasterKeySettings):
            cipher = FieldCipher.from_master_key(settings.master_key.get_secret_value())
        mongo = Mongo(
            settings.mongodb_url.get_secret_value(),
            settings.database_name(service),
            metrics,
            app_name=f"atd-{service}",
        )
        kafka = settings.kafka_connection()
        tracing = tracing or Tracing.from_endpoint(service, settings.otlp_endpoint)
        producer = Producer(kafka, instance, metrics)
        broker = create_broker(kafka, instance, partial(_report_consumer_error, metrics))
        health = Health(metrics)
        return cls(
            service=service,
            settings=settings,
            clock=clock,
            metrics=metrics,
            tracing=tracing,
            mongo=mongo,
            kafka=kafka,
            producer=producer,
            outbox=Outbox(mongo.db, clock),
            broker=broker,
            health=health,
            identity=IdentityVerifier(
                read_public_keys(settings.identity_public_keys), read_public_keys(settings.operator_public_keys)
            ),
            instance=instance,
            _lifecycle=Lifecycle(instance, mongo, producer, broker, health, tracing),
            _cipher=cipher,
        )

    @property
    def cipher(self) -> FieldCipher:
        """Seals with the service's own key. Raises `RuntimeError` when its settings are not `MasterKeySettings`."""
        if self._cipher is None:
            raise RuntimeError(f"{self.service} has no master key: its settings must be MasterKeySettings")
        return self._cipher

    @property
    def log(self) -> Any:
        return structlog.get_logger()

    def add_indexes(self, indexes: Mapping[str, Sequence[IndexModel]], *, packed: frozenset[str] = frozenset()) -> None:
        """Add collections and indexes that must exist before anything else starts; see `Mongo.ensure_indexes`."""
        self._lifecycle.packed |= packed
        for collection, models in indexes.items():
            self._lifecycle.indexes.setdefault(collection, []).extend(models)

    def add_component(self, component: Component) -> None:
        """Add a part. Parts start in the order of calls, before the consumers, and stop in reverse, after them.

        The process is not ready while a `Broadcast` among them cannot read.
        """
        self._lifecycle.components.append(component)
        if isinstance(component, Broadcast):
            self.health.add_check(f"reader {component.topic.name}", component.check, grace=KAFKA_GRACE)

    @property
    def components(self) -> Sequence[Component]:
        """What was added so far."""
        return tuple(self._lifecycle.components)

    def end_on_failure(self, end: Callable[[], None]) -> None:
        """Have `end` called when the start has failed for good: it ends the process, so that it is started again."""
        self._lifecycle.on_failure = end

    @property
    def stopping(self) -> asyncio.Event:
        """Set when the process is to begin nothing new."""
        return self._lifecycle.stopping

    def background(self, name: str, run: Callable[[], Awaitable[None]]) -> SupervisedTask:
        """Add a loop as a component; it is started again when it fails."""
        task = SupervisedTask(name, run)
        self.add_component(task)
        return task

    def on_start(self, action: Callable[[], Awaitable[None]]) -> None:
        """Add an action that runs once, after indexes and producer, before the components; must be safe to repeat."""
        self._lifecycle.actions.append(action)

    def leases(self, name: str, shards: int) -> ShardLeases:
        """Build this process's share of `shards`, divided among the service's processes; its user starts it."""
        if LEASES not in self._lifecycle.indexes:
            self.add_indexes(LEASE_INDEXES)
        return ShardLeases(self.mongo.db[LEASES], name, shards=shards, owner=self.instance, clock=self.clock)

    def use_outbox(self) -> None:
        """Run the relay: for services whose transactions leave records in the outbox."""
        self.add_indexes(OUTBOX_INDEXES)
        leases = self.leases(OUTBOX, OUTBOX_SHARDS)
        relay = Relay(self.outbox, self.mongo.db[OUTBOX], leases, self.producer, self.metrics, self.clock)
        self.add_component(relay)
        self._gauges.append(relay.refresh_gauges)
        self.health.add_check("outbox", relay.check)

    def use_inbox(self) -> Inbox:
        """Keep ids of handled events: for services whose effects are in MongoDB and must happen once."""
        self.add_indexes(INBOX_INDEXES)
        return Inbox(self.mongo.db, self.clock)

    def use_idempotency(self) -> Idempotency:
        """Keep the answers of creating requests for their repeats, sealed if the service has a key of its own."""
        self.add_indexes(IDEMPOTENCY_INDEXES)
        return Idempotency(self.mongo.db, self.clock, self._cipher)

    def use_jobs(self, *, concurrency: int = 4) -> Jobs:
        """Do what is due and what goes on in steps; each kind of job gets its handler by `Jobs.handle`."""
        self.add_indexes(JOB_INDEXES)
        jobs = Jobs(self.mongo.db, self.clock, self.metrics, concurrency=concurrency)
        self.add_component(jobs)
        return jobs

    async def transaction(self, work: Callable[[Session], Awaitable[T]], *, retry_conflicts: bool = True) -> T:
        """Run `work` as `mongo.transaction` does, and publish what it added to the outbox after the commit."""
        transaction = partial(self.mongo.transaction, retry_conflicts=retry_conflicts)
        return await self.outbox.publishing(transaction, work)

    def consume(
        self,
        topic: Topic,
        handler: BatchHandler,
        *,
        group: str | None = None,
        max_records: int = MAX_RECORDS,
        passes_over: PassesOver | None = None,
        parse: Parse | None = None,
        share: float = 1.0,
    ) -> Subscription:
        """Read `topic` as `group` (default: of the service and the topic) with the promises of `consuming.py`.

        A process that comes or goes interrupts every reader of its group; so no two topics share one.

        What `passes_over` says yes to is not parsed, and counts as handled: not as invalid either, whatever is in it.
        `parse` replaces the topic's schema; what it raises for is an invalid record. `share` is the part of the time in
        which it may be at work.
        """
        subscription = Subscription(
            service=self.service,
            topic=topic,
            group=group or f"{self.service}.{topic.name}",
            handler=handler,
            producer=self.producer,
            metrics=self.metrics,
            tracing=self.tracing,
            clock=self.clock,
            stopping=self.stopping,
            max_records=max_records,
            passes_over=passes_over,
            parse=parse,
            share=share,
        )
        subscription.attach(self.broker)
        self._subscriptions.append(subscription)
        self._lifecycle.watches.append(SupervisedTask(f"watch {topic.name}", subscription.watch))
        self.health.add_heartbeat(f"consumer {topic.name}", subscription.alive)
        self.health.add_check(f"consumer {topic.name}", subscription.check)
        return subscription

    def broadcast(self, topic: Topic, handler: RawHandler, *, from_beginning: bool) -> Broadcast:
        """Read all of `topic` in every process (see `broadcast.py`). Added as a component."""
        reader = Broadcast(self.kafka, topic, handler, from_beginning=from_beginning)
        self.add_component(reader)
        return reader

    def create_app(
        self, title: str, routers: Sequence[APIRouter], *, description: str = "", health: bool = True
    ) -> FastAPI:
        """The HTTP application, whose lifespan starts and stops everything; `health=False`: no health routes."""
        app = FastAPI(
            title=title,
            description=description,
            version="1",
            lifespan=self._lifespan,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,  # it would send clients to the host that this process is called by
            telemetry=_NO_TELEMETRY,
        )
        app.state.runtime = self
        install_problem_handlers(app)
        app.add_middleware(RequestContext, metrics=self.metrics, tracing=self.tracing)
        if health:
            app.include_router(self.health_router())
            app.include_router(self.keys_router())
        for router in routers:
            app.include_router(router)
        app.add_api_route("/asyncapi.json", self._asyncapi, methods=["GET"], include_in_schema=False)
        return app

    def health_router(self) -> APIRouter:
        """`/livez`, `/readyz`, `/metrics`."""
        return health_router(self.health, self.metrics, self._refresh_gauges)

    def keys_router(self) -> APIRouter:
        """`/internal/keys`, with which operators follow the rotation of keys."""
        return keys_router(self.identity, self._cipher)

    async def _refresh_gauges(self) -> None:
        for refresh in self._gauges:
            refresh()
        await asyncio.gather(*(subscription.refresh_lag() for subscription in self._subscriptions))

    async def _asyncapi(self) -> JSONResponse:
        document = AsyncAPI(self.broker, title=f"atd-{self.service}", version="1", schema_version="3.0.0")
        return JSONResponse(document.to_specification().to_jsonable())

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        starting = asyncio.create_task(self._lifecycle.start(), name="start")
        try:
            yield
        finally:
            await self._lifecycle.stop(starting)

    async def wait_ready(self, timeout_seconds: float = 30.0) -> None:
        """Wait until everything has started. Raises `TimeoutError`."""
        await asyncio.wait_for(self.health.started.wait(), timeout_seconds)


def _report_consumer_error(
    metrics: Metrics, topics: Sequence[str], group: str, operation: Operation, error: KafkaError
) -> None:
    for topic in topics:
        metrics.consumer_errors.labels(topic, group, operation, type(error).__name__).inc()
    structlog.get_logger().warning(
        "consumer.error", topics=list(topics), group=group, operation=operation, error=type(error).__name__
    )
