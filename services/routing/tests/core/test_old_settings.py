"""A process that has old settings in memory, or another's work under its hands, decides again; on a real database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from atd_routing.attendance import Attendance
from atd_routing.attendance_timers import AttendanceTimers
from atd_routing.domain.conversation import Charge
from atd_routing.domain.decisions import Decision, SayOnly
from atd_routing.domain.distribution.floor import Floor
from atd_routing.domain.scene import Scene
from atd_routing.domain.teams import TEAM
from atd_routing.domain.turn import Turn
from atd_routing.store.items import REVISIONS
from atd_routing.store.presences import Presences
from atd_routing.store.sweeps import SETTLES, Sweeps
from atd_routing.store.turns import TurnStore
from atd_routing.sweeping import Sweeping
from atd_routing.timers import PUT_OFF
from atd_schemas.ids import uuid7
from atd_servicekit.clock import SystemClock
from atd_servicekit.errors import StaleVersion
from atd_servicekit.outbox import Outbox

from .world import Replica, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def _memory_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has in memory is as old as a test wants it, however slow the machine is."""
    monkeypatch.setattr("atd_servicekit.tenant_cache.FRESH_SECONDS", 1_000.0)


async def sets(world: World, item_id: str, **values: Any) -> None:
    """A team is changed by the API of one process: in the transaction, the company's pool tells the others."""
    items, pools, now = world.replica.items, world.replica.pools, world.time.moment
    item = await items.one(world.tenant_id, TEAM, item_id)
    assert item is not None
    changed = item.changed(values, now)

    async def work(session: Any) -> None:
        await items.save(session, TEAM, changed, now)
        await pools.touch(session, [world.tenant_id], revision=await items.revision(world.tenant_id, session))

    await world.mongo.transaction(work)
    world.replica.tenants.forget(world.tenant_id)


async def sweep(world: World, by: Replica) -> None:
    sweeping = Sweeping(by.engine, by.copies, Sweeps(world.mongo.db), by.tenants, world.time)
    while await sweeping.sweep_one() is not None:
        pass


async def test_nothing_is_given_away_by_settings_that_were_changed(world: World) -> None:
    team = await world.team("ana", limit=5)
    talks = await world.opened(3, team_id=team)
    await world.present("ana", drain=False)
    other = world.another()
    await other.tenants.of(world.tenant_id)
    await sets(world, team, limit=1)
    await other.engine.drain([world.tenant_id])
    await world.settle()
    assert [talk.status for talk in talks] == ["open", "queued", "queued"]


async def test_who_left_the_team_gets_nothing_of_it_by_a_process_that_has_not_heard(world: World) -> None:
    team = await world.team("ana", "bia")
    await world.present("ana", "bia")
    other = world.another()
    await other.tenants.of(world.tenant_id)
    await sets(world, team, members=[{"attendant_id": world.id("bia")}])
    talks = world.begin(2, team_id=team)
    await world.hear(*(talk.opened() for talk in talks), by=other)
    await world.settle()
    assert [talk.who for talk in talks] == ["bia", "bia"]


async def test_a_conversation_is_not_looked_at_again_by_older_settings(world: World) -> None:
    team = await world.team("ana")
    (talk,) = await world.opened(team_id=team)
    other = world.another()
    await other.tenants.of(world.tenant_id)
    await world.change(team, limit=2)
    await sweep(world, world.replica)
    await world.hear(talk.said(), by=other)
    assert (await world.copy(talk)).revision == 2


async def test_what_a_process_with_old_settings_makes_of_an_event_in_the_sweep_is_looked_at_once_more(
    world: World,
) -> None:
    other = world.another()
    await other.tenants.of(world.tenant_id)
    await world.team("ana")
    await sweep(world, world.replica)
    (talk,) = world.begin(team_id="t")
    await world.hear(talk.opened(), by=other)
    assert (await world.copy(talk)).revision == 0
    await sweep(world, world.replica)
    assert (await world.copy(talk)).revision == 0, "not at once: others may still have the old ones in memory"
    world.time.pass_(seconds=SETTLES.total_seconds())
    await sweep(world, world.replica)
    assert (await world.copy(talk)).revision == 1
    row = await world.mongo.db[REVISIONS].find_one({"_id": world.tenant_id})
    assert row is not None
    assert "unswept" not in row


