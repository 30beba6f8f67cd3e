"""Finds dead letters, and sends them back to where they came from."""

import base64
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from atd_cli.kafka.producer import SOURCE, running_producer
from atd_cli.kafka.set_aside import ClosingMarker, Entry, SetAsideRecord, newest_entries, parse, record_reader
from atd_cli.kafka.topic_log import RawRecord, ReadRecord, TopicLog, topic_log
from atd_cli.output import CommandFailed
from atd_schemas import topics
from atd_schemas.dead_letters import DeadLetter, DeadLetterData, DeadLetterRedriven, DeadLetterRedrivenData
from atd_schemas.ids import uuid7
from atd_schemas.topics import Topic, adapter, dead_letter_topic
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.kafka_connection import KafkaConnection


@dataclass(frozen=True, slots=True)
class Summary:
    """A dead letter without the record. `origin` is `topic/partition/offset`."""

    service: str
    group: str
    topic: str
    origin: str
    error: str
    detail: str


Found = Entry[Summary]


async def find(
    kafka: KafkaConnection, services: Sequence[str], *, origin_topic: str | None, include_closed: bool, limit: int
) -> list[Found]:
    """The newest dead letters of these services' topics, at most `limit`."""
    found: list[Found] = []
    for service in services:
        async with topic_log(kafka, dead_letter_topic(service).name) as log:
            chosen = [
                entry
                async for entry in select_entries(
                    log, service, origin_topic, include_closed=include_closed, limit=limit
                )
            ]
        found += chosen
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


async def show(kafka: KafkaConnection, letter_id: str) -> tuple[Found, DeadLetter]:
    """One dead letter with its record. Raises `CommandFailed` when there is none with this id."""
    for service in topics.CONSUMING_SERVICES:
        topic = dead_letter_topic(service)
        async with topic_log(kafka, topic.name) as log:
            for entry in await find_by_ids(log, service, {letter_id}):
                async for read in read_letters(log, topic, [entry]):
                    return entry, read.kept
    raise not_found({letter_id})


async def select_entries(
    log: TopicLog, service: str, origin_topic: str | None, *, include_closed: bool, limit: int | None
) -> AsyncGenerator[Found, None]:
    """The dead letters of one service that match, newest first; without `limit`, all of them."""
    count = 0
    async with aclosing(_entries(log, service)) as entries:
        async for entry in entries:
            if origin_topic not in (None, entry.summary.topic) or not (entry.open or include_closed):
                continue
            yield entry
            count += 1
            if count == limit:
                return


async def find_by_ids(log: TopicLog, service: str, ids: Collection[str]) -> list[Found]:
    """The dead letters of one service that have these ids."""
    found: list[Found] = []
    async with aclosing(_entries(log, service)) as entries:
        async for entry in entries:
            if len(found) == len(ids):
                break
            if entry.id in ids:
                found.append(entry)
    return found


async def _entries(log: TopicLog, service: str) -> AsyncGenerator[Found, None]:
    def summarise(event: Any) -> SetAsideRecord[Summary] | ClosingMarker:
        if isinstance(event, DeadLetterRedriven):
            return ClosingMarker(event.data.dead_letter_id)
        data: DeadLetterData = event.data
        origin = f"{data.topic}/{data.partition}/{data.offset}"
        return SetAsideRecord(event.id, Summary(service, data.group, data.topic, origin, data.error, data.detail))

    async for entry in newest_entries(log, record_reader(adapter(dead_letter_topic(service)), summarise)):
        yield entry


async def read_letters(log: TopicLog, topic: Topic, entries: Sequence[Found]) -> AsyncIterator[ReadRecord[DeadLetter]]:
    """These dead letters with their records, the oldest first."""

    def keep(record: RawRecord) -> DeadLetter | None:
        event = parse(adapter(topic), record)
        return event if isinstance(event, DeadLetter) else None

    async for read in log.at([(entry.partition, entry.offset) for entry in entries], keep):
        yield read


def not_found(ids: Collection[str]) -> CommandFailed:
    """The error for ids that no dead letter has."""
    return CommandFailed(f"There is no dead letter with the id {', '.join(sorted(ids))}.")


_BATCH_RECORDS = 100
_BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Redriven:
    """A dead letter that went back to its origin."""

    id: str
    topic: str


async def redrive_ids(kafka: KafkaConnection, ids: Collection[str]) -> list[Redriven]:
    """Publish these dead letters again at their origin, also those that were re-driven before."""
    missing = set(ids)
    done: list[Redriven] = []
    places: list[tuple[str, list[Found]]] = []
    for service in topics.CONSUMING_SERVICES:
        async with topic_log(kafka, dead_letter_topic(service).name) as log:
            found = await find_by_ids(log, service, missing)
        missing -= {entry.id for entry in found}
        places.append((service, found))
    if missing:
        raise not_found(missing)
    for service, found in places:
        done += await _redrive(kafka, service, found)
    return done


async def redrive_topic(kafka: KafkaConnection, origin_topic: str) -> list[Redriven]:
    """Publish every open dead letter of an origin topic there again, the oldest first."""
    done: list[Redriven] = []
    for service in topics.CONSUMING_SERVICES:
        async with topic_log(kafka, dead_letter_topic(service).name) as log:
            found = [
                entry async for entry in select_entries(log, service, origin_topic, include_closed=False, limit=None)
            ]
        done += await _redrive(kafka, service, found)
    return done


async def _redrive(kafka: KafkaConnection, service: str, entries: Sequence[Found]) -> list[Redriven]:
    if not entries:
        return []
    topic = dead_letter_topic(service)
    done: list[Redriven] = []
    async with topic_log(kafka, topic.name) as log, running_producer(kafka) as producer:
        batch: list[DeadLetter] = []
        async for read in read_letters(log, topic, entries):
            batch.append(read.kept)
            if len(batch) >= _BATCH_RECORDS or sum(len(one.data.value) for one in batch) >= _BATCH_BYTES:
                done += await _send_back(producer, topic, batch)
                batch = []
        done += await _send_back(producer, topic, batch)
    return done


async def _send_back(producer: Producer, topic: Topic, letters: Sequence[DeadLetter]) -> list[Redriven]:
    """Publish first the records, then the markers: repeating after a crash between the two is safe."""
    await producer.publish([_original(letter) for letter in letters])
    await producer.publish(list(_markers(topic, letters)))
    return [Redriven(letter.id, letter.data.topic) for letter in letters]


def _original(letter: DeadLetter) -> Outgoing:
    data = letter.data
    key = base64.b64decode(data.key or "")  # no record of ours lacks a key; consumers treat an empty one alike
    headers = [(name, value.encode()) for name, value in data.headers.items()]
    return Outgoing(data.topic, key, base64.b64decode(data.value), headers)


def _markers(topic: Topic, letters: Sequence[DeadLetter]) -> Iterator[Outgoing]:
    now = datetime.now(UTC)
    for letter in letters:
        key = base64.b64decode(letter.data.key) if letter.data.key else letter.subject.encode()
        event = DeadLetterRedriven(
            id=uuid7(),
            tenant_id="",
            occurred_at=now,
            recorded_at=now,
            source=SOURCE,
            subject=letter.subject,
            causation_id=letter.id,
            data=DeadLetterRedrivenData(dead_letter_id=letter.id),
        )
        yield Outgoing.of(topic, event, key=key)
