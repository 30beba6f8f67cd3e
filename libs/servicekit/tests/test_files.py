"""What every store of files promises, over MongoDB and over S3, alone and below the one that keeps bytes once."""

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import SecretStr

from atd_servicekit.clock import SystemClock
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import (
    DeduplicatedStore,
    FileMissing,
    FileStore,
    FileTooLarge,
    OpenFile,
    file_key,
    gridfs,
    s3,
)
from atd_servicekit.files.gridfs import CHUNK_BYTES, GridFsStore
from atd_servicekit.files.s3 import PART_BYTES, S3Store
from atd_servicekit.files.settings import S3Location
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.s3 import S3Server
from atd_testing.servers import free_port
from atd_testing.waiting import eventually

pytestmark = pytest.mark.integration

_KEY = file_key("t-1", "a-1")
_LIMIT = 100 * 1024 * 1024
_BLOCK = bytes(range(256)) * 256
_LARGE = PART_BYTES + PART_BYTES // 2


@dataclass(frozen=True)
class Bench:
    """One store on a real server. `kept` counts everything that is kept: files, and parts of files.

    `on_write` is called before each write of a `put`, of which a file of `several_writes` bytes needs at least four.
    """

    store: FileStore
    away: FileStore
    kept: Callable[[], Awaitable[int]]
    holds_bytes: int
    several_writes: int
    on_write: list[Callable[[], None]]


