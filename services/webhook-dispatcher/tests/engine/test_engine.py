"""Deliveries from the record of Kafka to the receiver, on a real database."""

import asyncio

import orjson
import pytest

from atd_servicekit.mongo import Mongo
from atd_testing.waiting import eventually
from atd_webhook_dispatcher.domain.endpoint import Filters, Shape

from .receiver import Received, Receiver, receiving
from .world import Process, World, process

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_event_arrives_at_each_endpoint_that_asked_for_it(
    running: Process, world: World, receiver: Receiver
) -> None:
    asked = await world.endpoint(receiver.url + "/asked", event_types=("attendant.*",))
    await world.endpoint(receiver.url + "/other", event_types=("message.received",))
    await world.endpoint(receiver.url + "/filtered", filters=Filters(channels=frozenset({"whatsapp"})))
    short = await world.endpoint(receiver.url + "/short", shape=Shape(template={"who": "{{data.attendant.id}}"}))
    value = world.event()
    await running.take(value)

    async def arrived() -> bool:
        return await world.states() == ["delivered", "delivered"]

    await eventually(arrived)
    assert {one.path: orjson.loads(one.body) for one in receiver.received} == {
        "/in/asked": {
            name: orjson.loads(value)[name]
            for name in ("id", "type", "occurred_at", "tenant_id", "sequence", "actor", "data")
        },
        "/in/short": {"who": "bia"},
    }
    assert {row["endpoint_id"] for row in await world.rows()} == {asked.id, short.id}


async def test_a_batch_that_comes_again_sends_nothing_again(running: Process, world: World, receiver: Receiver) -> None:
    endpoint = await world.endpoint(receiver.url)
    batch = [world.event(sequence) for sequence in range(1, 21)]
    await running.take(*batch)

    async def arrived() -> bool:
        return await world.states(endpoint) == ["delivered"] * 20

    await eventually(arrived)
    await running.take(*batch)
    last = world.event(21)
    await running.take(last)
    await eventually(lambda: orjson.loads(last)["id"] in {one.event_id for one in receiver.received})
    assert len(receiver.received) == 21


async def test_what_failed_is_sent_again_byte_for_byte_with_the_same_id(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url, retry_seconds=(0, 0, 0))

    def failing_twice(_: Received) -> tuple[int, dict[str, str]]:
        return (500 if len(receiver.received) < 3 else 200), {}

    receiver.answer = failing_twice
    await running.take(world.event())

    async def arrived() -> bool:
        return await world.states(endpoint) == ["delivered"]

    await eventually(arrived)
    assert len({(one.event_id, one.body) for one in receiver.received}) == 1
    [row] = await world.rows(endpoint)
    assert [one.get("status") for one in row["attempts"]] == [500, 500, 200]
    assert row["tries"] == 3
    assert "due_at" not in row


async def test_a_delivery_whose_attempts_are_used_up_has_failed_and_says_why(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url, retry_seconds=(0,))
    receiver.answer = lambda _: (500, {})
    await running.take(world.event())

    async def ended() -> bool:
        return await world.states(endpoint) == ["failed"]

    await eventually(ended)
    [row] = await world.rows(endpoint)
    assert (row["tries"], row["reason"]) == (2, "used_up")
    assert row["attempts"][-1]["answer"] == "ok"


async def test_a_receiver_that_is_gone_is_asked_no_more_and_the_rest_waits(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url, concurrency=1)
    receiver.answer = lambda _: (410, {})
    await running.take(*[world.event(sequence) for sequence in range(1, 4)])
    await eventually(lambda: (endpoint.id, "gone") in running.disabled)

    async def waiting() -> bool:
        return sorted(await world.states(endpoint)) == ["failed", "waiting", "waiting"]

    await eventually(waiting)
    assert len(receiver.received) == 1


