"""What a process saved last it goes by without reading; where that is old, what is stored decides."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.distribution.pool import Pool
from atd_routing.store import recent
from atd_routing.store.recent import KNOWN_FOR, SHARED_FOR, Known, Recent
from atd_schemas.envelope import SYSTEM
from atd_schemas.ids import uuid7

from .talks import NOON, Talk
from .world import Replica, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = ("setting_revisions", "sweeps")
"""Collections that are asked now and then, whatever happens."""


async def operations(world: World, work: Callable[[], Awaitable[Any]]) -> list[tuple[str, str]]:
    """What the database is asked meanwhile: kind of operation and collection."""
    await world.mongo.db.command("profile", 2)
    try:
        await work()
    finally:
        await world.mongo.db.command("profile", 0)
    rows = await world.mongo.db["system.profile"].find({"op": {"$ne": "command"}}).sort("ts", 1).to_list(None)
    await world.mongo.db.drop_collection("system.profile")
    found = [(row["op"], row["ns"].partition(".")[2]) for row in rows]
    return [(kind, name) for kind, name in found if name not in (*SETTINGS, "system.profile")]


async def comes(world: World, *names: str, state: str = "online", by: Replica | None = None) -> None:
    """Attendants come or go as the service has it: with a mark in the pool, in one transaction."""
    replica, now = by or world.replica, world.time.moment
    known = await replica.attendants.of_ids([world.id(one) for one in names])
    pairs = []
    for name in names:
        before = known.get(world.id(name))
        fresh = before or Attendant(id=world.id(name), tenant_id=world.tenant_id, since=now, name=name)
        pairs.append((before, replace(fresh, state=state, since=now)))  # type: ignore[arg-type]

    async def save(session: Any) -> None:
        await replica.attendants.save(session, pairs, now=now)
        await replica.pools.touch(session, [world.tenant_id])

    await world.mongo.transaction(save)


async def test_what_was_saved_last_is_not_read_again(world: World) -> None:
    team = await world.team("ana", "bia")
    await world.present("ana", "bia")
    await world.opened(team_id=team)
    (talk,) = world.begin(team_id=team)
    asked = await operations(world, lambda: world.hear(talk.opened()))
    assert sorted(asked) == [
        ("insert", "conversations"),
        ("insert", "outbox"),
        ("update", "attendants"),
        ("update", "pools"),
    ]
    (decision,) = await world.decisions()
    echo = talk.hear(decision, world.time.moment)
    assert await operations(world, lambda: world.hear(echo)) == [("update", "conversations")]
    assert (talk.status, await world.loads()) == ("open", {"ana": 1, "bia": 1})


async def test_what_begins_is_looked_for_only_when_it_is_there_already(world: World) -> None:
    team = await world.team("ana")
    await world.present("ana")
    (talk,) = world.begin(team_id=team)
    event = talk.opened()
    await world.hear(event)
    await world.settle()
    other = world.another()
    await world.hear(event, by=other)
    assert await world.decisions() == []
    assert await world.loads() == {"ana": 1}
    assert (await world.copy(talk)).assignee_id == world.id("ana")


async def test_who_went_meanwhile_gets_nothing(world: World) -> None:
    team = await world.team("ana")
    await world.present("ana")
    await world.opened(team_id=team)
    await comes(world, "ana", state="away", by=world.another())
    (talk,) = await world.opened(team_id=team)
    assert talk.status == "queued"


async def test_who_came_meanwhile_has_their_turn(world: World) -> None:
    team = await world.team("ana", "bia", strategy="least_busy")
    await world.present("ana")
    await world.opened(2, team_id=team)
    await comes(world, "bia", by=world.another())
    (talk,) = await world.opened(team_id=team)
    assert talk.who == "bia"


async def test_what_another_process_let_wait_is_given_when_there_is_room(world: World) -> None:
    """The first process remembers that nothing waits."""
    team = await world.team("ana", limit=1)
    await world.present("ana")
    (first,) = await world.opened(team_id=team)
    (second,) = world.begin(team_id=team)
    await world.hear(second.opened(), by=world.another())
    await world.hear(first.closed())
    await world.settle()
    assert (first.status, second.who) == ("closed", "ana")


async def test_a_partition_that_comes_back_finds_what_happened_elsewhere(world: World) -> None:
    """The first process remembers the conversation as it was before another one had it."""
    team = await world.team("ana")
    await world.present("ana")
    (talk,) = await world.opened(team_id=team)
    await world.hear(talk.snoozed(), by=world.another())
    assert await world.loads() == {"ana": 0}
    await world.hear(talk.closed())
    copy = await world.copy(talk)
    assert (copy.status, copy.sequence, await world.loads()) == ("closed", talk.sequence, {"ana": 0})


async def left_behind(world: World, limit: int = 5) -> tuple[str, Talk, Any]:
    """One that this process remembers with somebody, and that another one has put back into the queue since."""
    team = await world.team("ana", limit=limit)
    await world.present("ana")
    (talk,) = world.begin(team_id=team)
    await world.hear(talk.opened())
    (decision,) = await world.decisions()
    assigned = talk.hear(decision, world.time.moment)
    await world.hear(assigned)
    other = world.another()
    await comes(world, "ana", state="away", by=other)
    await other.engine.drain([world.tenant_id])
    await world.hear(talk.queued(team, SYSTEM), by=other)
    await world.settle()
    assert talk.status == "queued"
    world.time.pass_(seconds=11)  # the company is read again, the copy is not
    await comes(world, "ana", by=other)
    return team, talk, assigned


@pytest.mark.parametrize("limit", [1, 5])
async def test_what_is_remembered_with_somebody_is_not_passed_over_when_it_waits(world: World, limit: int) -> None:
    """An event that comes again says nothing new of it: what was read of it is newer than what is remembered."""
    team, waiting, again = await left_behind(world, limit)
    (second,) = world.begin(team_id=team)
    await world.hear(again, second.opened())
    await world.settle()
    await world.replica.timers.run_due()
    await world.settle()
    assert (waiting.who, second.who) == ("ana", "ana" if limit > 1 else None)


async def test_a_mark_that_does_not_count_the_version_on_is_seen(world: World) -> None:
    """As a process of an earlier version leaves it."""
    team = await world.team("ana", limit=1)
    await world.present("ana")
    (first,) = await world.opened(team_id=team)
    (second,) = await world.opened(team_id=team)
    await world.present("ana", state="away", drain=False)
    await world.mongo.db["pools"].update_one({"_id": world.tenant_id}, {"$set": {"due": NOON}})
    await world.hear(first.closed())
    await world.settle()
    assert second.who is None


async def test_a_mark_that_was_put_off_stays_so_when_somebody_pulls(world: World) -> None:
    pulled = await world.team("bia", strategy="manual")
    await world.present("bia")
    await world.opened(team_id=pulled)
    await world.mongo.transaction(lambda session: world.replica.pools.touch(session, [world.tenant_id]))
    await world.replica.pools.put_off(world.tenant_id, world.time.moment + timedelta(minutes=1))
    await world.engine.pull(world.tenant_id, world.id("bia"))
    assert await world.replica.pools.due(world.time.moment, 9) == []
    assert await world.replica.pools.due(world.time.moment + timedelta(minutes=1), 9) == [world.tenant_id]


# ---------------------------------------------------------------------- the memory itself


def known(tenant_id: str = "loja", people: int = 1) -> Known:
    everybody = {str(one): Attendant(str(one), tenant_id, since=NOON) for one in range(people)}
    return Known(Pool(tenant_id, counted=True), everybody, frozenset(), read_at=NOON)


async def test_a_copy_is_taken_once_and_is_as_the_database_would_answer(world: World) -> None:
    team = await world.team("ana")
    (talk,) = await world.opened(team_id=team)
    copy = replace(await world.copy(talk), opened_at=NOON + timedelta(microseconds=1_234))
    memory = Recent()
    memory.keep_copies([copy])
    copy.timers = {"changed": NOON}
    (taken,) = memory.take_copies([talk.id, "another"]).values()
    assert taken == replace(await world.copy(talk), opened_at=NOON + timedelta(milliseconds=1))
    assert memory.take_copies([talk.id]) == {}


async def test_the_copies_that_were_saved_last_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_COPIES", 2)
    await world.team("ana")
    first, second, third = [await world.copy(talk) for talk in await world.opened(3)]
    memory = Recent()
    memory.keep_copies([first, second])
    memory.keep_copies([first])
    memory.keep_copies([third])
    assert memory.take_copies([first.id, second.id, third.id]).keys() == {first.id, third.id}


async def test_a_company_is_gone_by_for_a_while_after_it_was_read() -> None:
    memory = Recent()
    memory.keep_known(known(), NOON)
    assert memory.take_known("loja", NOON + KNOWN_FOR) == known()
    assert memory.take_known("loja", NOON) is None, "it was taken"
    memory.keep_known(known(), NOON)
    assert memory.take_known("loja", NOON + KNOWN_FOR + timedelta(milliseconds=1)) is None
    memory.keep_known(known(), NOON)
    assert memory.take_known("loja", NOON - timedelta(milliseconds=1)) is None, "the clock was set back"


async def test_a_company_that_others_change_is_read_for_a_while() -> None:
    memory = Recent()
    memory.was_old(["loja"], NOON)
    memory.keep_known(known(), NOON + SHARED_FOR - timedelta(milliseconds=1))
    assert memory.take_known("loja", NOON) is None
    memory.keep_known(known(), NOON + SHARED_FOR)
    assert memory.take_known("loja", NOON) == known()


async def test_what_was_old_is_not_gone_by_once_more() -> None:
    memory = Recent()
    memory.keep_known(known(), NOON)
    memory.was_old(["loja"], NOON)
    assert memory.take_known("loja", NOON) is None


async def test_no_more_than_so_many_companies_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_COMPANIES", 2)
    memory = Recent()
    for name in ("a", "b", "c"):
        memory.keep_known(known(name, people=0), NOON)
    assert [memory.take_known(name, NOON) is not None for name in ("a", "b", "c")] == [False, True, True]


async def test_no_more_than_so_many_attendants_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_ATTENDANTS", 5)
    memory = Recent()
    for name in ("a", "b", "c"):
        memory.keep_known(known(name, people=2), NOON)
    assert [memory.take_known(name, NOON) is not None for name in ("a", "b", "c")] == [False, True, True]
    memory.keep_known(known(uuid7(), people=6), NOON)
    assert memory.take_known("b", NOON) is None
