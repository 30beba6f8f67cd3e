"""Files in MongoDB, in the layout of GridFS, so that every tool for GridFS reads them.

The layout is the driver's, the code is not: its bucket was measured to hold 96 MB for a file of 100 MB that is written
and 34 MB for one that is read, which a service of 150 MB cannot give. Here both hold less than 4 MB (record 9).
Source: https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md

What a process that was killed left is found by its note in `fs.unfinished`, written before the first chunk of an
upload and before a revision is removed.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from bson import ObjectId
from pymongo import IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault, SetupFault
from atd_servicekit.files.cleanup import Cleanups
from atd_servicekit.files.store import FileMissing, OpenFile, StoredFile
from atd_servicekit.files.upload_stream import UploadStream
from atd_servicekit.mongo import Database, Document, Mongo, is_wrong_setup
from atd_servicekit.tasks import SupervisedTask

T = TypeVar("T")

CHUNK_BYTES = 255 * 1024
"""Bytes in one chunk's document, as the driver has it."""

FILES, CHUNKS, UNFINISHED = "fs.files", "fs.chunks", "fs.unfinished"

GRIDFS_INDEXES = {
    FILES: [IndexModel([("filename", 1), ("uploadDate", 1)])],
    CHUNKS: [IndexModel([("files_id", 1), ("n", 1)], unique=True)],
    UNFINISHED: [IndexModel([("at", 1)])],
}

ABANDONED_AFTER = timedelta(days=1)
"""Age at which what is unfinished was cut off by the end of its process."""

_BATCH_CHUNKS = 4
_SWEEP_SECONDS = 3600.0
_SWEEP_NOTES = 500
_REVISIONS = 100
_NEWEST_FIRST = [("uploadDate", -1), ("_id", -1)]
_TICK = timedelta(milliseconds=1)


class GridFsStore:
    """A `FileStore` in a database of its own. A key is a GridFS name; its newest revision is the file.

    `connect` gives a new connection to that database at every start; it is closed at the stop.
    """

    def __init__(self, connect: Callable[[], Mongo], clock: Clock) -> None:
        self._connect = connect
        self._clock = clock
        self._mongo: Mongo | None = None
        self._sweeping = SupervisedTask("files-sweep", self._sweep_for_ever)
        self._cleanups = Cleanups()

    async def start(self) -> None:
        self._mongo = mongo = self._connect()
        with _faults():
            await mongo.ensure_indexes(GRIDFS_INDEXES)
        await self._sweeping.start()

    async def stop(self) -> None:
        await self._sweeping.stop()
        await self._cleanups.finish()
        if self._mongo is not None:
            await self._mongo.close()
            self._mongo = None

    @property
    def _database(self) -> Database:
        if self._mongo is None:
            raise InfrastructureFault("the file store is not started")
        return self._mongo.db

    @property
    def _revisions(self) -> "_Revisions":
        return _Revisions(self._database, self._clock)

    async def put(self, key: str, chunks: AsyncIterable[bytes], *, content_type: str, limit: int) -> StoredFile:
        upload = _Upload(self._database, key, self._clock)
        stream = UploadStream(chunks, limit)
        try:
            with _faults():
                await upload.begin()
            async with aclosing(stream.blocks(CHUNK_BYTES)) as blocks:
                async for block in blocks:
                    with _faults():
                        await upload.add(block)
            stored = stream.stored(key, content_type)
            with _faults():
                await upload.finish(stored)
        except BaseException:
            await self._cleanups.clean_up(upload.discard())
            raise
        return stored

    async def open(self, key: str, *, start: int = 0, end: int | None = None) -> OpenFile:
        with _faults():
            found = await self._revisions.newest(key)
        if found is None:
            raise FileMissing(key)
        size = int(found["length"])
        stop = size if end is None else min(end, size)
        return OpenFile(size, str(found["metadata"]["content_type"]), self._read(found, max(start, 0), stop))

    async def _read(self, found: Document, start: int, stop: int) -> AsyncIterator[bytes]:
        chunk_bytes = int(found["chunkSize"])
        n, last = start // chunk_bytes, (stop - 1) // chunk_bytes
        chunks = self._database[CHUNKS]
        while start < stop:
            query = {"files_id": found["_id"], "n": {"$gte": n, "$lte": last}}
            with _faults():
                batch = await chunks.find(query).sort("n", 1).limit(_BATCH_CHUNKS).to_list(_BATCH_CHUNKS)
            if not batch:
                raise InfrastructureFault("a file was replaced or removed while it was read")
            for chunk in batch:
                base = n * chunk_bytes
                data = chunk["data"][start - base : stop - base]
                if chunk["n"] != n or start + len(data) != min(stop, base + chunk_bytes):
                    raise InfrastructureFault("a chunk of a file is missing in GridFS")
                yield data
                start, n = start + len(data), n + 1

    async def delete(self, key: str) -> None:
        with _faults():
            while revisions := await self._revisions.of(key):
                await self._revisions.remove(key, revisions)

    async def sweep(self) -> int:
        """Finish or remove what ended processes left; how much there was (at most 500 at a call)."""
        with _faults():
            return await self._revisions.sweep(_SWEEP_NOTES)

    async def _sweep_for_ever(self) -> None:
        while True:
            if await self.sweep() < _SWEEP_NOTES:
                await asyncio.sleep(_SWEEP_SECONDS)


