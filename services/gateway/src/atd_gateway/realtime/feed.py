"""Keeps the recent events of every tenant in memory, for WebSocket clients to read.

There is one log per tenant and no queue per client: a client is a position in its tenant's log. So catching up
and being live are the same loop, nothing falls between them, and a slow client costs no memory. The logs of all
tenants together are bounded by number and bytes; the oldest event of all goes first.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence

import structlog

from atd_gateway.domain.cursors import CursorWriter
from atd_gateway.domain.duplicates import DuplicateFilter
from atd_gateway.domain.frames import Event, NotAnEvent, frame_of, read_event
from atd_gateway.domain.streams import StreamLayout
from atd_gateway.raw_record import RawRecord

_COMPACT_AT = 1024
_AT_ONCE = 100
_TURNS = 4  # a live client gets so many turns to write before the memory has forgotten what it has not written


class Entry:
    """One event in a log: its frame with the live cursor, and its place in Kafka (slot and offset).

    `until` is the number of bytes of the log's frames up to and including this one, since the log began.
    """

    __slots__ = ("frame", "offset", "permission", "slot", "subject", "taken_from", "until", "visible_to")

    def __init__(self, slot: int, offset: int, event: Event, frame: bytes, until: int) -> None:
        self.slot = slot
        self.offset = offset
        self.subject = event.subject
        self.permission = event.permission
        self.visible_to = event.visible_to
        self.taken_from = event.taken_from
        self.frame = frame
        self.until = until


class TenantLog:
    """The recent events of one tenant. Positions count its events since the process started."""

    __slots__ = ("_base", "_entries", "bytes_end", "first", "listeners")

    def __init__(self) -> None:
        self._entries: list[Entry | None] = []
        self._base = 0
        self.first = 0
        """Position of the oldest event that is still here."""
        self.bytes_end = 0
        """Bytes of all frames that were ever in the log."""
        self.listeners: set[Callable[[], None]] = set()
        """Called, in the event loop, when there are new events; must be quick."""

    @property
    def end(self) -> int:
        """Position after the newest event."""
        return self._base + len(self._entries)

    def append(self, entry: Entry) -> None:
        self._entries.append(entry)
        self.bytes_end = entry.until

    def drop_oldest(self) -> int:
        """Forget the oldest event; its bytes."""
        index = self.first - self._base
        entry = self._entries[index]
        self._entries[index] = None
        self.first += 1
        if self.first == self.end or (index >= _COMPACT_AT and index * 2 >= len(self._entries)):
            del self._entries[: index + 1]
            self._base = self.first
        return 0 if entry is None else len(entry.frame)

    def oldest(self) -> Entry | None:
        return self._entries[self.first - self._base] if self.first < self.end else None

    def read(self, position: int, limit: int) -> Sequence[Entry]:
        """Up to `limit` events from `position` on, which must not be before `first`."""
        start = position - self._base
        return [one for one in self._entries[start : start + limit] if one is not None]

    def bytes_before(self, position: int) -> int:
        """Bytes of all frames before `position`, which must not be before `first`."""
        if position >= self.end:
            return self.bytes_end
        entry = self._entries[position - self._base]
        return self.bytes_end if entry is None else entry.until - len(entry.frame)


class Feed:
    """Takes the records of the streamed topics, once each, and keeps the recent ones by tenant."""

    def __init__(
        self,
        *,
        max_events: int,
        max_bytes: int,
        skipped: Callable[[str], None] | None = None,
        remembered_subjects: int = 30_000,
    ) -> None:
        """`skipped` is called with the topic of each record that is no event; the record is ignored."""
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._at_once = max(1, min(_AT_ONCE, max_events // _TURNS))
        self._skipped = skipped
        self._remembered_subjects = remembered_subjects
        self._logs: dict[str, TenantLog] = {}
        self._order: deque[TenantLog] = deque()
        self._bytes = 0
        self.layout = StreamLayout({})
        self._writer = CursorWriter(self.layout, ())
        self._seen: list[DuplicateFilter] = []
        self.positions: list[int] = []
        """By slot: the offset of the next record that has not been taken."""
        self.oldest: list[int] = []
        """By slot: no event at or after this offset has been forgotten."""

    @property
    def begun(self) -> bool:
        return bool(self.positions)

    def begin(self, layout: StreamLayout, offsets: Sequence[int]) -> None:
        """The topics, and the offset in each partition (by slot) from which records will come."""
        self.layout = layout
        self.positions = list(offsets)
        self.oldest = list(offsets)
        self._writer = CursorWriter(layout, offsets)
        by_topic = {topic: DuplicateFilter(self._remembered_subjects) for topic in layout.partitions}
        self._seen = [by_topic[topic] for topic, _ in layout.places]

    def cursor(self) -> bytes:
        """The cursor after everything taken so far."""
        return self._writer.text()

    def covers(self, offsets: Sequence[int]) -> bool:
        """Whether every event at or after these offsets that has been taken is still here."""
        return all(offset >= oldest for offset, oldest in zip(offsets, self.oldest, strict=True))

    def has_reached(self, offsets: Sequence[int]) -> bool:
        """Whether everything before these offsets has been taken."""
        return all(at >= offset for at, offset in zip(self.positions, offsets, strict=True))

    def log(self, tenant_id: str) -> TenantLog:
        """The tenant's log; an empty one for a tenant without recent events."""
        log = self._logs.get(tenant_id)
        if log is None:
            log = self._logs[tenant_id] = TenantLog()
        return log

    async def take(self, records: Sequence[RawRecord]) -> None:
        """Take records, in the order of each partition; one that was taken before is ignored."""
        for start in range(0, len(records), self._at_once):
            self.take_now(records[start : start + self._at_once])
            await asyncio.sleep(0)  # whoever waits for these need not wait for the rest

    def take_now(self, records: Iterable[RawRecord]) -> None:
        """The same, without a pause."""
        touched: set[TenantLog] = set()
        slots = self.layout.slots
        for record in records:
            slot = slots[record.topic, record.partition]
            if record.offset >= self.positions[slot]:
                log = self._take(slot, record)
                if log is not None:
                    touched.add(log)
        for log in touched:
            for wake in log.listeners:
                wake()

    def _take(self, slot: int, record: RawRecord) -> TenantLog | None:
        following = record.offset + 1
        self.positions[slot] = following
        self._writer.advance(slot, following)
        try:
            event = read_event(record.value or b"")
        except NotAnEvent as error:
            self._skip(record, error)
            return None
        if not self._seen[slot].is_new(event.subject, event.sequence, event.id):
            return None
        log = self.log(event.tenant_id)
        frame = frame_of(event, self._writer.text())
        log.append(Entry(slot, record.offset, event, frame, log.bytes_end + len(frame)))
        self._order.append(log)
        self._bytes += len(frame)
        while len(self._order) > self._max_events or self._bytes > self._max_bytes:
            self._forget_oldest()
        return log

    def _skip(self, record: RawRecord, error: NotAnEvent) -> None:
        if self._skipped is not None:
            self._skipped(record.topic)
        structlog.get_logger().warning(
            "feed.skipped", topic=record.topic, partition=record.partition, offset=record.offset, error=str(error)
        )

    def _forget_oldest(self) -> None:
        log = self._order.popleft()
        entry = log.oldest()
        if entry is not None:
            self.oldest[entry.slot] = max(self.oldest[entry.slot], entry.offset + 1)
        self._bytes -= log.drop_oldest()
