"""Publishing to Kafka: records as they go out, and the producer with the promises of delivery set once.

Producers are idempotent with acks=all. The idempotent producer of aiokafka never lets a batch overtake an
earlier one of the same partition, so the order of `publish` is the order in the topic.
"""

import asyncio
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from atd_schemas.envelope import Envelope
from atd_schemas.topics import MAX_DEAD_LETTER_BYTES, Topic, encode
from atd_schemas.topics import headers as headers_of
from atd_servicekit.errors import InfrastructureFault, PublishFailed
from atd_servicekit.kafka_connection import KafkaConnection
from atd_servicekit.metrics import Metrics

Headers = list[tuple[str, bytes]]

PUBLISH_TIMEOUT_SECONDS = 20.0
"""How long `publish` waits for Kafka's acknowledgement before it gives up."""

KAFKA_GRACE = timedelta(seconds=15)
"""How long checks of Kafka may fail before the process counts as not ready: longer than a broker's restart."""

_BATCH_BYTES = 512 * 1024
_RECENT_SECONDS = 30.0
_WORTH_A_BATCH = 16


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
    """Writes records and returns when Kafka has them."""

    def __init__(
        self,
        kafka: KafkaConnection | str,
        client_id: str,
        metrics: Metrics | None = None,
        *,
        timeout_seconds: float = PUBLISH_TIMEOUT_SECONDS,
    ) -> None:
        self._metrics = metrics
        self._outcome: _Outcome | None = None
        self._log = structlog.get_logger()
        self._kafka = KafkaConnection.of(kafka)
        self._client_id = client_id
        self._timeout = timeout_seconds
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Raises `KafkaError` when no broker answers."""
        producer = AIOKafkaProducer(
            **self._kafka.client_options(),
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            partitioner=_partitioner,
            max_batch_size=_BATCH_BYTES,
            max_request_size=MAX_DEAD_LETTER_BYTES,
            request_timeout_ms=15_000,
            retry_backoff_ms=50,
            metadata_max_age_ms=60_000,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def stop(self) -> None:
        """Flush and close."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await producer.stop()

    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None:
        """Write the records, those of a key in this order; returns when all in-sync replicas have every one.

        Raises `PublishFailed` when they have not within `timeout_seconds` (default: the producer's); some may be in
        Kafka all the same, so the caller publishes all of them again (their ids make the repeats harmless).
        """
        if not records:
            return
        try:
            async with asyncio.timeout(timeout_seconds or self._timeout):
                if len(records) < _WORTH_A_BATCH:
                    futures = await self._send_each(records)
                else:
                    futures = await self._send_batches(records)
                await (futures[0] if len(futures) == 1 else asyncio.gather(*futures))
        except (KafkaError, TimeoutError) as error:
            self._note_failure(records, error)
            raise PublishFailed(f"Kafka did not acknowledge {len(records)} records: {type(error).__name__}") from error

        self._outcome = _Outcome(time.monotonic(), None)

    def _note_failure(self, records: Sequence[Outgoing], error: Exception) -> None:
        name = type(error).__name__
        topics = sorted({record.topic for record in records})
        self._log.warning("kafka.publish_failed", topics=topics, records=len(records), error=name)
        if self._metrics is not None:
            self._metrics.publish_failures.labels(name).inc()
        if not isinstance(error, MessageSizeTooLargeError):  # that one says nothing about the producer
            self._outcome = _Outcome(time.monotonic(), name)

    async def check(self) -> None:
        """Raise `InfrastructureFault` when nothing can be published, as far as is known.

        The last publish of the past half minute decides. Without one, the brokers are asked for their metadata, so that
        a process that publishes nothing because it is not ready can become ready again.
        """
        producer = self._connected()
        last = self._outcome
        if last is not None and time.monotonic() - last.at <= _RECENT_SECONDS:
            if last.error is not None:
                raise InfrastructureFault(f"the last publish failed: {last.error}")
            return
        if not await producer.client.force_metadata_update():
            raise InfrastructureFault("no Kafka broker answers")

    async def _send_each(self, records: Sequence[Outgoing]) -> "list[asyncio.Future[object]]":
        send = self._connected().send
        return [await send(r.topic, value=r.value, key=r.key, headers=r.headers) for r in records]

    async def _send_batches(self, records: Sequence[Outgoing]) -> "list[asyncio.Future[object]]":
        """Send many records in batches by partition, which costs a fifth of sending them one by one."""
        producer = self._connected()
        by_place: dict[tuple[str, int], list[Outgoing]] = {}
        counts = {topic: len(await producer.partitions_for(topic)) for topic in {r.topic for r in records}}
        for record in records:
            by_place.setdefault((record.topic, partition_of(record.key, counts[record.topic])), []).append(record)
        futures = []
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
        return futures

    def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise PublishFailed("the producer is not started")
        return self._producer


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, the same in every process of ours (CRC-32: aiokafka's murmur2 is Python, and slow)."""
    return zlib.crc32(key) % partitions


def _partitioner(key: bytes, partitions: Sequence[int], _available: Sequence[int]) -> int:
    return partition_of(key, len(partitions))  # Kafka numbers them from 0 without gaps
