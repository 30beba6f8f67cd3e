"""Deletes the rows that Kafka has acknowledged, many at a time."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from atd_servicekit.backoff import Backoff
from atd_servicekit.outbox.rows import Row
from atd_servicekit.outbox.shard_queue import ShardQueue
from atd_servicekit.outbox.stored_rows import StoredRows
from atd_servicekit.tasks import SupervisedTask

DELETE_AFTER_SECONDS = 0.2
"""What a process that is killed publishes twice: at most what it published in this time."""

_MANY = 500
_BACKOFF = Backoff.of_seconds(0.1, 5.0)


class RowDeletion:
    """Deletes acknowledged rows in the background. A component: `start()`, `stop()`."""

    def __init__(self, stored_rows: StoredRows) -> None:
        self._stored_rows = stored_rows
        self._rows: list[tuple[ShardQueue, ObjectId]] = []
        self._some = asyncio.Event()
        self._many = asyncio.Event()
        self._task = SupervisedTask("outbox-deletion", self._run)

    def add(self, queue: ShardQueue, rows: Sequence[Row]) -> None:
        """Delete these soon, and tell the queue."""
        self._rows += [(queue, row.id) for row in rows]
        self._some.set()
        if len(self._rows) >= _MANY:
            self._many.set()

    async def start(self) -> None:
        await self._task.start()

    async def stop(self) -> None:
        """Delete what is left. It stays, and is published again by the next process, when MongoDB is away."""
        await self._task.stop()
        try:
            while self._rows:
                await self._delete()
        except (PyMongoError, OSError) as error:
            structlog.get_logger().warning("outbox.not_deleted", rows=len(self._rows), error=type(error).__name__)

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._some.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._many.wait(), DELETE_AFTER_SECONDS)
            try:
                await self._delete()
                failures = 0
            except (PyMongoError, OSError) as error:
                failures += 1
                delay = _BACKOFF.longest(failures).total_seconds()
                structlog.get_logger().warning("outbox.not_deleted", error=type(error).__name__, delay_s=delay)
                await asyncio.sleep(delay)

    async def _delete(self) -> None:
        rows = self._rows[: 2 * _MANY]
        await self._stored_rows.delete([row_id for _, row_id in rows])
        del self._rows[: len(rows)]
        for queue, row_id in rows:
            queue.deleted((row_id,))
        if not self._rows:
            self._some.clear()
        if len(self._rows) < _MANY:
            self._many.clear()
