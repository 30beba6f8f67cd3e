"""More topics than one on the WebSocket: what is resumed, and what is not."""

import asyncio
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from atd_gateway.realtime import connection
from atd_gateway.realtime.streams import Topics
from atd_schemas.conversation import ConversationEvent
from atd_schemas.topics import CONVERSATION_EVENTS, Topic
from atd_testing.topics import create_topics
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


def topic(name, partitions):
    return Topic(
        name=f"{name}.{uuid4().hex[:8]}.v1",
        owner="test",
        key="subject",
        schema=ConversationEvent,
        producers=(),
        consumers=("gateway",),
        retention=timedelta(days=1),
        partitions=partitions,
    )


ATTENDANTS, PRESENCE = topic("attendant.events", 3), topic("presence.events", 2)
TOPICS = Topics(streamed=(CONVERSATION_EVENTS, ATTENDANTS), transient=(PRESENCE,))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made(topics):
    await create_topics(topics, (ATTENDANTS, PRESENCE))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gateway(made, start_for_module):
    return await start_for_module(wiring={"topics": TOPICS}, ws_ring_events=50)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other_process(made, start_for_module):
    return await start_for_module(wiring={"topics": TOPICS}, ws_ring_events=50)


class Publisher:
    """Numbers the events of a tenant's conversations and attendants."""

    def __init__(self, gateway, person, event):
        self._gateway, self._person, self._event = gateway, person, event
        self._last = {}

    async def publish(self, rounds):
        """In each round one event of each of three conversations and two attendants."""
        tenant_id = self._person.tenant_id
        for _ in range(rounds):
            await self._gateway.publish(*(self._next(tenant_id, f"c{n}") for n in range(3)))
            of_attendants = (self._next(tenant_id, f"a{n}", type="attendant.online") for n in range(2))
            await self._gateway.publish(*of_attendants, topic=ATTENDANTS)

    def _next(self, tenant_id, name, **more):
        self._last[name] = self._last.get(name, 0) + 1
        return self._event(tenant_id, name, self._last[name], **more)


def numbers(frames):
    """By subject: the numbers of its events, in the order in which they came."""
    found = {}
    for one in frames:
        found.setdefault(one["data"]["conversation_id"], []).append(one["sequence"])
    return found


def complete(rounds):
    return {name: list(range(1, rounds + 1)) for name in ("c0", "c1", "c2", "a0", "a1")}


async def test_two_topics_resume_without_gap_or_duplicate_from_memory_and_from_kafka(
    gateway, other_process, event, listening
):
    ana = await gateway.person()
    publisher = Publisher(gateway, ana, event)
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await publisher.publish(4)
        first = await client.events(13)  # the rest is still on its way
    await publisher.publish(3)  # in memory
    async with ana.listen(first[-1]["cursor"]) as socket:
        second = await listening(socket).events(35 - 13)
    await publisher.publish(40)  # 200 events: memory keeps 50
    ana.gateway = other_process
    async with ana.listen(second[-1]["cursor"]) as socket:
        client = listening(socket)
        third = await client.events(200)
        await publisher.publish(1)
        third += await client.events(5)
    assert {name: sorted(found) for name, found in numbers(first + second + third).items()} == complete(48)
    assert numbers(first + second + third) == complete(48)


async def test_a_client_comes_and_goes_while_both_topics_run(gateway, other_process, event, listening):
    ana = await gateway.person()
    publisher = Publisher(gateway, ana, event)
    async with ana.listen() as socket:
        cursor = (await listening(socket).until("ready"))[-1]["cursor"]
    publishing = asyncio.create_task(publisher.publish(60))
    frames, visits = [], 0
    while len(frames) < 300:
        visits += 1
        ana.gateway = (gateway, other_process)[visits % 2]
        async with ana.listen(cursor) as socket:
            found = await listening(socket).events(min(11 * visits, 300 - len(frames)))
        frames += found
        cursor = found[-1]["cursor"]
    await publishing
    assert numbers(frames) == complete(60)


async def test_a_cursor_of_the_first_version_resumes(gateway, event, listening):
    ana = await gateway.person()
    publisher = Publisher(gateway, ana, event)
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await publisher.publish(2)
        raw = urlsafe_b64decode((await client.events(10))[-1]["cursor"])
    old = b"\x01" + raw[7 : 7 + 6 * CONVERSATION_EVENTS.partitions]
    cursor = urlsafe_b64encode(old + (zlib.crc32(old) & 0xFFFF).to_bytes(2, "big")).decode()
    await publisher.publish(2)
    await gateway.caught_up()
    async with ana.listen(cursor) as socket:
        client = listening(socket)
        missed = [one for one in (await client.until("ready")) if "id" in one]
    of_conversations = {name: found for name, found in numbers(missed).items() if name.startswith("c")}
    assert of_conversations == {"c0": [3, 4], "c1": [3, 4], "c2": [3, 4]}


async def test_a_cursor_of_a_topic_that_is_not_streamed_leads_to_a_resync(gateway, start, listening):
    ana = await gateway.person()
    async with ana.listen() as socket:
        cursor = (await listening(socket).until("ready"))[-1]["cursor"]
    ana.gateway = await start()
    async with ana.listen(cursor) as socket:
        client = listening(socket)
        resync, ready = await client.frame(), await client.frame()
    assert (resync["type"], resync["reason"], ready["type"]) == ("resync", "unknown", "ready")


