"""Kafka: what goes out, and the clients with the promises of delivery set once.

Producers are idempotent with acks=all. The idempotent producer of aiokafka never lets a batch overtake an
earlier one of the same partition, so the order of `publish` is the order in the topic.
"""

import asyncio
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from atd_schemas.envelope import Envelope
from atd_schemas.topics import MAX_DEAD_LETTER_BYTES, Topic, encode
from atd_schemas.topics import headers as headers_of
from atd_servicekit.errors import PublishFailed

Headers = list[tuple[str, bytes]]
Polled = dict[TopicPartition, list[ConsumerRecord]]

PUBLISH_TIMEOUT_SECONDS = 20.0
"""How long `publish` waits for Kafka's acknowledgement before it gives up."""

_BATCH_BYTES = 512 * 1024
_WORTH_A_BATCH = 16
_POLL_MS = 1_000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record on its way to Kafka, already serialised."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers = field(default_factory=list)

    @classmethod
    def of(cls, topic: Topic, event: Envelope, traceparent: str | None = None, key: bytes | None = None) -> "Outgoing":
        """The record of an event; its key is the event's own unless given."""
        return cls(topic.name, key or event.key(), encode(event), headers_of(event, traceparent))


class Producer:
    """Writes records and returns when Kafka has them."""

    def __init__(
        self, bootstrap_servers: str, client_id: str, *, timeout_seconds: float = PUBLISH_TIMEOUT_SECONDS
    ) -> None:
        self._servers = bootstrap_servers
        self._client_id = client_id
        self._timeout = timeout_seconds
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Raises `KafkaError` when no broker answers."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers,
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
            raise PublishFailed(f"Kafka did not acknowledge {len(records)} records: {type(error).__name__}") from error

    async def _send_each(self, records: Sequence[Outgoing]) -> "list[asyncio.Future[object]]":
        send = self._connected().send
        return [await send(r.topic, value=r.value, key=r.key, headers=r.headers) for r in records]

    async def _send_batches(self, records: Sequence[Outgoing]) -> "list[asyncio.Future[object]]":
        """Many records at once: built by partition here, which costs a fifth of handing them over one by one."""
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


class _PatientConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka ships no type information
    """Waits in one poll until there are records.

    FastStream's batch subscriber sleeps after an empty poll for as long as it polled: a short poll keeps the process
    busy at rest (100 polls a second took 9 % of a core), a long one delays the first record.
    """

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Polled:
        while True:
            wait_ms = max(timeout_ms, _POLL_MS)
            found: Polled = await super().getmany(*partitions, timeout_ms=wait_ms, max_records=max_records)
            if found:
                return found


class _PatientBroker(KafkaBroker):
    """FastStream's broker whose subscribers are `_PatientConsumer`s."""

    async def _connect(self) -> Callable[..., AIOKafkaConsumer]:
        builder = cast("partial[AIOKafkaConsumer]", await super()._connect())
        patient = partial(_PatientConsumer, **builder.keywords)
        self.config.broker_config.builder = patient
        return patient


def create_broker(bootstrap_servers: str, client_id: str) -> KafkaBroker:
    """FastStream's broker, for consuming only; `consuming.py` sets the rest for each subscription."""
    return _PatientBroker(
        bootstrap_servers,
        client_id=client_id,
        consumer_only=True,
        allow_auto_create_topics=False,
        graceful_timeout=20.0,
        logger=None,
        apply_types=True,
    )
