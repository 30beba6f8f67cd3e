import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
import websockets

from atd_gateway.domain.cursors import encode_cursor
from atd_gateway.domain.streams import StreamLayout
from atd_gateway.realtime import client_ends
from atd_schemas.topics import CONVERSATION_EVENTS
from atd_testing.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def forgetful(start_for_module):
    """A gateway that remembers 20 events."""
    return await start_for_module(ws_ring_events=20)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strict(start_for_module):
    """A gateway that closes clients that are 100 events behind."""
    return await start_for_module(ws_lag_events=100)


def numbers(frames, name=None):
    return [one["sequence"] for one in frames if name in (None, one["data"]["conversation_id"])]


def names(frames):
    return {one["data"]["conversation_id"] for one in frames}


async def test_events_arrive_in_order_and_in_the_public_shape(gateway, event, listening):
    ana = await gateway.person()
    sent = [event(ana.tenant_id, "c1", n) for n in range(1, 21)]
    async with ana.listen() as socket:
        assert socket.subprotocol == "atd.v1"
        client = listening(socket)
        assert (await client.frame())["type"] == "ready"
        await gateway.publish(*sent)
        frames = await client.events(20)
    assert numbers(frames) == list(range(1, 21))
    assert list(frames[0]) == ["cursor", "id", "type", "occurred_at", "subject", "sequence", "actor", "data"]
    assert [one["id"] for one in frames] == [one["id"] for one in sent]
    assert frames[0]["data"] == sent[0]["data"]
    assert len({one["cursor"] for one in frames}) == 20


async def test_after_since_the_missed_events_come_first_each_once(gateway, event, listening):
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await gateway.publish(*(event(ana.tenant_id, "c1", n) for n in range(1, 6)))
        cursor = (await client.events(5))[2]["cursor"]
    await gateway.publish(*(event(ana.tenant_id, "c1", n) for n in range(6, 11)))
    async with ana.listen(cursor) as socket:
        client = listening(socket)
        # What the process had not read yet when the client came back is live, after `ready`; the order is one.
        assert numbers(await client.events(7)) == list(range(4, 11))
        await gateway.publish(event(ana.tenant_id, "c1", 11))
        assert numbers(await client.events(1)) == [11]