@pytest.fixture(params=["gridfs", "s3", "gridfs-deduplicated", "s3-deduplicated"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    where, _, deduplicated = request.param.partition("-")
    builders = {"gridfs": _in_mongodb, "s3": _in_s3}
    bench, tear_down = await builders[where](request)
    if deduplicated:
        bench = _deduplicated(bench, request.getfixturevalue("mongodb_url"), request.getfixturevalue("database_name"))
    await bench.store.start()
    yield bench
    await bench.store.stop()
    await tear_down()


def _deduplicated(bench: Bench, url: str, name: str) -> Bench:
    def over(objects: FileStore) -> DeduplicatedStore:
        return DeduplicatedStore(objects, lambda: Mongo(url, name, Metrics()), SystemClock(), Metrics())

    return replace(bench, store=over(bench.store), away=over(bench.away))


async def _in_mongodb(request: pytest.FixtureRequest) -> tuple[Bench, Callable[[], Awaitable[None]]]:
    url, name = request.getfixturevalue("mongodb_url"), request.getfixturevalue("database_name")
    nowhere = f"mongodb://127.0.0.1:{free_port()}"
    mongo = Mongo(url, name, Metrics())
    on_write: list[Callable[[], None]] = []
    write = gridfs._Upload._write

    async def observed(self: Any, work: Any) -> Any:
        for call in on_write:
            call()
        return await write(self, work)

    request.getfixturevalue("monkeypatch").setattr(gridfs._Upload, "_write", observed)

    async def kept() -> int:
        notes, files = await mongo.db["fs.unfinished"].count_documents({}), await mongo.db["fs.files"].distinct("_id")
        strays = await mongo.db["fs.chunks"].count_documents({"files_id": {"$nin": files}})
        return int(notes + len(files) + strays)

    async def tear_down() -> None:
        await mongo.client.drop_database(name)
        await mongo.close()

    return Bench(
        store=GridFsStore(lambda: Mongo(url, name, Metrics()), SystemClock()),
        away=GridFsStore(lambda: Mongo(nowhere, name, Metrics(), timeout_ms=200), SystemClock()),
        kept=kept,
        holds_bytes=6 * 1024 * 1024,
        several_writes=5 * CHUNK_BYTES,
        on_write=on_write,
    ), tear_down


async def _in_s3(request: pytest.FixtureRequest) -> tuple[Bench, Callable[[], Awaitable[None]]]:
    server: S3Server = request.getfixturevalue("s3_server")
    url, name = request.getfixturevalue("mongodb_url"), request.getfixturevalue("database_name")
    location = S3Location(bucket=server.create_bucket(), prefix="files", endpoint=server.url, **_pair())
    store = S3Store(location)
    on_write: list[Callable[[], None]] = []
    begin = s3._Upload.__init__

    def observed(self: Any, client: Any, *args: Any) -> None:
        begin(self, _Observed(client, on_write), *args)

    request.getfixturevalue("monkeypatch").setattr(s3._Upload, "__init__", observed)

    async def kept() -> int:
        objects = await store._client.list_objects_v2(Bucket=location.bucket)
        uploads = await store._client.list_multipart_uploads(Bucket=location.bucket)
        return int(objects["KeyCount"]) + len(uploads.get("Uploads", []))

    async def tear_down() -> None:
        """The bucket goes with the server; names are in MongoDB."""
        mongo = Mongo(url, name, Metrics())
        await mongo.client.drop_database(name)
        await mongo.close()

    nowhere = S3Location(bucket="none", endpoint=f"http://127.0.0.1:{free_port()}", **_pair())
    return Bench(
        store=store,
        away=S3Store(nowhere, attempts=1),
        kept=kept,
        holds_bytes=28 * 1024 * 1024,
        several_writes=_LARGE,
        on_write=on_write,
    ), tear_down


class _Observed:
    """A client whose calls are announced."""

    def __init__(self, client: Any, on_write: list[Callable[[], None]]) -> None:
        self._client = client
        self._on_write = on_write

    def __getattr__(self, name: str) -> Any:
        for call in self._on_write:
            call()
        return getattr(self._client, name)


def _pair() -> dict[str, Any]:
    return {"access_key": "key", "secret_key": SecretStr("secret")}


async def _pieces(data: bytes, piece_bytes: int = 65_536) -> AsyncIterator[bytes]:
    for at in range(0, len(data), piece_bytes):
        yield data[at : at + piece_bytes]


async def _put(store: FileStore, data: bytes, key: str = _KEY, content_type: str = "image/png") -> None:
    stored = await store.put(key, _pieces(data), content_type=content_type, limit=_LIMIT)
    assert (stored.key, stored.size, stored.content_type) == (key, len(data), content_type)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()


async def _read(opened: OpenFile) -> bytes:
    return b"".join([chunk async for chunk in opened.chunks])


async def _content(store: FileStore, key: str = _KEY) -> bytes:
    return await _read(await store.open(key))


@pytest.mark.proves("whatsapp", "store-gridfs-s3-one")
@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, PART_BYTES, _LARGE])
async def test_what_was_written_is_read(bench: Bench, size: int) -> None:
    data = (_BLOCK * (size // len(_BLOCK) + 1))[:size]
    await _put(bench.store, data, content_type="application/pdf")
    opened = await bench.store.open(_KEY)
    assert (opened.size, opened.content_type) == (size, "application/pdf")
    assert await _read(opened) == data
    await opened.aclose()
    assert await bench.kept() == 1


@pytest.mark.proves("whatsapp", "store-gridfs-s3-one")
async def test_any_range_is_read(bench: Bench) -> None:
    size = 3 * CHUNK_BYTES - 7
    data = (_BLOCK * (size // len(_BLOCK) + 1))[:size]
    await _put(bench.store, data)
    edges = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, size - 1, size, size + 5)
    for start in edges:
        for end in (*edges, None):
            opened = await bench.store.open(_KEY, start=start, end=end)
            assert (opened.size, await _read(opened)) == (size, data[start:end]), (start, end)


async def test_an_empty_file_has_no_range(bench: Bench) -> None:
    await _put(bench.store, b"")
    for start, end in ((0, 10), (5, None), (0, 0)):
        opened = await bench.store.open(_KEY, start=start, end=end)
        assert (opened.size, await _read(opened)) == (0, b"")


async def test_a_reader_may_stop_at_any_time(bench: Bench) -> None:
    await _put(bench.store, _BLOCK * 40)
    unread = await bench.store.open(_KEY)
    await unread.aclose()
    begun = await bench.store.open(_KEY)
    assert await anext(begun.chunks)
    await begun.aclose()
    assert await _content(bench.store) == _BLOCK * 40


async def test_writing_again_replaces_the_file_whole(bench: Bench) -> None:
    await _put(bench.store, _BLOCK * 10)
    await _put(bench.store, b"short", content_type="text/plain")
    opened = await bench.store.open(_KEY)
    assert (opened.content_type, await _read(opened)) == ("text/plain", b"short")
    await _put(bench.store, b"short", content_type="text/csv")
    assert (await bench.store.open(_KEY)).content_type == "text/csv"
    assert await bench.kept() == 1


async def test_whoever_reads_a_file_that_is_replaced_never_gets_a_mixture(bench: Bench) -> None:
    old, new = b"o" * (6 * CHUNK_BYTES), b"n" * (6 * CHUNK_BYTES)
    await _put(bench.store, old)
    opened = await bench.store.open(_KEY)
    got = await anext(opened.chunks)
    await _put(bench.store, new)
    with suppress(InfrastructureFault):
        got += await _read(opened)
        assert len(got) == len(old)
    assert set(got) == set(b"o")
    assert await _content(bench.store) == new


async def test_whoever_reads_is_not_disturbed_by_the_same_file_again(bench: Bench) -> None:
    data = _BLOCK * 40
    await _put(bench.store, data)
    opened = await bench.store.open(_KEY)
    begun = await anext(opened.chunks)
    await _put(bench.store, data)
    assert begun + await _read(opened) == data
    assert await bench.kept() == 1


async def test_many_writers_of_one_key_leave_one_whole_file(bench: Bench) -> None:
    contents = [bytes([65 + number]) * (CHUNK_BYTES + number) for number in range(6)]
    await asyncio.gather(*(_put(bench.store, each) for each in contents))
    assert await _content(bench.store) in contents
    assert await bench.kept() == 1


async def test_a_deleted_file_is_missing_and_nothing_is_kept(bench: Bench) -> None:
    await _put(bench.store, _BLOCK * 5)
    await bench.store.delete(_KEY)
    await bench.store.delete(_KEY)
    with pytest.raises(FileMissing):
        await bench.store.open(_KEY)
    with pytest.raises(FileMissing):
        await bench.store.open(_KEY, start=3, end=5)
    with pytest.raises(FileMissing):
        await bench.store.open(_KEY, start=5, end=5)
    assert await bench.kept() == 0


async def test_tenants_and_variants_have_files_of_their_own(bench: Bench) -> None:
    keys = [_KEY, file_key("t-2", "a-1"), file_key("t-1", "a-1", "thumbnail"), file_key("t-1", "a-11")]
    for key in keys:
        await _put(bench.store, key.encode(), key)
    await bench.store.delete(_KEY)
    assert [await _content(bench.store, key) for key in keys[1:]] == [key.encode() for key in keys[1:]]


@pytest.mark.parametrize(("size", "limit"), [(1, 0), (CHUNK_BYTES, CHUNK_BYTES - 1), (_LARGE, _LARGE - 1)])
async def test_a_file_over_the_limit_is_not_kept(bench: Bench, size: int, limit: int) -> None:
    with pytest.raises(FileTooLarge) as caught:
        await bench.store.put(_KEY, _pieces(b"x" * size), content_type="text/plain", limit=limit)
    assert caught.value.limit == limit
    assert await bench.kept() == 0


async def test_a_file_of_just_the_limit_is_kept(bench: Bench) -> None:
    await bench.store.put(_KEY, _pieces(b"x" * 1000), content_type="text/plain", limit=1000)
    assert await _content(bench.store) == b"x" * 1000


async def test_a_file_over_the_limit_leaves_the_former_one(bench: Bench) -> None:
    await _put(bench.store, b"former")
    with pytest.raises(FileTooLarge):
        await bench.store.put(_KEY, _pieces(b"x" * _LARGE), content_type="text/plain", limit=_LARGE - 1)
    assert await _content(bench.store) == b"former"
    assert await bench.kept() == 1


async def test_what_the_source_raises_is_raised_again_and_nothing_is_kept(bench: Bench) -> None:
    async def broken() -> AsyncIterator[bytes]:
        async for piece in _pieces(b"x" * _LARGE):
            yield piece
        raise ConnectionResetError("the source is gone")

    with pytest.raises(ConnectionResetError):
        await bench.store.put(_KEY, broken(), content_type="text/plain", limit=_LIMIT)
    assert await bench.kept() == 0


@pytest.mark.parametrize("cancels", [1, 2])
async def test_cancelled_half_way_nothing_is_kept(bench: Bench, cancels: int) -> None:
    half = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        async for piece in _pieces(b"x" * _LARGE):
            yield piece
        half.set()
        await asyncio.Event().wait()

    writing = asyncio.create_task(bench.store.put(_KEY, slow(), content_type="text/plain", limit=_LIMIT))
    await asyncio.wait_for(half.wait(), 60)
    for _ in range(cancels):
        writing.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await writing

    async def nothing() -> bool:
        return await bench.kept() == 0

    await eventually(nothing)
    with pytest.raises(FileMissing):
        await bench.store.open(_KEY)


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
async def test_cancelled_at_any_step_the_file_is_the_old_or_the_new(bench: Bench, step: int) -> None:
    await _put(bench.store, b"old")
    new = b"n" * bench.several_writes
    writing = asyncio.create_task(_put(bench.store, new))
    seen = 0

    def cancel() -> None:
        nonlocal seen
        seen += 1
        if seen == step:
            writing.cancel()

    bench.on_write.append(cancel)
    await asyncio.gather(writing, return_exceptions=True)
    bench.on_write.clear()
    assert seen >= step or not writing.cancelled()

    async def only_one() -> bool:
        return await bench.kept() == 1

    await eventually(only_one)
    assert await _content(bench.store) in (b"old", new)


async def test_a_large_file_is_never_held(bench: Bench) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40 * 1024 * 1024 // len(_BLOCK)):
            yield _BLOCK

    tracemalloc.start()
    try:
        stored = await bench.store.put(_KEY, endless(), content_type="video/mp4", limit=_LIMIT)
        opened = await bench.store.open(_KEY)
        read = 0
        async for chunk in opened.chunks:
            read += len(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert stored.size == read == 40 * 1024 * 1024
    assert peak < bench.holds_bytes


async def test_a_server_that_is_away_is_a_fault_of_the_infrastructure(bench: Bench) -> None:
    with pytest.raises(InfrastructureFault):
        await bench.away.start()
    try:
        for call in (
            bench.away.put(_KEY, _pieces(b"x"), content_type="text/plain", limit=10),
            bench.away.open(_KEY),
            bench.away.open(_KEY, start=1, end=1),
            bench.away.delete(_KEY),
        ):
            with pytest.raises(InfrastructureFault):
                await call
    finally:
        await bench.away.stop()


async def test_a_store_that_was_stopped_starts_again(bench: Bench) -> None:
    await _put(bench.store, b"kept")
    await bench.store.stop()
    with pytest.raises(InfrastructureFault):
        await bench.store.open(_KEY)
    await bench.store.start()
    assert await _content(bench.store) == b"kept"
