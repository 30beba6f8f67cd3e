"""A ledger with a scripted receiver, for tests: what was sent, in which order, and what came of it."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from atd_servicekit.clock import SystemClock
from atd_servicekit.leases import LEASE_INDEXES, LEASES, ShardLeases
from atd_servicekit.ledger import Delivered, Finished, Ledger, NewRow, Outcome, Row, ledger_indexes
from atd_servicekit.ledger.gate_store import GateStore
from atd_servicekit.ledger.rows import Gate
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Document, Mongo
from atd_testing.clock import FakeClock
from atd_testing.waiting import eventually

SHARDS = 4

_LEASE = timedelta(minutes=1)
"""Longer than a loaded machine stands still: no test waits for the end of a lease (see `kill` and `tick`)."""

Scripted = Outcome | Exception | Callable[[], Outcome]


class Receiver:
    """Stands for the provider. Answers each row by its script, then `Delivered`; remembers every call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.by_lane: defaultdict[str, list[str]] = defaultdict(list)
        self.running: set[str] = set()
        self.most_running: Counter[str] = Counter()
        """By group: how many of its rows were being sent at once at the most."""
        self._running_in: Counter[str] = Counter()
        self._scripts: defaultdict[str, deque[Scripted]] = defaultdict(deque)
        self._held: dict[str, asyncio.Event] = {}

    def will(self, row_id: str, *outcomes: Scripted) -> None:
        """What the next attempts of the row lead to."""
        self._scripts[row_id].extend(outcomes)

    def hold(self, *row_ids: str) -> None:
        """Calls for these rows do not come back before `let_go`."""
        for row_id in row_ids:
            self._held[row_id] = asyncio.Event()

    def let_go(self, *row_ids: str) -> None:
        for row_id in row_ids:
            self._held.pop(row_id).set()

    def sent(self, row_id: str) -> int:
        """How often the row was sent."""
        return sum(1 for sent, _ in self.calls if sent == row_id)

    async def send(self, row: Row) -> Outcome:
        self.calls.append((row.id, row.attempt))
        self.by_lane[row.lane].append(row.id)
        self.running.add(row.id)
        self._running_in[row.group] += 1
        self.most_running[row.group] = max(self.most_running[row.group], self._running_in[row.group])
        try:
            if row.id in self._held:
                await self._held[row.id].wait()
        finally:
            self.running.discard(row.id)
            self._running_in[row.group] -= 1
        script = self._scripts[row.id]
        outcome = script.popleft() if script else Delivered({"external_id": f"wamid.{row.id}"})
        if isinstance(outcome, Exception):
            raise outcome
        return outcome() if callable(outcome) else outcome


class LedgerProcess:
    """One process with a ledger on a shared database."""

    def __init__(self, mongo: Mongo, clock: FakeClock, receiver: Receiver, owner: str, **options: Any) -> None:
        """`options` go to `Ledger`; without `on_finished` what is finished is kept in `finished`."""
        self.metrics = Metrics()
        self.finished: list[Finished] = []
        self.started = False
        self._leases, self._owner = mongo.db[LEASES], owner
        # Leases live in the database's real time, whatever the test's clock says.
        self.leases = ShardLeases(
            self._leases,
            "sends",
            shards=SHARDS,
            owner=owner,
            clock=SystemClock(),
            ttl=options.pop("lease", _LEASE),
        )
        options.setdefault("poll", timedelta(milliseconds=50))
        options.setdefault("on_finished", self._keep)
        self.ledger = Ledger(mongo.db, "sends", self.leases, receiver.send, clock, self.metrics, **options)

    async def _keep(self, rows: Sequence[Finished]) -> None:
        self.finished += rows

    async def start(self) -> "LedgerProcess":
        await self.ledger.start()
        self.started = True
        return self

    async def stop(self) -> None:
        self.started = False
        await self.ledger.stop()

    async def kill(self) -> None:
        """As kill -9, and as if the leases had run out since: nothing is written any more."""
        self.started = False
        ledger = self.ledger
        loops = [*ledger._loops, self.leases._renewing]  # noqa: SLF001 - a process has no method to die by
        tasks = [*(loop._task for loop in loops), *ledger._worker._tasks]  # noqa: SLF001 - see above
        alive = [task for task in tasks if task is not None]
        for task in alive:
            task.cancel()
        await asyncio.gather(*alive, return_exceptions=True)
        past = datetime(2000, 1, 1, tzinfo=UTC)
        await self._leases.update_many({"owner": self._owner}, {"$set": {"until": past}})

    async def tick(self) -> None:
        """Share the leases anew at once, as is done every few seconds otherwise."""
        await self.leases.tick()


