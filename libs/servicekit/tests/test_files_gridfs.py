"""Files in MongoDB: the layout, the indexes, and what ended processes leave."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from gridfs import AsyncGridFSBucket
from pydantic import SecretStr

from atd_servicekit.clock import SystemClock
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import FileMissing, FileStore, FileStoreSettings, create_file_store
from atd_servicekit.files.gridfs import ABANDONED_AFTER, CHUNK_BYTES, CHUNKS, FILES, UNFINISHED, GridFsStore, _Upload
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.clock import FakeClock
from atd_testing.keys import IDENTITY_PUBLIC_KEY

_LIMIT = 10 * 1024 * 1024


@pytest.fixture
async def mongo(mongodb_url: str, database_name: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongodb_url, database_name, Metrics())
    yield mongo
    await mongo.client.drop_database(database_name)
    await mongo.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(SystemClock().now())


@pytest.fixture
async def store(mongo: Mongo, mongodb_url: str, database_name: str, clock: FakeClock) -> AsyncIterator[GridFsStore]:
    store = GridFsStore(lambda: Mongo(mongodb_url, database_name, Metrics()), clock)
    await store.start()
    yield store
    await store.stop()


async def _put(store: FileStore, data: bytes, key: str = "t/a") -> None:
    async def whole() -> AsyncIterator[bytes]:
        yield data

    await store.put(key, whole(), content_type="image/png", limit=_LIMIT)


async def _content(store: GridFsStore, key: str = "t/a") -> bytes:
    return b"".join([chunk async for chunk in (await store.open(key)).chunks])


async def _counts(mongo: Mongo) -> tuple[int, int, int]:
    """Files, chunks, notes."""
    files, chunks, notes = [await mongo.db[name].count_documents({}) for name in (FILES, CHUNKS, UNFINISHED)]
    return files, chunks, notes


async def _abandon(mongo: Mongo, clock: FakeClock, key: str = "t/a") -> None:
    """What a process leaves that is killed while it writes."""
    upload = _Upload(mongo.db, key, clock)
    await upload.begin()
    for _ in range(5):
        await upload.add(b"x" * CHUNK_BYTES)


async def test_the_drivers_bucket_reads_what_was_written(store: GridFsStore, mongo: Mongo) -> None:
    data = b"abc" * CHUNK_BYTES
    await _put(store, data)

    written = await AsyncGridFSBucket(mongo.db).open_download_stream_by_name("t/a")
    assert await written.read() == data


async def _stages(mongo: Mongo, collection: str, query: dict[str, Any], order: list[tuple[str, int]]) -> str:
    explained = await mongo.db[collection].find(query).sort(order).explain()
    return str(explained["queryPlanner"]["winningPlan"])


async def test_every_query_has_an_index(store: GridFsStore, mongo: Mongo) -> None:
    queries: list[tuple[str, dict[str, Any], list[tuple[str, int]]]] = [
        (FILES, {"filename": "t/a"}, [("uploadDate", -1), ("_id", -1)]),
        (CHUNKS, {"files_id": 1, "n": {"$gte": 0, "$lte": 5}}, [("n", 1)]),
        (CHUNKS, {"files_id": {"$in": [1, 2]}}, []),
        (UNFINISHED, {"at": {"$lt": SystemClock().now()}}, [("at", 1)]),
    ]
    for collection, query, order in queries:
        plan = await _stages(mongo, collection, query, order or [("files_id", 1)])
        assert "IXSCAN" in plan, collection
        assert "COLLSCAN" not in plan, collection


async def test_a_writer_whose_clock_is_behind_still_replaces_the_file(store: GridFsStore, clock: FakeClock) -> None:
    await _put(store, b"first")
    clock.advance(timedelta(minutes=-5))
    await _put(store, b"second")
    assert await _content(store) == b"second"


async def test_what_a_killed_writer_left_is_swept_a_day_later(
    store: GridFsStore, mongo: Mongo, clock: FakeClock
) -> None:
    await _put(store, b"former")
    await _abandon(mongo, clock)
    assert await _counts(mongo) == (1, 5, 1)
    assert await _content(store) == b"former"
    clock.advance(ABANDONED_AFTER)
    assert await store.sweep() == 0
    clock.advance(timedelta(milliseconds=1))
    assert await store.sweep() == 1
    assert await _counts(mongo) == (1, 1, 0)
    assert await _content(store) == b"former"


async def test_the_sweep_finishes_a_replacement_that_was_cut_off(
    store: GridFsStore, mongo: Mongo, clock: FakeClock
) -> None:
    await _put(store, b"new")
    newest = await mongo.db[FILES].find_one({"filename": "t/a"})
    assert newest is not None
    older = {**newest, "_id": "older", "uploadDate": newest["uploadDate"] - timedelta(seconds=1)}
    await mongo.db[FILES].insert_one(older)
    await mongo.db[CHUNKS].insert_one({"files_id": "older", "n": 0, "data": b"old"})
    await mongo.db[UNFINISHED].insert_one({"_id": newest["_id"], "key": "t/a", "at": clock.now()})
    clock.advance(ABANDONED_AFTER + timedelta(seconds=1))
    assert await store.sweep() == 1
    assert await _counts(mongo) == (1, 1, 0)
    assert await _content(store) == b"new"


async def test_the_sweep_finishes_a_removal_that_was_cut_off(
    store: GridFsStore, mongo: Mongo, clock: FakeClock
) -> None:
    await mongo.db[CHUNKS].insert_one({"files_id": "gone", "n": 0, "data": b"secret"})
    await mongo.db[UNFINISHED].insert_one({"_id": "gone", "key": "t/a", "at": clock.now()})
    clock.advance(ABANDONED_AFTER + timedelta(seconds=1))
    assert await store.sweep() == 1
    assert await _counts(mongo) == (0, 0, 0)


async def test_deleting_removes_every_revision(store: GridFsStore, mongo: Mongo) -> None:
    await _put(store, b"new")
    newest = await mongo.db[FILES].find_one({"filename": "t/a"})
    assert newest is not None
    await mongo.db[FILES].insert_many([{**newest, "_id": number} for number in range(250)])
    await store.delete("t/a")
    assert await _counts(mongo) == (0, 0, 0)


@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_a_file_that_lacks_a_chunk_never_looks_whole(store: GridFsStore, mongo: Mongo, lost: int) -> None:
    await _put(store, b"x" * (2 * CHUNK_BYTES + 10))
    await mongo.db[CHUNKS].delete_one({"n": lost})
    with pytest.raises(InfrastructureFault):
        await _content(store)


async def test_whoever_reads_a_file_that_is_deleted_is_told(store: GridFsStore) -> None:
    await _put(store, b"x" * (9 * CHUNK_BYTES))
    opened = await store.open("t/a")
    await anext(opened.chunks)
    await store.delete("t/a")
    with pytest.raises(InfrastructureFault):
        async for _ in opened.chunks:
            pass
    with pytest.raises(FileMissing):
        await store.open("t/a")


async def test_without_a_url_files_are_kept_in_the_database_of_the_settings(
    mongo: Mongo, mongodb_url: str, database_name: str
) -> None:
    settings = FileStoreSettings(
        mongodb_url=SecretStr(mongodb_url),
        mongodb_database_prefix="own_",
        files_database=database_name,
        port=0,
        identity_public_keys=IDENTITY_PUBLIC_KEY,
    )
    store = create_file_store(settings, Metrics())
    assert isinstance(store.objects, GridFsStore)
    await store.start()
    await _put(store, b"here")
    await store.stop()
    assert (await _counts(mongo))[0] == 1
