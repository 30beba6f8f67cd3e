"""A list goes on after any place, with what its query says else."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from pymongo import IndexModel

from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Document, Mongo
from atd_servicekit.places import Place, earlier, later

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIZES = (1, 2, 3, 5, 40)


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    """Thirty things, three of each moment, every fifth of them hidden."""
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes({"things": [IndexModel([("at", 1), ("_id", 1)])]})
    things = [
        {"_id": f"{n * 7 % 30:02}", "at": NOON + timedelta(minutes=n // 3), "hidden": n % 5 == 0} for n in range(30)
    ]
    await mongo.db.things.insert_many(things)
    yield mongo
    await mongo.client.drop_database(database_name)
    await mongo.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("narrowed", "direction"), [(earlier, -1), (later, 1)])
async def test_pages_show_everything_once_and_in_order(
    mongo: Mongo, narrowed: Callable[[Document, str, Place], Document], direction: int, size: int
) -> None:
    bounds = {"$gt": NOON, "$lt": NOON + timedelta(minutes=8)}
    wanted: Document = {"at": bounds, "$nor": [{"hidden": True}]}
    order = [("at", direction), ("_id", direction)]
    expected = [row["_id"] for row in await mongo.db.things.find(wanted).sort(order).limit(30).to_list(30)]
    assert len(expected) == 17

    async def page(query: Document) -> list[Document]:
        return await mongo.db.things.find(query).sort(order).limit(size).to_list(size)

    found: list[str] = []
    rows = await page(wanted)
    while rows:
        found += [row["_id"] for row in rows]
        rows = await page(narrowed(wanted, "at", (rows[-1]["at"], rows[-1]["_id"])))
    assert found == expected
    assert wanted == {"at": bounds, "$nor": [{"hidden": True}]}, "the query of the first page is left as it was"
