"""Reads older events again from Kafka, for a client that was away longer than the memory reaches.

Three limits: records of one replay, replays at once, and replays waiting. Beyond them a replay is refused, and
the client reloads by HTTP instead.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from atd_gateway.domain.duplicates import DuplicateFilter
from atd_gateway.domain.frames import Event, NotAnEvent, read_event
from atd_gateway.domain.streams import StreamLayout
from atd_gateway.raw_record import RawRecord
from atd_servicekit.kafka_connection import KafkaConnection

_POLL_MS = 1_000
_POLL_RECORDS = 500
_FETCH_BYTES = 1024 * 1024
_WAIT_SECONDS = 15.0

Replayed = tuple[int, int, Event]
"""Slot, offset and event."""


class CannotReplay(Exception):
    """The missed events cannot be sent again; `reason` is a word for the client and the metrics."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Replayer:
    """Reads ranges of the streamed topics for single tenants."""

    def __init__(
        self,
        kafka: KafkaConnection | str,
        *,
        max_records: int,
        at_once: int,
        waiting: int,
        lookback: int = 500,
    ) -> None:
        """`lookback` is how many records before the range are read too, to know what is a repetition in it."""
        self._kafka = KafkaConnection.of(kafka)
        self.max_records = max_records
        """Records that may be read again for one client."""
        self._lookback = lookback
        self._places = asyncio.Semaphore(at_once)
        self._waiting_limit = at_once + waiting
        self._inside = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place among the replays. Raises `CannotReplay` when too many wait already."""
        if self._inside >= self._waiting_limit:
            raise CannotReplay("busy")
        self._inside += 1
        try:
            async with self._places:
                yield
        finally:
            self._inside -= 1

    async def read(
        self, layout: StreamLayout, tenant_id: str, start: Sequence[int], end: Sequence[int]
    ) -> AsyncGenerator[list[Replayed], None]:
        """The tenant's events from `start` to before `end` (offsets by slot), each once, batch by batch.

        Events of one partition keep their order. Raises `CannotReplay` when some are no longer kept, and when
        Kafka is away.
        """
        wanted = {number: (low, high) for number, (low, high) in enumerate(zip(start, end, strict=True)) if low < high}
        if not wanted:
            return
        consumer = AIOKafkaConsumer(
            **self._kafka.client_options(),
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            max_partition_fetch_bytes=_FETCH_BYTES,
        )
        reading = _Reading(layout, tenant_id, wanted)
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await consumer.start()
                await reading.seek(consumer, self._lookback)
            async for batch in reading.records(consumer):
                events = reading.events(batch)
                if events:
                    yield events
        except (KafkaError, TimeoutError) as error:
            raise CannotReplay("unavailable") from error
        finally:
            await consumer.stop()


class _Reading:
    """One replay: where it is, and what it has seen. `wanted` has first and last offset by slot."""

    def __init__(self, layout: StreamLayout, tenant_id: str, wanted: dict[int, tuple[int, int]]) -> None:
        self._layout = layout
        self._tenant_id = tenant_id
        self._needle = tenant_id.encode()
        self._wanted = wanted
        self._seen = {topic: DuplicateFilter(65_536) for topic in layout.partitions}

    def _places(self, slots: Iterable[int]) -> dict[int, TopicPartition]:
        return {slot: TopicPartition(*self._layout.places[slot]) for slot in slots}

    async def seek(self, consumer: AIOKafkaConsumer, lookback: int) -> None:
        places = self._places(self._wanted)
        consumer.assign(list(places.values()))
        kept = await consumer.beginning_offsets(list(places.values()))
        for slot, place in places.items():
            low, _ = self._wanted[slot]
            if low < kept[place]:
                raise CannotReplay("expired")
            consumer.seek(place, max(kept[place], low - lookback))

    async def records(self, consumer: AIOKafkaConsumer) -> AsyncIterator[list[RawRecord]]:
        left = self._places(self._wanted)
        loop = asyncio.get_running_loop()
        received_at = loop.time()
        while left:
            found = await consumer.getmany(*left.values(), timeout_ms=_POLL_MS, max_records=_POLL_RECORDS)
            if found:
                received_at = loop.time()
            elif loop.time() - received_at > _WAIT_SECONDS:
                raise CannotReplay("unavailable")
            yield [record for batch in found.values() for record in batch]
            for slot, place in list(left.items()):
                if await consumer.position(place) >= self._wanted[slot][1]:
                    del left[slot]
                    consumer.pause(place)

    def events(self, batch: Iterable[RawRecord]) -> list[Replayed]:
        """What is for the tenant, inside the range, and no repetition."""
        found = []
        for record in batch:
            value = record.value or b""
            if self._needle not in value:  # a tenth of a microsecond, where reading costs five
                continue
            try:
                event = read_event(value)
            except NotAnEvent:
                continue
            if event.tenant_id != self._tenant_id:
                continue
            is_new = self._seen[record.topic].is_new(event.subject, event.sequence, event.id)
            slot = self._layout.slots[record.topic, record.partition]
            low, high = self._wanted[slot]
            if is_new and low <= record.offset < high:
                found.append((slot, record.offset, event))
        return found
