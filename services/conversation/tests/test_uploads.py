"""Uploads that nobody uses go away, with their bytes; those of a message stay."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import orjson
import pytest

from atd_conversation.commands import Draft
from atd_conversation.domain.attachments import THUMBNAIL, StoredAttachment
from atd_conversation.domain.message_files import Attachment
from atd_conversation.files.uploads import (
    UNUSED_FOR,
    UPLOADS_AT_ONCE,
    UPLOADS_AT_ONCE_PER_TENANT,
    UploadPlaces,
    Uploads,
)
from atd_conversation.store.earlier_files import EarlierFiles
from atd_servicekit.files import (
    DeduplicatedStore,
    FileInfected,
    FileMissing,
    FileStoreSettings,
    NotScannable,
    Scanner,
    ScannerAway,
    create_file_store,
    file_key,
)
from atd_servicekit.idempotency import Idempotency
from atd_servicekit.identity import Identity
from atd_servicekit.problems import Problem
from atd_testing.clock import FakeClock
from atd_testing.inbound import customer_message, deleted, file_fetched, file_of
from atd_testing.keys import IDENTITY_PUBLIC_KEY

T, A = "t1", "a1"
BIA = Identity(T, "attendant", "bia", "Bia", frozenset())


async def _bytes(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.fixture
async def store(parts: Any, mongodb_url: str, database_name: str) -> AsyncIterator[DeduplicatedStore]:
    settings = FileStoreSettings(  # type: ignore[call-arg]  # named by the environment otherwise
        MONGODB_URL=mongodb_url,
        files_database=f"{database_name}_files",
        port=0,
        identity_public_keys=IDENTITY_PUBLIC_KEY,
    )
    made = create_file_store(settings)
    await made.start()
    yield made
    await made.stop()
    await parts.mongo.client.drop_database(f"{database_name}_files")


class World:
    def __init__(self, parts: Any, store: DeduplicatedStore, scanner: Scanner | None = None, *, limit: int = 0) -> None:
        self.clock = FakeClock()
        self.parts = parts.another(self.clock)
        self.store = store
        self.uploads = Uploads(
            self.parts.files, store, Idempotency(parts.db, self.clock), self.clock, scanner, limit=limit
        )

    async def upload(self, data: bytes = b"abc", chunks: AsyncIterator[bytes] | None = None) -> str:
        taken = await self.uploads.take(
            BIA.tenant_id,
            BIA.actor_id,
            self.parts.mongo.transaction,
            name="a.txt",
            head=data,
            chunks=chunks or _bytes(data),
            idempotency_key=None,
        )
        return str(orjson.loads(taken.body)["id"])

    async def kept(self, attachment_id: str, variant: str = "") -> bool:
        try:
            await self.store.open(file_key(T, attachment_id, variant))
        except FileMissing:
            return False
        return True


@pytest.fixture
def world(parts: Any, store: DeduplicatedStore) -> World:
    return World(parts, store)


async def test_an_upload_that_no_message_took_goes_after_a_day_with_its_thumbnail(world: World) -> None:
    attachment_id = await world.upload()
    await world.store.put(file_key(T, attachment_id, THUMBNAIL), _bytes(b"x"), content_type="image/webp", limit=10)
    world.clock.advance(UNUSED_FOR)
    assert await world.uploads.sweep() == 0
    world.clock.advance(timedelta(milliseconds=1))
    assert await world.uploads.sweep() == 1
    assert not await world.kept(attachment_id)
    assert not await world.kept(attachment_id, THUMBNAIL)
    assert await world.parts.files.file(T, attachment_id) is None
    assert await world.uploads.sweep() == 0


async def test_an_upload_that_a_message_took_stays(world: World) -> None:
    await world.parts.take(customer_message(T, A, "w1", occurred_at=world.clock.now()))
    (row,) = await world.parts.all("conversations")
    attachment_id = await world.upload()
    message = await world.parts.say(T, row["_id"], Draft(attachment_ids=(attachment_id,)))
    world.clock.advance(UNUSED_FOR * 2)
    assert await world.uploads.sweep() == 0
    assert await world.kept(attachment_id)
    stored = await world.parts.files.file(T, attachment_id)
    assert (stored.conversation_id, stored.message_id) == (row["_id"], message.id)


async def test_what_is_being_cleared_away_is_taken_by_no_message(world: World) -> None:
    await world.parts.take(customer_message(T, A, "w1", occurred_at=world.clock.now()))
    (row,) = await world.parts.all("conversations")
    attachment_id = await world.upload()
    await world.parts.files.unused(world.clock.now() + timedelta(hours=1), 10)
    with pytest.raises(Problem) as refused:
        await world.parts.say(T, row["_id"], Draft(attachment_ids=(attachment_id,)))
    assert refused.value.code == "unknown_attachment"


async def test_an_upload_that_broke_off_is_cleared_away_too(world: World) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await world.upload(chunks=broken())
    (row,) = await world.parts.all("attachments")
    assert row["state"] == "pending"
    world.clock.advance(UNUSED_FOR * 2)
    assert await world.uploads.sweep() == 1
    assert await world.parts.all("attachments") == []


async def test_the_files_of_a_message_that_was_taken_back_go_with_their_bytes(world: World) -> None:
    await world.parts.take(customer_message(T, A, "w1", attachments=(file_of(),)))
    await world.store.put(file_key(T, file_of().id), _bytes(b"abc"), content_type="image/jpeg", limit=10)
    world.clock.advance(UNUSED_FOR * 2)
    await world.parts.take(deleted(T, A, "w1"))
    assert await world.uploads.sweep() == 0
    world.clock.advance(UNUSED_FOR * 2)
    assert await world.uploads.sweep() == 1
    assert not await world.kept(file_of().id)
    assert await world.parts.all("attachments") == []


@pytest.mark.parametrize("late", [False, True])
async def test_bytes_that_come_after_their_message_was_taken_back_go_too(world: World, late: bool) -> None:
    await world.parts.take(customer_message(T, A, "w1", attachments=(file_of(),)))
    (message,) = await world.parts.all("messages")
    await world.parts.take(deleted(T, A, "w1"))
    if late:
        world.clock.advance(UNUSED_FOR * 2)
        assert await world.uploads.sweep() == 1
    await world.store.put(file_key(T, file_of().id), _bytes(b"abc"), content_type="image/jpeg", limit=10)
    await world.parts.take(file_fetched(T, A, message["_id"], file_of().id, "ready"))
    world.clock.advance(UNUSED_FOR * 2)
    assert await world.uploads.sweep() == 1
    assert not await world.kept(file_of().id)
    assert await world.parts.all("attachments") == []


async def test_no_tenant_takes_all_the_places_for_uploads() -> None:
    places = UploadPlaces()
    async with AsyncExitStack() as under_way:
        for _ in range(UPLOADS_AT_ONCE_PER_TENANT):
            await under_way.enter_async_context(places.taken(T))
        with pytest.raises(Problem) as refused:
            await under_way.enter_async_context(places.taken(T))
        assert (refused.value.status, refused.value.code) == (429, "rate_limited")
        assert "Retry-After" in refused.value.headers
        await under_way.enter_async_context(places.taken("t2"))
    async with places.taken(T):
        pass


async def test_a_process_takes_so_many_uploads_and_no_more() -> None:
    places = UploadPlaces()
    async with AsyncExitStack() as under_way:
        for number in range(UPLOADS_AT_ONCE):
            await under_way.enter_async_context(places.taken(f"t{number}"))
        with pytest.raises(Problem) as refused:
            await under_way.enter_async_context(places.taken("late"))
        assert refused.value.status == 429


async def test_an_upload_that_does_not_end_gives_its_place_back() -> None:
    places = UploadPlaces(longest=timedelta(milliseconds=1))
    for _ in range(UPLOADS_AT_ONCE_PER_TENANT + 1):
        with pytest.raises(Problem) as refused:
            async with places.taken(T):
                await asyncio.Event().wait()
        assert (refused.value.status, refused.value.code) == (408, "request_timeout")


async def test_a_fault_of_ours_is_not_told_as_a_slow_client() -> None:
    with pytest.raises(TimeoutError):
        async with UploadPlaces().taken(T):
            raise TimeoutError


async def test_more_than_one_round_is_swept(world: World) -> None:
    for number in range(205):
        file = Attachment(f"f{number}", "a.txt", "text/plain", None, "pending")
        await world.parts.files.begin(StoredAttachment(T, file, world.clock.now(), uploaded_by="bia"))
    world.clock.advance(UNUSED_FOR * 2)
    assert await world.uploads.sweep() == 205


class Verdict:
    """A scanner that raises this after the last byte."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def watch(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield chunk
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (FileInfected("Eicar"), 422, "infected"),
        (NotScannable(), 422, "not_scannable"),
        (ScannerAway("TimeoutError"), 503, "scanner_unavailable"),
    ],
)
async def test_nothing_is_kept_that_the_virus_scanner_did_not_find_clean(
    parts: Any, store: DeduplicatedStore, error: Exception, status: int, code: str
) -> None:
    world = World(parts, store, Verdict(error))
    with pytest.raises(Problem) as refused:
        await world.upload()
    assert (refused.value.status, refused.value.code) == (status, code)
    assert await world.parts.all("attachments") == []
    files = parts.mongo.client[f"{parts.db.name}_files"]
    chunks = [name for name in await files.list_collection_names() if name.endswith("chunks")]
    assert [await files[name].count_documents({}) for name in chunks] in ([], [0])


