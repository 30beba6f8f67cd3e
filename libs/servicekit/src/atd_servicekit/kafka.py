"""Kafka: what goes out, and the clients with the promises of delivery set once.

Producers are idempotent with acks=all. The idempotent producer of aiokafka never lets a batch overtake an
earlier one of the same partition, so the order of `publish` is the order in the topic.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from atd_schemas.envelope import Envelope
from atd_schemas.topics import MAX_DEAD_LETTER_BYTES, Topic, encode
from atd_schemas.topics import headers as headers_of
from atd_servicekit.errors import PublishFailed

Headers = list[tuple[str, bytes]]

PUBLISH_TIMEOUT_SECONDS = 20.0
"""How long `publish` waits for Kafka's acknowledgement before it gives up."""

_BATCH_BYTES = 512 * 1024


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

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Write the records in this order; returns when every one is acknowledged by all in-sync replicas.

        Raises `PublishFailed` when one is not, within `timeout_seconds`; some may be in Kafka all the same,
        so the caller publishes all of them again (their ids make the repeats harmless).
        """
        if not records:
            return
        try:
            async with asyncio.timeout(self._timeout):
                futures = await self._enqueue(records)
                await asyncio.gather(*futures)
        except (KafkaError, TimeoutError) as error:
            raise PublishFailed(f"Kafka did not acknowledge {len(records)} records: {type(error).__name__}") from error

    async def _enqueue(self, records: Sequence[Outgoing]) -> "list[asyncio.Future[object]]":
        if self._producer is None:
            raise PublishFailed("the producer is not started")
        send = self._producer.send
        return [await send(r.topic, value=r.value, key=r.key, headers=r.headers) for r in records]


def create_broker(bootstrap_servers: str, client_id: str) -> KafkaBroker:
    """FastStream's broker, for consuming only; `consuming.py` sets the rest for each subscription."""
    return KafkaBroker(
        bootstrap_servers,
        client_id=client_id,
        consumer_only=True,
        allow_auto_create_topics=False,
        graceful_timeout=20.0,
        logger=None,
        apply_types=True,
    )
