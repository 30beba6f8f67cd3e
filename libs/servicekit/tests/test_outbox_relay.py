"""The relay on a real Kafka and a real MongoDB: what is published from memory, and what when something fails."""

import asyncio
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaTimeoutError, UnknownTopicOrPartitionError
from bson import ObjectId
from pymongo.errors import NetworkTimeout, OperationFailure

from atd_schemas.ids import uuid7
from atd_schemas.topics import registry
from atd_servicekit.backoff import Backoff
from atd_servicekit.errors import PublishFailed, StaleVersion
from atd_servicekit.idempotent_producer import partition_of
from atd_servicekit.inbox import retry_stale, stale_when_duplicate
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.mongo import is_conflict
from atd_servicekit.outbox import OUTBOX, Relay, next_order, relay, shard_relay
from atd_servicekit.outbox.rows import shard_of_key
from atd_servicekit.outbox.stored_rows import StoredRows
from atd_servicekit.runtime import Runtime
from atd_servicekit.settings import ServiceSettings
from atd_testing.app import running
from atd_testing.keys import IDENTITY_PUBLIC_KEY
from atd_testing.waiting import eventually

KEYS = [f"key-{number}".encode() for number in range(24)]
LARGE = b"x" * 20_000


class World:
    """A topic and a database, shared by the processes of one service."""

    def __init__(self, kafka: str, mongodb_url: str, prefix: str) -> None:
        self.kafka = kafka
        self.topic = f"test.{uuid7()}"
        self._settings = ServiceSettings(
            kafka_bootstrap_servers=kafka,
            mongodb_url=mongodb_url,  # type: ignore[arg-type]  # pydantic makes the secret
            mongodb_database_prefix=f"{prefix[:20]}_",
            port=0,
            identity_public_keys=IDENTITY_PUBLIC_KEY,
        )

    async def create_topic(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        await admin.create_topics([NewTopic(self.topic, 4, 1, topic_configs={"max.message.bytes": "10000"})])
        await admin.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Runtime]:
        """A process of the service, with an outbox."""
        runtime = Runtime.build(self.topic, self._settings)
        runtime.use_outbox()
        runtime.add_indexes({"aggregates": []})
        async with running(runtime.create_app("test", [])):
            yield runtime

    async def change(self, runtime: Runtime, keys: Sequence[bytes], *, value: bytes = b"") -> None:
        """Change aggregates in one transaction; each leaves an event with its number."""

        async def attempt(_number: int) -> None:
            try:
                await runtime.transaction(lambda session: self._write(runtime, session, keys, value))
            except OperationFailure as error:  # so many writers of so few documents use up the kit's tries
                if not is_conflict(error):
                    raise
                raise StaleVersion from error

        await retry_stale(attempt, backoff=Backoff.of_seconds(0.003, 0.05))

    async def _write(self, runtime: Runtime, session: Any, keys: Sequence[bytes], value: bytes) -> None:
        aggregates = runtime.mongo.db.aggregates
        found = {row["_id"]: row async for row in aggregates.find({"_id": {"$in": list(keys)}}, session=session)}
        before = {key: found[key]["order"] if key in found else 0 for key in keys}
        order = next_order(runtime.clock.now(), *before.values())
        records = []
        for key in keys:
            number = found[key]["number"] + 1 if key in found else 1
            records.append(Outgoing(self.topic, key, b"%d " % number + value))
            change = {"$set": {"order": order, "number": number}}
            as_read = {"_id": key, "order": before[key] or None}
            with stale_when_duplicate():
                result = await aggregates.update_one(as_read, change, upsert=key not in found, session=session)
            if key in found and result.matched_count == 0:
                raise StaleVersion
        await runtime.outbox.add(session, records, order=order, before=before)

    async def published(self) -> dict[bytes, list[int]]:
        """The numbers in the topic by key, in order, repeats included."""
        consumer = AIOKafkaConsumer(
            self.topic, bootstrap_servers=self.kafka, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            found: dict[bytes, list[int]] = defaultdict(list)
            while any([await consumer.position(part) < end for part, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        found[record.key].append(int(record.value.split()[0]))
            return found
        finally:
            await consumer.stop()

    async def check(self, runtime: Runtime) -> dict[bytes, list[int]]:
        """Wait until the outbox is empty; then every key is whole and in order. What was published."""
        await eventually(lambda: empty(runtime), message="the outbox is empty")
        published = await self.published()
        numbers = {row["_id"]: row["number"] async for row in runtime.mongo.db.aggregates.find()}
        expected = {key: list(range(1, number + 1)) for key, number in numbers.items()}
        assert {key: list(dict.fromkeys(found)) for key, found in published.items()} == expected
        return published


async def empty(runtime: Runtime) -> bool:
    return await runtime.mongo.db.outbox.count_documents({}) == 0


@pytest.fixture
async def world(kafka_bootstrap: str, mongodb_url: str, database_name: str) -> World:
    world = World(kafka_bootstrap, mongodb_url, database_name)
    await world.create_topic()
    return world


@pytest.fixture
def read_rows(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The ids of all rows that a relay reads from the database."""
    ids: list[Any] = []
    read = StoredRows.read

    async def noted(stored_rows: StoredRows, row_ids: Sequence[Any]) -> Any:
        ids.extend(row_ids)
        return await read(stored_rows, row_ids)

    monkeypatch.setattr(StoredRows, "read", noted)
    return ids


async def test_what_is_committed_is_published_without_being_read(
    world: World, read_rows: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_ALONE_POLL_SECONDS", 300.0)
    async with world.running() as runtime:
        for round_ in range(30):
            await asyncio.gather(*(world.change(runtime, KEYS[start : start + 8]) for start in range(0, 24, 8)))
            if round_ == 0:  # the shards' first lists may have found these rows before their commits were answered
                await eventually(lambda: empty(runtime))
                read_rows.clear()
        published = await world.check(runtime)
    assert all(len(numbers) == 30 for numbers in published.values()), "nothing is published twice"
    assert not read_rows


async def test_two_processes_that_change_the_same_things_keep_every_key_in_order_while_leases_move(
    world: World,
) -> None:
    """A third process comes and goes, so that leases move back and forth; two commit all the time."""
    random = Random(7)
    done = asyncio.Event()

    async def write(runtime: Runtime) -> None:
        for _ in range(60):
            await world.change(runtime, random.sample(KEYS, random.choice((1, 2, 3))))

    async def come_and_go() -> None:
        while not done.is_set():
            async with world.running() as third:
                for _ in range(3):
                    await world.change(third, random.sample(KEYS, 2))
                for runtime in (third, one, two):
                    await _leases(runtime).tick()

    async with world.running() as one, world.running() as two:
        coming = asyncio.create_task(come_and_go())
        await asyncio.gather(*(write(runtime) for runtime in (one, two) for _ in range(3)))
        done.set()
        await coming
        await world.check(one)


def _leases(runtime: Runtime) -> Any:
    return next(part for part in runtime.components if isinstance(part, Relay))._leases


async def test_what_finds_no_room_in_memory_is_published_from_the_database(
    world: World, read_rows: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "MEMORY_BYTES", 5_000)
    async with world.running() as runtime:
        await asyncio.gather(*(world.change(runtime, KEYS, value=b"x" * 200) for _ in range(10)))
        await world.check(runtime)
    assert read_rows


async def test_a_commit_whose_answer_is_lost_is_published_before_what_follows_it(world: World) -> None:
    async with world.running() as runtime:
        transaction = runtime.mongo.transaction

        async def lost(work: Callable[[Any], Awaitable[Any]], **how: bool) -> None:
            await transaction(work, **how)
            raise NetworkTimeout("no answer")

        await world.change(runtime, KEYS[:1])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runtime.mongo, "transaction", lost)
            with pytest.raises(NetworkTimeout):
                await world.change(runtime, KEYS[:1])
        await world.change(runtime, KEYS[:1])
        assert (await world.check(runtime))[KEYS[0]] == [1, 2, 3]


async def test_what_could_not_be_published_is_when_kafka_is_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_relay, "_BACKOFF", Backoff.of_seconds(0.05, 0.05))
    async with world.running() as runtime:
        await world.change(runtime, KEYS)
        tried = asyncio.Event()

        async def away(*_: Any, **__: Any) -> None:
            tried.set()
            raise PublishFailed("away") from KafkaTimeoutError()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runtime.producer, "publish", away)
            await asyncio.gather(*(world.change(runtime, KEYS[start::3]) for start in (0, 1, 2) for _ in range(5)))
            await tried.wait()
        await world.check(runtime)


async def test_a_shard_that_cannot_be_published_does_not_hold_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = asyncio.Event()
    stuck = [key for key in KEYS if shard_of_key(key) == shard_of_key(KEYS[0])]
    others = [key for key in KEYS if key not in stuck]
    async with world.running() as runtime:
        publish = runtime.producer.publish

        async def leaderless(records: Sequence[Outgoing], **how: Any) -> None:
            if any(record.key in stuck for record in records):
                await held.wait()
            await publish(records, **how)

        monkeypatch.setattr(runtime.producer, "publish", leaderless)
        for _ in range(3):
            await world.change(runtime, KEYS)

        async def others_are_out() -> bool:
            published = await world.published()
            return set(published) == set(others) and all(published[key] == [1, 2, 3] for key in others)

        await eventually(others_are_out, message="the other shards are published")
        runtime.metrics.render()
        monkeypatch.setattr(relay, "STUCK_SECONDS", 0.0)
        await runtime.health.ask()
        assert set(runtime.health.problems()) == {"outbox"}
        await runtime._refresh_gauges()
        waiting = runtime.metrics.registry.get_sample_value
        assert waiting("atd_outbox_rows") == 3
        assert (waiting("atd_outbox_age_seconds") or 0) > 0
        held.set()
        await world.check(runtime)


async def test_a_record_that_kafka_refuses_stops_its_own_key_only_until_it_is_taken(world: World) -> None:
    """Kafka refuses it together with the records around it; after a restart it is still known."""
    refused = KEYS[0]
    others = KEYS[1:]

    async def others_are_out(number: int) -> bool:
        published = await world.published()
        whole = list(range(1, number + 1))
        assert set(published.get(refused, ())) <= {1}
        return all(list(dict.fromkeys(published[key])) == whole for key in others)

    async with world.running() as runtime:
        await world.change(runtime, KEYS)
        await world.change(runtime, KEYS[:1], value=LARGE)
        for _ in range(3):
            await world.change(runtime, KEYS)
        await eventually(lambda: others_are_out(4), message="the other keys are published")
        await eventually(lambda: _rows(runtime, 4), message="its rows are kept, the others deleted")
        await runtime._refresh_gauges()
        assert runtime.metrics.registry.get_sample_value("atd_outbox_refused_rows") == 4
        await runtime.health.ask()
        assert runtime.health.problems() == {}
    async with world.running() as runtime:
        await world.change(runtime, KEYS)
        await eventually(lambda: others_are_out(5), message="the other keys are published")
        await eventually(lambda: _rows(runtime, 5), message="its rows are kept, the others deleted")
        smaller = {"$set": {"records.0.v": b"2"}}
        await runtime.mongo.db.outbox.find_one_and_update({}, smaller, sort=[("order", 1)])
    async with world.running() as runtime:
        await world.check(runtime)


async def _rows(runtime: Runtime, number: int) -> bool:
    rows = await runtime.mongo.db.outbox.find().to_list(None)
    return len(rows) == number and all(len(row["records"]) == 1 for row in rows)


async def test_rows_of_an_earlier_versions_shards_are_published_in_their_order(world: World) -> None:
    """There were eight shards; rows with refused records had numbers below zero."""
    async with world.running() as runtime:
        await world.change(runtime, KEYS)
        await world.check(runtime)
        stopped = next(part for part in runtime.components if isinstance(part, Relay))
        await stopped.stop()
        await world.change(runtime, KEYS)
        outbox = runtime.mongo.db[OUTBOX]
        for row in await outbox.find().to_list(None):
            await outbox.delete_one({"_id": row["_id"]})
            for record in row["records"]:
                former = {"_id": ObjectId(), "shard": zlib.crc32(record["k"]) % 8, "records": [record]}
                await outbox.insert_one({**row, **former})
        refused = await outbox.find_one({"shard": 7})
        assert refused is not None
        await outbox.update_one({"_id": refused["_id"]}, {"$set": {"shard": -8}})
        await world.change(runtime, [key for key in KEYS if key != refused["records"][0]["k"]])
        await stopped.start()
        await world.check(runtime)


def test_no_two_shards_write_to_one_partition() -> None:
    topics = [topic for topic in registry() if topic.name.startswith(("conversation.events", "outbound."))]
    assert topics
    for topic in topics:
        shards = defaultdict(set)
        for number in range(5_000):
            key = f"key-{number}".encode()
            shards[partition_of(key, topic.partitions)].add(shard_of_key(key))
        assert all(len(found) == 1 for found in shards.values()), topic.name


async def test_a_relay_that_was_stopped_can_be_started_again(world: World) -> None:
    """As when a later part of the process could not be started."""
    async with world.running() as runtime:
        await world.change(runtime, KEYS)
        stopped = next(part for part in runtime.components if isinstance(part, Relay))
        await stopped.stop()
        assert await empty(runtime), "what was there is published and deleted"
        with structlog.testing.capture_logs() as logs:
            await stopped.start()
            for _ in range(2):
                await world.change(runtime, KEYS)
                await eventually(lambda: empty(runtime))
        assert [log["event"] for log in logs] == ["leases.changed"], "nothing ended that should run"


async def test_a_topic_that_is_not_there_stops_itself_only_until_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = Producer.publish
    missing = True

    async def publish_known(producer: Producer, records: Sequence[Outgoing], **how: Any) -> None:
        if missing and any(record.topic == "missing" for record in records):
            raise PublishFailed("not found") from UnknownTopicOrPartitionError()
        await publish(producer, [record for record in records if record.topic != "missing"], **how)

    monkeypatch.setattr(Producer, "publish", publish_known)
    async with world.running() as runtime:

        async def both(session: Any) -> None:
            records = [Outgoing(topic, key, b"1") for key in KEYS for topic in ("missing", world.topic)]
            await runtime.outbox.add(session, records, order=next_order(runtime.clock.now()))

        await runtime.transaction(both)

        async def others_are_out() -> bool:
            return await world.published() == {key: [1] for key in KEYS}

        await eventually(others_are_out, message="the other topic is published")
        shards = len({shard_of_key(key) for key in KEYS})
        await eventually(lambda: _kept(runtime, shards, len(KEYS)), message="what is left is kept")
    missing = False
    async with world.running() as runtime:
        await eventually(lambda: empty(runtime), message="the outbox is empty")


async def _kept(runtime: Runtime, rows: int, records: int) -> bool:
    found = await runtime.mongo.db.outbox.find().to_list(None)
    return len(found) == rows and sum(len(row["records"]) for row in found) == records
