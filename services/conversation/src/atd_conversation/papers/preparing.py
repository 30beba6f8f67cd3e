"""Makes the files that somebody asked for: small ones at once, others by a job; removes them after some days."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, Protocol

import structlog

from atd_conversation.domain.prepared_files import PreparedFile, PreparedKind
from atd_conversation.store.prepared_files import PreparedFiles
from atd_servicekit.clock import Clock
from atd_servicekit.files import FileStore, file_key
from atd_servicekit.jobs import Again, Job, Jobs
from atd_servicekit.problems import rate_limited

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

MAX_BYTES = 2 * 1024 * 1024 * 1024
"""Of one file."""

MOST_WAITING = 20
"""Files of one tenant that are not made yet."""

_ATTEMPTS = 5
_AT_ONCE_WITHIN = timedelta(minutes=2)
_RETRY_SECONDS = 30
_CHUNK = 256 * 1024
_DISCARDED_AT_ONCE = 100
_VARIANT = "prepared"

Told = Callable[[int, int], Awaitable[None]]
Made = tuple[str, str, BinaryIO]
"""Name, type and bytes of a file."""

Maker = Callable[[PreparedFile, Told], Awaitable[Made | None]]
"""Makes a file of one kind; None: what it is about is gone."""


class Transaction(Protocol):
    """What runs work in a transaction and commits it."""

    async def __call__(self, work: "Callable[[Session], Awaitable[None]]") -> None: ...


class NoLongerWanted(Exception):
    """The file was removed while it was made."""


class Preparing:
    """A file and the job that makes it, or that removes it later, have one id: there is never but one of the two."""

    def __init__(
        self, rows: PreparedFiles, store: FileStore, jobs: Jobs, transaction: Transaction, clock: Clock
    ) -> None:
        self.rows = rows
        self._store = store
        self._jobs = jobs
        self._transaction = transaction
        self._clock = clock
        self._makers: dict[PreparedKind, Maker] = {}
        jobs.handle("prepared_file.make", self._make)
        jobs.handle("prepared_file.remove", self._remove)

    def make(self, kind: PreparedKind, maker: Maker) -> None:
        """Let `maker` make files of a kind."""
        self._makers[kind] = maker

    async def ask(self, session: "Session", file: PreparedFile, *, at_once: bool = False) -> None:
        """Have a file made; `at_once`: the caller makes it with `make_now`, and the job is there should that fail.

        Raises `Problem` 429 when too many of the tenant's wait.
        """
        if await self.rows.waiting(file.tenant_id, most=MOST_WAITING) >= MOST_WAITING:
            raise rate_limited(_RETRY_SECONDS, "Too many files are being prepared at once.")
        await self.rows.add(session, file)
        due_at = self._clock.now() + (_AT_ONCE_WITHIN if at_once else timedelta())
        await self._jobs.put(session, self._job(file, "prepared_file.make", due_at))

    async def make_now(self, file: PreparedFile) -> PreparedFile:
        """Make a file that was asked for, within the request."""
        made = await self._makers[file.kind](file, _nobody)
        return file if made is None else await self._deliver(file, *made)

    async def open(self, file: PreparedFile) -> AsyncIterator[bytes]:
        """The bytes of a file that is ready. Raises `FileMissing`."""
        return (await self._store.open(self._key(file))).chunks

    async def discard_all(self, session: "Session", tenant_id: str, kind: PreparedKind, about: str | None) -> int:
        """Remove the files about something, ready or not; their bytes go as soon as the jobs run. How many."""
        removed = 0
        while files := await self.rows.latest(tenant_id, kind, about, limit=_DISCARDED_AT_ONCE, session=session):
            for file in files:  # without its row, what is just being made is given up at its end
                await self.rows.remove(file.id, session)
                await self._jobs.put(session, self._job(file, "prepared_file.remove", self._clock.now()))
            removed += len(files)
        return removed

    async def _make(self, job: Job) -> Again | None:
        file = await self.rows.one(job.tenant_id, job.id, job.data["kind"])
        if file is None or file.state in ("ready", "failed"):
            return None

        total_told = file.total

        async def told(done: int, total: int) -> None:
            nonlocal total_told
            total_told = total
            if not await self.rows.progress(file.id, done, total):
                raise NoLongerWanted

        try:
            made = await self._makers[file.kind](file, told)
            if made is None:
                await self.rows.failed(file.id)
            else:
                await self._deliver(replace(file, total=total_told), *made)
        except NoLongerWanted:
            return None
        except Exception as error:
            if job.attempt + 1 < _ATTEMPTS:
                raise
            structlog.get_logger().warning("prepared_file.failed", file_id=file.id, error=type(error).__name__)
            await self.rows.failed(file.id)
        return None

    async def _deliver(self, file: PreparedFile, name: str, mime_type: str, out: BinaryIO) -> PreparedFile:
        with out:
            stored = await self._store.put(self._key(file), _read(out), content_type=mime_type, limit=MAX_BYTES)
        ready = file.finished(name, mime_type, stored.size, self._clock.now())

        async def work(session: "Session") -> None:
            if ready.expires_at is None or not await self.rows.save(session, ready):
                raise NoLongerWanted
            await self._jobs.put(session, self._job(file, "prepared_file.remove", ready.expires_at))

        try:
            await self._transaction(work)
        except NoLongerWanted:
            await self._store.delete(self._key(file))
            raise
        return ready

    async def _remove(self, job: Job) -> Again | None:
        """The bytes first: a row that stays is found again, bytes without one never."""
        await self._store.delete(file_key(job.tenant_id, job.id, _VARIANT))
        await self.rows.remove(job.id)
        return None

    def _key(self, file: PreparedFile) -> str:
        return file_key(file.tenant_id, file.id, _VARIANT)

    @staticmethod
    def _job(file: PreparedFile, kind: str, due_at: datetime) -> Job:
        return Job(file.id, kind, file.tenant_id, due_at, {"kind": file.kind})


async def _nobody(_done: int, _total: int) -> None:
    """Hears of a progress that nobody looks at."""


async def _read(out: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(out.read, _CHUNK):
        yield chunk
