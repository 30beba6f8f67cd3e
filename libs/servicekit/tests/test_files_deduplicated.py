"""The same bytes of one tenant are kept and counted once, whoever stores, removes, or is killed at which step."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from atd_servicekit.clock import SystemClock
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import DeduplicatedStore, FileMissing, StorageFull, StoredFile, TenantUse, Use, file_key
from atd_servicekit.files.deduplicated import CHECKED_EVERY
from atd_servicekit.files.gridfs import GridFsStore
from atd_servicekit.files.registry import NAMES, OBJECTS, REMOVED_WITHIN, USES, WRITTEN_WITHIN, FileRegistry
from atd_servicekit.files.usage import kind_of
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.clock import FakeClock

_LIMIT = 10 * 1024 * 1024
_A, _B, _FOREIGN = file_key("t-1", "a"), file_key("t-1", "b"), file_key("t-2", "c")
_SECOND = timedelta(seconds=1)


class _Killed(BaseException):
    """The process ends here: nothing that it would have done afterwards happens."""


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
async def store(
    mongo: Mongo, mongodb_url: str, database_name: str, clock: FakeClock
) -> AsyncIterator[DeduplicatedStore]:
    def connect() -> Mongo:
        return Mongo(mongodb_url, database_name, Metrics())

    store = DeduplicatedStore(GridFsStore(connect, clock), connect, clock, Metrics())
    await store.start()
    yield store
    await store.stop()


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _put(store: Any, key: str, data: bytes = b"same", content_type: str = "image/png", **more: Any) -> None:
    await store.put(key, _chunks(data), content_type=content_type, limit=_LIMIT, **more)


async def _content(store: DeduplicatedStore, key: str) -> bytes:
    return b"".join([chunk async for chunk in (await store.open(key)).chunks])


async def _on_disk(mongo: Mongo) -> int:
    files = await mongo.db["fs.files"].distinct("_id")
    return len(files) + await mongo.db["fs.chunks"].count_documents({"files_id": {"$nin": files}})


async def _rows(mongo: Mongo) -> tuple[int, int]:
    """Objects and names."""
    return await mongo.db[OBJECTS].count_documents({}), await mongo.db[NAMES].count_documents({})


async def _use(store: DeduplicatedStore, tenant_id: str = "t-1") -> tuple[int, int]:
    total = (await store.use(tenant_id)).total
    return total.bytes, total.files


def _kill_after(monkeypatch: pytest.MonkeyPatch, target: Any, name: str, *, before: bool = False) -> None:
    """The process is killed when it has done this, or is about to."""
    real = getattr(target, name)

    async def dying(*given: Any, **named: Any) -> Any:
        if not before:
            await real(*given, **named)
        raise _Killed

    async def dead(*_given: Any) -> None:
        """It does not clean up."""

    monkeypatch.setattr(target, name, dying)
    monkeypatch.setattr(DeduplicatedStore, "_take_back", dead)


async def _restart(store: DeduplicatedStore, monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    """Another process, a day later."""
    monkeypatch.undo()
    clock.advance(WRITTEN_WITHIN + _SECOND)
    await store.sweep()


async def test_two_files_with_the_same_bytes_are_kept_and_counted_once(store: DeduplicatedStore, mongo: Mongo) -> None:
    await _put(store, _A, content_type="image/png")
    await _put(store, _B, content_type="text/plain")
    assert await _on_disk(mongo) == 1
    assert await _use(store) == (4, 1)
    assert [(await store.open(key)).content_type for key in (_A, _B)] == ["image/png", "text/plain"]
    await store.delete(_A)
    with pytest.raises(FileMissing):
        await store.open(_A)
    assert await _content(store, _B) == b"same"
    assert await _use(store) == (4, 1)
    await store.delete(_B)
    assert await _on_disk(mongo) == 0
    assert await _use(store) == (0, 0)
    assert await _rows(mongo) == (0, 0)


async def test_the_same_file_arriving_twenty_times_at_once_is_kept_once(store: DeduplicatedStore, mongo: Mongo) -> None:
    keys = [file_key("t-1", f"a-{number}") for number in range(20)]
    await asyncio.gather(*(_put(store, key, b"x" * 300_000) for key in keys))
    assert await _on_disk(mongo) == 1
    assert await _rows(mongo) == (1, 20)
    assert await _use(store) == (300_000, 1)
    for start in range(0, len(keys), 4):  # all at once, each would try for longer than it does on a busy machine
        await asyncio.gather(*(store.delete(key) for key in keys[start : start + 4]))
    assert await _on_disk(mongo) == 0
    assert await _rows(mongo) == (0, 0)
    assert await _use(store) == (0, 0)


async def test_a_file_that_arrives_while_the_last_one_like_it_is_removed_is_whole(
    store: DeduplicatedStore, mongo: Mongo
) -> None:
    for round_ in range(10):
        old, new = file_key("t-1", f"old-{round_}"), file_key("t-1", f"new-{round_}")
        await _put(store, old)
        await asyncio.gather(store.delete(old), _put(store, new))
        assert await _content(store, new) == b"same"
        await store.delete(new)
    assert (await _on_disk(mongo), *await _use(store)) == (0, 0, 0)


async def test_tenants_never_share_bytes(store: DeduplicatedStore, mongo: Mongo) -> None:
    await _put(store, _A)
    await _put(store, _FOREIGN)
    assert await _on_disk(mongo) == 2
    assert [await _use(store, tenant_id) for tenant_id in ("t-1", "t-2")] == [(4, 1), (4, 1)]
    await store.delete(_A)
    assert await _content(store, _FOREIGN) == b"same"


async def test_what_another_tenant_has_makes_no_room(store: DeduplicatedStore) -> None:
    await _put(store, _A, storage_limit=4)
    await _put(store, _B, storage_limit=4)
    with pytest.raises(StorageFull):
        await _put(store, _FOREIGN, storage_limit=3)


async def test_a_file_that_is_replaced_lets_its_bytes_go(store: DeduplicatedStore, mongo: Mongo) -> None:
    await _put(store, _A)
    await _put(store, _A, b"other")
    assert await _use(store) == (5, 1)
    await _put(store, _B, b"other")
    await _put(store, _B)
    assert await _use(store) == (9, 2)
    assert await _on_disk(mongo) == 2


async def test_room_is_counted_by_kind(store: DeduplicatedStore) -> None:
    await _put(store, _A, b"picture")
    await _put(store, file_key("t-1", "a", "thumbnail"), b"small", "image/webp")
    await _put(store, _B, b"paper", "application/pdf; version=2")
    assert await store.use("t-1") == TenantUse(
        Use(17, 3), {"document": Use(5, 1), "image": Use(7, 1), "thumbnail": Use(5, 1)}
    )
    assert kind_of("t/a", "Video/MP4") == "video"


async def test_the_limit_holds_when_files_arrive_at_once(store: DeduplicatedStore, mongo: Mongo) -> None:
    puts = (
        _put(store, file_key("t-1", str(number)), bytes([number]) * 1000, storage_limit=5_500) for number in range(20)
    )
    ends = await asyncio.gather(*puts, return_exceptions=True)
    refused = [end for end in ends if end is not None]
    assert len(refused) == 15
    told = {(end.used, end.size, end.limit) for end in refused if isinstance(end, StorageFull)}
    assert told == {(5_000, 1_000, 5_500)}
    assert await _use(store) == (5_000, 5)
    assert await _on_disk(mongo) == 5


@pytest.mark.parametrize(
    ("target", "name", "before"),
    [
        (FileRegistry, "begin", False),
        (GridFsStore, "put", False),
        (FileRegistry, "keep", True),
        (FileRegistry, "keep", False),
    ],
)
async def test_a_process_killed_while_it_stores_leaves_nothing_half(
    store: DeduplicatedStore,
    mongo: Mongo,
    monkeypatch: pytest.MonkeyPatch,
    clock: FakeClock,
    target: Any,
    name: str,
    before: bool,
) -> None:
    _kill_after(monkeypatch, target, name, before=before)
    with pytest.raises(_Killed):
        await _put(store, _A)
    await _restart(store, monkeypatch, clock)
    kept = name == "keep" and not before
    assert await _on_disk(mongo) == kept
    assert await _rows(mongo) == (kept, kept)
    assert await _use(store) == ((4, 1) if kept else (0, 0))
    await _put(store, _A)
    assert await _content(store, _A) == b"same"
    assert (await _on_disk(mongo), *await _use(store)) == (1, 4, 1)


@pytest.mark.parametrize(
    ("target", "name"), [(FileRegistry, "keep"), (FileRegistry, "leaves"), (GridFsStore, "delete")]
)
async def test_a_process_killed_while_it_drops_a_second_copy_leaves_one(
    store: DeduplicatedStore,
    mongo: Mongo,
    monkeypatch: pytest.MonkeyPatch,
    clock: FakeClock,
    target: Any,
    name: str,
) -> None:
    await _put(store, _A)
    _kill_after(monkeypatch, target, name)
    with pytest.raises(_Killed):
        await _put(store, _B)
    await _restart(store, monkeypatch, clock)
    assert await _on_disk(mongo) == 1
    assert await _rows(mongo) == (1, 2)
    assert [await _content(store, key) for key in (_A, _B)] == [b"same", b"same"]
    assert await _use(store) == (4, 1)


@pytest.mark.parametrize(
    ("target", "name"),
    [(FileRegistry, "release"), (FileRegistry, "leaves"), (GridFsStore, "delete"), (FileRegistry, "forget")],
)
async def test_a_process_killed_while_it_removes_the_last_file_leaves_no_bytes(
    store: DeduplicatedStore,
    mongo: Mongo,
    monkeypatch: pytest.MonkeyPatch,
    clock: FakeClock,
    target: Any,
    name: str,
) -> None:
    await _put(store, _A)
    _kill_after(monkeypatch, target, name)
    with pytest.raises(_Killed):
        await store.delete(_A)
    monkeypatch.undo()
    with pytest.raises(FileMissing):
        await store.open(_A)
    await _put(store, _B)
    clock.advance(REMOVED_WITHIN + _SECOND)
    await store.sweep()
    assert await _content(store, _B) == b"same"
    assert (await _on_disk(mongo), *await _rows(mongo)) == (1, 1, 1)
    assert await _use(store) == (4, 1)


async def test_the_sweep_leaves_what_is_being_written(store: DeduplicatedStore, clock: FakeClock) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"first"
        clock.advance(WRITTEN_WITHIN)
        assert await store.sweep() == 0
        yield b" last"

    await store.put(_A, slow(), content_type="text/plain", limit=_LIMIT)
    assert await _content(store, _A) == b"first last"


async def test_a_writer_that_the_sweep_took_for_dead_is_told(
    store: DeduplicatedStore, mongo: Mongo, clock: FakeClock
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"first"
        clock.advance(WRITTEN_WITHIN + _SECOND)
        assert await store.sweep() == 1
        yield b" last"

    with pytest.raises(InfrastructureFault):
        await store.put(_A, slow(), content_type="text/plain", limit=_LIMIT)
    assert await _rows(mongo) == (0, 0)


async def test_a_copy_shares_the_bytes_and_outlives_the_original(store: DeduplicatedStore, mongo: Mongo) -> None:
    await _put(store, _A)
    await _stored_before(store, old := file_key("t-1", "old"), b"old")
    await store.copy(_A, _B, content_type="text/plain", limit=_LIMIT)
    await store.copy(old, file_key("t-1", "d"), content_type="text/plain", limit=_LIMIT)
    await store.delete(_A)
    assert (await store.open(_B)).content_type == "text/plain"
    assert await _content(store, _B) == b"same"
    assert await _content(store, file_key("t-1", "d")) == b"old"
    with pytest.raises(FileMissing):
        await store.copy(_A, _B, content_type="text/plain", limit=_LIMIT)
    with pytest.raises(ValueError, match="tenants"):
        await store.copy(_B, _FOREIGN, content_type="text/plain", limit=_LIMIT)


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_stores_copies_and_removals_ends_as_a_plain_store_would(
    store: DeduplicatedStore, mongo: Mongo, seed: int
) -> None:
    chance, plain = random.Random(seed), dict[str, bytes]()
    keys = [file_key(tenant, name) for tenant in ("t-1", "t-2") for name in "abc"]
    for _ in range(40):
        key, source = chance.choice(keys), chance.choice(keys)
        what = chance.choice(["put", "put", "copy", "delete", "sweep", "recount"])
        if what == "put":
            plain[key] = chance.choice([b"one", b"three"])
            await _put(store, key, plain[key])
        elif what == "copy" and source in plain and source[:3] == key[:3]:
            plain[key] = plain[source]
            await store.copy(source, key, content_type="image/png", limit=_LIMIT)
        elif what == "delete":
            plain.pop(key, None)
            await store.delete(key)
        elif what == "sweep":
            await store.sweep()
        elif what == "recount":
            assert await store.recount(key[:3]) == 0
    for key in keys:
        if key in plain:
            assert await _content(store, key) == plain[key]
        else:
            with pytest.raises(FileMissing):
                await store.open(key)
    contents = {(key[:3], data) for key, data in plain.items()}
    for tenant in ("t-1", "t-2"):
        sizes = [len(data) for owner, data in contents if owner == tenant]
        assert await _use(store, tenant) == (sum(sizes), len(sizes))
    assert await _on_disk(mongo) == len(contents)


async def _stored_before(store: DeduplicatedStore, key: str, data: bytes) -> StoredFile:
    """As versions did that had no names."""
    return await store.objects.put(key, _chunks(data), content_type="image/png", limit=_LIMIT)


async def test_files_from_before_stay_readable_and_go(store: DeduplicatedStore, mongo: Mongo) -> None:
    await _stored_before(store, _A, b"old")
    assert await _content(store, _A) == b"old"
    await store.delete(_A)
    with pytest.raises(FileMissing):
        await store.open(_A)
    assert (await _on_disk(mongo), *await _rows(mongo)) == (0, 0, 0)


async def test_files_from_before_are_counted_once_they_are_adopted_and_share_their_bytes(
    store: DeduplicatedStore, mongo: Mongo
) -> None:
    first, second = await _stored_before(store, _A, b"same"), await _stored_before(store, _B, b"same")
    assert [await store.adopt(one) for one in (first, second, first)] == [True, True, False]
    assert await _on_disk(mongo) == 1
    assert await _use(store) == (4, 1)
    await store.delete(_A)
    assert await _content(store, _B) == b"same"
    await store.delete(_B)
    assert (await _on_disk(mongo), *await _rows(mongo), *await _use(store)) == (0, 0, 0, 0, 0)


async def test_a_file_that_is_gone_is_not_adopted(store: DeduplicatedStore, mongo: Mongo) -> None:
    with pytest.raises(FileMissing):
        await store.adopt(StoredFile(_A, 4, hashlib.sha256(b"same").hexdigest(), "image/png"))
    assert await _rows(mongo) == (0, 0)


async def test_adopting_a_file_that_is_removed_at_once_leaves_nothing(store: DeduplicatedStore, mongo: Mongo) -> None:
    for number in range(10):
        old = await _stored_before(store, file_key("t-1", str(number)), b"same")
        await asyncio.gather(store.adopt(old), store.delete(old.key), return_exceptions=True)
        with pytest.raises(FileMissing):
            await store.open(old.key)
    assert (await _on_disk(mongo), *await _rows(mongo), *await _use(store)) == (0, 0, 0, 0, 0)


async def test_a_wrong_count_is_corrected_and_told(store: DeduplicatedStore, mongo: Mongo, clock: FakeClock) -> None:
    await _put(store, _A)
    await mongo.db[USES].update_one({"_id": "t-1"}, {"$set": {"bytes": 100, "kinds.video": {"bytes": 96, "files": 1}}})
    registry = FileRegistry(mongo, clock)
    assert await registry.unchecked(CHECKED_EVERY) is None
    clock.advance(CHECKED_EVERY + _SECOND)
    assert await registry.unchecked(CHECKED_EVERY) == "t-1"
    assert await store.recount("t-1") == 96
    assert await store.use("t-1") == TenantUse(Use(4, 1), {"image": Use(4, 1)})
    assert await registry.unchecked(CHECKED_EVERY) is None


async def test_counting_anew_while_files_come_and_go_loses_none(store: DeduplicatedStore) -> None:
    async def come_and_go(number: int) -> None:
        for step in range(4):
            await _put(store, file_key("t-1", f"{number}-{step}"), bytes([number, step]))
            if step % 2:
                await store.delete(file_key("t-1", f"{number}-{step}"))

    await asyncio.gather(*(come_and_go(number) for number in range(3)), *(store.recount("t-1") for _ in range(3)))
    assert await _use(store) == (12, 6)
    assert await store.recount("t-1") == 0


async def test_every_query_of_the_registry_has_an_index(store: DeduplicatedStore, mongo: Mongo) -> None:
    now = SystemClock().now()
    same = {"tenant_id": "t", "sha256": "x", "state": "kept"}
    queries: list[tuple[str, dict[str, Any], list[tuple[str, int]]]] = [
        (OBJECTS, same, []),
        (OBJECTS, {"due_at": {"$lt": now}}, [("due_at", 1)]),
        (OBJECTS, {"tenant_id": "t", "state": "kept"}, []),
        (NAMES, {"object_id": "x"}, []),
        (USES, {"checked_at": {"$lt": now}}, [("checked_at", 1)]),
    ]
    for collection, query, order in queries:
        found = mongo.db[collection].find(query)
        plan = str((await (found.sort(order) if order else found).explain())["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan, query
        assert "COLLSCAN" not in plan, query
