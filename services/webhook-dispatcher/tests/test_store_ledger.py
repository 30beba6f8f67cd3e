"""The ledger and the archive on a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio

from atd_schemas.ids import uuid7
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_webhook_dispatcher.domain.delivery import Delivery, delivery_id
from atd_webhook_dispatcher.domain.events import Event, Facts
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, Deliveries, delivery_of
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.indexes import INDEXES, PACKED

NOW = datetime(2096, 3, 1, 12, tzinfo=UTC)  # MongoDB removes what has expired by its own clock
WEEK = timedelta(days=7)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongo(mongodb_url: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, f"test_{uuid4().hex}", Metrics())
    await mongo.ensure_indexes(INDEXES, PACKED)
    yield mongo
    await mongo.client.drop_database(mongo.db.name)
    await mongo.close()


def event(tenant_id: str, *, at: datetime = NOW, sequence: int = 1) -> Event:
    event_id = uuid7()
    made = {"id": event_id, "type": "attendant.online", "data": {"attendant": {"id": "bia"}}, "sequence": sequence}
    return Event(
        id=event_id,
        type="attendant.online",
        tenant_id=tenant_id,
        occurred_at=at,
        recorded_at=at,
        thread="bia",
        sequence=sequence,
        facts=Facts(),
        body=orjson.dumps(made),
    )


def row(tenant_id: str, of: Event, endpoint_id: str = "e1") -> Delivery:
    return Delivery(
        id=delivery_id(of.id, of.recorded_at, endpoint_id),
        tenant_id=tenant_id,
        endpoint_id=endpoint_id,
        event_id=of.id,
        event_type=of.type,
        thread=of.thread,
        sequence=of.sequence,
        accepted_at=NOW,
        due_at=NOW,
        body=b'{"short":true}',
        contact_id="c1",
    )


async def test_a_batch_that_comes_twice_is_kept_once(mongo: Mongo) -> None:
    tenant = uuid7()
    first, second = event(tenant), event(tenant, sequence=2)
    events, deliveries = Events(mongo.db, WEEK), Deliveries(mongo.db)
    for batch in ([first], [first, second]):
        await events.add(batch, NOW)
        await deliveries.add([row(tenant, one) for one in batch])
    kept = await mongo.db[DELIVERIES].find({"tenant_id": tenant}).sort("sequence", 1).to_list(10)
    assert [delivery_of(one) for one in kept] == [row(tenant, first), row(tenant, second)]
    assert await events.bodies([first.id, second.id, "gone"]) == {first.id: first.body, second.id: second.body}


async def test_a_row_that_is_under_way_is_not_put_back_by_the_same_batch(mongo: Mongo) -> None:
    tenant = uuid7()
    made = row(tenant, event(tenant))
    deliveries = Deliveries(mongo.db)
    await deliveries.add([made])
    await mongo.db[DELIVERIES].update_one({"_id": made.id}, {"$set": {"state": "delivered", "tries": 1}})
    await deliveries.add([made])
    [kept] = await mongo.db[DELIVERIES].find({"tenant_id": tenant}).to_list(10)
    assert (kept["state"], kept["tries"]) == ("delivered", 1)


async def test_the_archive_is_read_in_pages_by_time_for_one_company(mongo: Mongo) -> None:
    tenant, other = uuid7(), uuid7()
    events = Events(mongo.db, WEEK)
    moments = [NOW, NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)]
    mine = [event(tenant, at=at, sequence=place) for place, at in enumerate(moments, start=1)]
    mine.sort(key=lambda one: (one.recorded_at, one.id))  # ids of one millisecond are in no order
    await events.add([*mine, event(other)], NOW)
    found: list[Event] = []
    after: tuple[datetime, str] | None = None
    while page := await events.between(tenant, NOW, NOW + timedelta(seconds=2), after=after, limit=2):
        found += page
        after = (page[-1].recorded_at, page[-1].id)
    assert found == mine[:3]
    assert await events.latest(tenant, 2) == [mine[3], mine[2]]


async def test_the_ledger_and_the_archive_are_packed(mongo: Mongo) -> None:
    for name in PACKED:
        found = await mongo.db.command("collStats", name)
        assert "block_compressor=zstd" in found["wiredTiger"]["creationString"]
