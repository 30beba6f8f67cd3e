"""The relay: publishes the shards of the outbox that this process owns, and deletes what Kafka has."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.kafka import Producer
from atd_servicekit.leases import ShardLeases
from atd_servicekit.metrics import Metrics
from atd_servicekit.outbox.deletion import RowDeletion
from atd_servicekit.outbox.rows import OUTBOX_SHARDS, Row
from atd_servicekit.outbox.shard_queue import Memory
from atd_servicekit.outbox.shard_relay import ShardRelay
from atd_servicekit.outbox.stored_rows import StoredRows
from atd_servicekit.outbox.transactions import Outbox
from atd_servicekit.tasks import SupervisedTask

if TYPE_CHECKING:
    from atd_servicekit.mongo import Collection, Document

MEMORY_BYTES = 16 * 1024 * 1024
"""What may wait in memory to be published; the rest waits in the database alone."""

STUCK_SECONDS = 60.0
"""A shard that has neither published anything nor found its rows gone for longer cannot work."""

_POLL_SECONDS = 0.25
_ALONE_POLL_SECONDS = 5.0
"""Of a process that is alone: every commit is its own, so that a poll finds what a process before it has left."""


class Relay:
    """Publishes what the outbox holds, in order per key, and deletes it when Kafka has acknowledged.

    A component: `start()`, `stop()`.
    """

    def __init__(
        self,
        outbox: Outbox,
        collection: "Collection",
        leases: ShardLeases,
        producer: Producer,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._collection = collection
        self._leases = leases
        self._metrics = metrics
        self._clock = clock
        self._stored_rows = stored_rows = StoredRows(collection)
        self._deletion = RowDeletion(stored_rows)
        memory = Memory(MEMORY_BYTES)
        self._shards = [
            ShardRelay(shard, memory, stored_rows, self._deletion, leases, producer, metrics)
            for shard in range(OUTBOX_SHARDS)
        ]
        self._log = structlog.get_logger()
        self._polling = SupervisedTask("outbox-poll", self._poll)
        self._watching = SupervisedTask("outbox-watch", self._watch)
        outbox.listen(self)

    async def start(self) -> None:
        await self._stored_rows.take_former_shards()
        await self._leases.start()
        await self._deletion.start()
        for shard in self._shards:
            await shard.start()
        await self._polling.start()
        await self._watching.start()

    async def stop(self) -> None:
        """Publish what is there and delete it, then release the shards."""
        await self._watching.stop()
        await self._polling.stop()
        await asyncio.gather(*(shard.stop() for shard in self._shards))
        await self._deletion.stop()
        await self._leases.stop()

    def committed(self, rows: Sequence[Row]) -> None:
        """Publish the rows of one transaction of this process from memory."""
        by_shard: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_shard[row.shard].append(row)
        for shard, found in by_shard.items():
            self._shards[shard].committed(found)

    def uncertain(self, rows: Sequence[Row]) -> None:
        """Look for rows whose transaction may be committed or not."""
        for shard in {row.shard for row in rows}:
            self._shards[shard].wake(behind=True)

    def wake(self) -> None:
        """Look for rows that nobody told of."""
        for shard in self._shards:
            shard.wake(behind=True)

    async def check(self) -> None:
        """Raise `InfrastructureFault` when what is in a shard has not been published for long."""
        seconds = time.monotonic() - min(shard.progress_at for shard in self._shards)
        if seconds > STUCK_SECONDS:
            raise InfrastructureFault(f"the relay has published nothing of a shard of the outbox for {seconds:.0f} s")

    def refresh_gauges(self) -> None:
        """Set the gauges to what is true now."""
        oldest = min((shard.oldest_at for shard in self._shards if shard.oldest_at), default=None)
        age = 0.0 if oldest is None else max(0.0, (self._clock.now() - oldest).total_seconds())
        self._metrics.outbox_age_seconds.set(age)
        self._metrics.outbox_rows.set(sum(max(shard.listed, len(shard.queue)) for shard in self._shards))
        self._metrics.outbox_refused_rows.set(sum(shard.refused.rows for shard in self._shards))

    async def _poll(self) -> None:
        """Look for rows from time to time, for what no commit and no change stream told of."""
        while True:
            self.wake()
            await asyncio.sleep(_ALONE_POLL_SECONDS if self._leases.alone else _POLL_SECONDS)

    async def _watch(self) -> None:
        """Wake shards at commits of other processes; while there are none, our own are enough."""
        match: Document = {"operationType": "insert", "fullDocument.by": {"$ne": self._outbox.writer}}
        pipeline: list[Document] = [{"$match": match}, {"$project": {"_id": 1, "fullDocument.shard": 1}}]
        while True:
            if self._leases.alone:
                await self._leases.wait_changed()
                continue
            try:
                async with await self._collection.watch(pipeline, max_await_time_ms=1000) as stream:
                    while not self._leases.alone:
                        if (change := await stream.try_next()) is not None:
                            self._shards[change["fullDocument"]["shard"]].wake(behind=True)
            except (PyMongoError, OSError) as error:
                self._log.warning("relay.watch_lost", error=type(error).__name__)
                await asyncio.sleep(1.0)
