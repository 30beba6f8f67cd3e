"""A consumer that hears nothing any more is replaced by itself, and its group goes on where it was."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError
from faststream import AckPolicy
from faststream.kafka.annotations import KafkaMessage

from atd_schemas.ids import uuid7
from atd_servicekit import consumer_state, consumer_watch, health
from atd_servicekit.backoff import Backoff
from atd_servicekit.consumer_state import ConsumerState
from atd_servicekit.consumer_watch import ConsumerWatch
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.faststream_broker import create_broker
from atd_servicekit.health import Health
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.tasks import SupervisedTask, cancel_and_wait
from atd_testing.waiting import eventually

PATIENCE_SECONDS = 0.1
ORDINARY_PATIENCE = consumer_watch.PATIENCE
FETCH_SECONDS = 1.5


@dataclass
class Group:
    """One member of a group, looked after as `consuming.py` has it, and what it got."""

    topic: str
    producer: Producer
    subscriber: Any
    watch: ConsumerWatch = field(init=False)
    got: list[bytes] = field(default_factory=list)
    kafka_answers: bool = True
    asked: int = 0
    replaced: int = 0

    @property
    def consumer(self) -> Any:
        return self.subscriber.consumer

    async def write(self, *values: bytes) -> None:
        await self.producer.publish([Outgoing(self.topic, b"k", value) for value in values])

    def problem(self) -> str | None:
        try:
            self.watch.check()
        except InfrastructureFault as fault:
            return str(fault)
        return None

    async def check(self) -> None:
        self.watch.check()

    def answered(self) -> bool:
        self.asked += 1
        return self.kafka_answers

    def count(self) -> None:
        self.replaced += 1


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_watch, "PATIENCE", Backoff.of_seconds(PATIENCE_SECONDS, PATIENCE_SECONDS))
    monkeypatch.setattr(consumer_watch, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(health, "CHECK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(consumer_state, "FETCH_SECONDS", FETCH_SECONDS)
    monkeypatch.setattr(consumer_state, "POLL_SECONDS", 0.5)


@pytest.fixture
async def group(kafka_bootstrap: str) -> AsyncIterator[Group]:
    topic = f"test.{uuid7()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1)])
    await admin.close()
    broker = create_broker(kafka_bootstrap, "test", lambda *_: None)
    state = ConsumerState(asyncio.get_running_loop().time)
    subscriber = broker.subscriber(
        topic,
        batch=True,
        group_id=f"g-{topic}",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        session_timeout_ms=6_000,
        heartbeat_interval_ms=200,
        decoder=_as_it_came,
        listener=state,
    )
    producer = Producer(kafka_bootstrap, "test")
    await producer.start()
    made = Group(topic, producer, subscriber)
    made.watch = ConsumerWatch(subscriber, state, made.answered, made.count, structlog.get_logger())

    @subscriber
    async def handle(raw: Any) -> None:
        made.got.extend(one.value for one in raw)

    await broker.start()
    asked = Health()
    asked.add_check("consumer", made.check)
    checking = SupervisedTask("health", asked.run)
    await checking.start()
    watching = SupervisedTask("watch", made.watch.run)
    await watching.start()
    yield made
    await watching.stop()
    await broker.stop()
    await checking.stop()
    await producer.stop()


async def _as_it_came(message: KafkaMessage) -> Any:
    return message.raw_message


def end_fetching(consumer: Any) -> None:
    consumer._fetcher._fetch_task.cancel()


def end_fetching_for_good(consumer: Any) -> None:
    """What is stuck does not stop either."""
    end_fetching(consumer)

    async def close() -> None:
        await asyncio.Event().wait()

    consumer._coordinator.close = close


def refuse_heartbeats(consumer: Any) -> None:
    """An answer that aiokafka does not expect ends the heartbeats, and is told at every poll after that."""

    async def heartbeat() -> bool:
        raise KafkaError("Unexpected exception in heartbeat task")

    consumer._coordinator._do_heartbeat = heartbeat


def lose_the_join(consumer: Any) -> None:
    """The group is divided anew, and the answer never comes."""

    async def rejoin(_: Any) -> bool:
        await asyncio.Event().wait()
        return False

    consumer._coordinator._do_rejoin_group = rejoin
    consumer._coordinator.request_rejoin()


@pytest.mark.parametrize("break_", [end_fetching, end_fetching_for_good, refuse_heartbeats, lose_the_join])
async def test_a_lost_consumer_is_replaced_and_its_group_goes_on_where_it_was(
    group: Group, break_: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_watch, "STOP_SECONDS", 1.0)
    monkeypatch.setattr(consumer_state, "JOIN_SECONDS", 1.0)
    await group.write(b"1", b"2")
    await eventually(lambda: group.got == [b"1", b"2"])
    first = group.consumer
    break_(first)
    await eventually(lambda: group.problem() is not None, message="it is said that nothing is heard")
    await group.write(b"3", b"4")
    await eventually(lambda: group.got[-1:] == [b"4"], message="what came meanwhile")
    assert list(dict.fromkeys(group.got)) == [b"1", b"2", b"3", b"4"]
    assert group.consumer is not first
    await eventually(lambda: group.replaced >= 1)
    await eventually(lambda: group.problem() is None, message="it can work again")
    assert group.watch.alive()
    left = (first._coordinator._coordination_task, first._coordinator._heartbeat_task, first._fetcher._fetch_task)
    assert [task for task in left if task is not None and not task.done()] == [], "nothing of the first goes on"


async def test_while_kafka_answers_nobody_nothing_is_replaced(group: Group) -> None:
    group.kafka_answers = False
    first = group.consumer
    end_fetching(first)
    await eventually(lambda: group.asked >= 3, message="looked at and left alone")
    assert (group.replaced, group.consumer) == (0, first)
    assert group.problem() is not None
    group.kafka_answers = True
    await eventually(lambda: group.replaced == 1, message="replaced as soon as it answers")


async def test_another_is_tried_until_kafka_takes_one(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    start, tries = group.subscriber.start, 0

    async def refused_twice() -> None:
        nonlocal tries
        tries += 1
        if tries <= 2:
            raise KafkaConnectionError("Unable to bootstrap")
        await start()

    monkeypatch.setattr(consumer_watch, "_BACKOFF", Backoff.of_seconds(0.05, 0.05))
    monkeypatch.setattr(type(group.subscriber), "start", lambda _: refused_twice())
    end_fetching(group.consumer)
    await group.write(b"1")
    await eventually(lambda: group.got == [b"1"])
    assert tries == 3


async def test_who_stops_in_between_leaves_no_consumer_behind(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    starting = asyncio.Event()
    start = group.subscriber.start

    async def start_and_wait() -> None:
        await start()
        starting.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(type(group.subscriber), "start", lambda _: start_and_wait())
    watching = asyncio.create_task(group.watch._replace())
    await starting.wait()
    assert group.watch.alive(), "it is on its way"
    await cancel_and_wait(watching)
    await group.subscriber.stop()
    assert group.consumer is None
    assert group.subscriber.tasks == []


async def test_who_stops_while_the_lost_one_is_stopped_leaves_nothing_of_it_behind(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = asyncio.Event()
    first = group.consumer

    async def close() -> None:
        closing.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(first._coordinator, "close", close)
    watching = asyncio.create_task(group.watch._replace())
    await closing.wait()
    await cancel_and_wait(watching)
    assert group.consumer is None
    assert [one for one in first._client._conns.values() if one.connected()] == []
    assert first._coordinator._heartbeat_task.done()


@pytest.mark.parametrize(("calm_seconds", "expected"), [(3600.0, {1, 2, 3}), (-1.0, {1})])
async def test_each_replacement_asks_for_more_patience_until_one_has_lasted(
    group: Group, calm_seconds: float, expected: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[int] = set()

    class Patience:
        def longest(self, times: int) -> timedelta:
            asked.add(times)
            return timedelta(seconds=PATIENCE_SECONDS)

    async def nothing() -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(consumer_watch, "CALM_SECONDS", calm_seconds)
    monkeypatch.setattr(consumer_watch, "PATIENCE", Patience())
    monkeypatch.setattr(ConsumerWatch, "_replace", lambda _: nothing())
    end_fetching(group.consumer)
    rounds = asyncio.create_task(group.watch.run())
    try:
        await eventually(lambda: {1, 2, 3} <= asked if calm_seconds > 0 else group.asked >= 6)
    finally:
        await cancel_and_wait(rounds)
    assert asked & {1, 2, 3} == expected


async def test_what_could_not_be_replaced_for_long_counts_as_dead(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(type(group.subscriber), "start", lambda _: never())
    end_fetching(group.consumer)
    await eventually(lambda: group.watch.replacing)
    assert group.watch.alive()
    monkeypatch.setattr(consumer_watch, "LOST_SECONDS", 0.0)
    assert not group.watch.alive()


def test_the_longest_patience_ends_before_the_process_counts_as_dead() -> None:
    assert ORDINARY_PATIENCE.longest(20).total_seconds() + consumer_watch.WATCH_SECONDS < consumer_watch.LOST_SECONDS
