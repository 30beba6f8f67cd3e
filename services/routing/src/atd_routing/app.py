"""The composition root: everything the service is made of, wired once."""

from fastapi import FastAPI

from atd_routing.api import routers
from atd_routing.api.parts import Parts
from atd_routing.domain.tenant import Tenant, tenant_of
from atd_routing.settings import RoutingSettings
from atd_routing.store.indexes import INDEXES
from atd_routing.store.items import Items
from atd_routing.store.pools import Pools
from atd_servicekit.clock import Clock
from atd_servicekit.runtime import Runtime
from atd_servicekit.tenant_cache import TenantCache
from atd_servicekit.tracing import Tracing

SERVICE = "routing"


def create_app(settings: RoutingSettings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service, connected to nothing yet: its lifespan does that."""
    runtime = Runtime.build(SERVICE, settings, clock=clock, tracing=tracing)
    runtime.add_indexes(INDEXES)
    runtime.use_outbox()
    database = runtime.mongo.db
    items, pools = Items(database), Pools(database)
    parts = Parts(
        runtime=runtime,
        items=items,
        tenants=tenants_of(items, runtime.clock),
        idempotency=runtime.use_idempotency(),
        pools=pools,
    )
    app = runtime.create_app("Routing", routers(parts), description="Who gets which conversation, and when")
    app.state.parts = parts
    return app


def tenants_of(items: Items, clock: Clock) -> TenantCache[Tenant]:
    """What companies have set, in memory."""

    async def read(tenant_id: str) -> Tenant:
        return tenant_of(await items.settings(tenant_id))

    return TenantCache(items.revision, read, clock)
