"""A company of its own for each test, on one database for each module."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from atd_servicekit.mongo import Mongo

from .world import World, database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongo(mongodb_url: str) -> AsyncIterator[Mongo]:
    async with database(mongodb_url, f"test_{uuid4().hex}") as connected:
        yield connected


@pytest_asyncio.fixture(loop_scope="module")
async def world(mongo: Mongo) -> World:
    return World(mongo)
