"""Availability and conversations together, on a real database: who comes gets work, who is gone keeps or loses it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from atd_routing import attendance as attendance_module
from atd_routing.attendance import Attendance, Change, Person, Who, as_it_is
from atd_routing.attendance_setup import releasing
from atd_routing.attendance_timers import AttendanceTimers
from atd_routing.domain.availability.part import release_from_absent
from atd_routing.domain.availability.presence import Choice, Rules, chosen, closed, heard
from atd_routing.domain.availability.stored import PRESENCE
from atd_routing.domain.distribution.policy import DISTRIBUTION
from atd_routing.store.presences import Presences

from .world import Replica, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Reception:
    """A world whose attendants have devices."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.replica = world.another([release_from_absent])
        self.attendance = self.of(self.replica)
        self.timers = AttendanceTimers(self.attendance, self.replica.attendants, self.replica.items)

    def of(self, replica: Replica) -> Attendance:
        return Attendance(
            Presences(self.world.mongo.db),
            replica.attendants,
            replica.pools,
            replica.tenants,
            self.world.time,
            self.world.mongo.transaction,
            releasing(replica.copies, replica.engine),
        )

    async def do(self, name: str, change: Change) -> None:
        await self.attendance.update([(Who(self.world.tenant_id, self.world.id(name)), change)])

    async def comes(self, *names: str) -> None:
        def change(person: Person, rules: Rules, now: datetime) -> Person:
            return replace(person, presence=heard(person.presence, rules.policy, "desk", now, used_at=now))

        for name in names:
            await self.do(name, change)

    async def goes(self, name: str) -> None:
        await self.do(name, lambda one, _, now: replace(one, presence=closed(one.presence, "desk", now)))

    async def chooses(self, name: str, state: Any) -> None:
        await self.do(name, lambda one, _, now: replace(one, presence=chosen(one.presence, Choice(state, now, "x"))))

    async def deactivated(self, name: str) -> None:
        await self.do(name, lambda one, _, _now: replace(one, presence=replace(one.presence, active=False)))

    async def looks(self, *names: str) -> None:
        """Timers look at these, and conversation does what was decided."""
        for name in names:
            await self.do(name, as_it_is)
        await self.queues()

    async def queues(self, by: Replica | None = None) -> None:
        """What is marked is looked at, as the timers of a process do."""
        while await (by or self.replica).timers.run_due():
            pass
        await self.world.settle()

    async def passes(self, *present: str, **passed: float) -> None:
        """Time passes; these go on being there."""
        self.world.time.pass_(**passed)
        await self.comes(*present)


@pytest.fixture
def reception(world: World) -> Reception:
    return Reception(world)


def holders(talks: Sequence[Any]) -> list[str | None]:
    return [talk.who for talk in talks]


async def test_all_are_away_and_one_returns_and_gets_what_waits_oldest_first(reception: Reception) -> None:
    world = reception.world
    team = await world.team("ana", "bia", limit=2)
    await reception.comes("ana", "bia")
    for name in ("ana", "bia"):
        await reception.chooses(name, "away")
    talks = await world.opened(3, team_id=team)
    assert holders(talks) == [None, None, None]
    await reception.chooses("ana", "online")
    await reception.queues()
    assert holders(talks) == ["ana", "ana", None]
    await reception.chooses("bia", "busy")
    await reception.queues()
    assert holders(talks) == ["ana", "ana", None], "who is busy gets nothing new"


async def test_a_process_that_dies_after_somebody_has_come_leaves_the_queue_to_another(reception: Reception) -> None:
    world = reception.world
    team = await world.team("ana")
    (talk,) = await world.opened(team_id=team)
    await reception.comes("ana")  # committed, and the process is gone
    assert talk.who is None
    await reception.queues(by=world.another())
    assert talk.who == "ana"


async def test_by_default_who_is_gone_keeps_their_conversations(reception: Reception) -> None:
    world = reception.world
    team = await world.team("ana", "bia")
    await reception.comes("ana")
    talks = await world.opened(2, team_id=team)
    await reception.goes("ana")
    await reception.passes("bia", hours=30)
    await reception.looks("ana", "bia")
    assert holders(talks) == ["ana", "ana"]


