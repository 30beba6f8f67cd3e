"""The first appearances of a key's records in a topic are in the order of commits, whatever happens when.

Two processes with the kit's own `ShardRelay` share a simulated database and topic. Everything that they wait for (a
commit and its answer, a list, a read, a publish, a deletion) ends when a random generator says so; leases come and go;
publishes fail, with or without effect; answers of commits are lost.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
import structlog
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_servicekit.backoff import Backoff
from atd_servicekit.errors import PublishFailed
from atd_servicekit.kafka import Outgoing
from atd_servicekit.metrics import Metrics
from atd_servicekit.outbox import next_order, refused_records, shard_queue, shard_relay
from atd_servicekit.outbox.rows import ListedRow, Row, rows_of, shard_of_key
from atd_servicekit.outbox.shard_queue import Memory, ShardQueue
from atd_servicekit.outbox.shard_relay import ShardRelay
from atd_servicekit.outbox.stored_rows import RowList

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHARD = 0
KEYS = [key for number in range(60) if shard_of_key(key := f"key-{number}".encode()) == SHARD][:4]
REFUSED = KEYS[3]
"""The second record of this key is too large."""


class World:
    """What both processes see, and the gates at which everything waits."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.gates: list[asyncio.Future[None]] = []
        self.rows: dict[ObjectId, Row] = {}
        self.refused_rows: dict[ObjectId, Row] = {}
        self.aggregates: dict[bytes, tuple[int, int]] = {}
        self.topic: dict[bytes, list[int]] = defaultdict(list)
        self.violations: list[str] = []
        self.troubled = True

    async def gate(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gates.append(future)
        await future

    def happens(self, chance: float) -> bool:
        return self.troubled and self.random.random() < chance

    def append(self, record: Outgoing) -> None:
        number, seen = int(record.value), self.topic[record.key]
        if number > max(seen, default=0) + 1:
            self.violations.append(f"{record.key!r}: {number} after {seen}")
        seen.append(number)


@dataclass
class FakeProducer:
    world: World

    async def publish(self, records: Sequence[Outgoing], **_: float) -> None:
        await self.world.gate()
        if any(record.key == REFUSED and record.value == b"2" for record in records):
            raise PublishFailed("refused", refused=True) from MessageSizeTooLargeError()
        if self.world.happens(0.15):
            arrived = self.world.random.randrange(len(records) + 1)
            for record in records[:arrived]:
                self.world.append(record)
            raise PublishFailed("away") from KafkaTimeoutError()
        for record in records:
            self.world.append(record)
        await self.world.gate()


@dataclass
class FakeLeases:
    owned: bool
    terms: int = 1
    held: bool = False

    def owns(self, _shard: int) -> bool:
        return self.owned

    def term(self, _shard: int) -> int:
        return self.terms

    @contextmanager
    def holding(self, _shards: frozenset[int]) -> Iterator[None]:
        self.held = True
        yield
        self.held = False

    def set(self, *, owned: bool) -> None:
        self.terms += owned and not self.owned
        self.owned = owned


@dataclass
class FakeStoredRows:
    world: World

    async def oldest(self, _shard: int) -> RowList:
        await self.world.gate()
        rows = sorted(self.world.rows.values(), key=lambda row: (row.order, row.part, row.id))
        found = RowList([ListedRow(row.id, row.at) for row in rows[:3]], complete=len(rows) < 3)
        await self.world.gate()
        return found

    async def read(self, row_ids: Sequence[ObjectId]) -> list[Row]:
        if not row_ids:
            return []
        await self.world.gate()
        stored = {**self.world.rows, **self.world.refused_rows}
        found = [_as_read(stored[row_id]) for row_id in row_ids if row_id in stored]
        self.world.random.shuffle(found)
        await self.world.gate()
        return found

    async def delete(self, row_ids: Sequence[ObjectId]) -> None:
        await self.world.gate()
        for row_id in row_ids:
            self.world.rows.pop(row_id, None)
            self.world.refused_rows.pop(row_id, None)

    async def keep_refused(self, row: Row) -> None:
        await self.world.gate()
        stored = self.world.rows.pop(row.id, None) or self.world.refused_rows.pop(row.id, None)
        if stored is not None:
            kept = copy(stored)
            kept.records = list(row.refused)
            self.world.refused_rows[row.id] = kept

    async def refused(self, _shard: int) -> AsyncIterator[Row]:
        await self.world.gate()
        for row in sorted(self.world.refused_rows.values(), key=lambda row: row.order):
            yield _as_read(row)


def _as_read(row: Row) -> Row:
    return Row(row.id, row.shard, row.order, row.part, row.at, row.records)


@dataclass
class FakeDeletion:
    stored_rows: FakeStoredRows
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def add(self, queue: ShardQueue, rows: Sequence[Row]) -> None:
        self.tasks.append(asyncio.create_task(self._delete(queue, [row.id for row in rows])))

    async def _delete(self, queue: ShardQueue, row_ids: Sequence[ObjectId]) -> None:
        await self.stored_rows.delete(row_ids)
        await self.stored_rows.world.gate()
        queue.deleted(row_ids)


class Process:
    """One process: it commits, and publishes while it believes that the shard is its own."""

    def __init__(self, world: World, *, owned: bool) -> None:
        self.world = world
        self.leases = FakeLeases(owned)
        stored_rows = FakeStoredRows(world)
        self.deletion = FakeDeletion(stored_rows)
        parts: Any = (stored_rows, self.deletion, self.leases, FakeProducer(world), Metrics())
        self.memory = Memory(2000)  # a few rows: it overflows now and then
        self.relay = ShardRelay(SHARD, self.memory, *parts)

    async def stop(self) -> None:
        await self.relay._task.stop()
        for task in self.deletion.tasks:
            task.cancel()
        await asyncio.gather(*self.deletion.tasks, return_exceptions=True)
        self.relay.queue.forget()
        assert self.memory.used == 0, "all memory is given back"

    async def commit(self, keys: Sequence[bytes]) -> None:
        """Change some aggregates in one transaction under their optimistic versions, as services do."""
        await self.world.gate()
        read = {key: self.world.aggregates.get(key, (0, 0)) for key in keys}
        await self.world.gate()
        if any(self.world.aggregates.get(key, (0, 0)) != read[key] for key in keys) or self.world.happens(0.1):
            return  # stale, or aborted
        order = next_order(NOW, *(before for before, _ in read.values()))  # a clock that stands: equal orders abound
        records = []
        for key, (_, number) in read.items():
            records += [Outgoing("t", key, str(number + step).encode()) for step in (1, 2)]
            self.world.aggregates[key] = (order, number + 2)
        told = {key: before for key, (before, _) in read.items() if not self.world.happens(0.1)}
        rows = rows_of(records, order, NOW, told)
        self.world.rows |= {row.id: _as_read(row) for row in rows}
        await self.world.gate()
        if self.world.happens(0.1):
            self.relay.wake(behind=True)
        else:
            self.relay.committed(rows)


class Simulation:
    """Runs both processes. `exclusive`: one at a time has the lease, and keeps it while it works."""

    def __init__(self, random: Random, *, exclusive: bool) -> None:
        self.random = random
        self.exclusive = exclusive
        self.world = World(random)
        self.keys = KEYS if exclusive else KEYS[:3]
        self.processes = [Process(self.world, owned=True), Process(self.world, owned=not exclusive)]
        self.commits: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        for process in self.processes:
            await process.relay.start()
        actions = [self.commit, *[self.release] * 10, self.move_lease, self.wake]
        for _ in range(400):
            self.random.choice(actions)()
            await _settle()
        self.world.troubled = False
        if not self.exclusive:
            self.processes[0].leases.set(owned=True)
        await self.finish()

    def commit(self) -> None:
        keys = self.random.sample(self.keys, self.random.choice((1, 1, 2)))
        self.commits.append(asyncio.create_task(self.random.choice(self.processes).commit(keys)))

    def release(self) -> None:
        gates = self.world.gates
        if gates:
            gates.pop(self.random.randrange(len(gates))).set_result(None)

    def move_lease(self) -> None:
        if not self.exclusive:
            leases = self.random.choice(self.processes).leases
            leases.set(owned=not leases.owned)
        elif not any(process.leases.held for process in self.processes):
            for process in self.processes:
                process.leases.set(owned=not process.leases.owned)

    def wake(self) -> None:
        self.random.choice(self.processes).relay.wake(behind=True)

    async def finish(self) -> None:
        for _ in range(200):
            for process in self.processes:
                process.relay.wake(behind=True)
            for _ in range(20):
                while self.world.gates:
                    self.world.gates.pop(0).set_result(None)
                await _settle()
            if all(commit.done() for commit in self.commits) and not self.world.rows:
                break
        await asyncio.gather(*self.commits)
        for process in self.processes:
            await process.stop()
        self.check()

    def check(self) -> None:
        assert not self.world.violations
        assert not self.world.rows, "every row is published"
        for key, (_, number) in self.world.aggregates.items():
            published, expected = list(dict.fromkeys(self.world.topic[key])), list(range(1, number + 1))
            if key != REFUSED:
                assert published == expected
                continue
            assert published in ([], [1]), "nothing passes a record that was refused"
            kept = [int(r.value) for row in self.world.refused_rows.values() for r in row.records if r.key == key]
            assert sorted({*published, *kept}) == expected, "what was not published is kept"


async def _settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


@given(seed=st.integers(0, 2**32), exclusive=st.booleans())
@settings(max_examples=150)
def test_every_key_is_published_in_order_whoever_publishes_and_whatever_fails(seed: int, exclusive: bool) -> None:
    """Without a lease that excludes the other: order holds all the same."""
    with pytest.MonkeyPatch.context() as patch, structlog.testing.capture_logs():
        patch.setattr(shard_queue, "KNOWN_KEYS", 3)  # of the four
        patch.setattr(shard_relay, "_BACKOFF", Backoff.of_seconds(0.0, 0.0))
        patch.setattr(shard_relay, "_PUBLISH_BYTES", 1_000)  # three records
        patch.setattr(refused_records, "_RETRY", Backoff.of_seconds(0.0, 0.0))
        asyncio.run(Simulation(Random(seed), exclusive=exclusive).run())
