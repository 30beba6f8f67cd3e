"""Clocks and timers on a real database whose time is moved: told once, in the right minute, whatever is restarted."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from atd_routing import sweeping as sweeping_module
from atd_routing.domain.hours.stored import HOURS
from atd_routing.domain.inactivity.stored import INACTIVITY
from atd_routing.domain.parts import PARTS
from atd_routing.domain.service_levels.stored import SERVICE_LEVEL
from atd_routing.store.sweeps import Sweeps
from atd_routing.sweeping import Sweeping
from atd_schemas.routing import Closed, Queued, Said, ServiceLevelSet

from .talks import Talk
from .world import MovedTime, Replica, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

FRIDAY_TEN = datetime(2027, 3, 5, 13, 0, tzinfo=UTC)
"""Ten in the morning in São Paulo."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE: Mapping[str, Any] = {
    "name": "Comercial",
    "is_default": True,
    "intervals": [{"day": day, "start": "09:00", "end": "18:00"} for day in WEEKDAYS],
}


@pytest_asyncio.fixture(loop_scope="module")
async def floor(world: World) -> "AsyncIterator[Floor]":
    """Timers are of all companies, so no conversation of a test is left to those that follow."""
    yield Floor(world)
    await world.mongo.db.conversations.delete_many({"tenant_id": world.tenant_id})


class Floor:
    """A company with all parts of routing, whose time stands at a moment until a test moves it."""

    def __init__(self, world: World, start: datetime = FRIDAY_TEN) -> None:
        self.world = world
        world.time = MovedTime(start)
        self.replica = world.replica = self.process()
        self.told: list[tuple[datetime, Any]] = []

    def process(self) -> Replica:
        """Another process of the service, or the same after a restart."""
        return Replica(self.world.mongo, self.world.time, PARTS)

    async def opened(self, **fields: Any) -> Talk:
        (talk,) = await self.world.opened(apart=0, **fields)
        return talk

    async def hear(self, *events: Any) -> None:
        await self.world.hear(*events)
        await self.done()

    async def until(self, then: datetime, by: Replica | None = None) -> None:
        """Time goes on until then, and timers ring when they are due."""
        timers, time = (by or self.replica).timers, self.world.time
        while True:
            due = await self.replica.copies.due(then, 1)
            time.moment = max(time.moment, due[0][2]) if due else then
            if not await timers.run_due() and not due:
                return
            await self.done()

    async def done(self) -> None:
        """Conversation does what was decided."""
        self.told += [(self.world.time.moment, one) for one in await self.world.settle()]

    async def swept(self, by: Replica | None = None) -> int:
        """The conversations of all companies with other settings are looked at; how many those were."""
        replica = by or self.replica
        sweeps = Sweeps(self.world.mongo.db)
        sweeping = Sweeping(replica.engine, replica.copies, sweeps, replica.tenants, self.world.time)
        looked_at = 0
        while (count := await sweeping.sweep_one()) is not None:
            looked_at += count
        await self.done()
        return looked_at

    @property
    def happened(self) -> list[tuple[datetime, str]]:
        return [
            (at, one.data.happened) for at, one in self.told if isinstance(one, ServiceLevelSet) and one.data.happened
        ]

    def made(self, kind: type[Any]) -> list[datetime]:
        return [at for at, one in self.told if isinstance(one, kind)]


def local(text: str) -> datetime:
    """A moment on the wall in São Paulo."""
    return datetime.fromisoformat(f"{text}-03:00").astimezone(UTC)


async def promised(floor: Floor, **minutes: int) -> str:
    await floor.world.item(HOURS, OFFICE)
    return await floor.world.item(SERVICE_LEVEL, {"name": "Todas", **minutes})


async def test_breach_is_told_in_the_right_working_minute(world: World, floor: Floor) -> None:
    await promised(floor, resolution_minutes=240)
    talk = await floor.opened()
    await floor.until(local("2027-03-05T12:00"))
    await floor.hear(talk.after(hours=2).assigned(world.id("ana")), talk.said(by="attendant"))
    await floor.until(local("2027-03-08T11:00"))
    talk.at = world.time.moment
    await floor.hear(talk.said())
    shown: list[Any] = [one.data.service_level for _, one in floor.told if isinstance(one, ServiceLevelSet)]
    assert shown[-1].targets[0].due_at == local("2027-03-08T13:00")
    await floor.until(local("2027-03-08T18:00"))
    hearing = timedelta(seconds=2)
    assert floor.happened == [
        (local("2027-03-08T12:00") + hearing, "warning"),
        (local("2027-03-08T13:00") + hearing, "breach"),
    ]


async def test_breach_is_told_once_though_several_processes_run(world: World, floor: Floor) -> None:
    await promised(floor, first_response_minutes=60)
    for _ in range(5):
        await floor.opened()
    world.time.moment = local("2027-03-05T11:30")
    processes = [floor.process() for _ in range(3)]
    await asyncio.gather(*(process.timers.run_due() for process in processes))
    await floor.done()
    await asyncio.gather(*(process.timers.run_due() for process in processes))
    await floor.until(local("2027-03-08T18:00"))
    assert [what for _, what in floor.happened] == ["breach"] * 5


async def test_other_settings_are_looked_at_in_every_open_conversation_in_steps(
    world: World, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping_module, "STEP", 2)
    monkeypatch.setattr(sweeping_module, "STEPS", 2)
    level = await promised(floor, first_response_minutes=240)
    talks = await world.opened(7, apart=0)
    closed = talks.pop()
    await world.hear(closed.closed())
    await floor.swept()
    world.time.moment = local("2027-03-05T12:00")
    await world.change(level, SERVICE_LEVEL, first_response_minutes=60)
    await floor.done()
    assert await floor.swept() == 6
    assert [what for _, what in floor.happened] == ["breach"] * 6
    assert await floor.swept() == 0
    assert {(await world.copy(talk)).revision for talk in talks} == {3}


