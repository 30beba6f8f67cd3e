"""Timers, customers who come back, people who ask for the next one, and what is forgotten, on a real database."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from atd_routing.domain.decisions import Decision, SayOnly
from atd_routing.domain.distribution.policy import DISTRIBUTION
from atd_routing.domain.distribution.pulling import PullRefused
from atd_routing.domain.scene import Scene
from atd_schemas.conversation import ContactChanged, ContactData
from atd_schemas.ids import uuid7
from atd_schemas.views import ContactView
from atd_servicekit.clock import SystemClock

from .talks import Talk
from .world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


def reminding(scene: Scene) -> Sequence[Decision]:
    """A part that sets a timer for a minute after the opening, and says something when it rings."""
    if scene.event is not None and scene.event.type == "conversation.opened":
        scene.conversation.set_timer("reminder", scene.now + timedelta(minutes=1))
    return [SayOnly(())] if scene.timer == "reminder" else ()


async def test_a_timer_fires_once_though_two_replicas_look_and_one_starts_anew(world: World) -> None:
    await world.team("ana")
    replicas = [world.another([reminding]) for _ in range(2)]
    talks = world.begin(5, team_id="nobody's")
    await world.hear(*(talk.opened() for talk in talks), by=replicas[0])
    await asyncio.gather(*(one.timers.run_due() for one in replicas))
    assert await world.decisions() == []
    world.time.pass_(seconds=61)
    replicas[0] = world.another([reminding])
    await asyncio.gather(*(one.timers.run_due() for one in replicas))
    await asyncio.gather(*(one.timers.run_due() for one in replicas))
    assert sorted(one.subject for one in await world.decisions()) == sorted(talk.id for talk in talks)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_clock_of_a_process_that_jumps_an_hour_does_no_harm(
    world: World, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    await world.team("ana")
    replica = world.another([reminding])
    (talk,) = world.begin(team_id="nobody's")
    await world.hear(talk.opened(), by=replica)
    honest = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda self: honest(self) + jump)
    await replica.timers.run_due()
    assert await world.decisions() == []
    world.time.pass_(seconds=61)
    await replica.timers.run_due()
    assert [one.subject for one in await world.decisions()] == [talk.id]


def erased(world: World, contact_id: str) -> ContactChanged:
    """A customer is erased, with all that was kept of them."""
    now = world.time.moment
    return ContactChanged(
        id=uuid7(),
        type="contact.erased",
        tenant_id=world.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source="conversation",
        subject=contact_id,
        data=ContactData(contact=ContactView(id=contact_id, name=None, created_at=now)),
    )


async def back(world: World, talk: Talk, *, minutes: float = 0) -> None:
    """The customer writes again, and so much time passes."""
    talk.at = world.time.pass_(hours=2)
    await world.hear(talk.reopened())
    await world.settle()
    world.time.pass_(minutes=minutes, seconds=1)
    await world.replica.timers.run_due()
    await world.settle()


@pytest.mark.parametrize("ended", ["closed", "snoozed"])
@pytest.mark.parametrize(
    ("state", "minutes", "who"),
    [("online", 9, "ana"), ("offline", 4, "ana"), ("offline", 6, "bia"), ("away", 6, "bia")],
)
async def test_a_customer_who_is_back_gets_their_attendant_only_if_they_can_take_it(
    world: World, ended: str, state: str, minutes: float, who: str
) -> None:
    """Closed or on hold by an attendant who is off now: else the queue after some minutes."""
    team = await world.team("ana", "bia")
    await world.present("ana")
    (talk,) = await world.opened(team_id=team)
    await world.present("bia")
    await world.hear(getattr(talk, ended)())
    await world.present("ana", state=state)
    await back(world, talk, minutes=minutes)
    assert (talk.who, talk.status) == (who, "open")


async def test_a_customer_who_is_back_does_not_make_their_attendant_have_too_many(world: World) -> None:
    team = await world.team("ana", "bia", limit=1)
    await world.policy(DISTRIBUTION, return_minutes=0)
    await world.present("ana")
    (first,) = await world.opened(team_id=team)
    await world.hear(first.closed())
    await world.opened(team_id=team)
    await back(world, first)
    assert first.status == "queued"
    await world.present("bia")
    await world.settle()
    assert first.who == "bia"


async def test_who_knew_the_customer_gets_their_next_conversation(world: World) -> None:
    team = await world.team("ana", "bia", knows_customer_minutes=None)
    await world.present("ana")
    (first,) = await world.opened(team_id=team, contact_id="rosa")
    await world.present("bia")
    await world.hear(first.closed())
    talks = await world.opened(3, team_id=team, contact_id="rosa")
    assert [talk.who for talk in talks] == ["ana"] * 3


async def test_the_next_one_is_the_first_of_the_queue_and_only_with_room(world: World) -> None:
    team = await world.team("ana", limit=2, strategy="manual")
    await world.present("ana")
    talks = await world.opened(3, team_id=team)
    ana, pull = world.id("ana"), world.engine.pull
    assert [await pull(world.tenant_id, ana), await pull(world.tenant_id, ana)] == [talk.id for talk in talks[:2]]
    for refusal in ("no_room", "not_available"):
        with pytest.raises(PullRefused, match=refusal):
            await pull(world.tenant_id, ana)
        await world.present("ana", state="away")
    with pytest.raises(PullRefused, match="not_available"):
        await pull(world.tenant_id, world.id("nobody"))
    decided = await world.settle()
    assert [(one.data.reason, one.actor.id) for one in decided] == [("pulled", ana)] * 2


async def test_two_who_ask_at_once_get_two_conversations(world: World) -> None:
    team = await world.team("ana", "bia", strategy="manual")
    await world.present("ana", "bia")
    await world.opened(2, team_id=team)
    other = world.another()
    got = await asyncio.gather(
        world.engine.pull(world.tenant_id, world.id("ana")), other.engine.pull(world.tenant_id, world.id("bia"))
    )
    assert len(set(got)) == 2


async def test_what_a_company_had_before_it_set_anything_is_counted_before_it_gives(world: World) -> None:
    talks = world.begin(4)
    await world.hear(*(talk.opened() for talk in talks))
    await world.hear(*(talk.assigned(world.id("ana"), world.person("ana")) for talk in talks))
    team = await world.team("ana", limit=5)
    await world.present("ana")
    assert await world.loads() == {"ana": 4}
    await world.opened(3, team_id=team)
    assert world.having() == {"ana": 5}


async def test_what_a_customer_said_is_forgotten_with_them(world: World) -> None:
    await world.team("ana")
    (talk,) = world.begin(contact_id="rosa")
    await world.hear(talk.opened(), talk.said("meu segredo"))
    assert (await world.copy(talk)).first_text == "meu segredo"
    await world.hear(erased(world, "rosa"))
    row = await world.mongo.db.conversations.find_one({"_id": talk.id})
    assert row is not None
    assert "meu segredo" not in str(row)
    assert "contact_name" not in row


@pytest.mark.parametrize("state", ["open", "queued", "pending"])
async def test_a_conversation_that_was_erased_with_its_customer_holds_no_room_and_no_place(
    world: World, state: str
) -> None:
    """Nothing else tells of its end: it would be given away every 30 seconds, for ever."""
    team = await world.team("ana", limit=1)
    if state != "queued":
        await world.present("ana")
    (gone,) = world.begin(team_id=team, contact_id="rosa")
    await world.hear(gone.opened())
    if state == "open":
        await world.settle()
    late = gone.said("meu segredo")
    await world.hear(erased(world, "rosa"))
    await world.decisions()
    del world.talks[gone.id]
    await world.hear(late)
    (other,) = await world.opened(team_id=team)
    await world.present("ana")
    await world.settle()
    world.time.pass_(minutes=1)
    await world.replica.timers.run_due()
    decided = await world.decisions()
    assert other.who == "ana"
    assert await world.loads() == {"ana": 1}
    copy = await world.copy(gone)
    assert (copy.active, copy.timers, copy.charge, copy.first_text, decided) == (False, {}, None, "", [])


async def test_companies_do_not_see_each_others_queues_and_attendants(world: World) -> None:
    stranger = World(world.mongo)
    theirs = await stranger.team("ana")
    await stranger.present("ana")
    (talk,) = world.begin(team_id=theirs)
    await world.team("bia")
    await world.hear(talk.opened())
    assert await world.settle() == []
    await stranger.engine.look(stranger.tenant_id, [talk.id], "anything")
    await stranger.engine.drain([stranger.tenant_id])
    assert await stranger.decisions() == []
    with pytest.raises(PullRefused, match="queue_empty"):
        await stranger.engine.pull(stranger.tenant_id, stranger.id("ana"))


async def test_a_long_queue_is_given_away_from_its_front_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atd_routing.draining.PAGE", 3)
    team = await world.team("ana", "bia", limit=6)
    talks = await world.opened(14, team_id=team)
    kept = [talk.id for talk in talks[:4]]
    await world.mongo.db.conversations.update_many({"_id": {"$in": kept}}, {"$set": {"not_for": [world.id("ana")]}})
    await world.present("ana")
    await world.settle()
    assert [talk.who for talk in talks] == [None] * 4 + ["ana"] * 6 + [None] * 4
