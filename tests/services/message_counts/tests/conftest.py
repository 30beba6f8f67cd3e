"""The service on the servers of the run."""

from collections.abc import AsyncIterator

import pytest_asyncio

from atd_message_counts.app import SERVICE, create_app
from atd_message_counts.settings import MessageCountsSettings
from atd_schemas.topics import dead_letter_topic
from atd_testing.service import RunningService, Servers, TenantClient
from atd_testing.topics import create_topics


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(servers: Servers) -> AsyncIterator[RunningService]:
    settings = servers.settings(SERVICE, MessageCountsSettings)
    await create_topics(servers.kafka_bootstrap, (dead_letter_topic(SERVICE),))
    async with servers.running(create_app(settings), settings) as running:
        yield running
    await servers.drop_databases(settings)


@pytest_asyncio.fixture(loop_scope="module")
async def client(service: RunningService) -> TenantClient:
    return TenantClient(service, permissions=("conversations:read",))
