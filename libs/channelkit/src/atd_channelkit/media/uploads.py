"""Attendants' files at the provider: uploaded once for each account, and used again while the provider keeps them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_channelkit.media.stored_files import Files, open_stored
from atd_channelkit.media.upload_store import UploadStore
from atd_schemas.outbound import OutboundAttachment
from atd_servicekit.clock import Clock
from atd_servicekit.files import OpenFile

UPLOADS_AT_ONCE = 32
UPLOADS_AT_ONCE_PER_ACCOUNT = 8
"""In one process; each holds about a megabyte, and slow ones of one account leave room for those of others."""

A = TypeVar("A", bound=Account)
A_contra = TypeVar("A_contra", bound=Account, contravariant=True)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The provider has the file, under this id."""

    media_id: str


class Uploader(Protocol[A_contra]):
    """Uploads a file to the provider. Provided by channels that send files by an id."""

    async def upload(
        self, account: A_contra, file: OpenFile, mime_type: str
    ) -> Uploaded | Refused | Unsent | Uncertain: ...


@dataclass(frozen=True, slots=True)
class UploadedFiles:
    """The provider has the files. `ids` are its ids by our attachment ids.

    `remembered`: some were uploaded earlier, and the provider may have deleted them.
    """

    ids: Mapping[str, str]
    remembered: bool


@dataclass(frozen=True, slots=True)
class _UploadedFile:
    media_id: str
    remembered: bool


class MediaUploads(Generic[A]):
    """Uploads files that the provider does not have yet. A component, which has only an end.

    However many sends of one file are under way in this process, it is uploaded once, and they share the result.
    """

    def __init__(self, store: UploadStore, files: Files, uploader: Uploader[A], clock: Clock) -> None:
        self._store = store
        self._files = files
        self._uploader = uploader
        self._clock = clock
        self._limit = asyncio.Semaphore(UPLOADS_AT_ONCE)
        self._account_limits: dict[str, asyncio.Semaphore] = {}
        self._running: dict[str, asyncio.Task[_UploadedFile | Refused | Unsent]] = {}

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Cancel uploads that nobody waits for any more."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def upload(self, account: A, files: Sequence[OutboundAttachment]) -> UploadedFiles | Refused | Unsent:
        """Upload what the provider does not have yet.

        Raises PyMongo's errors when our own database is away.
        """
        ids: dict[str, str] = {}
        remembered = False
        for file in files:
            one = await self._shared(account, file)
            if not isinstance(one, _UploadedFile):
                return one
            ids[file.id] = one.media_id
            remembered = remembered or one.remembered
        return UploadedFiles(ids, remembered)

    async def forget(self, account: A, files: Sequence[OutboundAttachment], stale: UploadedFiles | None = None) -> None:
        """Upload these files again when they are needed; with `stale` only those that have these ids."""
        ids = None if stale is None else list(stale.ids.values())
        await self._store.forget([_key(account, file) for file in files], ids)

    async def _shared(self, account: A, file: OutboundAttachment) -> _UploadedFile | Refused | Unsent:
        key = _key(account, file)
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._find_or_upload(key, account, file), name="media-upload")
            self._running[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)  # one send that is cut off does not cut off the others

    def _ended(self, key: str, task: "asyncio.Task[_UploadedFile | Refused | Unsent]") -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody may have

    async def _find_or_upload(self, key: str, account: A, file: OutboundAttachment) -> _UploadedFile | Refused | Unsent:
        known = await self._store.find(key, self._clock.now())
        if known is not None:
            return _UploadedFile(known, remembered=True)
        limit = self._account_limits.setdefault(account.id, asyncio.Semaphore(UPLOADS_AT_ONCE_PER_ACCOUNT))
        async with limit, self._limit:
            opened = await open_stored(self._files, account.tenant_id, file.id)
            if isinstance(opened, Refused):
                return opened
            answer = await self._uploader.upload(account, opened, file.mime_type)
        match answer:
            case Uploaded():
                await self._store.remember(key, answer.media_id, self._clock.now())
                return _UploadedFile(answer.media_id, remembered=False)
            case Uncertain():  # a second upload has no effect that anybody sees: it is just repeated
                return Refused("transient", "upload_unanswered", answer.reason)
            case _:
                return answer


def _key(account: Account, file: OutboundAttachment) -> str:
    return f"{account.id}:{file.sha256}:{file.mime_type}"
