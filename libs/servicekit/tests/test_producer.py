"""The producer says whether it can publish."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, UnknownTopicOrPartitionError

from atd_servicekit import kafka
from atd_servicekit.errors import InfrastructureFault, PublishFailed
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.metrics import Metrics

RECORD = Outgoing("topic", b"key", b"value")


class FakeClient:
    def __init__(self) -> None:
        self.answers = True
        self.asked = 0

    async def force_metadata_update(self) -> bool:
        self.asked += 1
        return self.answers


class FakeProducer:
    """Stands for the producer of a process: acknowledges, or takes nothing and raises `error`."""

    def __init__(self) -> None:
        self.client = FakeClient()
        self.error: Exception | None = None
        self.hears_brokers = True

    def lost_state(self, _: Exception) -> bool:
        return False

    async def send(self, *_: Any, **__: Any) -> "asyncio.Future[object]":
        if self.error is not None:
            raise self.error
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(kafka, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.fixture
def fake() -> FakeProducer:
    return FakeProducer()


@pytest.fixture
def producer(fake: FakeProducer) -> Producer:
    producer = Producer("unused:9092", "test", Metrics())
    producer._producer = cast("Any", fake)
    return producer


async def fails(producer: Producer) -> bool:
    try:
        await producer.check()
    except InfrastructureFault:
        return True
    return False


async def test_a_producer_that_is_not_started_cannot_publish() -> None:
    assert await fails(Producer("unused:9092", "test"))


async def test_an_idle_producer_asks_the_brokers(producer: Producer, fake: FakeProducer) -> None:
    assert not await fails(producer)
    fake.client.answers = False
    assert await fails(producer)
    assert fake.client.asked == 2


async def test_what_was_just_acknowledged_needs_no_question(producer: Producer, fake: FakeProducer) -> None:
    await producer.publish([RECORD])
    assert not await fails(producer)
    assert fake.client.asked == 0


async def test_an_answer_of_long_ago_says_nothing_about_now(
    producer: Producer, fake: FakeProducer, clock: list[float]
) -> None:
    await producer.publish([RECORD])
    clock[0] += 4  # nobody publishes in a quiet hour
    fake.client.answers = False
    assert await fails(producer)


async def test_a_failed_publish_counts_until_one_goes_well_or_half_a_minute_has_passed(
    producer: Producer, fake: FakeProducer, clock: list[float]
) -> None:
    fake.error = KafkaTimeoutError()
    with structlog.testing.capture_logs() as logs, pytest.raises(PublishFailed):
        await producer.publish([RECORD, RECORD])
    assert logs == [
        {
            "event": "kafka.publish_failed",
            "log_level": "warning",
            "topics": ["topic"],
            "records": 2,
            "error": "KafkaTimeoutError",
        }
    ]
    assert await fails(producer)
    clock[0] += 31  # nobody publishes any more: perhaps because the process is not ready
    assert not await fails(producer)
    with pytest.raises(PublishFailed):
        await producer.publish([RECORD])
    assert await fails(producer)
    fake.error = None
    await producer.publish([RECORD])
    assert not await fails(producer)
    assert producer._metrics is not None
    assert 'atd_publish_failures_total{error="KafkaTimeoutError"} 2.0' in producer._metrics.render().decode()


async def test_a_record_that_is_too_large_says_nothing_about_the_producer(
    producer: Producer, fake: FakeProducer
) -> None:
    fake.error = MessageSizeTooLargeError()
    with pytest.raises(PublishFailed) as caught:
        await producer.publish([RECORD])
    assert caught.value.refused
    assert not await fails(producer)


async def test_without_a_word_of_any_broker_no_topic_is_unknown(producer: Producer, fake: FakeProducer) -> None:
    fake.error, fake.hears_brokers = UnknownTopicOrPartitionError(), False
    with pytest.raises(PublishFailed) as caught:
        await producer.publish([RECORD])
    assert not caught.value.setup
    with pytest.raises(InfrastructureFault, match="the last publish failed"):
        await producer.check()


async def test_a_topic_that_cannot_be_written_to_is_named_until_it_can(producer: Producer, fake: FakeProducer) -> None:
    fake.error = UnknownTopicOrPartitionError()
    with pytest.raises(PublishFailed) as caught:
        await producer.publish([RECORD])
    assert caught.value.setup
    assert not caught.value.refused
    fake.error = None
    await producer.publish([Outgoing("another", b"key", b"value")])
    with pytest.raises(InfrastructureFault, match="topic topic cannot be written to: UnknownTopicOrPartitionError"):
        await producer.check()
    await producer.publish([RECORD])
    assert not await fails(producer)
