"""A database for all tests of a module; each has a company of its own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import pytest_asyncio

from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.clock import FakeClock
from atd_webhook_dispatcher.store.indexes import INDEXES, PACKED

from .company import Company


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongo(mongodb_url: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, f"test_{uuid4().hex}", Metrics())
    await mongo.ensure_indexes(INDEXES, PACKED)
    yield mongo
    await mongo.client.drop_database(mongo.db.name)
    await mongo.close()


NOW = datetime(2096, 3, 1, 12, tzinfo=UTC)
"""In the future: MongoDB removes what has expired by its own clock."""


@pytest.fixture
def company(mongo: Mongo) -> Company:
    return Company(mongo, FakeClock(NOW))