async def test_an_event_is_seen_by_whoever_has_the_permission_of_its_topic(gateway, event, listening):
    ana = await gateway.person()
    bot = await gateway.person(tenant=ana.tenant_id, role="bot")
    async with ana.listen() as socket, bot.listen() as other:
        clients = [listening(one) for one in (socket, other)]
        for client in clients:
            await client.until("ready")
        await Publisher(gateway, ana, event).publish(1)
        assert set(numbers(await clients[0].events(5))) == {"c0", "c1", "c2", "a0", "a1"}
        assert set(numbers(await clients[1].events(3))) == {"c0", "c1", "c2"}


def typing(event, tenant_id, text="x"):
    return event(tenant_id, "c0", 0, type="presence.typing", text=text)


async def test_a_transient_frame_is_shown_now_and_never_again(gateway, other_process, event, listening):
    ana, bia = await gateway.person(), await gateway.person()
    async with ana.listen() as socket, bia.listen() as of_another_tenant:
        client, stranger = listening(socket), listening(of_another_tenant)
        cursor = (await client.until("ready"))[-1]["cursor"]
        await stranger.until("ready")
        await gateway.publish(typing(event, ana.tenant_id), topic=PRESENCE)
        frame = await client.frame()
        assert list(frame) == ["type", "occurred_at", "subject", "actor", "data"]
        assert frame["type"] == "presence.typing"
        await gateway.publish(event(ana.tenant_id, "c0", 1))
        following = await client.frame()
        assert following["sequence"] == 1
        await of_another_tenant.send('{"type":"ping"}')
        assert (await stranger.frame())["type"] == "pong"
    for process in (gateway, other_process):
        ana.gateway = process
        async with ana.listen(cursor) as socket:
            again = await listening(socket).events(1)
        assert numbers(again) == {"c0": [1]}


async def test_transient_frames_are_dropped_for_a_slow_client_and_do_not_close_it(gateway, event, listening):
    ana = await gateway.person()
    dropped = lambda: gateway.apps.runtime.metrics.registry.get_sample_value("atd_ws_transient_dropped_total")  # noqa: E731 - in one line
    before, total = dropped(), 2000
    async with ana.listen(max_queue=1) as socket:
        client = listening(socket)
        await client.until("ready")
        for _ in range(0, total, 100):
            await gateway.publish(*(typing(event, ana.tenant_id, "x" * 10_000) for _ in range(100)), topic=PRESENCE)
        await eventually(lambda: dropped() > before, message="frames are dropped")
        await gateway.publish(event(ana.tenant_id, "c0", 1))
        await gateway.caught_up()
        shown = 0
        while "id" not in (frame := await client.frame()):
            shown += 1
        assert frame["sequence"] == 1  # the client is still connected, and events are not dropped
    assert 0 < shown < total


async def test_a_transient_frame_that_waited_too_long_is_dropped(gateway, event, listening, monkeypatch):
    monkeypatch.setattr(connection, "_TRANSIENT_SECONDS", -1.0)
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await gateway.publish(typing(event, ana.tenant_id), topic=PRESENCE)
        await gateway.publish(event(ana.tenant_id, "c0", 1))
        assert (await client.frame())["sequence"] == 1


async def test_a_transient_record_that_cannot_be_read_is_ignored(gateway, event, listening):
    ana = await gateway.person()
    broken = typing(event, ana.tenant_id)
    del broken["actor"]
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await gateway.publish(broken, typing(event, ana.tenant_id), topic=PRESENCE)
        assert (await client.frame())["type"] == "presence.typing"


async def delete_records(kafka, place, before):
    """What Kafka does with records that it has kept for long enough."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_records({place: RecordsToDelete(before)})
    finally:
        await admin.close()


async def test_who_was_away_longer_than_kafka_keeps_events_is_told_to_reload(topics, start, event, listening):
    kept = topic("kept.events", 1)
    await create_topics(topics, (kept,))
    gateway = await start(wiring={"topics": Topics(streamed=(kept,), transient=())}, ws_ring_events=10)
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await gateway.publish(*(event(ana.tenant_id, "c1", n) for n in range(1, 3)), topic=kept)
        old = (await client.events(2))[0]["cursor"]
        await gateway.publish(*(event(ana.tenant_id, "c1", n) for n in range(3, 41)), topic=kept)
        await client.events(38)  # memory has the last ten
    await delete_records(topics, TopicPartition(kept.name, 0), before=20)
    async with ana.listen(old) as socket:
        client = listening(socket)
        resync, ready = await client.frame(), await client.frame()
        assert (resync["type"], resync["reason"], ready["type"]) == ("resync", "expired", "ready")
        await gateway.publish(event(ana.tenant_id, "c1", 41), topic=kept)
        assert numbers(await client.events(1)) == {"c1": [41]}
    async with ana.listen(resync["cursor"]) as socket:  # whoever loses this socket too goes on from there
        assert numbers(await listening(socket).events(1)) == {"c1": [41]}
