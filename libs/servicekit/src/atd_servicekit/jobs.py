"""Work that is due at a time, and work that goes on in steps: timers, sweeps, imports.

A job is a row in MongoDB, added and cancelled inside the transaction of what it belongs to. Every process of a service
claims what is due, one job by one process at a time: a claim is a lease that is renewed while the handler runs, so the
job of a killed process is taken up by another one (docs/adr/0023-jobs.md).

A handler may be called again for what it has done already: it checks the state that it is about to change, or ends the
job in its own transaction by `Jobs.finish`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from pymongo import IndexModel, ReturnDocument
from pymongo.errors import PyMongoError

from atd_schemas.ids import uuid7
from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.errors import StaleVersion
from atd_servicekit.metrics import Metrics
from atd_servicekit.tasks import SupervisedTask, being_cancelled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from atd_servicekit.mongo import Database, Document, Session

JOBS = "jobs"
_KEPT = timedelta(days=30)

JOB_INDEXES = {
    JOBS: [
        IndexModel([("next_at", 1)], partialFilterExpression={"next_at": {"$exists": True}}),
        IndexModel([("tenant_id", 1), ("kind", 1), ("_id", 1)]),
        IndexModel([("failed_at", 1)], expireAfterSeconds=int(_KEPT.total_seconds())),
    ]
}

RETRIES = Backoff.of_seconds(1.0, 600.0, attempts=20)
"""After each failure of a step; about two hours and a half in all. A job that failed for good is kept for 30 days."""

_LEASE = timedelta(seconds=60)
_POLL_SECONDS = 1.0
_STOP_GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. `attempt` counts the failures of the present step; `claim` is this process's right to it."""

    id: str
    kind: str
    tenant_id: str
    due_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 0
    claim: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """The job goes on at `due_at`; `data` replaces what it had, None leaves it."""

    due_at: datetime
    data: Mapping[str, Any] | None = None


JobHandler = Callable[[Job], Awaitable[Again | None]]
"""Does one step. None: the job is done. What it raises is tried again by `RETRIES`."""