async def test_another_process_takes_over_by_the_cursor(gateway, second_gateway, event, listening):
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await gateway.publish(*(event(ana.tenant_id, f"c{n % 7}", n // 7 + 1) for n in range(70)))
        before = await client.events(40)
    ana.gateway = second_gateway
    async with ana.listen(before[-1]["cursor"]) as socket:
        after = await listening(socket).events(30)
    assert sorted(one["id"] for one in before + after) == sorted({one["id"] for one in before + after})
    for n in range(7):
        assert numbers(before + after, f"c{n}") == list(range(1, 11))


async def test_a_replay_goes_back_to_kafka_beyond_the_memory(forgetful, event, listening):
    ana = await forgetful.person()
    async with ana.listen() as socket:
        client = listening(socket)
        cursor = (await client.until("ready"))[-1]["cursor"]
    await forgetful.publish(*(event(ana.tenant_id, f"c{n % 5}", n // 5 + 1) for n in range(300)))
    publishing = asyncio.create_task(_publish_slowly(forgetful, event, ana.tenant_id, 200))
    async with ana.listen(cursor) as socket:
        client = listening(socket)
        frames = await client.events(500)
        await publishing
    for n in range(5):
        assert numbers(frames, f"c{n}") == list(range(1, 61))
    assert numbers(frames, "slow") == list(range(1, 201))


async def _publish_slowly(gateway, event, tenant_id, count):
    for n in range(1, count + 1, 5):
        await gateway.publish(*(event(tenant_id, "slow", n + m) for m in range(5)))


async def test_what_is_too_far_back_is_not_replayed_but_told(start, event, listening):
    gateway = await start(ws_ring_events=10, ws_replay_records=50)
    ana = await gateway.person()
    async with ana.listen() as socket:
        cursor = (await listening(socket).until("ready"))[-1]["cursor"]
    await gateway.publish(*(event(ana.tenant_id, "c1", n) for n in range(1, 101)))
    await gateway.caught_up()
    async with ana.listen(cursor) as socket:
        client = listening(socket)
        resync, ready = await client.frame(), await client.frame()
        assert (resync["type"], resync["reason"]) == ("resync", "too_far")
        assert ready["type"] == "ready"
        await gateway.publish(event(ana.tenant_id, "c1", 101))
        assert numbers(await client.events(1)) == [101]
    async with ana.listen(resync["cursor"]) as socket:
        assert numbers(await listening(socket).events(1)) == [101]


async def test_a_cursor_of_another_stream_leads_to_a_resync(gateway, listening, monkeypatch):
    monkeypatch.setattr("atd_gateway.realtime.resuming._REACH_SECONDS", 0.1)
    ana = await gateway.person()
    async with ana.listen(encode_cursor(StreamLayout({CONVERSATION_EVENTS.name: 12}), [10**9] * 12)) as socket:
        frame = await listening(socket).frame()
    assert (frame["type"], frame["reason"]) == ("resync", "unknown")


async def test_repetitions_are_not_shown_live_and_not_in_a_replay(forgetful, event, listening):
    ana = await forgetful.person()
    stream = [event(ana.tenant_id, "c1", n) for n in range(1, 8)]
    async with ana.listen() as socket:
        client = listening(socket)
        cursor = (await client.until("ready"))[-1]["cursor"]
        await forgetful.publish(*stream[:7], *stream[4:7], event(ana.tenant_id, "c1", 8))
        frames = await client.events(8)
        assert numbers(frames) == list(range(1, 9))
    await forgetful.publish(*(event(ana.tenant_id, "c1", n) for n in range(9, 30)))
    for since, expected in ((cursor, range(1, 30)), (frames[6]["cursor"], range(8, 30))):
        async with ana.listen(since) as socket:
            assert numbers(await listening(socket).events(len(expected))) == list(expected)


async def test_a_new_process_knows_what_was_published_before_it_started(gateway, start, event, listening):
    ana = await gateway.person()
    stream = [event(ana.tenant_id, "c1", n) for n in range(1, 6)]
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        await gateway.publish(*stream)
        cursor = (await client.events(5))[-1]["cursor"]
    second = await start()
    await second.publish(*stream[3:], event(ana.tenant_id, "c1", 6))
    ana.gateway = second
    async with ana.listen(cursor) as socket:
        assert numbers(await listening(socket).events(1)) == [6]


async def test_nothing_is_lost_or_doubled_while_a_client_comes_and_goes(start, event, listening):
    gateway = await start(ws_ring_events=150)
    ana = await gateway.person()
    total, subjects = 2000, 20

    async def publish():
        for n in range(0, total, 25):
            await gateway.publish(
                *(event(ana.tenant_id, f"c{m % subjects}", m // subjects + 1) for m in range(n, n + 25))
            )
            await asyncio.sleep(0)

    frames: list[dict[str, Any]] = []
    async with ana.listen() as socket:
        cursor = (await listening(socket).until("ready"))[-1]["cursor"]
    publishing = asyncio.create_task(publish())
    visits = 0
    while len(frames) < total:
        visits += 1
        async with ana.listen(cursor) as socket:
            client = listening(socket)
            found = await client.events(min(37 * visits, total - len(frames)))
        frames += found
        cursor = found[-1]["cursor"]
    await publishing
    for n in range(subjects):
        assert numbers(frames, f"c{n}") == list(range(1, total // subjects + 1))
    assert visits > 5


async def test_a_slow_client_is_closed_with_4008_and_resumes(strict, event, listening):
    ana = await strict.person()
    total = 2500
    async with ana.listen(max_queue=1) as socket:
        client = listening(socket)
        cursor = (await client.until("ready"))[-1]["cursor"]
        for n in range(1, total + 1, 100):
            batch = (event(ana.tenant_id, "c1", m, text="x" * 4000) for m in range(n, n + 100))
            await strict.publish(*batch)
        await eventually(lambda: _sockets(strict) == 0, message="the slow client is noticed")
        seen = []
        with suppress(websockets.ConnectionClosed):
            while True:
                seen.append(await client.frame())
        assert socket.close_code == 4008
    assert len(seen) < total
    if seen:
        cursor = seen[-1]["cursor"]
    async with ana.listen(cursor) as socket:
        seen += await listening(socket).events(total - len(seen))
    assert numbers(seen) == list(range(1, total + 1))


def _sockets(gateway):
    return gateway.apps.runtime.metrics.registry.get_sample_value("atd_ws_connections")


async def test_a_client_that_reads_nothing_at_all_is_cut_off(strict, event, listening, monkeypatch):
    monkeypatch.setattr(client_ends, "_CLOSE_SECONDS", 0.2)
    ana = await strict.person()
    async with ana.listen(max_queue=1, close_timeout=0.1) as socket:
        await listening(socket).until("ready")
        for n in range(1, 2001, 100):
            await strict.publish(*(event(ana.tenant_id, "c1", m, text="x" * 8000) for m in range(n, n + 100)))
        public = strict.servers.public.server_state.connections
        await eventually(lambda: not [one for one in public if hasattr(one, "ping_interval")])


async def test_ready_tells_a_cursor_even_before_any_event_and_heartbeats_renew_it(start, event, listening):
    gateway = await start(ws_heartbeat=timedelta(seconds=1))
    ana, bia = await gateway.person(), await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        ready = (await client.until("ready"))[-1]
        await gateway.publish(*(event(bia.tenant_id, "b1", n) for n in range(1, 11)))
        first = ready
        while first["cursor"] == ready["cursor"]:
            first = (await client.until("heartbeat"))[-1]
        assert first["now"] > ready["now"]
    await gateway.publish(event(ana.tenant_id, "c1", 1))
    async with ana.listen(first["cursor"]) as socket:
        assert numbers(await listening(socket).events(1)) == [1]


async def test_no_tenant_hears_another_live_or_by_replay(forgetful, event, listening):
    ana, bia = await forgetful.person(), await forgetful.person()
    async with ana.listen() as socket:
        start_cursor = (await listening(socket).until("ready"))[-1]["cursor"]
    async with ana.listen() as of_ana, bia.listen() as of_bia:
        ana_hears, bia_hears = listening(of_ana), listening(of_bia)
        await ana_hears.until("ready")
        await bia_hears.until("ready")
        for n in range(1, 101):
            await forgetful.publish(
                event(ana.tenant_id, "a", n, text=f"secret of {bia.tenant_id}"), event(bia.tenant_id, "b", n)
            )
        of_a, of_b = await ana_hears.events(100), await bia_hears.events(100)
    assert names(of_a) == {"a"}
    assert names(of_b) == {"b"}
    for cursor in (start_cursor, of_a[10]["cursor"], of_a[98]["cursor"]):
        async with bia.listen(cursor) as socket:
            replayed = (await listening(socket).until("ready"))[:-1]
        assert names(replayed) <= {"b"}
        assert numbers(replayed) == list(range(101 - len(replayed), 101))


async def test_who_may_not_read_conversations_hears_nothing(gateway, event, listening):
    ana = await gateway.person()
    operator = await gateway.person(tenant=ana.tenant_id, role="operator")
    async with operator.listen() as socket, ana.listen() as other:
        client, ana_hears = listening(socket), listening(other)
        await client.until("ready")
        await ana_hears.until("ready")
        await gateway.publish(event(ana.tenant_id, "c1", 1), event(ana.tenant_id, "k1", 1, type="contact.created"))
        await ana_hears.events(2)
        await socket.send('{"type":"ping"}')
        assert (await client.frame())["type"] == "pong"


async def test_records_that_are_no_events_are_passed_over(gateway, event, listening):
    ana = await gateway.person()
    async with ana.listen() as socket:
        client = listening(socket)
        await client.until("ready")
        broken = event(ana.tenant_id, "c1", 1)
        del broken["data"]
        await gateway.publish(broken, event(ana.tenant_id, "c1", 1))
        assert numbers(await client.events(1)) == [1]
