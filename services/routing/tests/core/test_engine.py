"""From events to decisions, on a real database: queues drain at once, in order, within every limit."""

import pytest

from atd_routing import draining
from atd_routing.domain.distribution.policy import DISTRIBUTION

from .world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_conversation_of_a_team_goes_to_who_is_there(world: World) -> None:
    team = await world.team("ana", "bia")
    await world.present("bia")
    (talk,) = await world.opened(team_id=team)
    assert (talk.who, talk.status) == ("bia", "open")
    copy = await world.copy(talk)
    assert (copy.pending, copy.timers, copy.charge.attendant_id) == (None, {}, copy.assignee_id)
    assert await world.loads() == {"bia": 1}


async def test_a_company_that_has_set_nothing_is_left_alone(world: World) -> None:
    await world.present("ana", drain=False)
    (talk,) = await world.opened()
    await world.hear(talk.said())
    assert (talk.who, talk.status) == (None, "queued")
    assert (await world.copy(talk)).sequence == 1  # the message was not even looked at


async def test_without_a_default_team_what_has_no_team_waits(world: World) -> None:
    team = await world.team("ana")
    await world.present("ana")
    (first,) = await world.opened()
    assert first.status == "queued"
    await world.policy(DISTRIBUTION, default_team_id=team)
    (second,) = await world.opened()
    assert (first.who, first.team_id) == ("ana", team)
    assert second.who == "ana"


async def test_limit_3_a_fourth_waits_one_closes_and_a_fifth_comes_after_the_fourth(world: World) -> None:
    team = await world.team("ana", limit=3)
    await world.present("ana")
    *first, fourth = await world.opened(4, team_id=team)
    assert [talk.who for talk in first] == ["ana"] * 3
    assert fourth.status == "queued"
    (fifth,) = world.begin(team_id=team)
    await world.hear(fifth.opened(), first[0].closed())
    await world.settle()
    assert (fourth.who, fifth.status) == ("ana", "queued")


@pytest.mark.parametrize("reason", ["online", "member", "limit", "closed", "snoozed", "unassigned"])
async def test_freed_capacity_drains_the_queue_oldest_first(world: World, reason: str) -> None:
    team = await world.team("ana", limit=1)
    if reason != "online":
        await world.present("ana", "bia")
    before = await world.opened(1, team_id=team)
    waiting = (
        [*before, *await world.opened(2, team_id=team)] if reason == "online" else await world.opened(2, team_id=team)
    )
    assert {talk.status for talk in waiting} == {"queued"}
    match reason:
        case "online":
            await world.present("ana")
        case "member":
            await world.change(team, members=[{"attendant_id": world.id(one)} for one in ("ana", "bia")])
        case "limit":
            await world.change(team, limit=2)
        case "closed":
            await world.hear(before[0].closed())
        case "snoozed":
            await world.hear(before[0].snoozed())
        case "unassigned":
            await world.hear(before[0].queued(None, world.person("ana")))
    await world.settle()
    assert [talk.status for talk in waiting] == ["open"] + ["queued"] * (len(waiting) - 1)


@pytest.mark.parametrize("page", [2, 4, 50])
async def test_whether_they_are_read_at_once_or_page_by_page_queues_are_given_alike(
    world: World, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(draining, "PAGE", page)
    one = await world.team("ana", limit=3, channel_limits={"whatsapp": 1})
    other = await world.team("bia", limit=2)
    await world.policy(DISTRIBUTION, default_team_id=other)
    mine = [world.begin(team_id=one, channel="whatsapp" if n < 3 else "telegram")[0] for n in range(6)]
    theirs = [world.begin(team_id=other)[0], *world.begin(2)]
    await world.hear(*(talk.opened() for talk in (*mine, *theirs)))
    assert {talk.status for talk in (*mine, *theirs)} == {"queued"}
    await world.present("ana", "bia")
    await world.settle()
    assert [talk.who for talk in mine] == ["ana", None, None, "ana", "ana", None]
    assert [talk.who for talk in theirs] == ["bia", "bia", None]


async def test_40_in_one_second_are_given_as_far_as_every_limit_allows(world: World) -> None:
    """Four attendants with limit 5, one of them 2 of their own, one with 2 open elsewhere; team limit 12."""
    team = await world.team("ana", "bia", "caio", "duda", limits={"bia": 2}, team_limit=12)
    other = await world.team("caio")
    await world.present("ana", "bia", "caio", "duda")
    await world.opened(2, team_id=other)
    talks = await world.opened(40, apart=0.025, team_id=team)
    given = [talk for talk in talks if talk.status == "open"]
    assert given == talks[:12]
    having = world.having()
    assert having["bia"] <= 2
    assert max(having.values()) <= 5
    assert len(world.waiting()) == 28


async def test_a_person_wins_over_a_decision_that_did_not_know(world: World) -> None:
    team = await world.team("ana")
    await world.present("ana", "bia")
    (talk,) = world.begin(team_id=team)
    await world.hear(talk.opened())
    by_hand = talk.assigned(world.id("bia"), world.person("rui"))
    (decision,) = await world.decisions()
    assert talk.hear(decision) is None
    assert await world.loads() == {"ana": 1, "bia": 0}  # kept for it until it is heard
    await world.hear(by_hand)
    assert await world.loads() == {"ana": 0, "bia": 1}
    assert (await world.copy(talk)).pending is None


@pytest.mark.parametrize("others", ["away", "full", "nobody"])
async def test_handed_to_a_team_that_is_full_all_away_or_has_the_same_attendant_it_weighs_on_nobody_and_waits(
    world: World, others: str
) -> None:
    team = await world.team("ana", *(["bia"] if others != "nobody" else []), limit=1)
    await world.present("ana")
    if others == "full":
        await world.present("ana", state="away")
        await world.present("bia")
        await world.opened(team_id=team)
        await world.present("ana")
    (talk,) = await world.opened(team_id=team)
    assert (talk.who, (await world.loads())["ana"]) == ("ana", 1)
    await world.hear(talk.queued(team, world.person("ana")))
    await world.settle()
    assert (talk.status, (await world.loads())["ana"]) == ("queued", 0)
    await world.change(team, members=[{"attendant_id": world.id(one)} for one in ("ana", "caio")])
    await world.present("caio")
    await world.settle()
    assert talk.who == "caio"


async def test_a_placement_that_is_not_heard_back_of_is_decided_again(world: World) -> None:
    team = await world.team("ana")
    await world.present("ana")
    (talk,) = world.begin(team_id=team)
    await world.hear(talk.opened())
    (lost,) = await world.decisions()
    world.time.pass_(seconds=29)
    await world.replica.timers.run_due()
    assert await world.decisions() == []
    world.time.pass_(seconds=2)
    await world.replica.timers.run_due()
    (again,) = await world.settle()
    assert again.id != lost.id
    assert (talk.who, await world.loads()) == ("ana", {"ana": 1})


async def test_a_mark_outlives_somebody_who_asks_for_the_next_one(world: World) -> None:
    """Somebody came, and somebody else pulled a conversation before the queues were looked at."""
    team = await world.team("ana")
    pulled = await world.team("bia", strategy="manual")
    await world.present("bia")
    (waiting,) = await world.opened(team_id=team)
    await world.opened(team_id=pulled)
    await world.present("ana", drain=False)
    await world.mongo.transaction(lambda session: world.replica.pools.touch(session, [world.tenant_id]))
    await world.engine.pull(world.tenant_id, world.id("bia"))
    await world.replica.timers.run_due()
    await world.settle()
    assert waiting.who == "ana"
    assert await world.replica.pools.due(world.time.moment, 9) == []
