"""The timers of snoozed conversations: once, whatever process and however often one is killed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from atd_conversation.commands.snoozing import Snoozing
from atd_schemas.envelope import Actor
from atd_servicekit.jobs import JOB_INDEXES, Jobs
from atd_servicekit.metrics import Metrics
from atd_testing.clock import FakeClock
from atd_testing.inbound import NOON, customer_message

T = "t1"
BIA = Actor(type="attendant", id="bia", name="Bia")
HOUR = timedelta(hours=1)


class Aside:
    """A conversation that Bia puts aside, and processes with its timer."""

    def __init__(self, parts: Any, clock: FakeClock, conversation_id: str) -> None:
        self.parts = parts
        self.clock = clock
        self.id = conversation_id

    def process(self) -> tuple[Jobs, Snoozing]:
        jobs = Jobs(self.parts.db, self.clock, Metrics())
        return jobs, Snoozing(self.parts.commands, jobs, self.parts.mongo.transaction)

    async def snooze(self, **after: int) -> None:
        _, snoozing = self.process()
        until = self.clock.now() + timedelta(**after)
        await self.parts.mongo.transaction(
            lambda session: snoozing.snooze(session, T, BIA, self.id, until, request_id="r")
        )

    async def come_back(self, processes: int = 1) -> int:
        """How many steps all of them made."""
        return sum(await asyncio.gather(*(self.process()[0].run_due() for _ in range(processes))))

    async def shown(self) -> Any:
        return await self.parts.queries.conversation(T, self.id)

    async def told(self) -> list[str]:
        """The events since it was put aside, in their order."""
        types = [event.type for event in await self.parts.outbox() if event.subject == self.id]
        return types[types.index("conversation.snoozed") :]


@pytest.fixture
async def aside(parts: Any) -> Aside:
    await parts.mongo.ensure_indexes(JOB_INDEXES)
    clock = FakeClock(NOON)
    parts = parts.another(clock)
    await parts.take(customer_message(T, "a1", "wamid.in", occurred_at=NOON))
    (row,) = await parts.all("conversations")
    return Aside(parts, clock, row["_id"])


async def test_it_comes_back_once_when_several_processes_have_its_timer(aside: Aside) -> None:
    await aside.snooze(hours=2)
    aside.clock.advance(HOUR)
    assert await aside.come_back() == 0
    aside.clock.advance(HOUR)
    await aside.come_back(processes=4)
    shown = await aside.shown()
    assert (shown.status, shown.woke_at, shown.snoozed_until) == ("queued", NOON + 2 * HOUR, None)
    assert await aside.told() == ["conversation.snoozed", "conversation.updated"]
    assert await aside.parts.all("jobs") == []


async def test_it_comes_back_after_the_process_that_had_its_timer_was_killed(aside: Aside) -> None:
    await aside.snooze(hours=1)
    aside.clock.advance(HOUR)
    killed, _ = aside.process()
    assert await killed._claim() is not None  # and nothing else: it is dead
    assert await aside.come_back() == 0
    aside.clock.advance(timedelta(minutes=2))
    assert await aside.come_back() == 1
    assert (await aside.shown()).status == "queued"


async def test_a_timer_that_is_no_longer_wanted_changes_nothing(aside: Aside) -> None:
    await aside.snooze(hours=1)
    await aside.parts.take(customer_message(T, "a1", "wamid.later", occurred_at=NOON))
    aside.clock.advance(HOUR)
    assert await aside.come_back() == 1
    assert (await aside.shown()).woke_at is None
    assert await aside.told() == ["conversation.snoozed", "conversation.updated", "message.received"]


async def test_snoozed_again_it_comes_back_at_the_later_time(aside: Aside) -> None:
    await aside.snooze(hours=1)
    await aside.snooze(hours=3)
    aside.clock.advance(HOUR)
    assert await aside.come_back() == 0
    aside.clock.advance(2 * HOUR)
    await aside.come_back()
    assert (await aside.shown()).woke_at == NOON + 3 * HOUR
