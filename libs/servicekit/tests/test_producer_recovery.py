"""A producer that can write no more is replaced by itself, and nothing is lost or out of order by it."""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import ProducerFenced

from atd_servicekit import kafka as kafka_module
from atd_servicekit.errors import InfrastructureFault, PublishFailed
from atd_servicekit.faststream_broker import ObservedConsumer
from atd_servicekit.idempotent_producer import IdempotentProducer, ProducerLimits, partition_of
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.kafka_connection import KafkaConnection
from atd_servicekit.metadata_pace import MetadataPace
from atd_servicekit.metrics import Metrics
from atd_testing.processes import freeze
from atd_testing.servers import KafkaCluster
from atd_testing.topics import leaders
from atd_testing.waiting import PATIENCE_SECONDS, eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

PARTITIONS = 4
SHORT = ProducerLimits(request=2.0, delivery=1.0, start=5.0, silent=2.0, last_chance=0.2)
PER_SECOND = 7
"""Requests for metadata of one client at the most (`test_metadata_pace.py`)."""

FOR_EVER = 3600.0
_numbers = itertools.count()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    cluster = KafkaCluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


async def new_topic(servers: str, replicas: int = 1, max_bytes: int = 1_000_000) -> str:
    name = f"recovery-{next(_numbers)}-{time.time_ns()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.create_topics(
            [NewTopic(name, PARTITIONS, replicas, topic_configs={"max.message.bytes": str(max_bytes)})]
        )
    finally:
        await admin.close()
    return name


async def read(servers: str, topic: str) -> list[tuple[bytes, bytes]]:
    """Key and value of all records, in the order of each partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: list[tuple[bytes, bytes]] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [(record.key or b"", record.value or b"") for record in records]
        return found
    finally:
        await consumer.stop()


@asynccontextmanager
async def running(producer: Producer) -> AsyncIterator[Producer]:
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


class Writer:
    """Writes the numbers from 0 on under one key, each until it is acknowledged: what the outbox's relay does."""

    def __init__(self, producer: Producer, topic: str, key: str) -> None:
        self._producer = producer
        self._topic = topic
        self.key = key.encode()
        self.acknowledged = 0
        self.refused = 0

    async def run(self) -> None:
        while True:
            try:
                await self._producer.publish([Outgoing(self._topic, self.key, str(self.acknowledged).encode())])
                self.acknowledged += 1
            except PublishFailed:
                self.refused += 1
            await asyncio.sleep(0.02)


@asynccontextmanager
async def writing(producer: Producer, topic: str) -> AsyncIterator[list[Writer]]:
    """Eight writers at once, over all partitions."""
    writers = [Writer(producer, topic, f"key-{number}") for number in range(8)]
    tasks = [asyncio.create_task(writer.run()) for writer in writers]
    try:
        yield writers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def more_from_all(writers: list[Writer], timeout: float = PATIENCE_SECONDS) -> None:
    before = [writer.acknowledged for writer in writers]
    await eventually(
        lambda: all(now.acknowledged > then for now, then in zip(writers, before, strict=True)),
        timeout=timeout,
        message="every key is published again",
    )


async def assert_nothing_lost_and_in_order(servers: str, topic: str, writers: list[Writer]) -> None:
    """Every number that was acknowledged is there; the first of each comes in order, repeats come after it."""
    records = await read(servers, topic)
    for writer in writers:
        found = [int(value) for key, value in records if key == writer.key]
        assert list(dict.fromkeys(found))[: writer.acknowledged] == list(range(writer.acknowledged))


