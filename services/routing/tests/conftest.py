"""The routing service on the servers of the run."""

from collections.abc import AsyncIterator

import pytest_asyncio

from atd_routing.app import SERVICE, create_app
from atd_routing.settings import RoutingSettings
from atd_testing.service import RunningService, Servers, TenantClient

EVERYTHING = ("conversations:read", "conversations:assign", "settings:manage", "presence:manage")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(servers: Servers) -> AsyncIterator[RunningService]:
    """One process for all tests of a module; each takes a tenant of its own."""
    settings = servers.settings(SERVICE, RoutingSettings)
    async with servers.running(create_app(settings), settings) as running:
        yield running
    await servers.drop_databases(settings)


@pytest_asyncio.fixture(loop_scope="module")
async def desk(service: RunningService) -> TenantClient:
    """A tenant of one test, seen by somebody who may do everything."""
    return TenantClient(service, permissions=EVERYTHING, actor_id="bia", actor_name="Bia")
