"""A store in which the same bytes of one tenant are kept once, whatever files they belong to.

Bytes come as an object of their own into the store below, and only then it is known whether they were there already:
the file then gets the object that was there, and the new one is removed. Nothing is ever shared between tenants, and
nobody can learn by an upload what is there, for all bytes have to come in any case (see record 32).
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from pymongo.errors import PyMongoError

from atd_schemas.ids import uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault, SetupFault
from atd_servicekit.files.cleanup import Cleanups
from atd_servicekit.files.registry import REGISTRY_INDEXES, FileRegistry, Kept
from atd_servicekit.files.store import FileMissing, FileStore, OpenFile, StoredFile
from atd_servicekit.files.usage import TenantUse, tenant_of
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo, is_wrong_setup
from atd_servicekit.tasks import SupervisedTask

CHECKED_EVERY = timedelta(days=1)
"""How often the room of a tenant is counted anew."""

_SWEEP_SECONDS = 600.0
_SWEPT_AT_ONCE = 500
_CHECK_SECONDS = 600.0


class DeduplicatedStore:
    """A `FileStore` over another one, `objects`, with its names in MongoDB.

    `connect` gives a new connection to the database of files at every start; it is closed at the stop.
    """

    def __init__(self, objects: FileStore, connect: Callable[[], Mongo], clock: Clock, metrics: Metrics) -> None:
        self.objects = objects
        self._connect = connect
        self._clock = clock
        self._metrics = metrics
        self._mongo: Mongo | None = None
        self._sweeping = SupervisedTask("file-objects-sweep", self._sweep_for_ever)
        self._cleanups = Cleanups()

    async def start(self) -> None:
        await self.objects.start()
        self._mongo = mongo = self._connect()
        with _faults():
            await mongo.ensure_indexes(REGISTRY_INDEXES)
        await self._sweeping.start()

    async def stop(self) -> None:
        await self._sweeping.stop()
        await self._cleanups.finish()
        await self.objects.stop()
        if self._mongo is not None:
            await self._mongo.close()
            self._mongo = None

    @property
    def _registry(self) -> FileRegistry:
        if self._mongo is None:
            raise InfrastructureFault("the file store is not started")
        return FileRegistry(self._mongo, self._clock)

    async def put(
        self,
        key: str,
        chunks: AsyncIterable[bytes],
        *,
        content_type: str,
        limit: int,
        storage_limit: int | None = None,
    ) -> StoredFile:
        """As `FileStore.put`. `storage_limit`: bytes that all of the tenant's files may take with this one.

        Raises `StorageFull` when they would take more, which is known for sure only when all bytes have come.
        """
        registry, object_id = self._registry, f"{tenant_of(key)}/objects/{uuid7()}"
        keeping: asyncio.Future[Kept] | None = None
        try:
            with _faults():
                await registry.begin(object_id)
            written = await self.objects.put(object_id, chunks, content_type=content_type, limit=limit)
            stored = replace(written, key=key)
            # Not cancelled with us: the driver's thread would go on with the commit unseen.
            keeping = asyncio.ensure_future(registry.keep(object_id, stored, limit=storage_limit))
            with _faults():
                kept = await asyncio.shield(keeping)
        except BaseException:
            await self._cleanups.clean_up(self._take_back(object_id, keeping))
            raise
        if kept.object_id != object_id:
            self._metrics.files_deduplicated.inc()
            await self._cleanups.clean_up(self._remove(object_id))
        if kept.leaving is not None:
            await self._cleanups.clean_up(self._remove(kept.leaving))
        return stored

    async def open(self, key: str, *, start: int = 0, end: int | None = None) -> OpenFile:
        with _faults():
            name = await self._registry.name(key)
        if name is None:  # stored before there were names
            return await self.objects.open(key, start=start, end=end)
        try:
            file = await self.objects.open(name.object_id, start=start, end=end)
        except FileMissing:
            with _faults():
                again = await self._registry.name(key)
            if again is None or again == name:
                raise FileMissing(key) from None
            name, file = again, await self.objects.open(again.object_id, start=start, end=end)
        return replace(file, content_type=name.content_type)

    async def delete(self, key: str) -> None:
        """As `FileStore.delete`: the bytes go with the last file that has them."""
        with _faults():
            leaving = await self._registry.release(key)
        if leaving is not None:
            await self._remove(leaving)

    async def copy(self, source: str, key: str, *, content_type: str, limit: int) -> None:
        """Let `key` be another file of the same tenant with the bytes of `source`. Raises `FileMissing`."""
        with _faults():
            kept = await self._registry.share(source, key, content_type)
        if kept is None:  # stored before there were names, or not there
            original = await self.objects.open(source)
            try:
                await self.put(key, original.chunks, content_type=content_type, limit=limit)
            finally:
                await original.aclose()
        elif kept.leaving is not None:
            await self._cleanups.clean_up(self._remove(kept.leaving))

    async def drop_unnamed(self, key: str) -> None:
        """Remove what was made of a file before there were names, such as a thumbnail: it is made anew when needed."""
        with _faults():
            name = await self._registry.name(key)
        if name is None:
            await self.delete(key)

    async def adopt(self, stored: StoredFile) -> bool:
        """Count a file that was stored before there were names, and share its bytes; whether it was not known yet.

        What `stored` says was found when the file was written. Raises `FileMissing` when it is not there.
        """
        with _faults():
            if await self._registry.name(stored.key) is not None:
                return False
        await (await self.objects.open(stored.key, start=0, end=0)).aclose()
        with _faults():
            kept = await self._registry.adopt(stored)
        if kept is None:
            return False
        if kept.leaving is not None:
            await self._remove(kept.leaving)
            return True
        try:
            await (await self.objects.open(stored.key, start=0, end=0)).aclose()
        except FileMissing:  # removed at the same moment, before it had a name
            await self.delete(stored.key)
            raise
        return True

    async def use(self, tenant_id: str) -> TenantUse:
        """What the tenant's files take."""
        with _faults():
            return await self._registry.use(tenant_id)

    async def recount(self, tenant_id: str) -> int:
        """Count a tenant's room anew; by how many bytes it was wrong."""
        with _faults():
            wrong = await self._registry.recount(tenant_id)
        self._metrics.files_miscounted_bytes.inc(wrong)
        return wrong

    async def check_forever(self) -> None:
        """Count the room of every tenant anew once a day. Ends by an error, to be started again with backoff."""
        while True:
            with _faults():
                tenant_id = await self._registry.unchecked(CHECKED_EVERY)
            if tenant_id is None:
                await asyncio.sleep(_CHECK_SECONDS)
            else:
                await self.recount(tenant_id)

    async def sweep(self) -> int:
        """Remove the objects that ended processes left; how many there were (at most 500 at a call)."""
        with _faults():
            due = await self._registry.due(_SWEPT_AT_ONCE)
        for object_id in due:
            await self._remove(object_id)
        return len(due)

    async def _sweep_for_ever(self) -> None:
        while True:
            if await self.sweep() < _SWEPT_AT_ONCE:
                await asyncio.sleep(_SWEEP_SECONDS)

    async def _take_back(self, object_id: str, keeping: "asyncio.Future[Kept] | None") -> None:
        """Remove what a `put` that failed has written, unless its name has it after all."""
        if keeping is not None:
            (end,) = await asyncio.gather(keeping, return_exceptions=True)
            if isinstance(end, Kept) and end.leaving is not None:
                await self._remove(end.leaving)
        await self._remove(object_id)

    async def _remove(self, object_id: str) -> None:
        """Remove the bytes of an object that no name has; another one stays as it is."""
        registry = self._registry
        with _faults():
            if not await registry.leaves(object_id):
                return
        await self.objects.delete(object_id)
        with _faults():
            await registry.forget(object_id)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        kind = SetupFault if is_wrong_setup(error) else InfrastructureFault
        raise kind(f"MongoDB is not available for names of files: {type(error).__name__}") from error
