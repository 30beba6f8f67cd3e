"""Publishes one shard of the outbox."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.backoff import Backoff
from atd_servicekit.errors import PublishFailed
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.leases import ShardLeases
from atd_servicekit.metrics import Metrics
from atd_servicekit.outbox.deletion import RowDeletion
from atd_servicekit.outbox.refused_records import RefusedRecords, is_topic_error
from atd_servicekit.outbox.rows import ListedRow, Row, record_size
from atd_servicekit.outbox.shard_queue import Memory, ShardQueue
from atd_servicekit.outbox.stored_rows import StoredRows
from atd_servicekit.tasks import SupervisedTask

_READ_ROWS = 32
_PUBLISH_BYTES = 256 * 1024
"""Less than a batch of the producer holds: no two batches of one key are ever on their way together."""
_PUBLISH_SECONDS = 120.0  # longer than a broker is away: what is given up on is published again, and doubles
_LAST_ROWS = timedelta(seconds=10)
_BACKOFF = Backoff.of_seconds(0.1, 5.0)


@dataclass(slots=True)
class _Batch:
    """Records that are published together, each with its row in `rows`. `complete` are the rows that end here."""

    records: list[Outgoing] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    complete: list[Row] = field(default_factory=list)
    size: int = 0

    def has_room(self, size: int) -> bool:
        """Whether so many bytes can be added. A batch takes at least one record."""
        return not self.records or self.size + size <= _PUBLISH_BYTES

    def add(self, row: Row, records: Sequence[Outgoing], size: int) -> None:
        self.records += records
        self.rows += [row] * len(records)
        self.size += size


class ShardRelay:
    """Publishes one shard while its lease is ours, one step after the other. A component: `start()`, `stop()`."""

    def __init__(
        self,
        shard: int,
        memory: Memory,
        stored_rows: StoredRows,
        deletion: RowDeletion,
        leases: ShardLeases,
        producer: Producer,
        metrics: Metrics,
    ) -> None:
        self.shard = shard
        self.queue = ShardQueue(memory)
        self.refused = RefusedRecords(shard, stored_rows, self._send)
        self.progress_at = time.monotonic()
        """When it last published, found nothing to publish, or had no lease."""
        self.oldest_at: datetime | None = None
        """When the oldest row was written that is being published."""
        self.listed = 0
        self._stored_rows = stored_rows
        self._deletion = deletion
        self._leases = leases
        self._producer = producer
        self._metrics = metrics
        self._log = structlog.get_logger()
        self._task = SupervisedTask(f"outbox-relay-{shard}", self._run)
        self._wake = asyncio.Event()
        self._stopping = False
        self._term = 0

    async def start(self) -> None:
        """Start, perhaps again: a start of the process that failed is tried once more with the same parts."""
        self._stopping = False
        self.progress_at = time.monotonic()
        await self._task.start()

    async def stop(self) -> None:
        """Publish what is there, and end."""
        self._stopping = True
        self.wake(behind=True)
        await self._task.stop(grace=_LAST_ROWS)

    def wake(self, *, behind: bool = False) -> None:
        """There is something to publish; `behind`: perhaps in the database only."""
        if behind:
            self.queue.behind = True
        self._wake.set()

    def committed(self, rows: Sequence[Row]) -> None:
        """Rows of one transaction of this process are committed. Without the lease they are for its holder."""
        if self._leases.owns(self.shard):
            self.queue.committed(rows)
            self._wake.set()

    async def _run(self) -> None:
        self._forget()
        failures = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while self._leases.owns(self.shard) and await self._step():
                    failures = 0
            except (PublishFailed, PyMongoError, OSError) as error:
                self._forget()
                failures += 1
                delay = _BACKOFF.longest(failures).total_seconds()
                self._log.warning("relay.retry", shard=self.shard, error=type(error).__name__, delay_s=delay)
                if self._stopping:
                    return
                await asyncio.sleep(delay)
                self._wake.set()
                continue
            if not self._leases.owns(self.shard):
                self._forget()
                self._nothing_left()
            if self._stopping:
                return

    def _forget(self) -> None:
        self.queue.forget()
        self.refused.forget()

    def _nothing_left(self) -> None:
        self.progress_at = time.monotonic()
        self.oldest_at = None
        self.listed = 0

    async def _step(self) -> bool:
        """Publish what is ready, or what the database lists; whether there was anything."""
        with self._leases.holding(frozenset((self.shard,))):
            if (term := self._leases.term(self.shard)) != self._term:
                self._term = term
                self._forget()
            if self.refused.due:
                await self.refused.retry()
            if self.queue.behind:
                await self._publish_listed()
            published = await self._publish_ready()
        if not self.queue.behind and not self.queue.has_ready:
            self._nothing_left()
            return False
        return published or self.queue.behind

    async def _publish_listed(self) -> None:
        self.queue.begin_list()
        found = await self._stored_rows.oldest(self.shard)
        listed = self.queue.end_list(found.rows, complete=found.complete)
        self.listed = len(listed)
        self.oldest_at = min((one.at for one in listed), default=None)
        for start in range(0, len(listed), _READ_ROWS):
            await self._publish_page(listed[start : start + _READ_ROWS])
            self.listed = max(0, len(listed) - start - _READ_ROWS)

    async def _publish_page(self, page: Sequence[ListedRow]) -> None:
        read = await self._stored_rows.read(self.queue.absent(page))
        self.queue.place(page, read)
        await self._publish_ready()

    async def _publish_ready(self) -> bool:
        rows = self.queue.take()
        if not rows:
            return False
        oldest = min(row.at for row in rows)
        self.oldest_at = oldest if self.oldest_at is None else min(oldest, self.oldest_at)
        await self._publish(rows)
        return True

    async def _publish(self, rows: Sequence[Row]) -> None:
        """Publish the rows' records in order, some at a time, and hand on those rows that are published."""
        batch = _Batch()
        for row in rows:
            if batch.size + row.size <= _PUBLISH_BYTES and not self.refused.stops_any:
                batch.add(row, row.records, row.size)
            else:
                batch = await self._publish_by_record(row, batch)
            batch.complete.append(row)
        await self._send_batch(batch)

    async def _publish_by_record(self, row: Row, batch: "_Batch") -> "_Batch":
        """Add the row to the batch record by record, and send the batch when it is full; the batch to go on with."""
        for record in row.records:
            size = record_size(record)
            if not batch.has_room(size):
                await self._send_batch(batch)  # which may stop this record
                batch = _Batch()
            if self.refused.stops(record):
                row.refused.append(record)
            else:
                batch.add(row, (record,), size)
        return batch

    async def _send_batch(self, batch: "_Batch") -> None:
        try:
            await self._send(batch.records)
        except PublishFailed as error:
            if error.refused:
                await self._send_one_by_one(batch.rows, batch.records)
            elif is_topic_error(error):
                await self._send_by_topic(batch)
            else:
                raise
        await self._finish(batch.complete)

    async def _send_by_topic(self, batch: "_Batch") -> None:
        """Find out which topic cannot be written, and stop it. Raises `PublishFailed` when none can."""
        errors: dict[str, PublishFailed] = {}
        topics = dict.fromkeys(record.topic for record in batch.records)
        for topic in topics:
            found = [(row, one) for row, one in zip(batch.rows, batch.records, strict=True) if one.topic == topic]
            try:
                await self._send([record for _, record in found])
            except PublishFailed as error:
                if error.refused:
                    await self._send_one_by_one(*zip(*found, strict=True))
                elif is_topic_error(error):
                    errors[topic] = error
                else:
                    raise
        if len(errors) == len(topics):  # nothing tells that Kafka is there at all
            raise next(iter(errors.values()))
        for topic, reason in errors.items():
            self.refused.refuse_topic(topic, reason)
        for row, record in zip(batch.rows, batch.records, strict=True):
            if record.topic in errors:
                row.refused.append(record)

    async def _send_one_by_one(self, rows: Sequence[Row], records: Sequence[Outgoing]) -> None:
        """Find out which record is refused: Kafka refuses it together with others."""
        for row, record in zip(rows, records, strict=True):
            if self.refused.stops(record):
                row.refused.append(record)
                continue
            try:
                await self._send([record])
            except PublishFailed as error:
                if not error.refused:
                    raise
                self.refused.refuse(row, record, error)

    async def _send(self, records: Sequence[Outgoing]) -> None:
        await self._producer.publish(records, timeout_seconds=_PUBLISH_SECONDS)
        self._metrics.outbox_published.inc(len(records))
        self.progress_at = time.monotonic()

    async def _finish(self, rows: Sequence[Row]) -> None:
        published = [row for row in rows if not row.refused]
        self.queue.acknowledged(published)
        self._deletion.add(self.queue, published)
        for row in rows:
            if row.refused and self._leases.owns(self.shard):  # else its next owner finds out by itself
                await self.refused.keep(row)
                self.queue.kept(row)