async def _room(world: World, tenant_id: str = T) -> tuple[int, int]:
    total = (await world.uploads.storage.use(tenant_id)).total
    return total.bytes, total.files


async def test_the_room_that_files_take_is_what_is_there(world: World) -> None:
    assert await _room(world) == (0, 0)
    first = await world.upload(b"abc")
    second = await world.upload(b"abc")
    await world.upload(b"abcde")
    await world.store.put(file_key(T, first, THUMBNAIL), _bytes(b"small"), content_type="image/webp", limit=10)
    assert await _room(world) == (13, 3)
    assert await _room(world, "another tenant") == (0, 0)
    await world.uploads.discard(T, first)
    assert await _room(world) == (8, 2)
    await world.uploads.discard(T, second)
    assert await _room(world) == (5, 1)


async def test_over_the_limit_uploads_are_refused_until_there_is_room(parts: Any, store: DeduplicatedStore) -> None:
    world = World(parts, store, limit=5)
    first = await world.upload(b"abc")
    await world.upload(b"abc")
    with pytest.raises(Problem) as refused:
        await world.upload(b"def")
    assert (refused.value.status, refused.value.code) == (413, "storage_full")
    assert refused.value.members == {"used": 3, "limit": 5, "left": 2, "size": 3}
    assert "3 bytes" in refused.value.detail
    assert "2 bytes are left" in refused.value.detail
    await world.upload(b"12")
    with pytest.raises(Problem) as full:
        await world.upload(b"abc")
    assert full.value.members == {"used": 5, "limit": 5, "left": 0, "size": None}
    assert len(await world.parts.all("attachments")) == 3
    await world.uploads.discard(T, first)
    (kept,) = [row["_id"] for row in await world.parts.all("attachments") if row["size"] == 3]
    await world.uploads.discard(T, kept)
    await world.upload(b"def")


