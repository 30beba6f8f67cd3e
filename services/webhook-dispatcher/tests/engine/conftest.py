"""One database for each module; each test has a company of its own, and the processes that it starts."""

from collections.abc import AsyncIterator

import pytest_asyncio

from atd_servicekit.mongo import Mongo

from .receiver import Receiver, receiving
from .world import Process, World, database, process


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongo(mongodb_url: str) -> AsyncIterator[Mongo]:
    async with database(mongodb_url) as connected:
        yield connected


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(mongo: Mongo) -> AsyncIterator[Process]:
    async with process(mongo) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def world(mongo: Mongo) -> World:
    return World(mongo)


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening
