"""Files that attendants upload: taken into the file store, and cleared away again when no message takes them."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from atd_conversation.domain.attachments import THUMBNAIL, StoredAttachment, file_name
from atd_conversation.domain.drafts import UploadedFile, file_kind
from atd_conversation.domain.file_types import has_boxes, type_by_tracks, type_of, webp_of
from atd_conversation.domain.media_tracks import Mp4Scan
from atd_conversation.domain.message_files import Attachment
from atd_conversation.files.storage_use import Storage, refused_by
from atd_conversation.store.files import Files
from atd_schemas.ids import uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.files import (
    DeduplicatedStore,
    FileInfected,
    FileTooLarge,
    NoScanner,
    NotScannable,
    PictureProbe,
    Scanner,
    ScannerAway,
    StorageFull,
    file_key,
)
from atd_servicekit.idempotency import Idempotency, StoredAnswer
from atd_servicekit.problems import Problem, invalid, rate_limited, too_large

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Transaction = Callable[[Callable[["Session"], Awaitable[StoredAnswer]]], Awaitable[StoredAnswer]]

MAX_UPLOAD_BYTES = 100 * 1024 * 1024

UPLOADS_AT_ONCE = 32
UPLOADS_AT_ONCE_PER_TENANT = 6
"""In one process; each holds about a megabyte, with S3 some twenty."""

UPLOAD_TIME = timedelta(minutes=15)
"""For a whole upload: 100 MB at 0.9 Mbit/s."""

UNUSED_FOR = timedelta(hours=24)
"""How long an upload waits for a message that takes it."""

PART_NAME = "file"
"""The field of the form that has the file."""

_RETRY_SECONDS = 5
_SWEEP_EVERY = timedelta(minutes=10)
_SWEPT_AT_ONCE = 100


class UploadPlaces:
    """Bounds the uploads that are under way, so that slow ones neither fill the process nor shut out other tenants."""

    def __init__(self, longest: timedelta = UPLOAD_TIME) -> None:
        self._longest = longest.total_seconds()
        self._taken: Counter[str] = Counter()

    @asynccontextmanager
    async def taken(self, tenant_id: str) -> AsyncIterator[None]:
        """A place for the time of the block. Raises `Problem` 429 when there is none, 408 when it takes too long."""
        if self._taken[tenant_id] >= UPLOADS_AT_ONCE_PER_TENANT or self._taken.total() >= UPLOADS_AT_ONCE:
            raise rate_limited(_RETRY_SECONDS, "Too many files are being uploaded at once.")
        self._taken[tenant_id] += 1
        time = asyncio.timeout(self._longest)
        try:
            async with time:
                yield
        except TimeoutError:
            if not time.expired():
                raise
            raise Problem(408, "request_timeout", "The upload took too long.") from None
        finally:
            self._taken[tenant_id] -= 1
            if not self._taken[tenant_id]:
                del self._taken[tenant_id]


class Uploads:
    """Takes files in."""

    def __init__(
        self,
        files: Files,
        store: DeduplicatedStore,
        idempotency: Idempotency,
        clock: Clock,
        scanner: Scanner | None = None,
        *,
        limit: int = 0,
    ) -> None:
        """`limit`: bytes that a tenant's files may take with an upload; 0: any number."""
        self.places = UploadPlaces()
        self.storage = Storage(store, limit)
        self._scanner = scanner or NoScanner()
        self._files = files
        self._store = store
        self._idempotency = idempotency
        self._clock = clock

    async def take(
        self,
        tenant_id: str,
        actor_id: str,
        transaction: Transaction,
        *,
        name: str | None,
        head: bytes,
        chunks: AsyncIterator[bytes],
        idempotency_key: str | None,
    ) -> StoredAnswer:
        """Store a file whose first bytes are `head`; what is answered is its view.

        The same key with the same name and bytes answers the file of the first time. Raises `Problem` 409, 413 (also
        `storage_full`), 422 (also `infected`, `not_scannable`), and 503 `scanner_unavailable`: nothing is kept that
        was not scanned.
        """
        await self.storage.check_room(tenant_id)
        mime_type = type_of(head, name or "")
        kept_as = file_name(file_kind(mime_type), name, mime_type)
        attachment = Attachment(id=uuid7(), name=kept_as, mime_type=mime_type, size=None, state="pending")
        now = self._clock.now()
        await self._files.begin(StoredAttachment(tenant_id, attachment, now, uploaded_by=actor_id))
        if has_boxes(head):
            scan = Mp4Scan()
            ready = await self._put(tenant_id, attachment, _scanned(chunks, scan))
            ready = replace(ready, mime_type=type_by_tracks(mime_type, scan.tracks))
            kept_as = file_name(file_kind(ready.mime_type), name, ready.mime_type)
            ready = replace(ready, name=kept_as)
        else:
            ready = await self._put(tenant_id, attachment, chunks)
        ours = StoredAnswer(201, ready.view().model_dump_json().encode(), about=(ready.id,))

        async def work(session: "Session") -> StoredAnswer:
            await self._files.finish(session, ready, webp=webp_of(head))
            return ours

        answer = await self._idempotency.once(
            transaction,
            work,
            tenant_id=tenant_id,
            actor_id=actor_id,
            route="POST /attachments",
            key=idempotency_key,
            body=f"{kept_as}\0{ready.sha256}".encode(),
        )
        if answer.body != ours.body:
            await self.discard(tenant_id, attachment.id)
        return answer

    async def copy(self, tenant_id: str, actor_id: str, source: UploadedFile) -> Attachment:
        """Another upload with the same bytes, name and type, for a message to take. Raises `FileMissing`."""
        attachment = replace(source.attachment, id=uuid7(), state="pending")
        await self._files.begin(StoredAttachment(tenant_id, attachment, self._clock.now(), uploaded_by=actor_id))
        await self._store.copy(
            file_key(tenant_id, source.attachment.id),
            file_key(tenant_id, attachment.id),
            content_type=attachment.mime_type,
            limit=MAX_UPLOAD_BYTES,
        )
        ready = replace(attachment, state="ready")
        await self._files.finish(None, ready, webp=source.webp)
        return ready

    async def _put(self, tenant_id: str, attachment: Attachment, chunks: AsyncIterator[bytes]) -> Attachment:
        key = file_key(tenant_id, attachment.id)
        probe = PictureProbe()
        try:
            stored = await self._store.put(
                key,
                self._scanner.watch(probe.watch(chunks)),
                content_type=attachment.mime_type,
                limit=MAX_UPLOAD_BYTES,
                storage_limit=self.storage.limit or None,
            )
        except (FileTooLarge, FileInfected, NotScannable, ScannerAway, StorageFull) as error:
            await self._files.remove(attachment.id)
            raise _refusal(error) from None
        except Problem:
            await self._files.remove(attachment.id)
            raise
        picture = probe.size()
        return replace(
            attachment,
            state="ready",
            size=stored.size,
            sha256=stored.sha256,
            width=picture.width if picture else None,
            height=picture.height if picture else None,
        )

    async def discard(self, tenant_id: str, attachment_id: str) -> None:
        """Remove the bytes first: a document that stays is found again, bytes without one never."""
        for variant in ("", THUMBNAIL):
            await self._store.delete(file_key(tenant_id, attachment_id, variant))
        await self._files.remove(attachment_id)

    async def sweep(self) -> int:
        """Remove the uploads that no message took in time; how many."""
        removed = 0
        while unused := await self._files.unused(self._clock.now() - UNUSED_FOR, _SWEPT_AT_ONCE):
            for file in unused:
                await self.discard(file.tenant_id, file.id)
            removed += len(unused)
        return removed

    async def sweep_forever(self) -> None:
        """Sweep now and then. Ends by an error, to be started again with backoff."""
        while True:
            removed = await self.sweep()
            if removed:
                structlog.get_logger().info("uploads.swept", removed=removed)
            await asyncio.sleep(_SWEEP_EVERY.total_seconds() * random.uniform(0.8, 1.2))


def _refusal(error: FileTooLarge | FileInfected | NotScannable | ScannerAway | StorageFull) -> Problem:
    """What whoever uploads is told."""
    if isinstance(error, StorageFull):
        return refused_by(error)
    if isinstance(error, FileTooLarge):
        return too_large(error.limit)
    if isinstance(error, FileInfected):
        detail = f"contains {error.signature}, as the virus scanner says"
        return invalid(PART_NAME, detail, "infected")
    if isinstance(error, NotScannable):
        return invalid(PART_NAME, "is too large for the virus scanner", "not_scannable")
    more = {"Retry-After": str(_RETRY_SECONDS)}
    detail = "The virus scanner does not answer; the file was not kept. Try again shortly."
    return Problem(503, "scanner_unavailable", detail, headers=more)


async def _scanned(chunks: AsyncIterator[bytes], scan: Mp4Scan) -> AsyncIterator[bytes]:
    """The same bytes; `scan` has seen them."""
    async for chunk in chunks:
        scan.feed(chunk)
        yield chunk