async def test_attendants_are_shown_by_the_settings_that_were_changed(world: World) -> None:
    await world.present("ana", drain=False)
    other = world.another()
    await other.tenants.of(world.tenant_id)
    team = await world.team("ana")

    async def keep(*_: Any) -> int:
        return 0

    attendance = Attendance(
        Presences(world.mongo.db),
        other.attendants,
        other.pools,
        other.tenants,
        world.time,
        world.mongo.transaction,
        keep,
    )
    await AttendanceTimers(attendance, other.attendants, other.items).follow_settings()
    (ana,) = (await other.attendants.of_tenants([world.tenant_id]))[world.tenant_id].values()
    assert [one.id for one in ana.teams] == [team]


async def test_a_conversation_that_cannot_be_looked_at_keeps_nobody_elses_timers_from_ringing(world: World) -> None:
    broken = [True]

    def part(scene: Scene) -> Sequence[Decision]:
        one = scene.conversation
        if scene.event is not None and scene.event.type == "conversation.opened":
            one.set_timer("reminder", scene.now + timedelta(minutes=1))
        if scene.timer == "reminder" and one.number == 1 and broken[0]:
            raise ValueError("cannot be looked at")
        return [SayOnly(())] if scene.timer == "reminder" else ()

    await world.team("ana")
    replica = world.another([part])
    while await replica.timers.run_due():
        """Other tests' companies have nothing due from now on."""
    bad, *good = world.begin(3, team_id="nobody's")
    await world.hear(*(talk.opened() for talk in (bad, *good)), by=replica)
    world.time.pass_(seconds=61)
    assert await replica.timers.run_due() == 2
    assert {one.subject for one in await world.decisions()} == {talk.id for talk in good}
    assert await replica.timers.run_due() == 0, "it is put off, and not tried without an end"
    broken[0] = False
    world.time.pass_(seconds=PUT_OFF.total_seconds())
    await replica.timers.run_due()
    assert [one.subject for one in await world.decisions()] == [bad.id]


async def test_a_company_whose_queues_cannot_be_looked_at_is_put_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools, replica = world.replica.pools, world.replica
    await world.mongo.transaction(lambda session: pools.touch(session, [world.tenant_id]))
    drained: list[str] = []

    async def drain(tenant_ids: Sequence[str]) -> None:
        drained.extend(tenant_ids)
        raise ValueError("cannot be looked at")

    monkeypatch.setattr(replica.engine, "drain", drain)
    for _ in range(2):
        await replica.timers.run_due()
    assert drained.count(world.tenant_id) == 1
    await world.mongo.transaction(lambda session: pools.touch(session, [world.tenant_id]))
    await replica.timers.run_due()
    assert drained.count(world.tenant_id) == 2, "a new reason is looked at at once"


async def _turn(world: World, what: str, team: str, talk: Any) -> tuple[Turn, list[Floor]]:
    """A turn that was decided on what is stored now: it changes one thing."""
    replica = world.replica
    tenant = await replica.tenants.of(world.tenant_id)
    turn = Turn(world.time.moment, uuid7, (), {tenant.id: tenant})
    if what == "copy":
        copy = await world.copy(talk)
        turn.changed[copy.id] = copy
        return turn, []
    people = (await replica.attendants.of_tenants([tenant.id]))[tenant.id]
    floor = Floor(tenant, people, await replica.pools.read(None, tenant.id), turn.now)
    if what == "attendant":
        floor.charge(None, Charge(world.id("ana"), team, 1))
    return turn, [floor]


@pytest.mark.parametrize("what", ["copy", "pool", "attendant"])
async def test_a_turn_is_not_saved_over_what_somebody_changed_before_its_transaction(world: World, what: str) -> None:
    """The database itself refuses what was changed since the transaction began: this is about what was read before."""
    team = await world.team("ana")
    await world.present("ana")
    (talk,) = await world.opened(team_id=team)
    store = TurnStore(world.mongo.db, world.replica.attendants, Outbox(world.mongo.db, SystemClock()))
    (first, floors), (second, others) = [await _turn(world, what, team, talk) for _ in range(2)]
    await world.mongo.transaction(lambda session: store.save(session, first, floors, {}))
    if what == "attendant":
        others[0].pool = replace(others[0].pool, version=floors[0].pool.version + 1)
    with pytest.raises(StaleVersion):
        await world.mongo.transaction(lambda session: store.save(session, second, others, {}))


async def test_settings_are_not_saved_over_what_somebody_changed_before(world: World) -> None:
    items, now = world.replica.items, world.time.moment
    read = await items.one(world.tenant_id, TEAM, await world.team("ana"))
    assert read is not None
    first, second = read.changed({"name": "Vendas"}, now), read.changed({"name": "Caixa"}, now)
    await world.mongo.transaction(lambda session: items.save(session, TEAM, first, now))
    with pytest.raises(StaleVersion):
        await world.mongo.transaction(lambda session: items.save(session, TEAM, second, now))
