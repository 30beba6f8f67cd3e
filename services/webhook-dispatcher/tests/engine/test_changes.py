"""Faults, changes of endpoints and other processes, in the middle of sending."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from atd_schemas.ids import uuid7
from atd_servicekit.mongo import Mongo
from atd_testing.waiting import eventually
from atd_webhook_dispatcher.domain.acceptance import row_of
from atd_webhook_dispatcher.domain.breaker import Breaker
from atd_webhook_dispatcher.domain.delivery import Delivery
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.domain.reading import event_from
from atd_webhook_dispatcher.engine.engine import CROWDED, SHARDS
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, Deliveries, attempt_of
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.owner_calls import MOST_AT_ONCE, Heard, OwnerCalls
from atd_webhook_dispatcher.store.queue import PAGE, DeliveryQueue

from .receiver import Receiver, receiving
from .world import CLOCK, Process, World, process

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def written_down(
    world: World, endpoint: Endpoint, values: Sequence[bytes], due: timedelta, tries: int = 0
) -> None:
    """Rows as they are found by a process that starts."""
    events = [event for value in values if (event := event_from(value)) is not None]
    now = CLOCK.now()
    await Events(world.mongo.db, timedelta(days=7)).add(events, now)
    rows = [replace(row_of(event, endpoint, None, now), due_at=now + due, tries=tries) for event in events]
    await Deliveries(world.mongo.db).add(rows)


async def all_delivered(world: World, endpoint: Endpoint, count: int) -> None:
    async def arrived() -> bool:
        return await world.states(endpoint) == ["delivered"] * count

    await eventually(arrived)


async def test_in_order_a_page_that_ends_within_a_conversation_keeps_it(mongo: Mongo, receiver: Receiver) -> None:
    world = World(mongo)
    endpoint = await world.endpoint(receiver.url, ordered=True, concurrency=50)
    threads = [uuid7() for _ in range(2)]
    count = PAGE * 2 + 100
    values = [world.event(number // 2 + 1, threads[number % 2]) for number in range(count)]
    await written_down(world, endpoint, values, timedelta(0))
    async with process(mongo, "pages"):
        await eventually(lambda: len(receiver.received) >= count)
    came: dict[str, list[int]] = {thread: [] for thread in threads}
    thread_of = {orjson.loads(value)["id"]: threads[number % 2] for number, value in enumerate(values)}
    for one in receiver.received:
        came[thread_of[one.event_id]].append(one.sequence)
    expected = list(range(1, count // 2 + 1))
    assert came == dict.fromkeys(threads, expected)


async def test_in_order_a_head_that_waits_for_its_retry_is_found_by_a_process_that_starts(
    mongo: Mongo, receiver: Receiver
) -> None:
    world, thread = World(mongo), uuid7()
    endpoint = await world.endpoint(receiver.url, ordered=True)
    await written_down(world, endpoint, [world.event(1, thread)], timedelta(seconds=1), tries=1)
    await written_down(world, endpoint, [world.event(n, thread) for n in range(2, 12)], timedelta(0))
    await written_down(world, endpoint, [world.event(1)], timedelta(0))
    async with process(mongo, "heads"):
        await all_delivered(world, endpoint, 12)
    assert [one.sequence for one in receiver.received] == [1, *range(1, 12)], "the other conversation, then this one"


async def test_a_410_of_the_old_url_does_not_disable_the_new_one_and_the_delivery_goes_there(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url)
    receiver.answer = lambda _: (410, {})
    receiver.gate.clear()
    await running.take(world.event())
    await eventually(lambda: receiver.under_way == 1)
    async with receiving() as other:
        await world.change(endpoint, url=other.url, reset_at=CLOCK.now())
        await eventually(lambda: running.engine._lines.by_id[endpoint.id].endpoint.url == other.url)
        receiver.gate.set()
        await all_delivered(world, endpoint, 1)
        assert other.received[0].event_id == receiver.received[0].event_id
    assert endpoint.id not in {one for one, _ in running.disabled}


async def test_after_its_url_was_edited_500_retries_go_to_the_new_one_with_the_same_ids(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url)
    values = [world.event(number) for number in range(500)]
    await written_down(world, endpoint, values, timedelta(hours=1), tries=3)
    async with receiving() as other:
        await world.change(endpoint, url=other.url, reset_at=CLOCK.now())
        await eventually(lambda: other.url in {line.endpoint.url for line in running.engine.lines})
        await world.mongo.db[DELIVERIES].update_many({"endpoint_id": endpoint.id}, {"$set": {"due_at": CLOCK.now()}})
        running.engine.wake(endpoint.id)
        await all_delivered(world, endpoint, 500)
        assert {one.event_id for one in other.received} == {orjson.loads(value)["id"] for value in values}
    assert receiver.received == []


async def test_a_fault_of_ours_puts_a_delivery_off_and_what_is_behind_it_in_order_waits(
    running: Process, world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await world.endpoint(receiver.url, ordered=True)
    sent: list[int] = []

    class Broken:
        async def send(self, of: Endpoint, delivery: Delivery, _: bytes) -> Any:
            if of.id == endpoint.id:
                sent.append(delivery.sequence)
            raise RuntimeError("a fault of ours")

    monkeypatch.setattr(running.engine, "_sender", Broken())
    thread = uuid7()
    await running.take(*[world.event(number, thread) for number in range(1, 4)])

    async def put_off() -> bool:
        rows = await world.rows(endpoint)
        return all(row["due_at"] > CLOCK.now() + timedelta(seconds=5) for row in rows)

    await eventually(put_off)
    assert sent == [1]
    assert [(row["state"], row["tries"]) for row in await world.rows(endpoint)] == [("waiting", 0)] * 3


async def test_an_endpoint_that_could_not_be_disabled_is_disabled_at_its_next_failure(
    running: Process, world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await world.endpoint(receiver.url, concurrency=1)
    receiver.answer = lambda _: (410, {})
    disable, failed = running.engine._disable, asyncio.Event()

    async def once_away(of: Endpoint, reason: str, line: Any) -> None:
        if of.id == endpoint.id and not failed.is_set():
            failed.set()
            raise ConnectionError
        await disable(of, reason, line)

    monkeypatch.setattr(running.engine, "_disable", once_away)
    await running.take(world.event(1), world.event(2))
    await eventually(lambda: (endpoint.id, "gone") in running.disabled)
    assert failed.is_set()


async def test_while_many_endpoints_hang_others_have_room(running: Process, world: World) -> None:
    """As many attempts under way as `CROWDED`: a further endpoint that hangs gets its part, not all that is left."""
    async with receiving() as hanging, receiving() as answering:
        hanging.gate.clear()
        stuck = [await world.endpoint(hanging.url, event_types=("attendant.*",), concurrency=50) for _ in range(10)]
        await eventually(lambda: all(one.id in running.engine._lines.by_id for one in stuck))
        await running.take(*[world.event(number) for number in range(50)])
        await eventually(lambda: hanging.under_way >= CROWDED)
        alive = World(world.mongo)
        healthy = await alive.endpoint(answering.url)
        await running.take(*[alive.event(number) for number in range(100)])
        await all_delivered(alive, healthy, 100)
        assert hanging.under_way < 500
        hanging.gate.set()
        for one in stuck:
            await all_delivered(world, one, 50)


async def test_a_row_that_is_accepted_for_an_endpoint_deleted_a_moment_ago_is_dropped_in_the_end(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url)
    await running.take(world.event())
    await all_delivered(world, endpoint, 1)
    endpoints = running.engine._stores.endpoints
    await world.mongo.transaction(lambda session: endpoints.remove(session, endpoint, CLOCK.now()))
    await eventually(lambda: running.engine._watch.deleted(endpoint.id))
    late = event_from(world.event(2))
    assert late is not None
    row = row_of(late, endpoint, None, CLOCK.now())
    await Deliveries(world.mongo.db).add([row])
    await running.engine.accepted([(endpoint, row, late.body)])
    assert endpoint.id not in running.engine._lines.by_id
    tombstone = next(one for one in await endpoints.deleted() if one.id == endpoint.id)
    await running.engine._watch._drop(tombstone, CLOCK.now(), over=True)
    assert sorted(await world.states(endpoint)) == ["delivered", "dropped"]
    assert len(receiver.received) == 1


# ---------------------------------------------------------------------- erasure


def contact_events(world: World, contact_id: str) -> tuple[bytes, bytes]:
    """A change of a contact, and the event that it was erased."""
    made = orjson.loads(world.event(1, contact_id, contact={"id": contact_id, "name": "Ana", "labels": []}))
    erased = {**made, "id": uuid7(), "type": "contact.erased", "sequence": 2}
    return orjson.dumps({**made, "type": "contact.updated"}), orjson.dumps(erased)


async def test_of_a_customer_erased_in_the_same_batch_only_the_erasure_leaves(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url)
    updated, erased = contact_events(world, uuid7())
    await running.take(world.event())
    await all_delivered(world, endpoint, 1)
    await running.take(updated, erased)

    async def done() -> bool:
        return sorted(await world.states(endpoint)) == ["delivered", "delivered", "dropped"]

    await eventually(done)
    assert [orjson.loads(one.body)["type"] for one in receiver.received] == ["attendant.online", "contact.erased"]


async def test_an_erasure_reaches_what_another_process_holds_in_memory(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url)
    updated, erased = contact_events(world, uuid7())
    async with process(world.mongo, "second") as second:
        both = (running, second)
        await eventually(lambda: all(len(one.engine._leases.owned) == SHARDS // 2 for one in both))
        owner, other = both if running.engine._watch.owns(endpoint.id) else both[::-1]
        await eventually(lambda: endpoint.id in owner.engine._lines.by_id)
        line = owner.engine._lines.by_id[endpoint.id]
        line.breaker = Breaker(state="open", until=CLOCK.monotonic() + 3_600)
        await owner.take(updated)
        await eventually(lambda: line.waiting == 1)
        await other.take(erased)
        await eventually(lambda: [one.row.event_type for one in line.lanes["live"]] == ["contact.erased"])
        line.breaker = Breaker()
        owner.engine._lines.schedule(line)
        await eventually(lambda: len(receiver.received) == 1)
    assert orjson.loads(receiver.received[0].body)["type"] == "contact.erased"


# ---------------------------------------------------------------------- what processes tell each other, and the ledger


async def test_more_calls_than_a_page_are_all_heard_and_the_next_ones_too(mongo: Mongo) -> None:
    caller, owner = OwnerCalls(mongo.db), OwnerCalls(mongo.db)
    await owner.heard()
    many = {uuid7() for _ in range(MOST_AT_ONCE + 10)}
    await caller.call(many)
    assert {one.endpoint_id for one in await owner.heard()} >= many
    last = uuid7()
    await caller.call([last], again=True)
    assert Heard(last, again=True) in await owner.heard()


async def test_a_process_that_lost_its_lease_does_not_put_back_what_another_one_has_tried_since(
    running: Process, world: World, receiver: Receiver
) -> None:
    endpoint = await world.endpoint(receiver.url, retry_seconds=(3_600,) * 5)
    receiver.answer = lambda _: (500, {})
    await running.take(world.event())

    async def tried() -> bool:
        return [row["tries"] for row in await world.rows(endpoint)] == [1]

    await eventually(tried)
    [before] = await world.rows(endpoint)
    queue, now = DeliveryQueue(world.mongo.db), CLOCK.now()
    [row] = await queue.due(endpoint.id, "live", now + timedelta(hours=2), 1)
    late = Outcome(replace(row, tries=0), "waiting", 1, attempt_of(before["attempts"][0]), now, due_at=now)
    await queue.write([late])
    assert await world.rows(endpoint) == [before]
