"""What the kit replaces in FastStream is still what FastStream uses: fails when a version moves it."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import CommitFailedError, KafkaError, TopicAuthorizationFailedError
from faststream import AckPolicy
from faststream.kafka.annotations import KafkaMessage

from atd_schemas.ids import uuid7
from atd_servicekit import faststream_broker
from atd_servicekit.consumer_state import ConsumerState
from atd_servicekit.faststream_broker import ObservedConsumer, Operation, create_broker
from atd_servicekit.kafka import Outgoing, Producer
from atd_testing.waiting import eventually

Errors = list[tuple[tuple[str, ...], str, str, str]]


async def create_topic(kafka_bootstrap: str, partitions: int) -> str:
    name = f"test.{uuid7()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, partitions, 1)])
    await admin.close()
    return name


@pytest.fixture
async def topic(kafka_bootstrap: str) -> str:
    return await create_topic(kafka_bootstrap, 1)


@pytest.fixture
def errors() -> Errors:
    return []


@pytest.fixture
async def started(kafka_bootstrap: str, topic: str, errors: Errors) -> Any:
    """A subscriber of FastStream as `consuming.py` declares it, the records that it got, and its broker."""
    got: list[bytes] = []

    def on_error(topics: Sequence[str], group: str, operation: Operation, error: KafkaError) -> None:
        errors.append((tuple(topics), group, operation, type(error).__name__))

    broker = create_broker(kafka_bootstrap, "test", on_error)
    subscriber = broker.subscriber(
        topic,
        batch=True,
        group_id="g",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=as_it_came,
    )

    @subscriber
    async def handle(raw: Any) -> None:
        got.extend(one.value for one in raw)

    await broker.start()
    yield subscriber, got
    await broker.stop()


async def as_it_came(message: KafkaMessage) -> Any:
    return message.raw_message


async def publish(kafka_bootstrap: str, topic: str, value: bytes) -> None:
    producer = Producer(kafka_bootstrap, "test")
    await producer.start()
    await producer.publish([Outgoing(topic, b"k", value)])
    await producer.stop()


async def test_faststream_uses_our_consumer(started: Any, topic: str, kafka_bootstrap: str) -> None:
    subscriber, got = started
    assert type(subscriber.consumer) is ObservedConsumer
    assert [task.done() for task in subscriber.tasks] == [False]
    await publish(kafka_bootstrap, topic, b"one")
    await eventually(lambda: got == [b"one"])

    async def committed() -> bool:
        return bool(await subscriber.consumer.committed(TopicPartition(topic, 0)) == 1)

    await eventually(committed, message="FastStream commits through our consumer")


async def test_an_error_of_a_commit_is_reported_although_faststream_swallows_it(
    started: Any, topic: str, kafka_bootstrap: str, errors: Errors, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_self: AIOKafkaConsumer, _offsets: Any = None) -> None:
        raise CommitFailedError("rebalanced")

    monkeypatch.setattr(AIOKafkaConsumer, "commit", fail)
    await publish(kafka_bootstrap, topic, b"one")
    await eventually(lambda: errors == [((topic,), "g", "commit", "CommitFailedError")])


async def test_one_batch_is_handled_beside_a_commit_and_no_more_until_it_has_ended(
    started: Any, topic: str, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriber, got = started
    answers, asked, commit = asyncio.Event(), [], AIOKafkaConsumer.commit

    async def slow(self: AIOKafkaConsumer, offsets: Any = None) -> None:
        asked.append(offsets[TopicPartition(topic, 0)].offset)
        await answers.wait()
        await commit(self, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", slow)
    await publish(kafka_bootstrap, topic, b"one")
    await eventually(lambda: asked == [1])
    await publish(kafka_bootstrap, topic, b"two")
    await eventually(lambda: got == [b"one", b"two"], message="the answer is not waited for")
    await publish(kafka_bootstrap, topic, b"three")
    place = TopicPartition(topic, 0)
    await eventually(lambda: subscriber.consumer.highwater(place) == 3, message="the third one is fetched")
    assert (got, asked) == ([b"one", b"two"], [1]), "two batches at the most are handled and not committed"
    answers.set()
    await eventually(lambda: asked[-1] == 3 and got[2:] == [b"three"])


async def test_what_is_handled_soon_after_a_commit_is_committed_together_and_at_the_latest_at_the_end(
    started: Any, topic: str, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriber, got = started
    asked, commit = [], AIOKafkaConsumer.commit

    async def noted(self: AIOKafkaConsumer, offsets: Any = None) -> None:
        asked.append(offsets[TopicPartition(topic, 0)].offset)
        await commit(self, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", noted)
    monkeypatch.setattr(faststream_broker, "COMMIT_SECONDS", 3_600.0)
    for value in (b"one", b"two", b"three"):
        await publish(kafka_bootstrap, topic, value)
        await eventually(partial(got.__contains__, value))
    assert asked == [1]
    await subscriber.stop()
    assert asked == [1, 3]


async def test_the_last_commit_is_ended_before_the_group_is_left(
    started: Any, topic: str, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriber, _ = started
    consumer, answers, ended, commit = subscriber.consumer, asyncio.Event(), [], AIOKafkaConsumer.commit

    async def slow(self: AIOKafkaConsumer, offsets: Any = None) -> None:
        await answers.wait()
        await commit(self, offsets)
        ended.append(offsets[TopicPartition(topic, 0)].offset)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", slow)
    await publish(kafka_bootstrap, topic, b"one")
    await eventually(lambda: started[1] == [b"one"])
    stopping = asyncio.create_task(subscriber.stop())
    await eventually(lambda: not subscriber.running)
    answers.set()
    await stopping
    assert ended == [1]
    assert consumer._closed


async def test_a_consumer_that_cannot_leave_its_group_leaves_no_connection_open(started: Any) -> None:
    subscriber, _ = started
    consumer = subscriber.consumer
    close = consumer._coordinator.close

    async def fail() -> None:
        await close()
        raise KafkaError("broken")

    consumer._coordinator.close = fail
    assert any(one.connected() for one in consumer._client._conns.values())
    with pytest.raises(KafkaError, match="broken"):
        await subscriber.stop()
    assert not any(one.connected() for one in consumer._client._conns.values())


async def test_an_error_of_a_poll_is_reported_until_polls_go_well_again(
    started: Any, topic: str, errors: Errors, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer = started[0].consumer

    async def fail(*_: Any, **__: Any) -> Any:
        raise TopicAuthorizationFailedError(topic)

    async def work(*_: Any, **__: Any) -> Any:
        return {TopicPartition(topic, 0): ["record"]}

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", fail)
    for _ in range(2):
        with pytest.raises(TopicAuthorizationFailedError):
            await consumer.getmany()
    assert ((topic,), "g", "poll", "TopicAuthorizationFailedError") in errors
    assert consumer.polls_fail_since is not None
    assert isinstance(consumer.poll_error, TopicAuthorizationFailedError)
    monkeypatch.setattr(AIOKafkaConsumer, "getmany", work)
    await asyncio.wait_for(consumer.getmany(), 60)
    assert (consumer.polls_fail_since, consumer.poll_error) == (None, None)


async def test_the_lag_of_many_partitions_is_known_although_nothing_was_ever_read_from_them(
    kafka_bootstrap: str,
) -> None:
    """Each question to a broker waits behind the consumer's fetch, so there must not be one for each partition."""
    many = await create_topic(kafka_bootstrap, 12)
    consumer = ObservedConsumer(
        many, on_error=lambda *_: None, group_id="g", bootstrap_servers=kafka_bootstrap, enable_auto_commit=False
    )
    await consumer.start()
    polling = asyncio.create_task(consumer.getmany())
    await eventually(lambda: all(consumer.last_poll_timestamp(one) for one in consumer.assignment()))
    assert len(consumer.assignment()) == 12
    assert await ConsumerState(time.monotonic).lag(consumer) == 0
    polling.cancel()
    await consumer.stop()
