"""Hours on a real database: queues go on when they open, customers are told once, however many replicas there are."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from atd_routing.domain.distribution.policy import DISTRIBUTION
from atd_routing.domain.hours.stored import HOURS
from atd_routing.domain.parts import PARTS
from atd_schemas.routing import Said

from .world import Replica, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

MON_FRI = ("monday", "tuesday", "wednesday", "thursday", "friday")


async def hours(world: World, start: str = "09:00", end: str = "18:00", **values: Any) -> str:
    """A schedule of the company; its id."""
    body = {
        "name": "Comercial",
        "zone": "America/Sao_Paulo",
        "intervals": [{"day": day, "start": start, "end": end} for day in MON_FRI],
        "exceptions": [],
        "holidays": None,
        "account_ids": [],
        "is_default": True,
        "message": {"enabled": True, "texts": {"pt-BR": "Voltamos {{next_opening}}."}, "language": "pt-BR"},
    }
    return await world.item(HOURS, {**body, **values})


def at(world: World, text: str) -> None:
    """Move the time: on Monday 2 March 2026, and the days after, by the clock in São Paulo."""
    world.time.moment = datetime.fromisoformat(f"{text}-03:00")


def replicas(world: World, count: int = 2) -> list[Replica]:
    return [world.another(PARTS) for _ in range(count)]


async def ring(processes: Sequence[Replica]) -> None:
    """Every process looks for what is due at the same time, until nothing is."""
    while any(await asyncio.gather(*(process.timers.run_due() for process in processes))):
        pass


def told(decisions: Sequence[Any]) -> list[Any]:
    return [say for one in decisions if isinstance(one, Said) for say in one.data.say]


async def test_customer_who_writes_outside_hours_is_told_once_by_two_replicas(world: World) -> None:
    await hours(world)
    both = replicas(world)
    at(world, "2026-03-02 20:00")
    (talk,) = world.begin()
    events = [talk.opened(), *(talk.said() for _ in range(3))]
    await world.hear(*events, by=both[0])
    await world.hear(*events, by=both[1])  # a rebalance: the same batch again
    world.time.pass_(seconds=3)
    await ring(both)
    (say,) = told(await world.decisions())
    assert (say.purpose, say.values["next_opening"]) == ("outside_hours", "amanhã às 09:00")
    await world.hear(talk.said(), by=both[1])
    world.time.pass_(hours=2)
    await ring(both)
    assert told(await world.decisions()) == []


@pytest.mark.parametrize("comes", ["after the opening is noticed", "before it is"])
async def test_opened_hours_give_the_queue_away_oldest_first_and_before_anything_newer(
    world: World, comes: str
) -> None:
    await hours(world)
    both = replicas(world)
    team = await world.team("ana", limit=2)
    await world.present("ana")
    at(world, "2026-03-02 20:00")
    waiting = world.begin(3, team_id=team)
    await world.hear(*(talk.opened() for talk in waiting), by=both[0])
    await ring(both)
    await world.settle()
    assert [talk.status for talk in waiting] == ["queued"] * 3
    at(world, "2026-03-03 09:00")
    (newer,) = world.begin(team_id=team, apart=0)
    if comes == "before it is":
        await world.hear(newer.opened(), by=both[1])
    await ring(both)
    if comes == "after the opening is noticed":
        await world.hear(newer.opened(), by=both[1])
    await world.settle()
    assert [talk.who for talk in (*waiting, newer)] == ["ana", "ana", None, None]


async def test_closed_team_gives_nothing_while_another_is_open_and_people_take_by_hand(world: World) -> None:
    night = await hours(world, "18:00", "24:00", name="Noite", is_default=False)
    await hours(world)
    day_team = await world.team("ana")
    night_team = await world.team("bia", hours_id=night)
    await world.present("ana", "bia")
    at(world, "2026-03-02 20:00")
    of_day, of_night = world.begin(team_id=day_team) + world.begin(team_id=night_team)
    process = world.another(PARTS)
    await world.hear(of_day.opened(), of_night.opened(), by=process)
    await world.settle()
    assert (of_day.who, of_night.who) == (None, "bia")
    await world.hear(of_day.assigned(world.id("ana"), world.person("ana")), by=process)
    assert (await world.copy(of_day)).timers == {}


async def test_changed_hours_open_a_queue_without_a_restart(world: World) -> None:
    schedule = await hours(world)
    team = await world.team("ana")
    await world.present("ana")
    at(world, "2026-03-02 20:00")
    (talk,) = await world.opened(team_id=team)
    assert talk.status == "queued"
    longer = [{"day": day, "start": "09:00", "end": "22:00"} for day in MON_FRI]
    await world.change(schedule, HOURS, intervals=longer)
    await world.settle()
    assert talk.who == "ana"


async def test_hours_of_another_company_say_nothing_here(world: World) -> None:
    await hours(World(world.mongo))
    process = world.another(PARTS)
    at(world, "2026-03-02 20:00")
    (talk,) = world.begin()
    await world.hear(talk.opened(), talk.said(), by=process)
    world.time.pass_(seconds=3)
    await ring([process])
    assert await world.decisions() == []


async def test_what_has_no_team_goes_by_the_hours_of_the_team_that_gets_it(world: World) -> None:
    always = [{"day": day, "start": "00:00", "end": "24:00"} for day in MON_FRI]
    night = await hours(world, name="Plantão", is_default=False, intervals=always)
    await hours(world)
    team = await world.team("ana", hours_id=night)
    await world.policy(DISTRIBUTION, default_team_id=team)
    await world.present("ana")
    at(world, "2026-03-02 20:00")
    (talk,) = await world.opened()
    assert talk.who == "ana"
