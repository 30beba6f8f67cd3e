"""Processes of the dispatcher under load: killed with -9 at three points of a request, and frozen past their lease."""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from atd_schemas.ids import uuid7
from atd_schemas.topics import ATTENDANT_EVENTS
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.keys import key_variables
from atd_testing.processes import ManagedProcess
from atd_testing.service import Servers
from atd_testing.waiting import eventually
from atd_webhook_dispatcher.settings import WebhookDispatcherSettings
from atd_webhook_dispatcher.store.deliveries import DELIVERIES

from .receiver import Receiver, receiving
from .world import World

ROUNDS = int(os.environ.get("ATD_WEBHOOK_ROUNDS", "1"))
"""Each is a kill at one of three points, in turn. At the first, other requests are under way and other rows wait."""

FROZEN_SECONDS = 12.0
"""Longer than the lease (6) and the session with Kafka (10)."""

IN_A_ROUND = 300
PATHS = ("/in/parallel", "/in/ordered")


@dataclass(slots=True)
class Load:
    """Events of some attendants, each with its own sequence."""

    world: World
    producer: Producer
    sent: dict[str, tuple[str, int]] = field(default_factory=dict)
    _attendants: list[str] = field(default_factory=lambda: [uuid7() for _ in range(7)])

    async def publish(self, count: int) -> None:
        records = []
        for _ in range(count):
            sequence, place = divmod(len(self.sent), len(self._attendants))
            attendant = self._attendants[place]
            value = self.world.event(sequence + 1, attendant)
            self.sent[orjson.loads(value)["id"]] = (attendant, sequence + 1)
            records.append(Outgoing(ATTENDANT_EVENTS.name, attendant.encode(), value))
        await self.producer.publish(records)

    async def go_on(self, count: int) -> None:
        for _ in range(count // 20):
            await self.publish(20)


@pytest.mark.faults
@pytest.mark.timeout(900 + 60 * ROUNDS)
async def test_processes_killed_before_during_and_after_requests_or_frozen_lose_nothing_and_repeat_only_same_ids(
    servers: Servers, tmp_path: Path, unused_port: Callable[[], int]
) -> None:
    settings = servers.settings("webhook-dispatcher", WebhookDispatcherSettings)
    mongo = Mongo(servers.mongodb_url, settings.database_name("webhook-dispatcher"), Metrics())
    first, second = (_process(servers, settings, tmp_path, number, unused_port()) for number in range(2))
    producer = Producer(servers.kafka_bootstrap, "test")
    try:
        await producer.start()
        await asyncio.to_thread(first[0].start)
        await asyncio.to_thread(first[0].wait_ready, first[1], timedelta(minutes=3))
        async with receiving() as receiver:
            load = Load(World(mongo), producer)
            await load.world.endpoint(receiver.url + "/parallel", retry_seconds=(1,) * 20)
            await load.world.endpoint(receiver.url + "/ordered", retry_seconds=(1,) * 20, ordered=True)
            for number in range(ROUNDS):
                await _killed((_after, _during, _before)[number % 3], first[0], load, receiver)
            await _all_there(load, receiver)
            await asyncio.to_thread(second[0].start)
            await asyncio.to_thread(second[0].wait_ready, second[1], timedelta(minutes=3))
            await _frozen(first[0], load)
            await _all_there(load, receiver)
    finally:
        for one, _ in (first, second):
            await asyncio.to_thread(one.kill)
        await producer.stop()
        await mongo.client.drop_database(mongo.db.name)
        await mongo.close()


Until = Callable[[ManagedProcess, Load, Receiver], object]


async def _killed(until: Until, process: ManagedProcess, load: Load, receiver: Receiver) -> None:
    loading = asyncio.create_task(load.go_on(IN_A_ROUND))
    await until(process, load, receiver)  # type: ignore[misc]
    await asyncio.to_thread(process.kill)
    receiver.gate.set()
    receiver.answered = lambda _: None
    await asyncio.to_thread(process.start)
    await loading


async def _before(_: ManagedProcess, load: Load, receiver: Receiver) -> None:
    """Rows are written down; none of them is sent, for the receiver takes no more."""
    known = await load.world.mongo.db[DELIVERIES].estimated_document_count()

    async def more() -> bool:
        return await load.world.mongo.db[DELIVERIES].estimated_document_count() > known

    await eventually(more)
    assert receiver.gate.is_set()


async def _during(_: ManagedProcess, __: Load, receiver: Receiver) -> None:
    receiver.gate.clear()
    before = len(receiver.received)
    await eventually(lambda: len(receiver.received) >= before + 5)


async def _after(process: ManagedProcess, _: Load, receiver: Receiver) -> None:
    """As its answer leaves, nothing of it is written down."""
    count, enough = 0, asyncio.Event()

    def kill(_: object) -> None:
        nonlocal count
        count += 1
        if count == 20:
            os.kill(process.pid, signal.SIGKILL)
            enough.set()

    receiver.answered = kill
    async with asyncio.timeout(60):
        await enough.wait()


async def _frozen(process: ManagedProcess, load: Load) -> None:
    """One of two stands still with requests under way, past its leases; the other goes on, then it comes back."""
    loading = asyncio.create_task(load.go_on(IN_A_ROUND))
    os.kill(process.pid, signal.SIGSTOP)
    try:
        ends_at = asyncio.get_running_loop().time() + FROZEN_SECONDS
        await eventually(lambda: asyncio.get_running_loop().time() > ends_at, timeout=FROZEN_SECONDS * 2)
    finally:
        os.kill(process.pid, signal.SIGCONT)
    await loading
    await load.go_on(IN_A_ROUND)


async def _all_there(load: Load, receiver: Receiver) -> None:
    def missing() -> dict[str, int]:
        came = {path: {one.event_id for one in receiver.received if one.path == path} for path in PATHS}
        return {path: len(load.sent.keys() - ids) for path, ids in came.items()}

    await eventually(lambda: not any(missing().values()), timeout=180, message="every event is at both endpoints")
    bodies: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    first: dict[str, list[int]] = defaultdict(list)
    for one in receiver.received:
        seen = bodies[one.path, one.event_id]
        if not seen and one.path == "/in/ordered":
            attendant, sequence = load.sent[one.event_id]
            first[attendant].append(sequence)
        seen.add(one.body)
    assert bodies.keys() == {(path, event_id) for path in PATHS for event_id in load.sent}, "nothing but what was sent"
    assert {len(some) for some in bodies.values()} == {1}, "what comes again is the same"
    for sequences in first.values():
        assert all(one < other for one, other in pairwise(sequences)), "in order as far as ids tell"


def _process(
    servers: Servers, settings: WebhookDispatcherSettings, folder: Path, number: int, port: int
) -> tuple[ManagedProcess, str]:
    env = {
        **os.environ,
        **key_variables("webhook-dispatcher"),
        "KAFKA_BOOTSTRAP_SERVERS": servers.kafka_bootstrap,
        "MONGODB_URL": servers.mongodb_url,
        "ATD_MONGODB_DATABASE_PREFIX": settings.mongodb_database_prefix,
        "ATD_CUSTOMER_URLS_ALLOW_PRIVATE": "true",
        "ATD_PORT": str(port),
    }
    log = folder / f"dispatcher-{number}.log"
    command = [sys.executable, "-m", "atd_webhook_dispatcher"]
    return ManagedProcess(f"dispatcher-{number}", command, log_file=log, env=env), f"http://127.0.0.1:{port}/readyz"