class Jobs:
    """The jobs of one service. A component: `start()`, `stop()`."""

    def __init__(self, database: "Database", clock: Clock, metrics: Metrics, *, concurrency: int = 4) -> None:
        self._rows = database[JOBS]
        self._clock = clock
        self._metrics = metrics
        self._handlers: dict[str, JobHandler] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._looking = asyncio.Lock()
        """Of the workers that have nothing to do one looks for all: it has the next job, and another one looks on."""

        self._workers = [SupervisedTask(f"jobs-{number}", self._work) for number in range(concurrency)]

    def handle(self, kind: str, handler: JobHandler) -> None:
        """Let `handler` do the jobs of a kind. Raises `ValueError` when the kind has one."""
        if kind in self._handlers:
            raise ValueError(f"jobs of kind {kind} have a handler already")
        self._handlers[kind] = handler

    async def put(self, session: "Session | None", job: Job) -> None:
        """Add the job; one with its id is replaced, and what is being done of that one no longer counts."""
        row: Document = {
            "kind": job.kind,
            "tenant_id": job.tenant_id,
            "due_at": job.due_at,
            "next_at": job.due_at,
            "data": dict(job.data),
            "attempt": 0,
        }
        await self._rows.replace_one({"_id": job.id}, row, upsert=True, session=session)
        self._wake.set()

    async def cancel(self, session: "Session | None", job_id: str) -> bool:
        """Remove the job; whether it was there."""
        return (await self._rows.delete_one({"_id": job_id}, session=session)).deleted_count == 1

    async def finish(self, session: "Session", job: Job) -> None:
        """End the job in the transaction of its effect: both happen, once.

        Raises `StaleVersion` when the job is not this process's any more: it was cancelled, replaced or taken over.
        """
        deleted = await self._rows.delete_one({"_id": job.id, "claim": job.claim or ""}, session=session)
        if deleted.deleted_count != 1:
            raise StaleVersion

    async def find(self, tenant_id: str, job_id: str) -> Job | None:
        """A job of the tenant that is not done, or failed for good."""
        row = await self._rows.find_one({"_id": job_id, "tenant_id": tenant_id})
        return _job_of(row) if row else None

    async def start(self) -> None:
        """Begin to do what is due."""
        self._stopping = False
        for worker in self._workers:
            await worker.start()

    async def stop(self) -> None:
        """Let running steps end for a while; what does not is taken up by another process once its lease is over."""
        self._stopping = True
        self._wake.set()
        await asyncio.gather(*(worker.stop(grace=_STOP_GRACE) for worker in self._workers))

    async def run_due(self) -> int:
        """Do what is due, step by step, until nothing is; how many steps."""
        steps = 0
        while not self._stopping and (job := await self._claim()) is not None:
            await self._step(job)
            steps += 1
        return steps

    async def _work(self) -> None:
        while not self._stopping:
            async with self._looking:
                job = await self._next()
            if job is not None:
                await self._step(job)

    async def _next(self) -> Job | None:
        """The next job as soon as it is due; None when the process ends."""
        while not self._stopping:
            self._wake.clear()
            if (job := await self._claim()) is not None:
                return job
            try:
                await asyncio.wait_for(self._wake.wait(), _POLL_SECONDS)
            except TimeoutError:
                continue
        return None

    async def _claim(self) -> Job | None:
        now = self._clock.now()
        due: Document = {"next_at": {"$lte": now}, "kind": {"$in": sorted(self._handlers)}}
        claimed: Document = {"$set": {"claim": uuid7(), "next_at": now + _LEASE}}
        row = await self._rows.find_one_and_update(
            due, claimed, sort=[("next_at", 1)], return_document=ReturnDocument.AFTER
        )
        late = (now - row["due_at"]).total_seconds() if row else 0.0
        self._metrics.jobs_late_seconds.set(max(late, 0.0))
        return _job_of(row) if row else None

    async def _step(self, job: Job) -> None:
        began = self._clock.monotonic()
        outcome = "done"
        error: Exception | None = None
        try:
            async with self._renewed(job):
                again = await self._handlers[job.kind](job)
            if again is None:
                await self._rows.delete_one({"_id": job.id, "claim": job.claim})
            else:
                outcome = "again"
                await self._go_on(job, again)
        except StaleVersion:
            outcome = "superseded"
        except asyncio.CancelledError:
            if being_cancelled():
                await self._release(job)
            raise
        except Exception as raised:  # noqa: BLE001 - whatever a step fails of, it is logged and tried again
            error = raised
            outcome = await self._failed(job, raised)
        self._metrics.jobs_handled.labels(job.kind, outcome).inc()
        structlog.get_logger().log(
            30 if error else 20,
            "job.handled",
            job_kind=job.kind,
            job_id=job.id,
            tenant_id=job.tenant_id,
            attempt=job.attempt + 1,
            outcome=outcome,
            duration_ms=round((self._clock.monotonic() - began) * 1000),
            **({"exc_info": error} if error else {}),
        )

    @asynccontextmanager
    async def _renewed(self, job: Job) -> "AsyncIterator[None]":
        renewing = asyncio.create_task(self._renew(job), name=f"job-lease-{job.kind}")
        try:
            yield
        finally:
            renewing.cancel()

    async def _renew(self, job: Job) -> None:
        while True:
            await asyncio.sleep(_LEASE.total_seconds() / 3)
            mine: Document = {"_id": job.id, "claim": job.claim}
            try:
                await self._rows.update_one(mine, {"$set": {"next_at": self._clock.now() + _LEASE}})
            except PyMongoError as error:
                structlog.get_logger().warning("job.lease_not_renewed", job_id=job.id, error=type(error).__name__)

    async def _go_on(self, job: Job, again: Again) -> None:
        fields: Document = {"due_at": again.due_at, "next_at": again.due_at, "attempt": 0}
        if again.data is not None:
            fields["data"] = dict(again.data)
        await self._rows.update_one({"_id": job.id, "claim": job.claim}, {"$set": fields, "$unset": {"claim": ""}})

    async def _failed(self, job: Job, error: Exception) -> str:
        attempt = job.attempt + 1
        seconds = RETRIES.seconds(attempt)
        now = self._clock.now()
        mine: Document = {"_id": job.id, "claim": job.claim}
        told: Document = {"attempt": attempt, "error": type(error).__name__}
        if seconds is None:
            await self._rows.update_one(
                mine, {"$set": {**told, "failed_at": now}, "$unset": {"claim": "", "next_at": ""}}
            )
            return "failed"
        next_at = now + timedelta(seconds=seconds)
        await self._rows.update_one(mine, {"$set": {**told, "next_at": next_at}, "$unset": {"claim": ""}})
        return "retry"

    async def _release(self, job: Job) -> None:
        """Give a step that was cut off back at once: nobody has to wait for the lease to end."""
        release: Document = {"$set": {"next_at": self._clock.now()}, "$unset": {"claim": ""}}
        with_deadline = asyncio.shield(self._rows.update_one({"_id": job.id, "claim": job.claim}, release))
        try:
            await asyncio.wait_for(with_deadline, 1.0)
        except (PyMongoError, TimeoutError) as error:
            structlog.get_logger().warning("job.not_released", job_id=job.id, error=type(error).__name__)


def _job_of(row: "Document") -> Job:
    return Job(
        id=row["_id"],
        kind=row["kind"],
        tenant_id=row["tenant_id"],
        due_at=row["due_at"],
        data=row["data"],
        attempt=row["attempt"],
        claim=row.get("claim"),
        failed="failed_at" in row,
    )
