"""What customers are told, on a real database: places in the queue, and one greeting whoever hears of it."""

import asyncio
from typing import Any

import pytest

from atd_routing.domain.distribution.policy import DISTRIBUTION
from atd_routing.domain.parts import PARTS
from atd_routing.domain.telling.part import tell_customers
from atd_routing.domain.telling.policy import TELLING
from atd_schemas.routing import Said

from .talks import PERSON
from .world import Replica, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def telling(world: World) -> Replica:
    """A process that tells customers, of the company of the test."""
    return world.another(parts=(tell_customers,))


async def told(world: World, by: Replica) -> dict[int, list[str]]:
    """The places that were told since this was asked the last time, by the conversation's number, after a minute."""
    world.time.pass_(minutes=1)
    while await by.timers.run_due():
        pass
    found: dict[int, list[str]] = {}
    for decision in await world.decisions():
        if isinstance(decision, Said):
            number = world.talks[decision.subject].number
            found.setdefault(number, []).extend(one.values["position"] for one in decision.data.say)
    return found


async def opened(world: World, by: Replica, count: int, **fields: Any) -> list[Any]:
    begun = world.begin(count, **fields)
    await world.hear(*(talk.opened() for talk in begun), by=by)
    return begun


async def test_a_place_told_never_gets_worse_whoever_overtakes(world: World, telling: Replica) -> None:
    team = await world.team("ana")
    await world.policy(TELLING, position_minutes=1)
    first, second, _ = await opened(world, telling, 3, team_id=team)
    assert await told(world, telling) == {1: ["1"], 2: ["2"], 3: ["3"]}
    assert await told(world, telling) == {}
    await opened(world, telling, 2, team_id=team, priority="urgent")
    assert await told(world, telling) == {4: ["1"], 5: ["2"]}
    await world.hear(first.closed(), second.becomes("conversation.updated", PERSON, priority="urgent"), by=telling)
    assert await told(world, telling) == {2: ["1"]}, "the third stands where it stood, behind three"
    await world.hear(world.talks[first.id].closed(), by=telling)
    for talk in list(world.talks.values())[3:5]:
        await world.hear(talk.closed(), by=telling)
    assert await told(world, telling) == {3: ["2"]}


async def test_who_waits_without_a_team_stands_in_the_default_teams_queue(world: World, telling: Replica) -> None:
    team = await world.team("ana")
    await world.policy(TELLING, position_minutes=1)
    await world.policy(DISTRIBUTION, default_team_id=team)
    await opened(world, telling, 1, team_id=team)
    await opened(world, telling, 1)
    assert await told(world, telling) == {1: ["1"], 2: ["2"]}


async def test_another_companys_queue_does_not_count(world: World, telling: Replica) -> None:
    other = World(world.mongo)
    other.time = world.time
    await other.team("ana")
    await opened(other, telling, 3)
    await world.team("ana")
    await world.policy(TELLING, position_minutes=1)
    await opened(world, telling, 1)
    assert await told(world, telling) == {1: ["1"]}


async def test_whoever_hears_of_an_assignment_there_is_one_greeting_and_one_load_count(world: World) -> None:
    team = await world.team("ana", greeting="Olá, aqui é da equipe")
    replicas = [world.another(parts=PARTS) for _ in range(3)]
    (talk,) = await opened(world, replicas[0], 1, team_id=team)
    taken = talk.assigned(world.id("ana"), world.person("bia"), team_id=team)
    await asyncio.gather(*(world.hear(taken, by=one) for one in replicas))
    await world.hear(talk.assigned(world.id("caio"), world.person("bia")), by=replicas[1])
    said = [one for one in await world.decisions() if isinstance(one, Said)]
    assert [each.purpose for one in said for each in one.data.say] == ["greeting"]
    assert await world.loads() == {"ana": 0, "caio": 1}
