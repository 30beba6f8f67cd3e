"""Reads a whole topic in every process: for caches, and for the gateway's WebSockets.

No group and no commits: each process reads all partitions, from the beginning (compacted topics) or from the
present end. The handler gets raw records, batch by batch, in the order of each partition.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from atd_schemas.topics import Topic
from atd_servicekit.aiokafka_client import prepare_client, stop_consumer
from atd_servicekit.backoff import Backoff
from atd_servicekit.consumer_state import silent_partitions
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.kafka_connection import KafkaConnection
from atd_servicekit.tasks import SupervisedTask

RawHandler = Callable[[Sequence[ConsumerRecord[bytes, bytes]]], Awaitable[None]]

STUCK_SECONDS = 60.0
"""A handler that keeps the reader for longer makes the process count as not ready."""

LOST_SECONDS = 60.0
"""A reader that has heard nothing for longer connects anew: aiokafka never asks the bootstrap servers again."""

_POLL_MS = 1_000
_MAX_RECORDS = 1_000
_CATCH_UP_SECONDS = 30.0
_BACKOFF = Backoff.of_seconds(0.5, 10.0)


class Broadcast:
    """Reads all partitions of a topic. A component: when it has started, it has read up to the end."""

    def __init__(
        self, kafka: KafkaConnection | str, topic: Topic, handler: RawHandler, *, from_beginning: bool
    ) -> None:
        self._kafka = KafkaConnection.of(kafka)
        self.topic = topic
        self._handler = handler
        self._from_beginning = from_beginning
        self._consumer: AIOKafkaConsumer | None = None
        self._log = structlog.get_logger().bind(topic=topic.name)
        self._loop = SupervisedTask(f"broadcast-{topic.name}", self._run)
        self._polled_at = self._heard_at = time.monotonic()
        self.positions: dict[int, int] = {}
        """By partition: the offset of the next record that the handler will get."""

    async def start(self) -> None:
        self._consumer, ends = await self._connect()
        await asyncio.wait_for(self._catch_up(ends), _CATCH_UP_SECONDS)
        await self._loop.start()

    async def _connect(self) -> tuple[AIOKafkaConsumer, dict[int, int]]:
        """A consumer that goes on at `positions`, and the present ends. Raises `KafkaError`, `InfrastructureFault`."""
        consumer = AIOKafkaConsumer(
            **self._kafka.client_options(),
            enable_auto_commit=False,
            auto_offset_reset="earliest" if self._from_beginning else "latest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=2 * 1024 * 1024,
        )
        prepare_client(consumer._client)  # noqa: SLF001 - aiokafka has no setting for it
        try:
            await consumer.start()
            return consumer, await self._assign(consumer)
        except BaseException:
            await stop_consumer(consumer)
            raise

    async def _assign(self, consumer: AIOKafkaConsumer) -> dict[int, int]:
        partitions = await self._partitions(consumer)
        consumer.assign([TopicPartition(self.topic.name, number) for number in partitions])
        ends = await consumer.end_offsets(consumer.assignment())
        begins = await consumer.beginning_offsets(consumer.assignment())
        for place in consumer.assignment():
            at = self.positions.get(place.partition, begins[place] if self._from_beginning else ends[place])
            consumer.seek(place, at)
            self.positions[place.partition] = at
        return {place.partition: end for place, end in ends.items()}

    async def _partitions(self, consumer: AIOKafkaConsumer) -> list[int]:
        found = consumer.partitions_for_topic(self.topic.name)
        if found is None:
            cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - the public way caches the absence
            found = cluster.partitions_for_topic(self.topic.name)
        if not found:
            raise InfrastructureFault(f"topic {self.topic.name} does not exist yet: run `atd topics create`")
        return sorted(found)

    async def _catch_up(self, ends: dict[int, int]) -> None:
        """Read up to `ends`, taken at the start; on a compacted topic the last offsets may not exist."""
        while any(self.positions[number] < end for number, end in ends.items()):
            if not await self._poll(250):
                consumer = self._started()
                for place in consumer.assignment():
                    self.positions[place.partition] = max(
                        self.positions[place.partition], await consumer.position(place)
                    )

    async def stop(self) -> None:
        await self._loop.stop()
        if self._consumer is not None:
            await stop_consumer(self._consumer)
            self._consumer = None

    async def check(self) -> None:
        """Raise `InfrastructureFault` when the topic cannot be read, as far as is known."""
        seconds = time.monotonic() - self._polled_at
        problem = f"no poll for {seconds:.0f} s" if seconds > STUCK_SECONDS else None
        problem = problem or silent_partitions(self._started(), time.time() * 1000)
        if problem:
            raise InfrastructureFault(problem)

    def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise InfrastructureFault("the reader is not started")
        return self._consumer

    async def _run(self) -> None:
        failures = 0
        while True:
            self._polled_at = time.monotonic()
            try:
                await self._poll(_POLL_MS)
                await self._reconnect_if_lost()
                failures = 0
            except (KafkaError, InfrastructureFault) as error:
                failures += 1
                delay = _BACKOFF.longest(failures).total_seconds()
                self._log.warning("broadcast.retry", error=type(error).__name__, delay_s=delay)
                await asyncio.sleep(delay)

    async def _reconnect_if_lost(self) -> None:
        now, old = time.monotonic(), self._started()
        if silent_partitions(old, time.time() * 1000) is None:
            self._heard_at = now
        elif now - self._heard_at > LOST_SECONDS:
            self._heard_at = now  # of the new one, or of the next try
            self._consumer, _ = await self._connect()
            self._log.warning("broadcast.reconnected")
            await stop_consumer(old)

    async def _poll(self, wait_ms: int) -> int:
        found = await self._started().getmany(timeout_ms=wait_ms, max_records=_MAX_RECORDS)
        records = [record for batch in found.values() for record in batch]
        if records:
            await self._handler(records)
            for record in records:
                self.positions[record.partition] = max(self.positions.get(record.partition, 0), record.offset + 1)
        return len(records)
