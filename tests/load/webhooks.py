"""`make bench-webhooks`: what one process of webhook-dispatcher delivers on this machine, all its servers beside it.

Events are put straight into `conversation.events.v1`; a cheap receiver (`webhook_receiver.py`) takes the requests.
Latency is from the moment before an event is handed to Kafka to its arrival at the receiver.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import time
from array import array
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeVar
from urllib.request import urlopen

from atd_schemas.ids import uuid7
from atd_schemas.services import GATEWAY, WEBHOOK_DISPATCHER
from atd_servicekit.crypto import FieldCipher
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.keys import master_key
from atd_testing.servers import free_port
from atd_testing.servers.ports import LOOPBACK
from atd_webhook_dispatcher.domain.endpoint import Endpoint, SigningSecret
from atd_webhook_dispatcher.domain.signing import SECRET_BYTES, secret_text
from atd_webhook_dispatcher.sealing import seal
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, Deliveries
from atd_webhook_dispatcher.store.endpoints import Endpoints
from tests.harness.system import System, in_thread
from tests.load.measuring import Cost, watching
from tests.load.profiling import record, show
from tests.load.webhook_events import ARCHIVED, archive, begin_replay, publish, waiting_row

T = TypeVar("T")

_NAME = WEBHOOK_DISPATCHER.name
_LOCAL = Path(__file__).parents[2] / ".local"
_DRAIN_SECONDS = 180.0
_SETTLE_SECONDS = 5.0
_NOTICED = 0.03
_KEPT_PER_ENDPOINT = 100_000
_TURNS = 3


@dataclass(frozen=True, slots=True)
class Size:
    """How much: deliveries at full speed, seconds of a run at a rate, rows that wait, events of a replay."""

    deliveries: int = 30_000
    seconds: float = 20.0
    waiting: int = 1_000_000
    replayed: int = 200_000


QUICK = Size(8_000, 8.0, 100_000, 20_000)


@dataclass(frozen=True, slots=True)
class Times:
    """What the receiver saw: milliseconds from event to arrival, and deliveries a second between first and last."""

    count: int
    rate: float
    p50: float
    p95: float
    p99: float


class Bench:
    """A dispatcher, its servers, and a receiver."""

    def __init__(self, directory: Path, size: Size) -> None:
        self.size = size
        self.ports = free_port(), free_port()
        self.system = System(
            directory,
            product=(WEBHOOK_DISPATCHER, GATEWAY),
            environment={_NAME: {"ATD_CUSTOMER_URLS_ALLOW_PRIVATE": "true", "ATD_LOG_LEVEL": "warning"}},
        )
        self._receiver: subprocess.Popen[bytes] | None = None
        self._cipher = FieldCipher.from_master_key(master_key(_NAME))

    @contextmanager
    def running(self) -> Iterator[None]:
        """All of it."""
        command = [sys.executable, "-m", "tests.load.webhook_receiver", *map(str, self.ports)]
        self._receiver = subprocess.Popen(command)
        try:
            self.system.start_servers()
            self.system.start_services(_NAME)
            yield
        finally:
            self.system.stop()
            self._receiver.kill()
            self._receiver.wait()

    @property
    def pids(self) -> dict[str, int]:
        """What is watched, beside this process."""
        assert self._receiver is not None
        return {
            "kafka": self.system.kafka.process.pid,
            "mongod": self.system.mongo.process.pid,
            "dispatcher": self.system.processes[_NAME].pid,
            "receiver": self._receiver.pid,
            "driver": os.getpid(),
        }

    def ask(self, what: str) -> bytes:
        """What the receiver says."""
        with urlopen(f"http://{LOOPBACK}:{self.ports[0]}/{what}", timeout=30) as answer:
            return bytes(answer.read())

    def seen(self) -> Times:
        """The times of what came since they were last forgotten."""
        pairs = [(made, came) for made, came in self._pairs() if made != ARCHIVED]
        if not pairs:
            return Times(0, 0.0, 0.0, 0.0, 0.0)
        came = [end for _, end in pairs]
        waits = sorted((end - begin) / 1e6 for begin, end in pairs)
        p50, p95, p99 = (waits[min(len(waits) - 1, int(len(waits) * part))] for part in (0.5, 0.95, 0.99))
        return Times(len(waits), len(waits) / max((max(came) - min(came)) / 1e9, 1e-9), p50, p95, p99)

    def replay_rate(self) -> float:
        """Deliveries a second of events that were archived."""
        came = [came for made, came in self._pairs() if made == ARCHIVED]
        return len(came) / max((max(came) - min(came)) / 1e9, 1e-9)

    def _pairs(self) -> Sequence[tuple[int, int]]:
        times = array("q")
        times.frombytes(self.ask("dump"))
        return list(zip(times[::2], times[1::2], strict=True))

    # ------------------------------------------------------------------ companies

    def companies(self, count: int, endpoints: int, *, silent: int = 0, state: str = "enabled") -> list[str]:
        """New companies with so many endpoints each; the first `silent` ones lead to a receiver that never answers."""

        async def add(mongo: Mongo) -> list[str]:
            store, tenants = Endpoints(mongo.db), [uuid7() for _ in range(count)]
            for number, tenant_id in enumerate(tenants):
                for _ in range(endpoints):
                    made = self._endpoint(tenant_id, self.ports[number < silent], state)
                    await mongo.transaction(partial(store.add, endpoint=made))
            return tenants

        return self._in_database(add)

    def _endpoint(self, tenant_id: str, port: int, state: str) -> Endpoint:
        now, endpoint_id = datetime.now(UTC), uuid7()
        sealed = seal(self._cipher, endpoint_id, "secret", secret_text(os.urandom(SECRET_BYTES)))
        return Endpoint(
            id=endpoint_id,
            tenant_id=tenant_id,
            url=f"http://{LOOPBACK}:{port}/e/{endpoint_id}",
            secrets=(SigningSecret(sealed, created_at=now),),
            state=state,  # type: ignore[arg-type]
            state_since=now,
            created_at=now,
            changed_at=now,
            reset_at=now,
        )

    def waiting_rows(self, count: int) -> None:
        """So many deliveries that wait for paused endpoints, as if they had come while these were paused."""

        async def add(mongo: Mongo) -> None:
            rows, left = Deliveries(mongo.db), count
            while left > 0:
                (tenant_id,) = self.companies(1, 1, state="paused")
                (endpoint,) = await Endpoints(mongo.db).of_tenant(tenant_id)
                for start in range(0, min(left, _KEPT_PER_ENDPOINT), 1_000):
                    await rows.add([waiting_row(endpoint, start + one) for one in range(1_000)])
                left -= _KEPT_PER_ENDPOINT

        self._in_database(add)

    def archive(self, tenant_id: str, count: int) -> None:
        """So many events in the archive of a company, as if they had come a moment ago."""
        self._in_database(lambda mongo: archive(mongo, tenant_id, count))

    def begin_replay(self, tenant_id: str) -> None:
        """Replay all of the archive of a company to its endpoint."""
        self._in_database(lambda mongo: begin_replay(mongo, tenant_id))

    def bytes_per_delivery(self) -> tuple[float, float]:
        """Bytes on disk of a row of the ledger and of its keys in indexes, as MongoDB says now."""

        async def look(mongo: Mongo) -> tuple[float, float]:
            await mongo.client.admin.command("fsync")  # a checkpoint: until then the sizes are those of the last one
            found: Any = await mongo.db.command("collStats", DELIVERIES)
            return found["storageSize"] / max(found["count"], 1), found["totalIndexSize"] / max(found["count"], 1)

        return self._in_database(look)

    def _in_database(self, work: Callable[[Mongo], Awaitable[T]]) -> T:
        async def run() -> T:
            mongo = Mongo(self.system.mongo.url, self.system.database(_NAME), Metrics())
            try:
                return await work(mongo)
            finally:
                await mongo.close()

        return in_thread(lambda: asyncio.run(run()))

    # ------------------------------------------------------------------ runs

    def run(
        self,
        tenants: Sequence[str],
        events: int,
        rate: float | None,
        expected: int,
        first: Callable[[], None] = lambda: None,
    ) -> tuple[Times, dict[str, Cost]]:
        """Publish so many events, at a rate or as fast as Kafka takes them, and wait for the deliveries expected.

        `first`: what is done before, and belongs to the run.
        """
        self.ask("reset")
        with watching(self.pids) as spent:
            first()
            in_thread(lambda: asyncio.run(publish(self.system.kafka_servers, tenants, events, rate)))
            deadline = time.monotonic() + _DRAIN_SECONDS
            while int(self.ask("count")) < expected:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{int(self.ask('count'))} of {expected} deliveries came")
                time.sleep(0.2)
        if spent.others > _NOTICED:
            _say(f"    (other programs took {spent.others:.0%} of the machine)")
        return self.seen(), spent.costs


# ---------------------------------------------------------------------- what is measured


def full_speed(bench: Bench) -> None:
    """Deliveries a second with 1, 10 and 100 endpoints, and latency at half of what they should reach and of that."""
    for name, companies, endpoints, wanted in (
        ("1 endpoint", 1, 1, 2_000),
        ("fan-out to 10", 1, 10, 3_000),
        ("100 endpoints of 100 companies", 100, 1, 2_000),
    ):
        tenants = bench.companies(companies, endpoints)
        bench.run(tenants, 500, None, 500 * endpoints)  # caches are warm
        events = bench.size.deliveries // endpoints
        fast, costs = bench.run(tenants, events, None, events * endpoints)
        _say(f"{name}: {fast.rate:,.0f} deliveries/s")
        _say_costs(costs, fast.count)
        for half in (wanted / 2, fast.rate / 2):
            rate = half / endpoints
            events = int(rate * bench.size.seconds)
            paced, costs = bench.run(tenants, events, rate, events * endpoints)
            _say(f"{name}, at {paced.rate:,.0f}/s: p50 {paced.p50:.1f}, p95 {paced.p95:.1f}, p99 {paced.p99:.1f} ms")
            _say_costs(costs, paced.count)
    row, keys = bench.bytes_per_delivery()
    _say(f"a delivered row: {row:.0f} bytes on disk, {keys:.0f} in indexes")


def at_rest(bench: Bench) -> None:
    """Processor and memory of each process when nothing happens."""
    bench.run(bench.companies(1, 1), 100, None, 100)
    time.sleep(_SETTLE_SECONDS)
    seconds = min(bench.size.seconds, 15.0)
    with watching(bench.pids) as spent:
        time.sleep(seconds)
    costs = [(name, cost.cpu_seconds / seconds * 100, cost.peak_mb) for name, cost in spent.costs.items()]
    _say(f"at rest: {', '.join(f'{name} {part:.1f} % of a core, {mb:.0f} MB' for name, part, mb in costs)}")


def one_dead(bench: Bench) -> None:
    """99 endpoints at 500 deliveries a second in all, without and with one beside them that never answers, in turns."""
    healthy, mixed = bench.companies(100, 1), bench.companies(100, 1, silent=1)
    rounds = int(5 * bench.size.seconds)
    ways = (("without", healthy, 100), ("with", mixed, 99))
    found: dict[str, list[Times]] = {name: [] for name, _, _ in ways}
    for _, tenants, answering in ways:
        bench.run(tenants, 500, 500.0, 5 * answering)  # caches are warm
    for _ in range(_TURNS):
        for name, tenants, answering in ways:
            one, _ = bench.run(tenants, rounds * 100, 500.0, rounds * answering)
            _say(f"100 at 500/s, {name} a dead one: p50 {one.p50:.1f}, p95 {one.p95:.1f}, p99 {one.p99:.1f} ms")
            found[name].append(one)
    p50, p95, p99 = (
        median(getattr(one, part) for one in found["with"]) / median(getattr(one, part) for one in found["without"])
        for part in ("p50", "p95", "p99")
    )
    _say(f"with a dead one, of the medians without: p50 {p50:.2f}, p95 {p95:.2f}, p99 {p99:.2f}")


def many_waiting(bench: Bench) -> None:
    """Memory of the dispatcher while many deliveries wait for paused endpoints, also after a start."""
    tenants = bench.companies(1, 1)
    events = int(200 * bench.size.seconds)
    before, costs = bench.run(tenants, events, 200.0, events)
    _say(f"nothing waits, 200/s: p99 {before.p99:.1f} ms, {costs['dispatcher'].peak_mb:.0f} MB")
    bench.waiting_rows(bench.size.waiting)
    bench.system.stop_services(_NAME)
    bench.system.start_services(_NAME)
    after, costs = bench.run(tenants, events, 200.0, events)
    _say(f"{bench.size.waiting:,} wait, 200/s: p99 {after.p99:.1f} ms, {costs['dispatcher'].peak_mb:.0f} MB")
    row, keys = bench.bytes_per_delivery()
    _say(f"a waiting row: {row:.0f} bytes on disk, {keys:.0f} in indexes")


def replay(bench: Bench) -> None:
    """A replay over HTTP, with 100 live events a second to the same endpoint beside it."""
    (alone,), (tenant_id,) = bench.companies(1, 1), bench.companies(1, 1)
    live = int(100 * bench.size.seconds)
    bench.run([alone, tenant_id], 200, None, 200)  # written past the dispatcher, they are noticed within seconds
    before, _ = bench.run([alone], live, 100.0, live)
    bench.archive(tenant_id, bench.size.replayed)
    begin = partial(bench.begin_replay, tenant_id)
    beside, costs = bench.run([tenant_id], live, 100.0, live + bench.size.replayed, begin)
    _say(f"replay of {bench.size.replayed:,}: {bench.replay_rate():,.0f} deliveries/s")
    _say(f"live at 100/s to the same endpoint: p99 {before.p99:.1f} ms, beside the replay {beside.p99:.1f} ms")
    _say_costs(costs, bench.size.replayed + live)


def profile(bench: Bench) -> None:
    """Where the dispatcher's time goes at full speed to one endpoint."""
    tenants, count = bench.companies(1, 1), bench.size.deliveries * 2
    output = _LOCAL / "profile-webhook-dispatcher.txt"
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(bench.run, tenants, count, None, count)
        record(bench.pids["dispatcher"], output, running)
    show(output)


PARTS: dict[str, Callable[[Bench], None]] = {
    "speed": full_speed,
    "rest": at_rest,
    "dead": one_dead,
    "waiting": many_waiting,
    "replay": replay,
}


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _say_costs(costs: dict[str, Cost], deliveries: int) -> None:
    parts = [f"{name} {cost.cpu_seconds / deliveries * 1000:.3f}" for name, cost in costs.items()]
    total = sum(cost.cpu_seconds for name, cost in costs.items() if name != "driver") / deliveries * 1000
    _say(f"    CPU seconds per 1,000 deliveries: {', '.join(parts)}; all but the driver {total:.3f}")


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.webhooks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and less certain, under three minutes")
    parser.add_argument("--profile", action="store_true", help="record the dispatcher instead of measuring")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="only this; may be given several times")
    options = parser.parse_args()
    directory = _LOCAL / "bench-webhooks"
    shutil.rmtree(directory, ignore_errors=True)
    bench = Bench(directory, QUICK if options.quick else Size())
    with bench.running():
        if options.profile:
            profile(bench)
            return
        for name in options.only or PARTS:
            PARTS[name](bench)


if __name__ == "__main__":
    main()
