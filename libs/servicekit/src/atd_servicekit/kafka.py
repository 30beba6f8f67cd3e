"""Publishing to Kafka: records as they go out, and the producer with the promises of delivery set once.

Producers are idempotent with acks=all. The idempotent producer of aiokafka never lets a batch overtake an
earlier one of the same partition, so the order of `publish` is the order in the topic.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from aiokafka.errors import KafkaError

from atd_schemas.envelope import Envelope
from atd_schemas.topics import Topic, encode
from atd_schemas.topics import headers as headers_of
from atd_servicekit.backoff import Backoff
from atd_servicekit.deadline import Deadline
from atd_servicekit.errors import InfrastructureFault, PublishFailed
from atd_servicekit.faults import KAFKA_REFUSES, is_kafka_setup
from atd_servicekit.idempotent_producer import IdempotentProducer, ProducerIdentity, ProducerLimits, partition_of
from atd_servicekit.kafka_connection import KafkaConnection
from atd_servicekit.metrics import Metrics

Headers = list[tuple[str, bytes]]

PUBLISH_TIMEOUT_SECONDS = 20.0
"""How long `publish` waits for Kafka's acknowledgement before it gives up."""

KAFKA_GRACE = timedelta(seconds=15)
"""How long checks of Kafka may fail before the process counts as not ready: longer than a broker's restart."""

