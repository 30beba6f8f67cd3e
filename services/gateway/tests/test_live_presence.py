"""Colleagues see who looks at a conversation and who types in it: over real sockets, Kafka and two processes."""

from datetime import datetime

import orjson
import pytest

from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid7
from atd_schemas.presence import ConversationFavourited, FavouritedData
from atd_schemas.topics import PRESENCE_EVENTS

pytestmark = pytest.mark.asyncio(loop_scope="session")


def say(kind, conversation_id, **more):
    return orjson.dumps({"type": kind, "conversation_id": conversation_id, **more}).decode()


async def answered(socket, client):
    """Everything that came before the answer to a ping: what a client was sent so far."""
    await socket.send('{"type":"ping"}')
    return (await client.until("pong"))[:-1]


async def test_a_colleague_at_another_process_sees_viewing_and_typing(gateway, second_gateway, listening):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, name="Bia")
    bia.gateway = second_gateway
    conversation = uuid7()
    async with ana.listen() as of_ana, bia.listen() as of_bia:
        ana_hears, bia_hears = listening(of_ana), listening(of_bia)
        await ana_hears.until("ready")
        await bia_hears.until("ready")
        await of_ana.send(say("seen", conversation))
        await of_ana.send(say("typing", conversation, note=True))
        frames = [await bia_hears.frame() for _ in range(2)]
        assert [(one["type"], one["data"]) for one in frames] == [
            ("conversation.viewing", {"viewing": True}),
            ("conversation.typing", {"note": True}),
        ]
        for one in frames:
            assert list(one) == ["type", "occurred_at", "subject", "actor", "data"]
            assert one["subject"] == conversation
            assert one["actor"] == {"type": "attendant", "id": ana.attendant.id, "name": "Ana"}
        await of_ana.send(say("seen", None))
        assert (await bia_hears.frame())["data"] == {"viewing": False}
        assert await answered(of_ana, ana_hears) == []


async def test_it_reaches_the_own_other_tab_and_not_the_one_that_said_it(gateway, listening):
    ana = await gateway.person()
    conversation = uuid7()
    async with ana.listen() as one, ana.listen() as two:
        first, second = listening(one), listening(two)
        await first.until("ready")
        await second.until("ready")
        await one.send(say("seen", conversation))
        assert (await second.frame())["subject"] == conversation
        assert await answered(one, first) == []


async def test_an_id_of_another_company_reaches_only_the_own_one(gateway, event, listening):
    ana, eve = await gateway.person(), await gateway.person()
    colleague = await gateway.person(tenant=eve.tenant_id)
    conversation = event(ana.tenant_id, "c1", 1)["subject"]
    async with ana.listen() as of_ana, eve.listen() as of_eve, colleague.listen() as of_colleague:
        sockets = (of_ana, of_eve, of_colleague)
        ana_hears, eve_hears, colleague_hears = (listening(socket) for socket in sockets)
        for client in (ana_hears, eve_hears, colleague_hears):
            await client.until("ready")
        await of_ana.send(say("seen", conversation))
        await of_eve.send(say("seen", conversation))
        await of_eve.send(say("typing", conversation))
        frames = [await colleague_hears.frame() for _ in range(2)]
        assert {one["actor"]["id"] for one in frames} == {eve.attendant.id}
        assert await answered(of_eve, eve_hears) == []
        assert await answered(of_ana, ana_hears) == []


async def test_who_comes_later_sees_at_once_who_is_there_until_they_leave(gateway, listening):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id)
    conversation = uuid7()
    async with bia.listen() as of_bia:
        bia_hears = listening(of_bia)
        await bia_hears.until("ready")
        async with ana.listen() as of_ana:
            await listening(of_ana).until("ready")
            await of_ana.send(say("seen", conversation))
            seen = await bia_hears.frame()
            async with bia.listen() as later:
                client = listening(later)
                await client.until("ready")
                assert await client.frame() == seen
        gone = await bia_hears.frame()
        assert (gone["subject"], gone["data"]) == (conversation, {"viewing": False})
        async with bia.listen() as latest:
            client = listening(latest)
            await client.until("ready")
            assert await answered(latest, client) == []


async def test_who_may_not_read_conversations_can_neither_say_nor_hear_it(gateway, listening):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id)
    operator = await gateway.person(tenant=ana.tenant_id, role="operator")
    async with ana.listen() as of_ana, bia.listen() as of_bia, operator.listen() as of_operator:
        clients = [listening(socket) for socket in (of_ana, of_bia, of_operator)]
        for client in clients:
            await client.until("ready")
        await of_operator.send(say("seen", uuid7()))
        refused = await clients[2].frame()
        assert (refused["type"], refused["code"]) == ("error", "forbidden")
        conversation = uuid7()
        await of_ana.send(say("seen", conversation))
        assert (await clients[1].frame())["subject"] == conversation
        assert await answered(of_operator, clients[2]) == []
        await of_ana.send(say("seen", "../c1"))
        assert (await clients[0].frame())["code"] == "invalid"


async def test_a_favourite_is_shown_on_the_other_devices_of_the_same_attendant_alone(
    gateway, second_gateway, listening
):
    ana = await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id)
    conversation = uuid7()
    said = ConversationFavourited(
        id=uuid7(),
        tenant_id=ana.tenant_id,
        occurred_at=gateway.apps.runtime.clock.now(),
        recorded_at=gateway.apps.runtime.clock.now(),
        source="conversation",
        subject=conversation,
        actor=Actor(type="attendant", id=ana.attendant.id, name="Ana"),
        data=FavouritedData(favourite=True),
    )
    async with ana.listen() as one, bia.listen() as of_bia:
        ana.gateway = second_gateway
        async with ana.listen() as other:
            clients = [listening(socket) for socket in (one, other, of_bia)]
            for client in clients:
                await client.until("ready")
            await gateway.publish(orjson.loads(said.model_dump_json()), topic=PRESENCE_EVENTS)
            for client in clients[:2]:
                frame = await client.frame()
                assert (frame["type"], frame["subject"]) == ("conversation.favourited", conversation)
                assert (frame["actor"]["id"], frame["data"]) == (ana.attendant.id, {"favourite": True})
            assert await answered(of_bia, clients[2]) == []


async def test_the_servers_time_is_in_ready_and_pong(gateway, listening):
    ana = await gateway.person()
    before = gateway.apps.runtime.clock.now()
    async with ana.listen() as socket:
        client = listening(socket)
        ready = await client.frame()
        await socket.send('{"type":"ping","id":"a"}')
        pong = await client.frame()
    after = gateway.apps.runtime.clock.now()
    times = [datetime.fromisoformat(one["now"]) for one in (ready, pong)]
    assert before <= times[0] <= times[1] <= after
    assert ready["now"].endswith("Z")