class _Revisions:
    """The revisions of keys. Of several, the newest survives, whoever cleans up at the same time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._files = database[FILES]
        self._chunks = database[CHUNKS]
        self._unfinished = database[UNFINISHED]
        self._clock = clock

    async def newest(self, key: str) -> Document | None:
        return await self._files.find_one({"filename": key}, sort=_NEWEST_FIRST)

    async def of(self, key: str) -> list[ObjectId]:
        """The newest first."""
        found = self._files.find({"filename": key}, {"_id": 1}).sort(_NEWEST_FIRST).limit(_REVISIONS)
        return [row["_id"] for row in await found.to_list(_REVISIONS)]

    async def prune(self, key: str) -> None:
        """Remove all but the newest."""
        while older := (await self.of(key))[1:]:
            await self.remove(key, older)

    async def remove(self, key: str, revisions: Sequence[ObjectId]) -> None:
        """Remove the documents first, then the bytes; the note lets the sweep finish an interrupted removal."""
        note = {"$setOnInsert": {"key": key, "at": self._clock.now()}}
        await self._unfinished.bulk_write([UpdateOne({"_id": each}, note, upsert=True) for each in revisions])
        await self._files.delete_many({"_id": {"$in": list(revisions)}})
        await self.forget(revisions)

    async def forget(self, revisions: Sequence[ObjectId]) -> None:
        """Remove the bytes of revisions that are not visible."""
        await self._chunks.delete_many({"files_id": {"$in": list(revisions)}})
        await self._unfinished.delete_many({"_id": {"$in": list(revisions)}})

    async def note(self, revision: ObjectId, key: str) -> None:
        await self._unfinished.insert_one({"_id": revision, "key": key, "at": self._clock.now()})

    async def settle(self, revision: ObjectId, key: str) -> bool:
        """Finish a revision that became visible; false when it did not."""
        if await self._files.find_one({"_id": revision}, {"_id": 1}) is None:
            return False
        await self.prune(key)
        await self._unfinished.delete_one({"_id": revision})
        return True

    async def sweep(self, limit: int) -> int:
        before = self._clock.now() - ABANDONED_AFTER
        notes = await self._unfinished.find({"at": {"$lt": before}}).sort("at", 1).limit(limit).to_list(limit)
        for note in notes:
            if not await self.settle(note["_id"], note["key"]):
                await self.forget([note["_id"]])
        return len(notes)


class _Upload:
    """One revision while it is written: chunks first, then the document by which it is seen."""

    def __init__(self, database: Database, key: str, clock: Clock) -> None:
        self._files = database[FILES]
        self._chunks = database[CHUNKS]
        self._revisions = _Revisions(database, clock)
        self._key = key
        self._clock = clock
        self._id = ObjectId()
        self._held: list[Document] = []
        self._next = 0
        self._showing = False
        self._writing: asyncio.Future[Any] | None = None

    async def begin(self) -> None:
        await self._write(self._revisions.note(self._id, self._key))

    async def add(self, block: bytes) -> None:
        self._held.append({"_id": ObjectId(), "files_id": self._id, "n": self._next, "data": block})
        self._next += 1
        if len(self._held) == _BATCH_CHUNKS:
            await self._flush()

    async def _flush(self) -> None:
        held, self._held = self._held, []
        if held:
            await self._write(self._chunks.insert_many(held))

    async def finish(self, stored: StoredFile) -> None:
        """Make the revision visible and remove older ones; if the newest is the same file already, that one stays.

        Deliveries repeat, so a file is often fetched twice: whoever reads the first copy is not disturbed.
        """
        await self._flush()
        metadata = {"content_type": stored.content_type, "sha256": stored.sha256}
        newest = await self._revisions.newest(self._key)
        if newest is not None and newest["metadata"] == metadata:
            await self._write(self._revisions.forget([self._id]))
            return
        now = self._clock.now()
        revision = {
            "_id": self._id,
            "filename": self._key,
            "length": stored.size,
            "chunkSize": CHUNK_BYTES,
            "uploadDate": now if newest is None else max(now, newest["uploadDate"] + _TICK),
            "metadata": metadata,
        }
        self._showing = True
        await self._write(self._files.insert_one(revision))
        await self._write(self._revisions.settle(self._id, self._key))

    async def _write(self, work: Awaitable[T]) -> T:
        """Await `work`. It is not cancelled with us: the driver's thread would go on with it unseen."""
        self._writing = writing = asyncio.ensure_future(work)
        return await asyncio.shield(writing)

    async def discard(self) -> None:
        """Remove what was written, once the last write is over.

        A revision whose showing was tried is not taken back, for the older may be gone: it is settled if it is
        seen. If not, the sweep asks again, because an insert without an answer can still come to be seen. It
        also removes what MongoDB refuses to remove now.
        """
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
        with _faults():
            if self._showing:
                await self._revisions.settle(self._id, self._key)
            else:
                await self._revisions.forget([self._id])


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        kind = SetupFault if is_wrong_setup(error) else InfrastructureFault
        raise kind(f"MongoDB is not available for files: {type(error).__name__}") from error