_BACKOFF = Backoff.of_seconds(0.2, 5.0)
_FAILURE_SECONDS = 30.0
_SUCCESS_SECONDS = 3.0
_SETUP_SECONDS = 300.0
_ANSWERED_SECONDS = 10.0
_WORTH_A_BATCH = 16
_TRIES = 3
_FLUSH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record on its way to Kafka, already serialised."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers = field(default_factory=list)

    @classmethod
    def of(cls, topic: Topic, event: Envelope, traceparent: str | None = None, key: bytes | None = None) -> "Outgoing":
        """Build the record of an event; its key is the event's own unless given."""
        return cls(topic.name, key or event.key(), encode(event), headers_of(event, traceparent))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How the last publish ended: `at` of `time.monotonic()`, `error` the name of what was raised."""

    at: float
    error: str | None


class Producer:
    """Writes records and returns when Kafka has them.

    An aiokafka producer that can write no more is replaced, again and again until Kafka takes a new one. Who publishes
    meanwhile waits for the new one, as long as its own time lasts.
    """

    def __init__(
        self,
        kafka: KafkaConnection | str,
        client_id: str,
        metrics: Metrics | None = None,
        *,
        timeout_seconds: float = PUBLISH_TIMEOUT_SECONDS,
        limits: ProducerLimits | None = None,
    ) -> None:
        self._metrics = metrics
        self._outcome: _Outcome | None = None
        self._log = structlog.get_logger()
        self._kafka = KafkaConnection.of(kafka)
        self._client_id = client_id
        self._timeout = timeout_seconds
        self._limits = limits or ProducerLimits()
        self._producer: IdempotentProducer | None = None
        self._broken: str | None = None
        self._unusable_topics: dict[str, tuple[float, str]] = {}
        self._replacing: asyncio.Task[None] | None = None
        self._worked_at = time.monotonic()
        self._written_since_start = True

    async def start(self) -> None:
        """Connect. Raises `KafkaError` when no broker answers, `TimeoutError` when it takes too long."""
        producer = self._build(None)
        await producer.start()
        self._use(producer)
        self._outcome = None

    async def stop(self) -> None:
        """Write what is waiting, for ten seconds at the most, and close."""
        replacing, self._replacing = self._replacing, None
        producer = self._given_up()
        if replacing is not None:
            replacing.cancel()
            await asyncio.gather(replacing, return_exceptions=True)
            producer = self._given_up() or producer  # too late to be interrupted, it has closed the one before
        if producer is not None:
            await producer.close(_FLUSH_SECONDS)

    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None:
        """Write the records, those of a key in this order; returns when all in-sync replicas have every one.

        Raises `PublishFailed` when they have not within `timeout_seconds` (default: the producer's); some may be in
        Kafka all the same, so the caller publishes all of them again (their ids make the repeats harmless).
        """
        if not records:
            return
        try:
            with Deadline(timeout_seconds or self._timeout):
                await self._publish(records)
        except (KafkaError, TimeoutError) as error:
            setup = is_kafka_setup(error) and self._connected().hears_brokers
            self._note_failure(records, error, setup=setup)
            raise PublishFailed(
                f"Kafka did not acknowledge {len(records)} records: {type(error).__name__}",
                refused=isinstance(error, KAFKA_REFUSES),
                setup=setup,
            ) from error
        for topic in self._unusable_topics and {record.topic for record in records}:
            self._unusable_topics.pop(topic, None)
        self._worked_at = time.monotonic()
        self._written_since_start = True
        self._outcome = _Outcome(self._worked_at, None)

    async def _publish(self, records: Sequence[Outgoing]) -> None:
        """Write the records, and once more with each new producer that the error of the one before asks for."""
        for tries_left in reversed(range(_TRIES)):
            producer = await self._usable()
            futures: list[asyncio.Future[object]] = []
            try:
                send = self._send_each if len(records) < _WORTH_A_BATCH else self._send_batches
                await send(producer, records, futures)
                await (futures[0] if len(futures) == 1 else asyncio.gather(*futures))
            except KafkaError as error:
                lost = producer.lost_state(error)
                if lost or any(one.done() and not one.cancelled() and one.exception() for one in futures):
                    self._replace(producer, error)  # what a broker refuses leaves a gap in the partition's numbers
                if not lost or not tries_left:
                    raise
            else:
                return

    def _note_failure(self, records: Sequence[Outgoing], error: Exception, *, setup: bool) -> None:
        name = type(error).__name__
        topics = sorted({record.topic for record in records})
        self._log.warning("kafka.publish_failed", topics=topics, records=len(records), error=name)
        if self._metrics is not None:
            self._metrics.publish_failures.labels(name).inc()
        if isinstance(error, KAFKA_REFUSES):  # says nothing about the producer
            return
        if setup:
            self._unusable_topics |= {topic: (time.monotonic(), name) for topic in topics}
            return
        self._outcome = _Outcome(time.monotonic(), name)
        self._replace_if_silent()

    async def check(self) -> None:
        """Raise `InfrastructureFault` when nothing can be published, as far as is known.

        The last publish decides: for a few seconds when it went well, for half a minute when it failed. Without one,
        the brokers are asked for their metadata, so that it is seen when Kafka goes away or comes back while nobody
        publishes.
        """
        producer = self._connected()
        if self._broken is not None:
            raise InfrastructureFault(f"the producer is being replaced: {self._broken}")
        for topic, (at, error) in self._unusable_topics.items():
            if time.monotonic() - at <= _SETUP_SECONDS:
                raise InfrastructureFault(f"topic {topic} cannot be written to: {error}")
        last = self._outcome
        if last is not None:
            age = time.monotonic() - last.at
            if last.error is not None and age <= _FAILURE_SECONDS:
                raise InfrastructureFault(f"the last publish failed: {last.error}")
            if last.error is None and age <= _SUCCESS_SECONDS:
                return
        try:
            answered = await producer.client.force_metadata_update()
        except BaseException:
            self._replace_if_silent()
            raise
        if not answered:
            self._replace_if_silent()
            raise InfrastructureFault("no Kafka broker answers")
        if last is None or last.error is None:
            self._worked_at = time.monotonic()

    @property
    def answered(self) -> bool:
        """Whether Kafka has answered this producer lately."""
        return self._broken is None and time.monotonic() - self._worked_at <= _ANSWERED_SECONDS

    async def _usable(self) -> IdempotentProducer:
        while self._broken is not None and self._replacing is not None:
            await asyncio.wait([self._replacing])
        return self._connected()

    def _replace(self, producer: IdempotentProducer, error: KafkaError) -> None:
        """Let nobody use `producer` any more, and begin to replace it unless that is done or under way."""
        if producer is not self._producer or self._broken is not None:
            return
        self._broken = type(error).__name__
        self._outcome = _Outcome(time.monotonic(), self._broken)
        if self._replacing is None or self._replacing.done():
            self._begin_replacing(producer, self._broken)

    def _replace_if_silent(self) -> None:
        """Try to connect anew when nothing has worked for long: addresses may have changed, or aiokafka is stuck."""
        idle = self._replacing is None or self._replacing.done()
        if self._producer is not None and idle and time.monotonic() - self._worked_at > self._limits.silent:
            self._begin_replacing(self._producer, "silent")

    def _begin_replacing(self, producer: IdempotentProducer, reason: str) -> None:
        self._log.error("kafka.producer_silent" if self._broken is None else "kafka.producer_broken", reason=reason)
        self._replacing = asyncio.create_task(self._run_replacement(producer, reason), name="replace-producer")

    async def _run_replacement(self, old: IdempotentProducer, reason: str) -> None:
        """Put a new producer in the place of `old`, which is closed before the new one writes anything."""
        began = time.monotonic()
        if self._broken is not None:
            await old.discard()
        # A higher epoch makes the brokers refuse what the old producer still has under way. An id that has
        # led to nothing is given up.
        new = await self._started(old.identity.successor() if self._written_since_start else None)
        try:
            if self._broken is None:
                await asyncio.sleep(self._limits.last_chance)
            if self._broken is None and self._worked_at > began:  # the old one was only slow
                await new.discard()
                return
            await old.discard()
        except asyncio.CancelledError:
            await new.discard()
            raise
        self._use(new)
        self._log.warning("kafka.producer_replaced", reason=reason, seconds=round(time.monotonic() - began, 1))
        if self._metrics is not None:
            self._metrics.producer_replacements.labels(reason).inc()

    async def _started(self, identity: ProducerIdentity | None) -> IdempotentProducer:
        """Return a producer that is connected; tries until there is one."""
        for attempt in itertools.count(1):
            new = self._build(identity)
            try:
                await new.start()
            except Exception as error:  # noqa: BLE001 - whatever keeps it from starting, it is tried again
                delay = _BACKOFF.longest(attempt).total_seconds()
                self._log.warning("kafka.producer_not_replaced", error=type(error).__name__, retry_in_s=delay)
            else:
                return new
            await asyncio.sleep(delay)
        raise AssertionError("unreachable: the loop returns")

    def _use(self, producer: IdempotentProducer) -> None:
        self._producer, self._broken = producer, None
        self._written_since_start = False
        self._worked_at = time.monotonic()

    def _given_up(self) -> IdempotentProducer | None:
        producer, self._producer = self._producer, None
        return producer

    def _build(self, identity: ProducerIdentity | None) -> IdempotentProducer:
        return IdempotentProducer(self._kafka, self._client_id, self._limits, identity)

    async def _send_each(
        self, producer: IdempotentProducer, records: Sequence[Outgoing], futures: "list[asyncio.Future[object]]"
    ) -> None:
        for r in records:
            futures.append(await producer.send(r.topic, value=r.value, key=r.key, headers=r.headers))

    async def _send_batches(
        self, producer: IdempotentProducer, records: Sequence[Outgoing], futures: "list[asyncio.Future[object]]"
    ) -> None:
        """Send many records in batches by partition, which costs a fifth of sending them one by one."""
        by_place: dict[tuple[str, int], list[Outgoing]] = {}
        counts = {topic: len(await producer.partitions_for(topic)) for topic in {r.topic for r in records}}
        for record in records:
            by_place.setdefault((record.topic, partition_of(record.key, counts[record.topic])), []).append(record)
        now_ms = time.time_ns() // 1_000_000
        for (topic, partition), found in by_place.items():
            batch = producer.create_batch()
            for record in found:
                item = {"key": record.key, "value": record.value, "timestamp": now_ms, "headers": record.headers}
                if batch.append(**item) is None:
                    futures.append(await producer.send_batch(batch, topic, partition=partition))
                    batch = producer.create_batch()
                    batch.append(**item)
            futures.append(await producer.send_batch(batch, topic, partition=partition))

    def _connected(self) -> IdempotentProducer:
        if self._producer is None:
            raise PublishFailed("the producer is not started")
        return self._producer