class LedgerBench:
    """A database, a clock and a receiver that several processes of a ledger share."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        # From now on, because MongoDB deletes by its own clock what has expired by ours.
        self.clock = FakeClock(SystemClock().now())
        self.receiver = Receiver()
        self.rows = mongo.db["sends_rows"]
        self._processes: list[LedgerProcess] = []
        self._order = 0

    async def prepare(self) -> None:
        await self.mongo.ensure_indexes({**ledger_indexes("sends"), **LEASE_INDEXES})

    async def process(self, owner: str = "one", **options: Any) -> LedgerProcess:
        """A started process; those that run already give it its share of the groups."""
        process = LedgerProcess(self.mongo, self.clock, self.receiver, owner, **options)
        self._processes.append(process)
        await process.start()
        await self.tick()
        return process

    async def tick(self) -> None:
        """Have every process that runs share the leases anew."""
        for process in self._processes:
            if process.started:
                await process.tick()

    async def close(self) -> None:
        for process in self._processes:
            await process.kill()

    def new_rows(
        self, ids: Iterable[str], *, group: str = "g", lane: str | None = None, send_until: datetime | None = None
    ) -> list[NewRow]:
        """Rows in the order of `ids`; each in a lane of its own unless `lane` is given."""
        rows = []
        for row_id in ids:
            self._order += 1
            place = (row_id, "tenant-1", group, lane or f"lane-{row_id}", self._order)
            rows.append(NewRow(*place, {"text": row_id}, send_until=send_until, about={"for": row_id}))
        return rows

    async def document(self, row_id: str) -> Document:
        found = await self.rows.find_one({"_id": row_id})
        assert found is not None, f"no row {row_id}"
        return found

    async def states(self, ids: Iterable[str]) -> Mapping[str, str]:
        cursor = self.rows.find({"_id": {"$in": list(ids)}}, {"state": 1})
        return {document["_id"]: document["state"] async for document in cursor}

    async def wait_state(self, state: str, *ids: str) -> None:
        """Returns when every one of the rows is in `state`."""

        async def reached() -> bool:
            return await self.states(ids) == dict.fromkeys(ids, state)

        await _until(reached, message=f"{ids[:5]} in state {state}")

    async def wait_again(self, row_id: str) -> None:
        """Returns when an attempt of the row has ended with the row due again."""

        async def reached() -> bool:
            document = await self.document(row_id)
            return bool(document["state"] == "due" and document["attempts"] > 0)

        await _until(reached, message=f"{row_id} due again")

    async def suspend(self, group: str) -> None:
        """Suspend the group as another process would; returns when every process here knows."""
        await GateStore(self.mongo.db, "sends").close({group: Gate(suspended=True, reason="test")})
        queues = [process.ledger._ready for process in self._processes if process.started]  # noqa: SLF001 - no one else asks
        await eventually(lambda: all(group in queue.gates() for queue in queues), message=f"{group} is suspended")

    def later(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)


@asynccontextmanager
async def ledger_bench(mongodb_url: str, database_name: str) -> AsyncIterator[LedgerBench]:
    """A bench on a database of its own, which is dropped afterwards."""
    mongo = Mongo(mongodb_url, database_name, Metrics())
    bench = LedgerBench(mongo)
    await bench.prepare()
    try:
        yield bench
    finally:
        await bench.close()
        await mongo.client.drop_database(database_name)
        await mongo.close()


async def _until(condition: Callable[[], Awaitable[object]], *, message: str) -> None:
    await eventually(cast("Callable[[], object]", condition), message=message)