async def test_the_limit_holds_when_uploads_come_at_once(parts: Any, store: DeduplicatedStore) -> None:
    world = World(parts, store, limit=2_500)
    ends = await asyncio.gather(*(world.upload(bytes([65 + n]) * 1_000) for n in range(6)), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, Problem)]
    assert {problem.code for problem in refused} == {"storage_full"}
    assert len(refused) == 4
    assert await _room(world) == (2_000, 2)


async def test_the_largest_files_of_the_tenant_come_first(world: World) -> None:
    for size in (3, 9, 6):
        await world.upload(b"x" * size)
    await world.upload(b"x" * 6)
    largest = await world.parts.files.largest(T, 2)
    assert [one.attachment.size for one in largest] == [9, 6]
    assert len(await world.parts.files.largest(T, 10)) == 3
    assert await world.parts.files.largest("another tenant", 2) == []


async def test_files_of_before_are_adopted_with_their_bytes_and_counted(world: World, store: DeduplicatedStore) -> None:
    attachment_id = await world.upload(b"abc")
    key = file_key(T, attachment_id)
    await store.delete(key)
    await store.objects.put(key, _bytes(b"abc"), content_type="text/plain", limit=10)
    await store.objects.put(f"{key}.{THUMBNAIL}", _bytes(b"x"), content_type="image/webp", limit=10)
    assert await _room(world) == (0, 0)
    earlier = EarlierFiles(world.parts.db, store)
    assert [await earlier.adopt() for _ in range(2)] == [1, 0]
    assert await _room(world) == (3, 1)
    assert await world.kept(attachment_id)
    assert not await world.kept(attachment_id, THUMBNAIL)
