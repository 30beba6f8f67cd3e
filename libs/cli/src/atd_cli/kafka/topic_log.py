"""Reads a topic from its end, newest record first, or records at given positions.

Nothing is committed and no group is joined: looking changes nothing.
"""

import heapq
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeAlias, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError

from atd_cli.kafka.admin import no_broker_error
from atd_cli.output import CommandFailed
from atd_servicekit.kafka_connection import KafkaConnection

T = TypeVar("T")
RawRecord: TypeAlias = "ConsumerRecord[bytes, bytes]"
Keep: TypeAlias = Callable[[RawRecord], T | None]
"""Says what of a record is held in memory; None for a record that is not wanted."""

_WINDOW_RECORDS = 200
_POLL_MS = 5_000


@dataclass(frozen=True, slots=True)
class ReadRecord(Generic[T]):
    """What was kept of one record, and its position. `at_ms` is its time in Kafka (Unix milliseconds)."""

    topic: str
    partition: int
    offset: int
    at_ms: int
    kept: T

    @property
    def place(self) -> tuple[int, int]:
        return (self.partition, self.offset)


class TopicLog:
    """One topic, as it was when this object was created."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic

    async def newest_first(self, keep: Keep[T]) -> AsyncIterator[ReadRecord[T]]:
        """Every record, newest first (in one partition: by offset; between partitions: by time).

        `keep` says what of a record is held in memory; records for which it answers None are skipped.
        """
        readers = [self._backwards(place, keep) for place in await self._places()]
        heads: list[tuple[int, int, ReadRecord[T]]] = []
        for number, reader in enumerate(readers):
            if (first := await anext(reader, None)) is not None:
                heapq.heappush(heads, (-first.at_ms, number, first))
        while heads:
            _, number, found = heapq.heappop(heads)
            yield found
            if (following := await anext(readers[number], None)) is not None:
                heapq.heappush(heads, (-following.at_ms, number, following))

    async def at(self, places: Collection[tuple[int, int]], keep: Keep[T]) -> AsyncIterator[ReadRecord[T]]:
        """The records at these (partition, offset), in this order; missing ones are left out."""
        wanted = sorted(places)
        for (partition, _), group in groupby(wanted, key=lambda place: (place[0], place[1] // _WINDOW_RECORDS)):
            offsets = [offset for _, offset in group]
            place = TopicPartition(self._topic, partition)
            chosen = _only(set(offsets), keep)
            async for found in self._window(place, offsets[0], offsets[-1] + 1, chosen):
                yield found

    async def _places(self) -> list[TopicPartition]:
        return sorted(self._consumer.assignment(), key=lambda place: int(place.partition))

    async def _backwards(self, place: TopicPartition, keep: Keep[T]) -> AsyncIterator[ReadRecord[T]]:
        begin = (await self._consumer.beginning_offsets([place]))[place]
        end = (await self._consumer.end_offsets([place]))[place]
        while end > begin:
            start = max(begin, end - _WINDOW_RECORDS)
            window = [found async for found in self._window(place, start, end, keep)]
            for found in reversed(window):
                yield found
            end = start

    async def _window(self, place: TopicPartition, start: int, end: int, keep: Keep[T]) -> AsyncIterator[ReadRecord[T]]:
        """What is kept of the records from `start` up to, not including, `end`."""
        self._consumer.pause(*(other for other in self._consumer.assignment() if other != place))
        self._consumer.resume(place)
        self._consumer.seek(place, start)
        while await self._consumer.position(place) < end:
            batch = (await self._consumer.getmany(place, timeout_ms=_POLL_MS)).get(place, [])
            if not batch and await self._consumer.position(place) < end:
                raise CommandFailed(f"Kafka does not return the records of {self._topic}/{place.partition}")
            for record in batch:
                if record.offset < end and (kept := keep(record)) is not None:
                    yield ReadRecord(record.topic, record.partition, record.offset, record.timestamp, kept)


def _only(offsets: Collection[int], keep: Keep[T]) -> Callable[[RawRecord], T | None]:
    return lambda record: keep(record) if record.offset in offsets else None


@asynccontextmanager
async def topic_log(kafka: KafkaConnection | str, topic: str) -> AsyncIterator[TopicLog]:
    """Open a topic for reading. Raises `CommandFailed` when the topic or the broker does not exist."""
    connection = KafkaConnection.of(kafka)
    consumer = AIOKafkaConsumer(
        **connection.client_options(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=20,  # a fetch that waits at the end of the log would delay the next window
        request_timeout_ms=15_000,
    )
    try:
        await consumer.start()
    except KafkaConnectionError as error:
        await consumer.stop()
        raise no_broker_error(connection) from error
    try:
        consumer.assign([TopicPartition(topic, number) for number in await _partitions(consumer, topic)])
        yield TopicLog(consumer, topic)
    finally:
        await consumer.stop()


async def _partitions(consumer: Any, topic: str) -> Iterable[int]:
    # `partitions_for_topic` answers only for topics that the consumer has asked for before; this asks for all.
    cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - aiokafka has no public way
    found: set[int] | None = cluster.partitions_for_topic(topic)
    if not found:
        raise CommandFailed(f"The topic {topic} does not exist. `atd topics create` creates it.")
    return sorted(found)