@asynccontextmanager
async def reading(servers: str, topic: str) -> AsyncIterator[None]:
    """A consumer of the topic that polls all the time, whatever happens."""

    async def poll() -> None:
        while True:
            await consumer.getmany()

    consumer = ObservedConsumer(bootstrap_servers=servers, client_id="test", on_error=lambda *_: None)
    await consumer.start()
    consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
    polling = asyncio.create_task(poll())
    try:
        yield
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await consumer.stop()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with every request for metadata of the clients called `test`."""
    asked: list[str] = []
    ask = AIOKafkaClient._metadata_update

    async def note(client: Any, *arguments: Any) -> Any:
        if client._client_id == "test":
            asked.append(client._client_id)
        return await ask(client, *arguments)

    monkeypatch.setattr(AIOKafkaClient, "_metadata_update", note)
    return asked


async def test_partitions_without_a_leader_break_no_producer_for_good(cluster: KafkaCluster, asked: list[str]) -> None:
    first, second = cluster.brokers
    topic = await new_topic(cluster.bootstrap_servers, replicas=2)
    metrics = Metrics()
    producer = Producer(cluster.bootstrap_servers, "test", metrics, timeout_seconds=3, limits=SHORT)
    async with running(producer), reading(cluster.bootstrap_servers, topic), writing(producer, topic) as writers:
        await more_from_all(writers)
        await asyncio.to_thread(first.kill)

        async def only_second_in_sync() -> bool:
            return await leaders(second.bootstrap_servers, topic) == {(2, (2,))}

        await eventually(only_second_in_sync, message="the second broker alone")
        await asyncio.to_thread(second.kill)
        await asyncio.to_thread(first.start)

        async def no_leader() -> bool:
            return {leader for leader, _ in await leaders(first.bootstrap_servers, topic)} == {-1}

        await eventually(no_leader, message="no partition has a leader")
        asked.clear()
        began = time.monotonic()
        # Of the brokers that it knew none is there: it has to begin again with the bootstrap servers. Then its batches
        # are dropped, each with its sequence numbers, because there is no leader.
        await eventually(lambda: reasons(metrics) >= REPLACED, message="replaced for both reasons")
        per_second = len(asked) / (time.monotonic() - began)
        with pytest.raises(InfrastructureFault):
            await producer.check()
        await asyncio.to_thread(second.start)
        await more_from_all(writers)
        await producer.check()
    await assert_nothing_lost_and_in_order(cluster.bootstrap_servers, topic, writers)
    assert 0 < per_second < 2 * PER_SECOND, "of producer and consumer; without a pause it is hundreds"


async def test_a_partition_without_a_leader_delays_no_other(
    cluster: KafkaCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await new_topic(cluster.bootstrap_servers)
    lost, other = partition_of(b"lost", PARTITIONS), partition_of(b"other", PARTITIONS)
    assert lost != other
    async with running(Producer(cluster.bootstrap_servers, "test", limits=SHORT)) as producer:
        await producer.publish(outgoing(topic, "0", key="other"))
        monkeypatch.setattr(MetadataPace, "wait_seconds", lambda *_: FOR_EVER)
        monkeypatch.setattr(kafka_module, "_FLUSH_SECONDS", 0.0)
        known = inner(producer)._metadata
        leader = known.leader_for_partition
        known.leader_for_partition = lambda place: -1 if place.partition == lost else leader(place)
        waiting = asyncio.create_task(producer.publish(outgoing(topic, "0", key="lost"), timeout_seconds=FOR_EVER))
        async with asyncio.timeout(PATIENCE_SECONDS):
            for number in range(1, 4):
                await producer.publish(outgoing(topic, str(number), key="other"))
                for _ in range(20):  # turns of the loop: the sender waits again, so that what follows has to wake it
                    await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


def outgoing(topic: str, *values: str, key: str = "key") -> list[Outgoing]:
    return [Outgoing(topic, key.encode(), value.encode()) for value in values]


async def lose_a_sequence_number(producer: Producer, topic: str) -> None:
    """What a dropped batch leaves behind: the broker waits for a number that never comes."""
    partition = partition_of(b"key", PARTITIONS)
    inner(producer)._txn_manager.increment_sequence_number(TopicPartition(topic, partition), 1)


async def end_the_sender(producer: Producer, _: str) -> None:
    """A fault of aiokafka's own ends the task that sends."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("a fault of aiokafka")

    inner(producer)._message_accumulator.drain_by_nodes = fail


async def close_it(producer: Producer, _: str) -> None:
    await inner(producer).stop()


def inner(producer: Producer) -> Any:
    return producer._producer


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lose_a_sequence_number, "OutOfOrderSequenceNumber"),
        (end_the_sender, "KafkaError"),
        (close_it, "ProducerClosed"),
    ],
)
async def test_who_publishes_with_a_broken_producer_does_not_notice(
    cluster: KafkaCluster, break_it: Callable[[Producer, str], Awaitable[None]], reason: str
) -> None:
    topic = await new_topic(cluster.bootstrap_servers)
    metrics = Metrics()
    async with running(Producer(cluster.bootstrap_servers, "test", metrics, limits=SHORT)) as producer:
        await producer.publish(outgoing(topic, "0"))
        await break_it(producer, topic)
        await asyncio.gather(*(producer.publish(outgoing(topic, str(number))) for number in range(1, 20)))
        await producer.publish(outgoing(topic, *map(str, range(20, 60))))
        await producer.check()
    assert [int(value) for _, value in await read(cluster.bootstrap_servers, topic)] == list(range(60))
    assert metrics.registry.get_sample_value("atd_producer_replacements_total", {"reason": reason}) == 1.0


async def test_what_a_replaced_producer_still_has_under_way_is_refused(cluster: KafkaCluster) -> None:
    topic = await new_topic(cluster.bootstrap_servers)
    kafka = KafkaConnection.of(cluster.bootstrap_servers)
    late = IdempotentProducer(kafka, "late", SHORT)
    await late.start()
    await late.send_and_wait(topic, b"old", key=b"key")
    identity = late.identity.successor()
    assert identity is not None
    new = IdempotentProducer(kafka, "new", SHORT, identity)
    await new.start()
    try:
        await new.send_and_wait(topic, b"new", key=b"key")
        with pytest.raises(ProducerFenced) as caught:
            await late.send_and_wait(topic, b"late", key=b"key")
        assert late.lost_state(caught.value)
    finally:
        await late.discard()
        await new.close(1)
    assert [value for _, value in await read(cluster.bootstrap_servers, topic)] == [b"old", b"new"]


