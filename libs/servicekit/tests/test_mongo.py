"""Transactions on a real MongoDB: several writes in one turn, and who retries a conflict."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import IndexModel, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, OperationFailure

from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo, Read, Write, is_conflict, read_all, write_all
from atd_testing.servers import free_port
from atd_testing.waiting import PATIENCE_SECONDS


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes({"things": [], "others": []})
    yield mongo
    await mongo.client.drop_database(database_name)
    await mongo.close()


async def test_a_collection_that_another_process_has_just_made_is_taken_as_it_is(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def before() -> list[str]:
        return []

    monkeypatch.setattr(mongo.db, "list_collection_names", before)
    await mongo.ensure_indexes({"things": [IndexModel([("n", 1)], name="by_n")]})
    assert "by_n" in await mongo.db["things"].index_information()


async def test_writes_are_made_in_their_order_and_each_tells_its_result(mongo: Mongo) -> None:
    writes = [
        Write.inserts("things", [{"_id": 1}, {"_id": 2}]),
        Write("things", [UpdateOne({"_id": 1}, {"$set": {"seen": True}}), UpdateOne({"_id": 3}, {"$set": {"x": 1}})]),
        Write("others", [InsertOne({"_id": 1})]),
    ]
    results = await mongo.transaction(lambda session: write_all(mongo.db, session, writes))
    assert [(one.inserted_count, one.matched_count) for one in results] == [(2, 0), (0, 1), (1, 0)]
    assert await mongo.db["things"].find().sort("_id").to_list(None) == [{"_id": 1, "seen": True}, {"_id": 2}]


async def test_reads_of_one_turn_see_the_moment_of_their_transaction_and_its_own_writes(mongo: Mongo) -> None:
    await mongo.db["things"].insert_many([{"_id": n, "even": n % 2 == 0} for n in range(6)])
    reads = [
        Read.of_ids("things", (4, 2, 99), {"_id": 1}),
        Read("things", {"even": False}, 2),
        Read.of_ids("others", []),
        Read("others", {}, 10),
    ]

    async def work(session: Any) -> list[Any]:
        await read_all(mongo.db, session, reads)
        await mongo.db["others"].insert_one({"_id": "of somebody else"})
        await write_all(mongo.db, session, [Write.inserts("others", [{"_id": "mine"}])])
        return await read_all(mongo.db, session, reads)

    by_id, bounded, none, others = await mongo.transaction(work)
    assert sorted(row["_id"] for row in by_id) == [2, 4]
    assert [row["even"] for row in bounded] == [False, False]
    assert (none, others) == ([], [{"_id": "mine"}])


async def test_a_write_that_fails_takes_the_others_with_it(mongo: Mongo) -> None:
    await mongo.db["things"].insert_one({"_id": 1})
    writes = [Write.inserts("others", [{"_id": 1}]), Write.inserts("things", [{"_id": 1}])]
    with pytest.raises(BulkWriteError):
        await mongo.transaction(lambda session: write_all(mongo.db, session, writes))
    assert await mongo.db["others"].count_documents({}) == 0


async def test_writes_that_are_cancelled_leave_nothing(mongo: Mongo) -> None:
    writes = [Write.inserts("things", [{"_id": n} for n in range(start, start + 500)]) for start in range(0, 5000, 500)]
    started = asyncio.Event()

    async def work(session: Any) -> None:
        started.set()
        await write_all(mongo.db, session, writes)

    saving = asyncio.create_task(mongo.transaction(work))
    await started.wait()
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert await mongo.db["things"].count_documents({}) == 0


async def test_operations_that_are_cancelled_as_their_time_ends_leave_the_client_able_to_work(
    database_name: str,
) -> None:
    """What a task group does when the first of many gives up a MongoDB that is away: the others end that moment too."""
    away = Mongo(f"mongodb://127.0.0.1:{free_port()}", database_name, Metrics(), timeout_ms=500)

    async def several() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(8):
                group.create_task(away.db["things"].find_one({"_id": number}))

    async with asyncio.timeout(PATIENCE_SECONDS):
        for _ in range(3):
            ended = await asyncio.gather(*(several() for _ in range(30)), return_exceptions=True)
            assert {type(one) for one in ended} == {ExceptionGroup}
    await away.close()


@pytest.mark.parametrize("retried", [True, False])
async def test_a_conflict_is_retried_unless_the_caller_has_its_own_way(mongo: Mongo, retried: bool) -> None:
    await mongo.db["things"].insert_one({"_id": 1, "n": 0})
    tries = 0

    async def work(session: Any) -> None:
        nonlocal tries
        tries += 1
        await mongo.db["things"].find_one({"_id": 1}, session=session)
        if tries == 1:
            await mongo.db["things"].update_one({"_id": 1}, {"$inc": {"n": 10}})
        await mongo.db["things"].update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)

    if retried:
        await mongo.transaction(work)
    else:
        with pytest.raises(OperationFailure) as found:
            await mongo.transaction(work, retry_conflicts=False)
        assert is_conflict(found.value)
    row = await mongo.db["things"].find_one({"_id": 1})
    assert row is not None
    assert (tries, row["n"]) == ((2, 11) if retried else (1, 10))


async def test_an_index_is_built_however_long_it_takes(mongo: Mongo, mongodb_url: str, database_name: str) -> None:
    """A deadline of an operation would have MongoDB drop what it has built, at each try of the start."""
    hasty = Mongo(mongodb_url, database_name, Metrics(), timeout_ms=20_000)
    await mongo.db["things"].insert_many([{"n": n} for n in range(10)])

    async def commands() -> list[Any]:
        stages: list[dict[str, Any]] = [{"$currentOp": {}}, {"$match": {"command.createIndexes": "things"}}]
        return [one["command"] async for one in await mongo.client.admin.aggregate(stages)]

    async with mongo.client.start_session() as session:
        await session.start_transaction()
        await mongo.db["things"].insert_one({"n": 10}, session=session)  # an index waits for its end
        building = asyncio.create_task(hasty.ensure_indexes({"things": [IndexModel([("n", 1)], name="by_n")]}))
        while not (found := await commands()):
            assert not building.done()
            await asyncio.sleep(0.01)
        assert found[0].get("maxTimeMS", 3_600_000) >= 3_600_000
        await session.commit_transaction()
    await building
    assert "by_n" in await mongo.db["things"].index_information()
    await hasty.close()
