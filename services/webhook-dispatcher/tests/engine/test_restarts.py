"""What outlives a restart, a move of the lease and hours of waiting: order, pauses, the bytes that are sent."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
import standardwebhooks

from atd_schemas.ids import uuid7
from atd_servicekit.mongo import Mongo
from atd_testing.waiting import eventually
from atd_webhook_dispatcher.domain.acceptance import row_of
from atd_webhook_dispatcher.domain.endpoint import Endpoint, SigningSecret
from atd_webhook_dispatcher.domain.reading import event_from
from atd_webhook_dispatcher.domain.signing import secret_text
from atd_webhook_dispatcher.sealing import seal
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, Deliveries
from atd_webhook_dispatcher.store.endpoints import Endpoints
from atd_webhook_dispatcher.store.events import Events

from .receiver import Received, Receiver
from .test_changes import all_delivered, written_down
from .world import CIPHER, CLOCK, MovedClock, World, process

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = b"k" * 32


# ---------------------------------------------------------------------- order


async def test_what_waits_when_an_endpoint_becomes_ordered_goes_by_sequence_also_when_the_process_ends_just_then(
    mongo: Mongo, receiver: Receiver
) -> None:
    world, thread = World(mongo), uuid7()
    endpoint = await world.endpoint(receiver.url, concurrency=50)
    await written_down(world, endpoint, [world.event(1, thread)], timedelta(seconds=1), tries=1)
    await written_down(world, endpoint, [world.event(n, thread) for n in range(2, 6)], timedelta(0))
    await written_down(world, endpoint, [world.event(1, uuid7()) for _ in range(3)], timedelta(0))
    ordered = await world.change(endpoint, ordered=True)  # and the process ends before it has seen that
    await written_down(world, ordered, [world.event(n, thread) for n in range(6, 12)], timedelta(0))
    async with process(mongo, "after"):
        await all_delivered(world, endpoint, 14)
    threads = {row["event_id"]: row["thread"] for row in await world.rows(endpoint)}
    came = [one.sequence for one in receiver.received if threads[one.event_id] == thread]
    assert came == list(range(1, 12))
    assert await world.mongo.db.endpoints.count_documents({"_id": endpoint.id, "unmarked": True}) == 0


async def test_in_order_a_row_of_who_did_not_know_it_yet_holds_up_its_conversation_like_the_others(
    mongo: Mongo, receiver: Receiver
) -> None:
    """Another process accepted it for the endpoint as it was a second ago."""
    world, thread = World(mongo), uuid7()
    endpoint = await world.endpoint(receiver.url, ordered=True, retry_seconds=(2,))
    late = event_from(world.event(1, thread))
    assert late is not None
    refused: list[str] = []

    def late_fails_once(request: Received) -> tuple[int, dict[str, str]]:
        if request.event_id == late.id and not refused:
            refused.append(request.event_id)
            return 500, {}
        return 200, {}

    receiver.answer = late_fails_once
    row = replace(row_of(late, endpoint, None, CLOCK.now()), ordered=False)

    async def waits_marked() -> bool:
        query = {"_id": row.id, "ordered": True, "tries": 1, "state": "waiting"}
        return await world.mongo.db[DELIVERIES].count_documents(query) == 1

    async with process(mongo, "knows") as running:
        await eventually(lambda: endpoint.id in {line.endpoint.id for line in running.engine.lines})
        await Events(mongo.db, timedelta(days=7)).add([late], CLOCK.now())
        await Deliveries(mongo.db).add([row])
        await running.engine.accepted([(endpoint, row, late.body)])
        await eventually(waits_marked)
        await running.take(*[world.event(n, thread) for n in range(2, 5)])
        await all_delivered(world, endpoint, 4)
    assert [one.sequence for one in receiver.received] == [1, 1, 2, 3, 4]


# ---------------------------------------------------------------------- pauses


async def test_a_pause_that_a_receiver_asked_for_outlives_the_process_but_not_another_url(
    mongo: Mongo, receiver: Receiver
) -> None:
    world, clock = World(mongo), MovedClock()
    receiver.answer = lambda _: (429, {"retry-after": "60"})
    endpoint = await world.endpoint(receiver.url)
    moved = await world.endpoint(receiver.url + "/moved")
    async with process(mongo, "asked", clock) as first:  # nothing of the breakers is written while it runs
        await first.take(world.event(1))
        both = {endpoint.id, moved.id}
        await eventually(lambda: both <= {one.endpoint.id for one in first.engine.lines if one.breaker.state == "open"})
    receiver.answer = lambda _: (200, {})
    await world.change(moved, url=receiver.url + "/new", reset_at=CLOCK.now())
    before = len(receiver.received)
    async with process(mongo, "next", clock) as second:
        await second.take(world.event(2))
        await eventually(lambda: len(receiver.received) > before)
        assert [one.path for one in receiver.received[before:]] == ["/in/new"]
        line = second.engine._lines.by_id[endpoint.id]
        await eventually(lambda: line.waiting == 1)
        assert line.breaker.state == "open"
        await second.after(timedelta(seconds=75))  # what was asked for, and up to a fifth more
        await all_delivered(world, endpoint, 2)


async def test_what_the_attempts_say_that_end_while_the_process_stops_is_kept_too(
    mongo: Mongo, receiver: Receiver
) -> None:
    world = World(mongo)
    receiver.answer = lambda _: (503, {"retry-after": "60"})
    receiver.gate.clear()
    endpoint = await world.endpoint(receiver.url)
    async with process(mongo, "stopping") as stopping:
        await stopping.take(world.event(1))
        await eventually(lambda: len(receiver.received) == 1)
        ends = asyncio.create_task(stopping.engine.stop())
        await eventually(lambda: not stopping.engine._sending.alive)
        answered = CLOCK.now()
        receiver.gate.set()
        await ends
    kept = (await Breakers(mongo.db).kept([endpoint.id]))[endpoint.id]
    assert (kept.state, kept.until and kept.until > answered + timedelta(seconds=50)) == ("open", True)
    (found,) = await Endpoints(mongo.db).of_tenant(world.tenant)
    assert found.failing is not None


# ---------------------------------------------------------------------- hours


def signed_by(request: Received, key: bytes) -> bool:
    moment = CLOCK.now().fromtimestamp(int(request.headers["webhook-timestamp"]), CLOCK.now().tzinfo)
    signed = standardwebhooks.Webhook(secret_text(key)).sign(request.event_id, moment, request.body.decode())
    return signed in request.headers["webhook-signature"].split(" ")


async def secret_endpoint(world: World, receiver: Receiver, **more: Any) -> Endpoint:
    endpoint_id = uuid7()
    secret = SigningSecret(seal(CIPHER, endpoint_id, "secret", secret_text(KEY)), CLOCK.now())
    return await world.endpoint(receiver.url, id=endpoint_id, secrets=(secret,), **more)


HELD: dict[str, dict[str, Any]] = {
    "rate": {"rate_limit_per_second": 0.01},
    "pause": {"state": "paused"},
    "retry": {"retry_seconds": (10_800,)},
}


@pytest.mark.parametrize("held_by", HELD)
async def test_a_delivery_that_was_held_for_hours_is_signed_at_the_moment_it_leaves_over_the_same_bytes_and_id(
    mongo: Mongo, receiver: Receiver, held_by: str
) -> None:
    world, clock, hours = World(mongo), MovedClock(), timedelta(hours=5)
    endpoint = await secret_endpoint(world, receiver, **HELD[held_by])
    if held_by == "retry":
        receiver.answer = lambda _: (500, {})
    async with process(mongo, held_by, clock) as one:
        values = [world.event(number) for number in (1, 2)]
        await one.take(*values)
        went = {"rate": 1, "pause": 0, "retry": 2}[held_by]
        await eventually(lambda: len(receiver.received) == went)
        receiver.answer = lambda _: (200, {})
        if held_by == "pause":
            await world.change(endpoint, state="enabled")
        moved = CLOCK.now() + hours
        await one.after(hours)
        await all_delivered(world, endpoint, 2)
    later = receiver.received[-1]
    assert int(later.headers["webhook-timestamp"]) >= moved.timestamp() - 1  # a header has whole seconds
    assert all(signed_by(request, KEY) for request in receiver.received)
    bodies = {event.id: event.body for value in values if (event := event_from(value)) is not None}
    assert {(request.event_id, request.body) for request in receiver.received} == set(bodies.items())
    assert {orjson.loads(value)["id"] for value in values} == bodies.keys()
    tries = {row["tries"] for row in await world.rows(endpoint)}
    assert tries == {2 if held_by == "retry" else 1}, "waiting is no attempt"
