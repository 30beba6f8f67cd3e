"""Finding webhook bodies that were not understood."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from atd_cli.output import CommandFailed
from atd_cli.put_aside import Closed, Entry, Seen, newest_entries, parse, reader
from atd_cli.topic_log import Raw, TopicLog, topic_log
from atd_schemas.inbound import InboundUnparsed, InboundUnparsedRedriven, UnparsedData
from atd_schemas.topics import INBOUND_UNPARSED, adapter


@dataclass(frozen=True, slots=True)
class Summary:
    """An unparsed body without the body. `size` is that of the body in bytes."""

    tenant_id: str
    account_id: str | None
    channel: str
    problems: tuple[str, ...]
    size: int


Found = Entry[Summary]


async def find(bootstrap_servers: str, *, account_id: str | None, closed_too: bool, limit: int | None) -> list[Found]:
    """The newest unparsed bodies, at most `limit`."""
    async with topic_log(bootstrap_servers, INBOUND_UNPARSED.name) as log:
        found: list[Found] = []
        async with aclosing(_entries(log)) as entries:
            async for entry in entries:
                if account_id in (None, entry.summary.account_id) and (entry.open or closed_too):
                    found.append(entry)
                if len(found) == limit:
                    break
        return found


async def show(bootstrap_servers: str, unparsed_id: str) -> tuple[Found, InboundUnparsed]:
    """One unparsed body, whole. Raises `CommandFailed` when there is none with this id."""
    async with topic_log(bootstrap_servers, INBOUND_UNPARSED.name) as log:
        for entry in await by_ids(log, {unparsed_id}):
            async for event in bodies_at(log, [entry]):
                return entry, event
    raise unknown({unparsed_id})


async def by_ids(log: TopicLog, ids: Collection[str]) -> list[Found]:
    """The unparsed bodies that have these ids."""
    found: list[Found] = []
    async with aclosing(_entries(log)) as entries:
        async for entry in entries:
            if entry.id in ids:
                found.append(entry)
            if len(found) == len(ids):
                break
    return found


async def _entries(log: TopicLog) -> AsyncGenerator[Found, None]:
    def summarise(event: Any) -> Seen[Summary] | Closed:
        if isinstance(event, InboundUnparsedRedriven):
            return Closed(event.data.unparsed_id)
        data: UnparsedData = event.data
        size = len(data.body) * 3 // 4 - data.body[-2:].count("=")
        return Seen(event.id, Summary(event.tenant_id, data.account_id, data.channel, data.problems, size))

    async for entry in newest_entries(log, reader(adapter(INBOUND_UNPARSED), summarise)):
        yield entry


async def bodies_at(log: TopicLog, entries: Sequence[Found]) -> AsyncIterator[InboundUnparsed]:
    """These bodies, whole, the oldest first."""

    def keep(record: Raw) -> InboundUnparsed | None:
        event = parse(adapter(INBOUND_UNPARSED), record)
        return event if isinstance(event, InboundUnparsed) else None

    async for read in log.at([(entry.partition, entry.offset) for entry in entries], keep):
        yield read.kept


def unknown(ids: Collection[str]) -> CommandFailed:
    """No unparsed body has these ids."""
    return CommandFailed(f"There is no unparsed body with the id {', '.join(sorted(ids))}.")
