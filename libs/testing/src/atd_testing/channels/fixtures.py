"""Pytest plugin: the fixtures of the contract: one service for a class of tests, and services of a test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from atd_schemas.topics import INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES
from atd_servicekit.files import create_file_store
from atd_servicekit.tracing import Tracing
from atd_testing.channels.case import ChannelCase, ServedProvider
from atd_testing.channels.under_test import ChannelUnderTest
from atd_testing.service import Servers
from atd_testing.topics import TopicReader

StartChannel = Callable[..., Awaitable[ChannelUnderTest]]
"""Starts a service with settings of its own: `start_channel(uncertain_after=...)`."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test of the contract with what it proves of the channel that runs it."""
    case: ChannelCase | None = getattr(getattr(item, "cls", None), "case", None)
    rows = () if case is None else case.proves.get(getattr(item, "originalname", item.name), ())
    if case is not None and rows:
        item.add_marker(pytest.mark.proves(case.kind, *rows))


@asynccontextmanager
async def running_channel(
    case: ChannelCase,
    servers: Servers,
    provider: ServedProvider | None = None,
    *,
    tracing: Tracing | None = None,
    **settings: Any,
) -> AsyncIterator[ChannelUnderTest]:
    """Run a channel service beside a fake (a new one unless one is given) until the block ends."""
    async with AsyncExitStack() as stack:
        beside = provider if provider is not None else await stack.enter_async_context(case.serving_provider())
        patient = {"account_refresh": timedelta(hours=1), "webhook_timeout": timedelta(minutes=1)}
        chosen = {"api_url": beside.url, **patient, **settings}
        made = servers.settings(case.service.name, case.settings(), **chosen)
        service = await stack.enter_async_context(servers.running(case.create_app(made, tracing=tracing), made))
        topics = (INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES)
        reader = await stack.enter_async_context(TopicReader.reading(servers.kafka_bootstrap, *topics))
        files = create_file_store(made)
        await files.start()
        stack.push_async_callback(files.stop)
        yield ChannelUnderTest(case, service, beside, reader, files, f"tenant-{uuid4()}")


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def shared_channel(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[ChannelUnderTest]:
    """The running service of a class of tests, which has the `case`."""
    async with running_channel(request.cls.case, servers) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="class")
async def channel(shared_channel: ChannelUnderTest) -> ChannelUnderTest:
    """The running service, with a tenant of this test's own and a fake that has forgotten everything."""
    shared_channel.provider.state.reset()
    return replace(shared_channel, tenant=f"tenant-{uuid4()}")


@pytest_asyncio.fixture(loop_scope="class")
async def start_channel(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[StartChannel]:
    """Starts services with settings of their own, and stops them after the test."""
    case: ChannelCase = request.cls.case
    async with AsyncExitStack() as stack:

        async def start(provider: ServedProvider | None = None, **settings: Any) -> ChannelUnderTest:
            return await stack.enter_async_context(running_channel(case, servers, provider, **settings))

        yield start
