"""Finding dead letters."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from atd_cli.output import CommandFailed
from atd_cli.put_aside import Closed, Entry, Seen, newest_entries, parse, reader
from atd_cli.topic_log import Raw, Read, TopicLog, topic_log
from atd_schemas import topics
from atd_schemas.dead_letters import DeadLetter, DeadLetterData, DeadLetterRedriven
from atd_schemas.topics import Topic, adapter, dead_letter_topic


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
    bootstrap_servers: str, services: Sequence[str], *, origin_topic: str | None, closed_too: bool, limit: int
) -> list[Found]:
    """The newest dead letters of these services' topics, at most `limit`."""
    found: list[Found] = []
    for service in services:
        async with topic_log(bootstrap_servers, dead_letter_topic(service).name) as log:
            chosen = [entry async for entry in choose(log, service, origin_topic, closed_too=closed_too, limit=limit)]
        found += chosen
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


async def show(bootstrap_servers: str, letter_id: str) -> tuple[Found, DeadLetter]:
    """One dead letter, whole. Raises `CommandFailed` when there is none with this id."""
    for service in topics.CONSUMING_SERVICES:
        topic = dead_letter_topic(service)
        async with topic_log(bootstrap_servers, topic.name) as log:
            for entry in await by_ids(log, service, {letter_id}):
                async for read in letters_at(log, topic, [entry]):
                    return entry, read.kept
    raise unknown({letter_id})


async def choose(
    log: TopicLog, service: str, origin_topic: str | None, *, closed_too: bool, limit: int | None
) -> AsyncGenerator[Found, None]:
    """The dead letters of one service that are asked for, newest first; without `limit`, every one."""
    count = 0
    async with aclosing(_entries(log, service)) as entries:
        async for entry in entries:
            if origin_topic not in (None, entry.summary.topic) or not (entry.open or closed_too):
                continue
            yield entry
            count += 1
            if count == limit:
                return


async def by_ids(log: TopicLog, service: str, ids: Collection[str]) -> list[Found]:
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
    def summarise(event: Any) -> Seen[Summary] | Closed:
        if isinstance(event, DeadLetterRedriven):
            return Closed(event.data.dead_letter_id)
        data: DeadLetterData = event.data
        origin = f"{data.topic}/{data.partition}/{data.offset}"
        return Seen(event.id, Summary(service, data.group, data.topic, origin, data.error, data.detail))

    async for entry in newest_entries(log, reader(adapter(dead_letter_topic(service)), summarise)):
        yield entry


async def letters_at(log: TopicLog, topic: Topic, entries: Sequence[Found]) -> AsyncIterator[Read[DeadLetter]]:
    """These dead letters, whole, the oldest first."""

    def keep(record: Raw) -> DeadLetter | None:
        event = parse(adapter(topic), record)
        return event if isinstance(event, DeadLetter) else None

    async for read in log.at([(entry.partition, entry.offset) for entry in entries], keep):
        yield read


def unknown(ids: Collection[str]) -> CommandFailed:
    """No dead letter has these ids."""
    return CommandFailed(f"There is no dead letter with the id {', '.join(sorted(ids))}.")