async def test_a_record_that_a_broker_refuses_does_not_close_its_partition(cluster: KafkaCluster) -> None:
    topic = await new_topic(cluster.bootstrap_servers, max_bytes=2000)
    async with running(Producer(cluster.bootstrap_servers, "test", limits=SHORT)) as producer:
        await producer.publish(outgoing(topic, "before"))
        with pytest.raises(PublishFailed) as caught:
            await producer.publish(outgoing(topic, "x" * 3000))
        assert caught.value.refused
        await producer.publish(outgoing(topic, "after"))
    assert [value for _, value in await read(cluster.bootstrap_servers, topic)] == [b"before", b"after"]


async def test_an_idle_producer_whose_metadata_is_never_refreshed_connects_anew(cluster: KafkaCluster) -> None:
    metrics = Metrics()
    async with running(Producer(cluster.bootstrap_servers, "test", metrics, limits=SHORT)) as producer:
        inner(producer).client._sync_task.cancel()

        async def answers() -> bool:
            try:
                async with asyncio.timeout(0.5):  # as a readiness check has
                    await producer.check()
            except (InfrastructureFault, TimeoutError):
                return False
            return True

        await eventually(answers, message="it works again")
    assert reasons(metrics) == {"silent"}


async def test_brokers_that_all_went_before_a_topic_was_known_are_no_fault_of_the_topic(cluster: KafkaCluster) -> None:
    metrics = Metrics()
    producer = Producer(cluster.bootstrap_servers, "test", metrics, timeout_seconds=3, limits=SHORT)
    async with running(producer):
        topic = await new_topic(cluster.bootstrap_servers)
        inner(producer).client._metadata_update = no_answer
        with pytest.raises(PublishFailed) as caught:
            await producer.publish(outgoing(topic, "0"))
        assert not caught.value.setup
        await eventually(partial(published, producer, topic), message="it begins again with the bootstrap servers")
        await producer.check()
    assert reasons(metrics) == {"silent"}


async def no_answer(*_: object) -> bool:
    return False


async def published(producer: Producer, topic: str) -> bool:
    try:
        await producer.publish(outgoing(topic, "0"))
    except PublishFailed:
        return False
    return True


async def test_stopping_while_kafka_is_away_does_not_wait_for_it(cluster: KafkaCluster, monkeypatch: Any) -> None:
    monkeypatch.setattr(kafka_module, "_FLUSH_SECONDS", 0.2)
    topic = await new_topic(cluster.bootstrap_servers)
    producer = Producer(cluster.bootstrap_servers, "test", timeout_seconds=0.5, limits=SHORT)
    await producer.start()
    await producer.publish(outgoing(topic, "before"))
    signalled = [broker.process.pid for broker in cluster.brokers]
    try:
        for pid in signalled:
            freeze(pid)
        try:
            with pytest.raises(PublishFailed):
                await producer.publish(outgoing(topic, "never"))
        finally:
            await asyncio.wait_for(producer.stop(), 60)
    finally:
        for pid in signalled:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[IdempotentProducer]:
    """Every producer of aiokafka's that is made from now on."""
    made: list[IdempotentProducer] = []
    build = Producer._build

    def remember(producer: Producer, identity: Any) -> IdempotentProducer:
        made.append(build(producer, identity))
        return made[-1]

    monkeypatch.setattr(Producer, "_build", remember)
    return made


def left_open(built: list[IdempotentProducer]) -> list[object]:
    connections = [one for producer in built for one in producer.client._conns.values() if one.connected()]
    return [producer for producer in built if not producer._closed] + connections


async def test_who_stops_while_a_silent_producer_has_its_last_chance_leaves_no_other_open(
    cluster: KafkaCluster, built: list[IdempotentProducer]
) -> None:
    limits = replace(SHORT, silent=0.0, last_chance=FOR_EVER)
    async with running(Producer(cluster.bootstrap_servers, "test", limits=limits)) as producer:
        inner(producer).client._metadata_update = no_answer
        with pytest.raises(InfrastructureFault):
            await producer.check()
        await eventually(
            lambda: len(built) == 2 and built[1]._sender.sender_task is not None, message="the other has started"
        )
    assert left_open(built) == []


async def test_who_stops_when_the_other_producer_can_be_interrupted_no_more_leaves_none_open(
    cluster: KafkaCluster, built: list[IdempotentProducer], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(SHORT, silent=0.0, last_chance=0.0)
    async with running(Producer(cluster.bootstrap_servers, "test", limits=limits)) as producer:
        old, closing = inner(producer), asyncio.Event()
        discard = old.discard

        async def late() -> None:
            if not closing.is_set():
                closing.set()
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(FOR_EVER)
            await discard()

        monkeypatch.setattr(old, "discard", late)
        old.client._metadata_update = no_answer
        with pytest.raises(InfrastructureFault):
            await producer.check()
        await closing.wait()
    assert len(built) == 2
    assert left_open(built) == []


REPLACED = {"silent", "LeaderNotAvailableError"}


def reasons(metrics: Metrics) -> set[str]:
    (found,) = metrics.producer_replacements.collect()
    return {sample.labels["reason"] for sample in found.samples if sample.name.endswith("_total")}
