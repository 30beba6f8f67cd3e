"""Two processes of routing under load, one killed with -9, one frozen past its session: nothing is lost or doubled."""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from atd_routing.domain.turn import UNHEARD
from atd_routing.settings import RoutingSettings
from atd_schemas.routing import Assigned
from atd_schemas.topics import ATTENDANT_DEVICES, CONVERSATION_EVENTS, ROUTING_DECISIONS
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.keys import key_variables
from atd_testing.processes import ManagedProcess
from atd_testing.service import Servers
from atd_testing.topics import TopicReader
from atd_testing.waiting import PATIENCE_SECONDS, eventually

from .talks import device
from .world import World

PEOPLE = ("ana", "bia", "caio", "duda", "eva", "fabio")
LIMIT, TALKS = 3, 90
SESSION = 12.0
"""Seconds that a process is frozen: longer than its session with Kafka (10)."""


class Shift:
    """Conversation's side: does what is decided, ends what was answered, and looks at every step."""

    def __init__(self, world: World, producer: Producer, reader: TopicReader) -> None:
        self.world = world
        self._producer = producer
        self._reader = reader
        self._done = 0
        self.decided: dict[tuple[str, int | None], dict[str, datetime]] = defaultdict(dict)
        self.finished: set[str] = set()

    async def tell(self, *events: object) -> None:
        outgoing = [Outgoing.of(CONVERSATION_EVENTS, event) for event in events]  # type: ignore[arg-type]
        await self._producer.publish(outgoing)

    async def come(self, *names: str) -> None:
        """Attendants open their browsers; they stay open for longer than the test takes."""
        devices = [device(self.world.tenant_id, self.world.id(name)) for name in names]
        await self._producer.publish([Outgoing.of(ATTENDANT_DEVICES, one) for one in devices])

    async def work(self, enough: Callable[[], bool], *, end: bool = True) -> None:
        """Go on until it is enough. `end`: what was assigned is closed, so that there is room again."""
        async with asyncio.timeout(4 * PATIENCE_SECONDS):
            while not enough():
                answers = []
                events = await self._reader.read()
                for decision in events[self._done :]:
                    if decision.tenant_id != self.world.tenant_id or not isinstance(decision, Assigned):
                        continue
                    placement = (decision.subject, decision.data.condition.placement)
                    self.decided[placement][decision.id] = decision.occurred_at  # one that comes again is the same
                    talk = self.world.talks[decision.subject]
                    answer = talk.hear(decision)
                    if answer is not None:
                        answers.append(answer)
                        assert max(self.world.having().values()) <= LIMIT
                self._done = len(events)
                if end:
                    open_now = [talk for talk in self.world.talks.values() if talk.status == "open"]
                    for talk in open_now[: len(open_now) // 2 + 1]:
                        answers.append(talk.closed())
                        self.finished.add(talk.id)
                await self.tell(*answers)


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_two_replicas_one_killed_and_one_frozen_assign_nothing_twice_and_lose_nothing(
    servers: Servers, tmp_path: Path, unused_port: Callable[[], int]
) -> None:
    settings = servers.settings("routing", RoutingSettings)
    mongo = Mongo(servers.mongodb_url, settings.database_name("routing"), Metrics())
    processes = [_process(servers, settings, tmp_path, number, unused_port()) for number in range(2)]
    producer = Producer(servers.kafka_bootstrap, "test")
    try:
        for one, _ in processes:
            await asyncio.to_thread(one.start)
        for one, port in processes:
            await asyncio.to_thread(one.wait_ready, f"http://127.0.0.1:{port}/readyz", timedelta(minutes=3))
        await producer.start()
        async with TopicReader.reading(servers.kafka_bootstrap, ROUTING_DECISIONS) as reader:
            await _a_shift(Shift(World(mongo), producer, reader), *(one for one, _ in processes))
    finally:
        for one, _ in processes:
            await asyncio.to_thread(one.kill)
        await producer.stop()
        await mongo.client.drop_database(mongo.db.name)
        await mongo.close()


async def _a_shift(shift: Shift, first: ManagedProcess, second: ManagedProcess) -> None:
    world = shift.world
    team = await world.team(*PEOPLE, limit=LIMIT)
    await shift.come(*PEOPLE)
    talks = world.begin(TALKS, team_id=team)
    await shift.tell(*(talk.opened() for talk in talks[:30]))
    await shift.work(lambda: len(shift.finished) >= 10)
    os.kill(second.pid, signal.SIGSTOP)
    try:
        await shift.tell(*(talk.opened() for talk in talks[30:60]))
        ends_at = asyncio.get_running_loop().time() + SESSION
        await shift.work(lambda: asyncio.get_running_loop().time() > ends_at)
    finally:
        os.kill(second.pid, signal.SIGCONT)
    await shift.work(lambda: len(shift.finished) >= 40)
    await asyncio.to_thread(first.kill)
    await shift.tell(*(talk.opened() for talk in talks[60:]))
    await shift.work(lambda: len(shift.finished) == TALKS)
    for moments in shift.decided.values():
        assert len(moments) == 1 or _unheard(moments), "one placement is decided on once"
    await eventually(lambda: _no_load(world), message="every load is back at nothing")


def _unheard(moments: Mapping[str, datetime]) -> list[timedelta]:
    """How long ago the first of several decisions was made, where it may have been given up since."""
    apart = max(moments.values()) - min(moments.values())
    return [apart] if apart >= UNHEARD else []


async def _no_load(world: World) -> bool:
    return set((await world.loads()).values()) == {0}


def _process(
    servers: Servers, settings: RoutingSettings, folder: Path, number: int, port: int
) -> tuple[ManagedProcess, int]:
    env = {
        **os.environ,
        **key_variables("routing"),
        "KAFKA_BOOTSTRAP_SERVERS": servers.kafka_bootstrap,
        "MONGODB_URL": servers.mongodb_url,
        "ATD_MONGODB_DATABASE_PREFIX": settings.mongodb_database_prefix,
        "ATD_PORT": str(port),
    }
    log = folder / f"routing-{number}.log"
    return ManagedProcess(f"routing-{number}", [sys.executable, "-m", "atd_routing"], log_file=log, env=env), port
