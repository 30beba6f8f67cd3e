"""Browsers of attendants are devices, and everybody sees who is there: over real sockets and Kafka."""

import pytest

from atd_gateway.domain.cursors import encode_cursor
from atd_gateway.domain.streams import StreamLayout
from atd_schemas.topics import ATTENDANT_DEVICES, ATTENDANT_EVENTS, CONVERSATION_EVENTS, SETTINGS_CHANGES

pytestmark = pytest.mark.asyncio(loop_scope="session")


def told(events, attendant_id):
    return [one for one in events if one.subject == attendant_id]


async def test_a_socket_is_told_of_when_it_is_there_when_it_is_used_and_when_it_is_closed(gateway, listening):
    ana = await gateway.person(role="attendant")
    async with gateway.reading(ATTENDANT_DEVICES) as reader:
        async with ana.listen() as socket:
            await listening(socket).until("ready")
            await socket.send('{"type":"presence","used_at":"2026-03-01T12:00:00Z"}')
            (first,) = await reader.until(lambda seen: len(seen) == 1, ana.tenant_id)
            async with ana.listen() as phone:
                await listening(phone).until("ready")
                await phone.send('{"type":"presence"}')
                _, second = await reader.until(lambda seen: len(seen) == 2, ana.tenant_id)
        words = await reader.until(lambda seen: len(seen) == 4, ana.tenant_id)
    assert first.data.used_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert first.data.used_at < second.data.used_at <= second.occurred_at
    assert [(one.data.device_id, one.data.gone) for one in words] == [
        (first.data.device_id, False),
        (second.data.device_id, False),
        (second.data.device_id, True),
        (first.data.device_id, True),
    ]
    assert {one.subject for one in words} == {ana.attendant.id}


async def test_the_socket_of_a_bot_is_no_device(gateway, listening):
    ana = await gateway.person()
    bot = await gateway.person(tenant=ana.tenant_id, role="bot")
    reading = gateway.reading(ATTENDANT_DEVICES)
    async with reading as reader, bot.listen() as of_bot, ana.listen() as of_ana:
        client = listening(of_bot)
        await client.until("ready")
        await of_bot.send('{"type":"presence"}')
        assert (await client.frame())["code"] == "forbidden"
        await listening(of_ana).until("ready")
        found = await reader.until(lambda seen: seen, ana.tenant_id)
    assert {one.subject for one in found} == {ana.attendant.id}


async def test_everybody_in_the_company_sees_who_is_there_and_nobody_of_another_one(gateway, event, listening):
    ana, eve = await gateway.person(), await gateway.person()
    bia = await gateway.person(tenant=ana.tenant_id, role="attendant", visibility="own")
    bot = await gateway.person(tenant=ana.tenant_id, role="bot")
    news = event(ana.tenant_id, "ana", 1, type="attendant.away", data={"attendant": {"id": "x"}, "changed": ["state"]})
    last = [event(person.tenant_id, "c", 1, visible_to=[bia.attendant.id]) for person in (ana, eve)]
    async with bia.listen() as of_bia, bot.listen() as of_bot, eve.listen() as of_eve:
        clients = [listening(socket) for socket in (of_bia, of_bot, of_eve)]
        for client in clients:
            await client.until("ready")
        await gateway.publish(news, topic=ATTENDANT_EVENTS)
        (frame,) = await clients[0].events(1)
        await gateway.publish(*last)
        assert (frame["type"], frame["data"]) == ("attendant.away", news["data"])
        for client in clients:
            assert [one["type"] for one in await client.events(1)] == ["message.received"]


async def test_a_cursor_from_before_attendants_were_streamed_goes_on_without_an_error(gateway, event, listening):
    ana = await gateway.person()
    feed = next(one for one in gateway.apps.runtime.components if type(one).__name__ == "FeedStart")._feed
    partitions = feed.layout.partitions[CONVERSATION_EVENTS.name]
    older = StreamLayout({CONVERSATION_EVENTS.name: partitions})
    cursor = encode_cursor(older, [feed.positions[slot] for slot in feed.layout.slots_of(CONVERSATION_EVENTS.name)])
    missed = event(ana.tenant_id, "c1", 1)
    await gateway.publish(missed)
    async with ana.listen(cursor) as socket:
        client = listening(socket)
        assert (await client.events(1))[0]["id"] == missed["id"]
        await gateway.publish(event(ana.tenant_id, "ana", 1, type="attendant.online"), topic=ATTENDANT_EVENTS)
        assert (await client.events(1))[0]["type"] == "attendant.online"


async def test_the_other_services_are_told_the_role_of_attendants(gateway):
    async with gateway.reading(SETTINGS_CHANGES) as reader:
        bia = await gateway.person(role="supervisor")
        (change,) = await reader.until(lambda seen: seen, bia.tenant_id)
    assert change.data.role == "supervisor"