@pytest.mark.parametrize(("absence", "minutes"), [("offline", 10), ("away", 10), ("deactivated", 0)])
async def test_conversations_of_who_is_gone_for_too_long_go_back_and_others_get_them(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, absence: str, minutes: int
) -> None:
    monkeypatch.setattr(attendance_module, "RELEASED_AT_ONCE", 2)
    monkeypatch.setattr("atd_routing.domain.availability.outcome.RELEASED_AT_ONCE", 2)
    world = reception.world
    team = await world.team("ana", "bia", limit=None)
    await world.policy(PRESENCE, release_minutes={absence: minutes})
    await reception.comes("ana")
    talks = await world.opened(5, team_id=team)
    await world.hear(talks[0].snoozed())
    match absence:
        case "offline":
            await reception.goes("ana")
        case "away":
            await reception.chooses("ana", "away")
        case _:
            await reception.deactivated("ana")
    there = ["ana"] if absence == "away" else []
    await reception.passes(*there, minutes=1.6)  # the grace of the last device
    await reception.looks("ana")
    if minutes:
        await reception.passes(*there, minutes=minutes - 2)
        await reception.looks("ana")
        assert holders(talks[1:]) == ["ana"] * 4, "not before the time that was set"
    await reception.passes("bia", *there, minutes=2)
    for _ in range(4):
        await reception.looks("ana")
        world.time.pass_(seconds=1)
    await reception.comes("bia")
    await reception.queues()
    assert holders(talks[1:]) == ["bia"] * 4
    assert talks[0].status == "snoozed"
    assert (await world.loads())["ana"] == 0


async def test_who_returns_in_time_keeps_them(reception: Reception) -> None:
    world = reception.world
    team = await world.team("ana", "bia")
    await world.policy(PRESENCE, release_minutes={"offline": 10})
    await reception.comes("ana")
    talks = await world.opened(2, team_id=team)
    await reception.goes("ana")
    await reception.passes("bia", minutes=9)
    await reception.looks("ana")
    await reception.passes("ana", "bia", minutes=2)
    await reception.looks("ana", "bia")
    assert holders(talks) == ["ana", "ana"]


async def test_one_that_was_given_to_somebody_else_meanwhile_is_left_alone(reception: Reception) -> None:
    world = reception.world
    team = await world.team("ana", "bia")
    await reception.comes("ana", "bia")
    (talk,) = await world.opened(team_id=team)
    other = "bia" if talk.who == "ana" else "ana"
    assert talk.who is not None
    timer = f"release:offline:{world.id(other)}"
    await reception.replica.engine.look(world.tenant_id, [talk.id], timer)
    assert await world.settle() == []


async def test_the_timers_of_a_process_find_who_is_due_and_apply_changed_settings(reception: Reception) -> None:
    world = reception.world
    await world.team("ana")
    await reception.comes("ana")
    await reception.timers.follow_settings()
    found = (await reception.replica.attendants.of_ids([world.id("ana")]))[world.id("ana")]
    assert (found.limit, len(found.teams)) == (5, 1)
    assert not [one for one, _ in await reception.replica.items.unapplied(1000) if one == world.tenant_id]
    world.time.pass_(minutes=3)
    while await reception.timers.run_due():
        pass
    found = (await reception.replica.attendants.of_ids([world.id("ana")]))[world.id("ana")]
    assert found.state == "offline"


@pytest.mark.parametrize("how", ["closed", "snoozed"])
@pytest.mark.parametrize("back", ["present", "absent", "full", "left the team"])
async def test_closed_or_snoozed_by_an_attendant_who_is_off_now_and_the_customer_writes_at_21_00(
    reception: Reception, how: str, back: str
) -> None:
    world = reception.world
    team = await world.team("ana", limit=1)
    await world.policy(DISTRIBUTION, return_minutes=5)
    await reception.comes("ana")
    (talk,) = await world.opened(team_id=team)
    assert talk.who == "ana"
    await world.hear(talk.closed() if how == "closed" else talk.snoozed())
    await reception.goes("ana")
    await reception.passes(hours=9)
    await reception.looks("ana")
    if back in ("present", "full"):
        await reception.comes("ana")
    if back == "full":
        (other,) = await world.opened(team_id=team)
        assert other.who == "ana"
    if back == "left the team":
        await reception.comes("ana")
        await world.change(team, members=[])
        reception.replica.tenants.forget(world.tenant_id)  # as it does by itself within a second
    talk.at = world.time.moment
    await world.hear(talk.reopened(), talk.said())
    await reception.queues()
    assert talk.who == "ana", "it is theirs for as long as the company waits"
    for _ in range(6):
        await reception.passes(*([] if back == "absent" else ["ana"]), minutes=1)
    await reception.queues()
    assert talk.who == ("ana" if back == "present" else None)
    assert talk.status == ("open" if back == "present" else "queued")
    assert (await world.loads())["ana"] == (1 if back in ("present", "full") else 0)
