"""The outbox: state and its events commit in one transaction; a relay publishes them in order per key.

A transaction adds one document per shard it touches, holding the records of that shard in order. Documents are
published by `order`, a hybrid logical clock that aggregates keep: `next_order` makes it, the aggregate stores it, and
the next change of the aggregate starts from it. So the records of a key are published in the order of commits,
whatever the clocks of the processes say.
"""

import asyncio
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from bson import ObjectId
from pymongo import IndexModel
from pymongo.errors import PyMongoError

from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault, PublishFailed
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.leases import ShardLeases
from atd_servicekit.metrics import Metrics
from atd_servicekit.tasks import SupervisedTask

if TYPE_CHECKING:
    from atd_servicekit.mongo import Collection, Database, Document, Session

OUTBOX = "outbox"
OUTBOX_SHARDS = 8
OUTBOX_INDEXES = {OUTBOX: [IndexModel([("shard", 1), ("order", 1), ("part", 1), ("_id", 1)])]}

_PAGE_DOCUMENTS = 32
_DOCUMENT_BYTES = 4 * 1024 * 1024
_POLL_SECONDS = 0.25
STUCK_SECONDS = 60.0
"""A relay that has neither published a page nor found the outbox empty for longer cannot work."""
_PUBLISH_SECONDS = 120.0  # longer than a broker is away: what is given up on is published again, and doubles
_LAST_PAGES = timedelta(seconds=10)
_BACKOFF = Backoff.of_seconds(0.1, 5.0)


def next_order(now: datetime, *before: int) -> int:
    """Compute the `order` of a change: the time in microseconds, and always greater than every order in `before`.

    `before` has the stored orders of all aggregates that the transaction changes. Each of them stores the result in
    the same transaction, under its optimistic version; a new aggregate has none before.
    """
    return max(int(now.timestamp() * 1_000_000), *(order + 1 for order in before), 0)


class Outbox:
    """Stores the records that must be published when a transaction commits."""

    def __init__(self, database: "Database", clock: Clock) -> None:
        self._collection = database[OUTBOX]
        self._clock = clock
        self.wake = asyncio.Event()

    async def add(self, session: "Session", records: Sequence[Outgoing], *, order: int) -> None:
        """Write the records inside the transaction of `session`.

        `order` comes from `next_order`, and must be greater than in every earlier call for any of these keys.
        """
        shards: dict[int, list[Outgoing]] = defaultdict(list)
        for record in records:
            shards[_shard(record.key)].append(record)
        at = self._clock.now()
        documents = [
            {"_id": ObjectId(), "shard": shard, "order": order, "part": part, "at": at, "records": chunk}
            for shard, found in shards.items()
            for part, chunk in enumerate(_chunks(found))
        ]
        if documents:
            await self._collection.insert_many(documents, session=session, ordered=False)

    def committed(self) -> None:
        """Wake the relay; to be called after the commit."""
        self.wake.set()


class Relay:
    """Publishes what the outbox holds, in order per key, and deletes it when Kafka has acknowledged."""

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
        self._producer = producer
        self._metrics = metrics
        self._clock = clock
        self._log = structlog.get_logger()
        self._publishing = SupervisedTask("outbox-relay", self._run)
        self._watching = SupervisedTask("outbox-watch", self._watch)
        self._stopping = False
        self._progress_at = time.monotonic()

    async def start(self) -> None:
        self._progress_at = time.monotonic()
        await self._leases.start()
        await self._publishing.start()
        await self._watching.start()

    async def stop(self) -> None:
        """Publish what is there, then release the shards."""
        self._stopping = True
        self._outbox.wake.set()
        await self._watching.stop()
        await self._publishing.stop(grace=_LAST_PAGES)
        await self._leases.stop()

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                while await self.publish_page():
                    failures = 0
            except (PublishFailed, PyMongoError, OSError) as error:
                failures += 1
                delay = _BACKOFF.longest(failures).total_seconds()
                self._log.warning("relay.retry", error=type(error).__name__, delay_s=delay)
                if self._stopping:
                    return
                await asyncio.sleep(delay)
                continue
            if self._stopping:
                return
            await self._wait()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._outbox.wake.wait(), _POLL_SECONDS)
        except TimeoutError:
            return
        finally:
            self._outbox.wake.clear()

    async def publish_page(self) -> int:
        """Publish the oldest documents of the owned shards; how many there were.

        Raises `PublishFailed` when Kafka is away: the documents stay, and are published again as a whole.
        """
        owned = self._leases.owned
        if not owned:
            self._progress_at = time.monotonic()
            return 0
        with self._leases.holding(owned):
            page = await self._oldest(owned)
            if not page:
                self._metrics.outbox_rows.set(0)
                self._metrics.outbox_age_seconds.set(0)
                self._progress_at = time.monotonic()
                return 0
            self._metrics.outbox_rows.set(len(page))
            self._metrics.outbox_age_seconds.set((self._clock.now() - min(row["at"] for row in page)).total_seconds())
            records = [
                Outgoing(r["t"], r["k"], r["v"], [(n, v) for n, v in r["h"]]) for row in page for r in row["records"]
            ]
            await self._producer.publish(records, timeout_seconds=_PUBLISH_SECONDS)
            await self._collection.delete_many({"_id": {"$in": [row["_id"] for row in page]}})
        self._metrics.outbox_published.inc(len(records))
        self._progress_at = time.monotonic()
        return len(page)

    async def check(self) -> None:
        """Raise `InfrastructureFault` when what is in the outbox has not been published for long."""
        seconds = time.monotonic() - self._progress_at
        if seconds > STUCK_SECONDS:
            raise InfrastructureFault(f"the relay has published nothing of the outbox for {seconds:.0f} s")

    async def _oldest(self, owned: frozenset[int]) -> "list[Document]":
        query = {"shard": {"$in": sorted(owned)}}
        order = [("order", 1), ("part", 1), ("_id", 1)]
        found: list[Document] = (
            await self._collection.find(query).sort(order).limit(_PAGE_DOCUMENTS).to_list(_PAGE_DOCUMENTS)
        )
        return found

    async def _watch(self) -> None:
        """Wake the relay at inserts of other processes; while there are none, our own commits are enough."""
        while True:
            if self._leases.alone:
                await self._leases.wait_changed()
                continue
            try:
                async with self._collection.watch(
                    [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}],
                    max_await_time_ms=1000,
                ) as stream:
                    while not self._leases.alone:
                        if await stream.try_next() is not None:
                            self._outbox.wake.set()
            except (PyMongoError, OSError) as error:
                self._log.warning("relay.watch_lost", error=type(error).__name__)
                await asyncio.sleep(1.0)


def _shard(key: bytes) -> int:
    return zlib.crc32(key) % OUTBOX_SHARDS


def _chunks(records: Sequence[Outgoing]) -> "list[list[Document]]":
    """Convert the records to stored form, cut so that no document comes near MongoDB's limit of 16 MB."""
    chunks: list[list[Document]] = [[]]
    size = 0
    for record in records:
        weight = len(record.value) + len(record.key) + 256
        if size and size + weight > _DOCUMENT_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(
            {"t": record.topic, "k": record.key, "v": record.value, "h": [list(h) for h in record.headers]}
        )
        size += weight
    return chunks
