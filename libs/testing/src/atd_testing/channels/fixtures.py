"""Pytest plugin: the fixtures of the contract: one service for a class of tests, and services of a test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from atd_schemas.topics import INBOUND_COMMENTS, INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES
from atd_servicekit.files import create_file_store
from atd_servicekit.tracing import Tracing
from atd_testing.channels.case import ChannelCase, ServedProvider
from atd_testing.channels.under_test import ChannelUnderTest
from atd_testing.service import Servers
from atd_testing.topics import TopicReader

StartChannel = Callable[..., Awaitable[ChannelUnderTest]]
"""Starts a service with settings of its own: `start_channel(uncertain_after=...)`."""


class KeptChannel:
    """The service that ran last, for the next test that asks for one with the same settings.

    Starting one costs more than most tests do. At most one runs: two would share the commands.
    """

    def __init__(self, case: ChannelCase, servers: Servers) -> None:
        self.case = case
        self._servers = servers
        self._stack = AsyncExitStack()
        self._settings: dict[str, Any] | None = None
        self._running: ChannelUnderTest | None = None

    async def start(self, settings: dict[str, Any]) -> ChannelUnderTest:
        """The running service with these settings, for a tenant of its own and beside a fake that has forgotten all."""
        if self._running is None or self._settings != settings:
            await self.stop()
            running = running_channel(self.case, self._servers, **settings)
            self._running, self._settings = await self._stack.enter_async_context(running), settings
        self._running.provider.state.reset()
        return replace(self._running, tenant=f"tenant-{uuid4()}")

    async def stop(self) -> None:
        """Stop the service, if one runs."""
        self._running = None
        await self._stack.aclose()


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
        if "mongodb_database_prefix" not in settings:  # else another service's, which may run
            stack.push_async_callback(servers.release, made)
        service = await stack.enter_async_context(servers.running(case.create_app(made, tracing=tracing), made))
        topics = (INBOUND_EVENTS, INBOUND_COMMENTS, INBOUND_UNPARSED, SETTINGS_CHANGES)
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


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def kept_channel(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[KeptChannel]:
    """Keeps a service for the tests of a class that ask for the same settings one after the other."""
    kept = KeptChannel(request.cls.case, servers)
    yield kept
    await kept.stop()


@pytest_asyncio.fixture(loop_scope="class")
async def start_channel(kept_channel: KeptChannel, servers: Servers) -> AsyncIterator[StartChannel]:
    """Starts services with settings of their own: the first of a test may be the one that the test before it had.

    Further ones, and those with a provider or a tracing of their own, are stopped after the test, and so is the first
    one, for they have shared their commands with it.
    """
    case: ChannelCase = kept_channel.case
    async with AsyncExitStack() as stack:
        started = 0

        async def start(provider: ServedProvider | None = None, **settings: Any) -> ChannelUnderTest:
            nonlocal started
            started += 1
            if started == 1 and provider is None and "tracing" not in settings:
                return await kept_channel.start(settings)
            if started == 1:
                await kept_channel.stop()
            elif started == 2:
                stack.push_async_callback(kept_channel.stop)
            return await stack.enter_async_context(running_channel(case, servers, provider, **settings))

        yield start
