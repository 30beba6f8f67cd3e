"""What was set aside in a topic until an operator deals with it: dead letters, unparsed bodies.

A marker in the same topic and partition says that one was dealt with; it always comes after what it speaks of.
"""

import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from atd_cli.kafka.topic_log import RawRecord, ReadRecord, TopicLog
from atd_schemas.envelope import Envelope

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class ClosingMarker:
    """A marker: an operator has dealt with the record of this id."""

    id: str


@dataclass(frozen=True, slots=True)
class SetAsideRecord(Generic[S]):
    """A record that was set aside, and the part of it that a list shows."""

    id: str
    summary: S


@dataclass(frozen=True, slots=True)
class Entry(Generic[S]):
    """A record that was set aside: its position, its time, and whether it still waits for an operator."""

    id: str
    topic: str
    partition: int
    offset: int
    at: datetime
    open: bool
    summary: S


def record_reader(
    adapter: TypeAdapter[Any], summarise: Callable[[Any], SetAsideRecord[S] | ClosingMarker]
) -> Callable[[RawRecord], SetAsideRecord[S] | ClosingMarker | None]:
    """A `Keep` for `TopicLog`; a record that cannot be read is named on stderr and skipped."""

    def keep(record: RawRecord) -> SetAsideRecord[S] | ClosingMarker | None:
        event = parse(adapter, record)
        return None if event is None else summarise(event)

    return keep


def parse(adapter: TypeAdapter[Any], record: RawRecord) -> Envelope | None:
    """The event of a record; None, with a line on stderr, when this version cannot read it."""
    try:
        event: Envelope = adapter.validate_json(record.value or b"")
    except ValidationError:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        print(f"atd: the record at {place} is of a form that this version cannot read", file=sys.stderr)
        return None
    return event


async def newest_entries(
    log: TopicLog, keep: Callable[[RawRecord], SetAsideRecord[S] | ClosingMarker | None]
) -> AsyncIterator[Entry[S]]:
    """Every record set aside, newest first, each once. Reading from the end, a marker comes before its record."""
    closed: set[str] = set()
    known: set[str] = set()
    records: AsyncIterator[ReadRecord[SetAsideRecord[S] | ClosingMarker]] = log.newest_first(keep)
    async for found in records:
        kept = found.kept
        if isinstance(kept, ClosingMarker):
            closed.add(kept.id)
        elif kept.id not in known:
            known.add(kept.id)
            yield Entry(
                id=kept.id,
                topic=found.topic,
                partition=found.partition,
                offset=found.offset,
                at=datetime.fromtimestamp(found.at_ms / 1000, UTC),
                open=kept.id not in closed,
                summary=kept.summary,
            )
