"""Each event has its effect once, whoever handles it, however often, at the same time or after a crash."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.errors import BulkWriteError, OperationFailure

from atd_schemas.inbound import InboundContact, InboundMessage, InboundMessageData
from atd_servicekit.backoff import Backoff
from atd_servicekit.consuming import Record
from atd_servicekit.errors import InfrastructureFault, StaleVersion
from atd_servicekit.inbox import INBOX, INBOX_INDEXES, KEPT, Inbox, retry_stale, stale_when_duplicate
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo, Session
from atd_testing.clock import FakeClock

NOW = datetime.now(UTC)  # MongoDB deletes by its own clock
QUICK = Backoff.of_seconds(0.001, 0.001, attempts=4)


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes({**INBOX_INDEXES, "effects": [], "counters": []})
    await mongo.db.counters.insert_one({"_id": "c", "count": 0, "version": 0})
    yield mongo
    await mongo.client.drop_database(database_name)
    await mongo.close()


@pytest.fixture
def inbox(mongo: Mongo) -> Inbox:
    return Inbox(mongo.db, FakeClock(NOW))


def record(event_id: str) -> Record[Any]:
    event = InboundMessage(
        id=event_id,
        tenant_id="t1",
        occurred_at=NOW,
        recorded_at=NOW,
        source="test",
        subject="s",
        data=InboundMessageData(
            account_id="a1",
            account_name="Loja",
            channel="whatsapp",
            external_id=event_id,
            contact=InboundContact(external_id="5511999990000"),
            kind="text",
            text=event_id,
        ),
    )
    return Record(event, "topic", 0, 0, b"k")


class Counting:
    """An effect on one aggregate that has a version: every event is written down and counted."""

    def __init__(self, mongo: Mongo) -> None:
        self._db = mongo.db

    async def __call__(self, session: Session, records: Sequence[Record[Any]]) -> None:
        row = await self._db.counters.find_one({"_id": "c"}, session=session)
        assert row is not None
        await self._db.effects.insert_many([{"event": one.event.id} for one in records], session=session)
        result = await self._db.counters.update_one(
            {"_id": "c", "version": row["version"]},
            {"$set": {"count": row["count"] + len(records), "version": row["version"] + 1}},
            session=session,
        )
        if not result.matched_count:
            raise StaleVersion

    async def events(self) -> list[str]:
        found = [row["event"] async for row in self._db.effects.find().sort("_id")]
        row = await self._db.counters.find_one({"_id": "c"})
        assert row is not None
        assert row["count"] == len(found)
        return found


async def test_a_repeated_event_has_one_effect(mongo: Mongo, inbox: Inbox) -> None:
    work = Counting(mongo)
    await inbox.once(mongo.transaction, [record("e1"), record("e2"), record("e1")], work)
    await inbox.once(mongo.transaction, [record("e2"), record("e3")], work)
    await inbox.once(mongo.transaction, [record("e3")], work)
    assert await work.events() == ["e1", "e2", "e3"]
    assert await inbox.handled(["e1", "e3", "e4"]) == {"e1", "e3"}
    assert await inbox.handled([]) == set()


async def test_processes_that_handle_the_same_events_at_once_have_one_effect(mongo: Mongo, inbox: Inbox) -> None:
    work = Counting(mongo)
    batches = [[record(f"e{n}") for n in range(start, start + 6)] for start in (0, 0, 3, 3, 5)]
    await asyncio.gather(*(inbox.once(mongo.transaction, batch, work) for batch in batches))
    assert sorted(await work.events()) == sorted(f"e{n}" for n in range(11))


async def test_an_effect_that_fails_leaves_its_events_unhandled(mongo: Mongo, inbox: Inbox) -> None:
    async def fail(session: Session, _records: Sequence[Record[Any]]) -> None:
        await mongo.db.effects.insert_one({"event": "half"}, session=session)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await inbox.once(mongo.transaction, [record("e1")], fail)
    assert await inbox.handled(["e1"]) == set()
    assert await Counting(mongo).events() == []


async def test_a_commit_whose_answer_was_lost_is_not_made_twice(mongo: Mongo, inbox: Inbox) -> None:
    async def twice(work: Any) -> None:
        await mongo.transaction(work)
        await mongo.transaction(work)

    work = Counting(mongo)
    await inbox.once(twice, [record("e1")], work)
    assert await work.events() == ["e1"]


async def test_ids_that_are_handled_already_are_stale(mongo: Mongo, inbox: Inbox) -> None:
    await mongo.transaction(lambda session: inbox.add(session, ["e1"]))
    with pytest.raises(StaleVersion):
        await mongo.transaction(lambda session: inbox.add(session, ["e0", "e1"]))
    await mongo.transaction(lambda session: inbox.add(session, []))
    assert await inbox.handled(["e0", "e1"]) == {"e1"}


async def test_ids_are_forgotten_when_nobody_repeats_them_any_more(mongo: Mongo) -> None:
    assert timedelta(days=7) < KEPT
    indexes = await mongo.db[INBOX].index_information()
    assert [one["expireAfterSeconds"] for one in indexes.values() if one["key"] == [("at", 1)]] == [8 * 24 * 3600]


async def test_other_errors_of_a_bulk_write_are_not_stale(mongo: Mongo) -> None:
    await mongo.db.command("collMod", "effects", validator={"event": {"$type": "string"}})
    with pytest.raises(BulkWriteError), stale_when_duplicate():
        await mongo.db.effects.insert_many([{"event": 1}])
    await mongo.db.effects.insert_one({"_id": 1, "event": "x"})
    with pytest.raises(StaleVersion), stale_when_duplicate():
        await mongo.db.effects.insert_one({"_id": 1, "event": "x"})
    with pytest.raises(OperationFailure), stale_when_duplicate():
        await mongo.db.command("nonsense")


async def test_a_stale_decision_is_taken_again_and_says_how_often() -> None:
    attempts: list[int] = []

    async def decide(attempt: int) -> str:
        attempts.append(attempt)
        if attempt < 3:
            raise StaleVersion
        return "done"

    assert await retry_stale(decide, backoff=QUICK) == "done"
    assert attempts == [1, 2, 3]


async def test_a_batch_that_stays_stale_is_split_and_a_single_record_comes_again() -> None:
    async def decide(_attempt: int) -> None:
        raise StaleVersion

    with pytest.raises(StaleVersion):
        await retry_stale(decide, records=2, backoff=QUICK)
    with pytest.raises(InfrastructureFault):
        await retry_stale(decide, records=1, backoff=QUICK)
