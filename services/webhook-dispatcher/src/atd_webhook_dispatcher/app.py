"""The composition root: everything the service is made of, wired once."""

from datetime import timedelta

from fastapi import FastAPI

from atd_schemas.services import WEBHOOK_DISPATCHER
from atd_schemas.topics import ATTENDANT_EVENTS, CONVERSATION_EVENTS
from atd_servicekit.clock import Clock
from atd_servicekit.customer_calls import CustomerCalls
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing
from atd_webhook_dispatcher.api import routers
from atd_webhook_dispatcher.api.parts import Parts
from atd_webhook_dispatcher.disabling import Disabling
from atd_webhook_dispatcher.domain.acceptance import Unsendable
from atd_webhook_dispatcher.domain.catalogue import Catalogue
from atd_webhook_dispatcher.domain.endpoint import MOST_CONCURRENCY, Endpoint
from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.matching import matches
from atd_webhook_dispatcher.domain.shaping import CannotShape, shaped
from atd_webhook_dispatcher.engine.engine import SHARDS, Engine, Retention, Stores
from atd_webhook_dispatcher.handlers import EventHandler, parse
from atd_webhook_dispatcher.ledger_setup import health_reader, set_up_ledger
from atd_webhook_dispatcher.metrics import METRICS, WebhookMetrics
from atd_webhook_dispatcher.requests import EndpointCalls
from atd_webhook_dispatcher.settings import WebhookDispatcherSettings
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.deliveries import Deliveries
from atd_webhook_dispatcher.store.endpoints import Endpoints, endpoint_cache
from atd_webhook_dispatcher.store.erasing import Erasing
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.indexes import INDEXES, PACKED
from atd_webhook_dispatcher.store.owner_calls import OwnerCalls
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.tallies import Tallies

SERVICE = WEBHOOK_DISPATCHER.name


def create_app(
    settings: WebhookDispatcherSettings, *, clock: Clock | None = None, tracing: Tracing | None = None
) -> FastAPI:
    """The service, connected to nothing yet: its lifespan does that."""
    runtime = Runtime.build(SERVICE, settings, clock=clock, tracing=tracing)
    runtime.add_indexes(INDEXES, packed=PACKED)
    runtime.use_outbox()
    database = runtime.mongo.db
    metrics = runtime.metrics.declare(WebhookMetrics, METRICS)
    retention = Retention(
        delivered=timedelta(days=settings.webhook_delivered_days), failed=timedelta(days=settings.webhook_failed_days)
    )
    endpoints = Endpoints(database)
    cache = endpoint_cache(endpoints, runtime.clock)
    events, queue, tallies = Events(database, settings.archive_time), DeliveryQueue(database), Tallies(database)
    calls = CustomerCalls("webhooks", runtime.metrics, settings.url_policy(), max_per_owner=MOST_CONCURRENCY)
    sender = EndpointCalls(calls, runtime.cipher, runtime.clock)
    disabling = Disabling(endpoints, cache, runtime.transaction, runtime.outbox, runtime.clock)
    engine = Engine(
        Stores(endpoints, queue, events, tallies, OwnerCalls(database), Breakers(database)),
        sender,
        runtime.leases("webhooks", SHARDS),
        runtime.clock,
        metrics,
        retention,
        disabling.disable,
    )
    handler = EventHandler(
        cache=cache,
        events=events,
        deliveries=Deliveries(database),
        queue=queue,
        tallies=tallies,
        erasing=Erasing(database, retention.failed),
        engine=engine,
        clock=runtime.clock,
        metrics=metrics,
        retention=retention,
        matches=matches,
        shaped=body_for,
    )
    for topic in (CONVERSATION_EVENTS, ATTENDANT_EVENTS):
        runtime.consume(topic, handler, passes_over=handler.passes_over, parse=parse)
    runtime.add_component(calls)
    runtime.add_component(engine)
    routes = Parts(
        runtime=runtime,
        endpoints=endpoints,
        cache=cache,
        events=events,
        catalogue=Catalogue(),
        urls=settings.url_policy(),
        idempotency=runtime.use_idempotency(),
        health=health_reader(database, runtime),
    )
    ledger = set_up_ledger(routes, engine, sender, retention)
    app = runtime.create_app("Webhooks", routers(routes, ledger), description="Tells external systems what happens")
    app.state.engine = engine
    app.state.parts = routes
    app.state.ledger = ledger
    return app


def body_for(endpoint: Endpoint, event: Event) -> bytes | None:
    """The body of an event for an endpoint that wants another one than the event's. Raises `Unsendable`."""
    try:
        return shaped(endpoint.shape, event.body)
    except CannotShape as error:
        raise Unsendable(str(error)) from error
