"""The composition root: everything the service is made of, wired once."""

from collections.abc import Sequence

from fastapi import FastAPI

from atd_routing.api import routers
from atd_routing.api.parts import Parts
from atd_routing.attendance_setup import releasing, set_up_attendance
from atd_routing.domain.parts import PARTS
from atd_routing.domain.scene import Part
from atd_routing.domain.tenant import Tenant, tenant_of
from atd_routing.engine import Engine
from atd_routing.handlers import ConversationHandler
from atd_routing.metrics import METRICS, RoutingMetrics
from atd_routing.settings import RoutingSettings
from atd_routing.store.attendants import Attendants
from atd_routing.store.copies import Copies
from atd_routing.store.customers import Customers
from atd_routing.store.database_time import DatabaseTime, Time
from atd_routing.store.indexes import INDEXES
from atd_routing.store.items import Items
from atd_routing.store.pools import Pools
from atd_routing.store.queues import Queues
from atd_routing.store.sweeps import Sweeps
from atd_routing.store.turns import TurnStore
from atd_routing.sweeping import Sweeping
from atd_routing.timers import Timers
from atd_schemas.topics import CONVERSATION_EVENTS
from atd_servicekit.clock import Clock
from atd_servicekit.runtime import Runtime
from atd_servicekit.tenant_cache import TenantCache
from atd_servicekit.tracing import Tracing

SERVICE = "routing"


def create_app(
    settings: RoutingSettings,
    *,
    clock: Clock | None = None,
    time: Time | None = None,
    parts: Sequence[Part] = PARTS,
    tracing: Tracing | None = None,
) -> FastAPI:
    """The service, connected to nothing yet: its lifespan does that.

    `time`: of timers; None: the database's. `parts`: the concerns that look at every event.
    """
    runtime = Runtime.build(SERVICE, settings, clock=clock, tracing=tracing)
    runtime.add_indexes(INDEXES)
    runtime.use_outbox()
    database = runtime.mongo.db
    items, pools, copies = Items(database), Pools(database), Copies(database)
    tenants = tenants_of(items, runtime.clock)
    attendants, time = Attendants(database, runtime.outbox), time or DatabaseTime(database)
    metrics = runtime.metrics.declare(RoutingMetrics, METRICS)
    customers, queues = Customers(database), Queues(database)
    engine = Engine(
        copies=copies,
        turns=TurnStore(database, attendants, runtime.outbox),
        tenants=tenants,
        time=time,
        transaction=runtime.transaction,
        metrics=metrics,
        parts=parts,
        customers=customers,
        queues=queues,
    )
    timers = Timers(engine, copies, pools, time, metrics)
    heard = ConversationHandler(engine, tenants)
    runtime.consume(CONVERSATION_EVENTS, heard, passes_over=heard.passes_over)
    runtime.background("timers", timers.run)
    runtime.background("sweep-queues", timers.sweep)
    runtime.background("sweep-settings", Sweeping(engine, copies, Sweeps(database), tenants, time).run)
    routes = Parts(
        runtime=runtime,
        items=items,
        tenants=tenants,
        idempotency=runtime.use_idempotency(),
        pools=pools,
        copies=copies,
        attendants=attendants,
        engine=engine,
        timers=timers,
        time=time,
        attendance=set_up_attendance(runtime, attendants, items, pools, tenants, time, releasing(copies, engine)),
        customers=customers,
        queues=queues,
    )
    app = runtime.create_app("Routing", routers(routes), description="Who gets which conversation, and when")
    app.state.parts = routes
    return app


def tenants_of(items: Items, clock: Clock) -> TenantCache[Tenant]:
    """What companies have set, in memory."""

    async def read(tenant_id: str) -> Tenant:
        return tenant_of(await items.settings(tenant_id))

    return TenantCache(items.revision, read, clock)