async def test_in_order_the_second_waits_for_the_first_and_leaves_when_it_arrived(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url, ordered=True, retry_seconds=(1, 1))
    refused: list[int] = []

    def first_fails_once(request: Received) -> tuple[int, dict[str, str]]:
        if request.sequence == 1 and not refused:
            refused.append(1)
            return 500, {}
        return 200, {}

    receiver.answer = first_fails_once
    await running.take(*[world.event(sequence, "one") for sequence in range(1, 11)])
    await running.take(*[world.event(sequence, "two") for sequence in range(1, 4)])

    async def arrived() -> bool:
        return await world.states(endpoint) == ["delivered"] * 13

    await eventually(arrived)
    threads: dict[str, list[int]] = {"one": [], "two": []}
    by_event = {row["event_id"]: row for row in await world.rows(endpoint)}
    for request in receiver.received:
        threads[by_event[request.event_id]["thread"]].append(request.sequence)
    assert threads == {"one": [1, *range(1, 11)], "two": [1, 2, 3]}
    # a blocked head blocks its own conversation only, and waiting is no attempt
    assert receiver.received.index(next(one for one in receiver.received if one.sequence == 3)) < 6
    assert sorted(row["tries"] for row in by_event.values()) == [1] * 12 + [2]


async def test_an_endpoint_is_sent_no_more_at_once_than_it_may(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url, concurrency=3)
    receiver.gate.clear()
    await running.take(*[world.event(sequence) for sequence in range(1, 11)])
    await eventually(lambda: receiver.under_way == 3)
    receiver.gate.set()

    async def arrived() -> bool:
        return await world.states(endpoint) == ["delivered"] * 10

    await eventually(arrived)
    assert receiver.most_at_once == 3


async def test_what_waits_for_a_paused_endpoint_goes_when_it_is_enabled_to_its_new_url(
    running: Process, world: World, receiver: Receiver
) -> None:
    paused = await world.endpoint(receiver.url, state="paused")
    skipping = await world.endpoint(receiver.url + "/skipped", state="paused", while_paused="skip")
    await running.take(*[world.event(sequence) for sequence in range(1, 6)])
    assert await world.states(paused) == ["waiting"] * 5
    assert await world.states(skipping) == []
    async with receiving() as other:
        await world.change(paused, state="enabled", url=other.url)

        async def arrived() -> bool:
            return await world.states(paused) == ["delivered"] * 5

        await eventually(arrived)
        assert len(other.received) == 5
    assert receiver.received == []


async def test_what_waits_for_a_deleted_endpoint_is_dropped(running: Process, world: World, receiver: Receiver) -> None:
    endpoint = await world.endpoint(receiver.url, state="paused")
    await running.take(*[world.event(sequence) for sequence in range(1, 6)])
    stores = running.engine._stores
    now = endpoint.created_at
    await world.mongo.transaction(lambda session: stores.endpoints.remove(session, endpoint, now))

    async def dropped() -> bool:
        return await world.states(endpoint) == ["dropped"] * 5

    await eventually(dropped)
    assert receiver.received == []


async def test_what_was_accepted_goes_when_a_process_starts_again(mongo: Mongo, receiver: Receiver) -> None:
    world = World(mongo)
    endpoint = await world.endpoint(receiver.url, retry_seconds=(1,))
    receiver.gate.clear()
    async with process(mongo, "first") as first:
        await first.take(*[world.event(sequence) for sequence in range(1, 31)])
        await eventually(lambda: receiver.under_way > 0)
        for task in tuple(first.engine._under_way):
            task.cancel()
    receiver.gate.set()
    async with process(mongo, "second"):

        async def arrived() -> bool:
            return await world.states(endpoint) == ["delivered"] * 30

        await eventually(arrived)
    assert {one.sequence for one in receiver.received} == set(range(1, 31))


async def test_rows_that_another_process_accepted_go_too(mongo: Mongo, receiver: Receiver) -> None:
    world = World(mongo)
    endpoints = [await world.endpoint(f"{receiver.url}/{place}") for place in range(8)]
    async with process(mongo, "one") as one, process(mongo, "two") as two:
        await eventually(lambda: one.engine._leases.owned and two.engine._leases.owned)
        for number in range(1, 6):
            await one.take(world.event(number))
            await asyncio.sleep(0)

        async def arrived() -> bool:
            return await world.states() == ["delivered"] * 40

        await eventually(arrived)
    assert len(receiver.received) == 5 * len(endpoints)