async def test_other_hours_move_what_is_due_and_what_is_gone_rings_no_more(world: World, floor: Floor) -> None:
    level = await promised(floor, first_response_minutes=60)
    talk = await floor.opened()
    hours = (await world.replica.items.of_kind(world.tenant_id, HOURS))[0]
    afternoon = [{"day": "friday", "start": "14:00", "end": "18:00"}]
    await world.change(hours.id, HOURS, intervals=afternoon)
    await floor.swept()
    await floor.until(local("2027-03-05T14:59"))
    assert [what for _, what in floor.happened] == ["warning"]
    await world.change(level, SERVICE_LEVEL, enabled=False)
    await floor.swept(by=floor.process())
    await floor.until(local("2027-03-12T18:00"))
    assert [what for _, what in floor.happened] == ["warning"]
    assert (await world.copy(talk)).timers == {}


async def test_process_that_dies_in_a_sweep_leaves_the_rest_to_the_next_one(world: World, floor: Floor) -> None:
    level = await promised(floor, first_response_minutes=60)
    await floor.opened()
    await floor.swept()
    await world.change(level, SERVICE_LEVEL, first_response_minutes=30)
    sweeps = Sweeps(world.mongo.db)
    taken = await sweeps.claim(world.time.moment, timedelta(seconds=60))
    assert taken is not None
    assert await sweeps.claim(world.time.moment, timedelta(seconds=60)) is None, "one process at a time"
    world.time.pass_(seconds=61)
    assert await floor.swept() == 1


async def test_change_in_the_middle_of_a_sweep_is_swept_too(world: World, floor: Floor) -> None:
    level = await promised(floor, first_response_minutes=60)
    sweeps = Sweeps(world.mongo.db)
    await floor.swept()
    await world.change(level, SERVICE_LEVEL, first_response_minutes=30)
    taken = await sweeps.claim(world.time.moment, timedelta(seconds=60))
    assert taken is not None
    await world.change(level, SERVICE_LEVEL, warn_percent=50)
    await sweeps.end(taken, world.time.moment, done=True)
    again = await sweeps.claim(world.time.moment, timedelta(seconds=60))
    assert again is not None
    assert again.revision == taken.revision + 1
    await sweeps.end(again, world.time.moment, done=True)


async def test_conversation_whose_attendant_does_not_answer_goes_to_another(world: World, floor: Floor) -> None:
    await world.policy(INACTIVITY, no_answer_minutes=10)
    team = await world.team("ana", "bia")
    await world.present("ana")
    talk = await floor.opened(team_id=team)
    await world.present("bia")
    assert talk.who == "ana"
    await floor.until(world.time.moment + timedelta(minutes=10))
    assert talk.who == "bia"
    assert await world.loads() == {"ana": 0, "bia": 1}


async def test_who_answers_in_the_moment_in_which_it_is_taken_keeps_it(world: World, floor: Floor) -> None:
    await world.policy(INACTIVITY, no_answer_minutes=10)
    team = await world.team("ana")
    await world.present("ana")
    talk = await floor.opened(team_id=team)
    world.time.pass_(minutes=10)
    await floor.replica.timers.run_due()
    answer = talk.said(by="attendant")  # conversation has it already when the decision comes
    await floor.done()
    await floor.hear(answer)
    await floor.until(world.time.moment + timedelta(minutes=30))
    assert (talk.who, talk.status) == ("ana", "open")
    assert await world.loads() == {"ana": 1}


@pytest.mark.parametrize(("giver", "back"), [("online", "ana"), ("away", None)])
async def test_transfer_that_nobody_accepts_goes_back_to_who_gave_it_if_they_are_there(
    world: World, floor: Floor, giver: str, back: str | None
) -> None:
    await world.policy(INACTIVITY, accept_minutes=5)
    team = await world.team("ana", "bia")
    await world.present("ana")
    talk = await floor.opened(team_id=team)
    await world.present("bia")
    await floor.hear(talk.said(by="attendant"), talk.transferred(world.id("ana"), world.id("bia")))
    await world.present("ana", state=giver)
    await floor.until(world.time.moment + timedelta(minutes=5))
    assert (talk.who, talk.status) == (back, "open" if back else "queued")


async def test_silent_customer_is_closed_and_one_who_writes_in_that_moment_is_not(world: World, floor: Floor) -> None:
    await world.policy(INACTIVITY, close_minutes=30)
    team = await world.team("ana")
    await world.present("ana")
    silent, writes = await floor.opened(team_id=team), await floor.opened(team_id=team)
    await floor.hear(silent.said(by="attendant"), writes.said(by="attendant"))
    world.time.pass_(minutes=30)
    await floor.replica.timers.run_due()
    message = writes.said()
    await floor.done()
    await floor.hear(message)
    await floor.until(world.time.moment + timedelta(days=3))
    assert (silent.status, writes.status) == ("closed", "open")
    assert len(floor.made(Closed)) == 2
    assert floor.made(Queued) == []


async def test_silent_customer_is_reminded_once_and_closed_though_the_clock_shows_something_in_that_moment(
    world: World, floor: Floor
) -> None:
    await promised(floor, resolution_minutes=480)
    await world.policy(INACTIVITY, remind_minutes=10, close_minutes=20)
    talk = await floor.opened()
    await floor.hear(talk.assigned(world.id("ana")), talk.said(by="attendant"))
    start = world.time.moment
    await floor.until(start + timedelta(hours=1))
    assert (floor.made(Said), floor.made(Closed)) == ([start + timedelta(minutes=10)], [start + timedelta(minutes=30)])
    assert talk.status == "closed"
