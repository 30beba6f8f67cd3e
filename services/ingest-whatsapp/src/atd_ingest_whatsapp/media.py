"""Files of attendants at Meta: brought there once for each account, and used again while Meta keeps them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.media_client import Uploaded
from atd_schemas.outbound import OutboundAttachment
from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.files import FileMissing, OpenFile, file_key

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

UPLOADS = "media_uploads"
UPLOAD_INDEXES = {UPLOADS: [IndexModel([("expires_at", 1)], name="expires", expireAfterSeconds=0)]}

KEPT = timedelta(days=29)
"""How long an id is used again: Meta keeps what was uploaded for 30 days."""


UPLOADS_AT_ONCE = 32
UPLOADS_AT_ONCE_PER_ACCOUNT = 8
"""In one process; each holds about a megabyte, and slow ones of one account leave room for those of others."""


class Files(Protocol):
    """Where the bytes are."""

    async def open(self, key: str) -> OpenFile: ...


class Uploader(Protocol):
    """Brings a file to Meta."""

    async def upload(
        self, account: Account, file: OpenFile, mime_type: str
    ) -> Uploaded | Refused | Unsent | Uncertain: ...


@dataclass(frozen=True, slots=True)
class AtMeta:
    """The files are at Meta. `ids` are its ids by our attachment ids; `remembered`: some of them may be gone."""

    ids: Mapping[str, str]
    remembered: bool


@dataclass(frozen=True, slots=True)
class _One:
    media_id: str
    remembered: bool


class UploadStore:
    """Meta's ids by account, bytes and type, in MongoDB. The key is the `_id`, so there is one of each."""

    def __init__(self, database: "Database") -> None:
        self._uploads = database[UPLOADS]

    async def find(self, key: str, now: datetime) -> str | None:
        """The id that is still good."""
        found = await self._uploads.find_one({"_id": key, "expires_at": {"$gt": now}}, {"media_id": 1})
        return None if found is None else str(found["media_id"])

    async def remember(self, key: str, media_id: str, now: datetime) -> None:
        """Keep an id; of two processes that uploaded at once either's is good."""
        known = {"media_id": media_id, "uploaded_at": now, "expires_at": now + KEPT}
        try:
            await self._uploads.update_one({"_id": key}, {"$set": known}, upsert=True)
        except DuplicateKeyError:
            return

    async def forget(self, keys: Sequence[str], media_ids: Sequence[str] | None) -> None:
        """Use the keys' ids no more; with `media_ids` only these, so that a newer one stays."""
        which = {} if media_ids is None else {"media_id": {"$in": list(media_ids)}}
        await self._uploads.delete_many({"_id": {"$in": list(keys)}, **which})


class MediaUploads:
    """Sees to it that files are at Meta. A component, for the sake of its end.

    However many sends of one file are under way in this process, it is uploaded once, and they share what came of it.
    """

    def __init__(self, store: UploadStore, files: Files, uploader: Uploader, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._uploader = uploader
        self._clock = clock
        self._room = asyncio.Semaphore(UPLOADS_AT_ONCE)
        self._rooms: dict[str, asyncio.Semaphore] = {}
        self._running: dict[str, asyncio.Task[_One | Refused | Unsent]] = {}

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Cut off what nobody waits for any more."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def at_meta(self, account: Account, files: Sequence[OutboundAttachment]) -> AtMeta | Refused | Unsent:
        """Bring to Meta what it does not have yet.

        Raises PyMongo's errors when our own database is away.
        """
        ids: dict[str, str] = {}
        remembered = False
        for file in files:
            one = await self._shared(account, file)
            if not isinstance(one, _One):
                return one
            ids[file.id] = one.media_id
            remembered = remembered or one.remembered
        return AtMeta(ids, remembered)

    async def forget(self, account: Account, files: Sequence[OutboundAttachment], gone: AtMeta | None = None) -> None:
        """Upload these files again when they are needed; with `gone` only those that have these ids."""
        ids = None if gone is None else list(gone.ids.values())
        await self._store.forget([_key(account, file) for file in files], ids)

    async def _shared(self, account: Account, file: OutboundAttachment) -> _One | Refused | Unsent:
        key = _key(account, file)
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._find_or_upload(key, account, file), name="media-upload")
            self._running[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)  # one send that is cut off does not cut off the others

    def _ended(self, key: str, task: "asyncio.Task[_One | Refused | Unsent]") -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # whoever waited has it; if nobody did, it is no accident that nobody asks

    async def _find_or_upload(self, key: str, account: Account, file: OutboundAttachment) -> _One | Refused | Unsent:
        known = await self._store.find(key, self._clock.now())
        if known is not None:
            return _One(known, remembered=True)
        room = self._rooms.setdefault(account.id, asyncio.Semaphore(UPLOADS_AT_ONCE_PER_ACCOUNT))
        async with room, self._room:
            try:
                opened = await self._files.open(file_key(account.tenant_id, file.id))
            except FileMissing:
                return Refused("media", "file_missing", "The file is not in the store any more.")
            except InfrastructureFault:
                return Refused("transient", "file_store_away", "The store of files gave no answer.")
            answer = await self._uploader.upload(account, opened, file.mime_type)
        match answer:
            case Uploaded():
                await self._store.remember(key, answer.media_id, self._clock.now())
                return _One(answer.media_id, remembered=False)
            case Uncertain():  # an upload too many harms nobody: nothing to prove, it is just repeated
                return Refused("transient", "upload_unanswered", answer.reason)
            case _:
                return answer


def _key(account: Account, file: OutboundAttachment) -> str:
    return f"{account.id}:{file.sha256}:{file.mime_type}"
