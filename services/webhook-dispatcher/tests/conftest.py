"""The webhook dispatcher on the servers of the run."""

from collections.abc import AsyncIterator

import pytest_asyncio

from atd_testing.service import RunningService, Servers, TenantClient
from atd_webhook_dispatcher.app import SERVICE, create_app
from atd_webhook_dispatcher.settings import WebhookDispatcherSettings

EVERYTHING = ("webhooks:manage",)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(servers: Servers) -> AsyncIterator[RunningService]:
    """One process for all tests of a module; each takes a tenant of its own."""
    settings = servers.settings(SERVICE, WebhookDispatcherSettings, customer_urls_allow_private=True)
    async with servers.running(create_app(settings), settings) as running:
        yield running
    await servers.drop_databases(settings)


@pytest_asyncio.fixture(loop_scope="module")
async def desk(service: RunningService) -> TenantClient:
    """A tenant of one test, seen by an administrator."""
    return TenantClient(service, permissions=EVERYTHING, actor_id="ana", actor_name="Ana")
