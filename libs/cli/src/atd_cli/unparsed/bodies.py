"""Finds webhook bodies that were not understood, and sends them to their channel service again."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from atd_cli.kafka.producer import SOURCE, running_producer
from atd_cli.kafka.set_aside import ClosingMarker, Entry, SetAsideRecord, newest_entries, parse, record_reader
from atd_cli.kafka.topic_log import RawRecord, TopicLog, topic_log
from atd_cli.output import CommandFailed
from atd_cli.service_calls import ServiceClient, service_client
from atd_cli.settings import CliSettings
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundUnparsed, InboundUnparsedRedriven, UnparsedData, UnparsedRedrivenData
from atd_schemas.services import service_of_channel
from atd_schemas.topics import INBOUND_UNPARSED, adapter, encode
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.kafka_connection import KafkaConnection


@dataclass(frozen=True, slots=True)
class Summary:
    """An unparsed body without the body. `size` is that of the body in bytes."""

    tenant_id: str
    account_id: str | None
    channel: str
    problems: tuple[str, ...]
    size: int


Found = Entry[Summary]


async def find(
    kafka: KafkaConnection, *, account_id: str | None, include_closed: bool, limit: int | None
) -> list[Found]:
    """The newest unparsed bodies, at most `limit`."""
    async with topic_log(kafka, INBOUND_UNPARSED.name) as log:
        found: list[Found] = []
        async with aclosing(_entries(log)) as entries:
            async for entry in entries:
                if account_id in (None, entry.summary.account_id) and (entry.open or include_closed):
                    found.append(entry)
                if len(found) == limit:
                    break
        return found


async def show(kafka: KafkaConnection, unparsed_id: str) -> tuple[Found, InboundUnparsed]:
    """One unparsed body with its content. Raises `CommandFailed` when there is none with this id."""
    async with topic_log(kafka, INBOUND_UNPARSED.name) as log:
        for entry in await find_by_ids(log, {unparsed_id}):
            async for event in read_bodies(log, [entry]):
                return entry, event
    raise not_found({unparsed_id})


async def find_by_ids(log: TopicLog, ids: Collection[str]) -> list[Found]:
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
    def summarise(event: Any) -> SetAsideRecord[Summary] | ClosingMarker:
        if isinstance(event, InboundUnparsedRedriven):
            return ClosingMarker(event.data.unparsed_id)
        data: UnparsedData = event.data
        size = len(data.body) * 3 // 4 - data.body[-2:].count("=")
        return SetAsideRecord(event.id, Summary(event.tenant_id, data.account_id, data.channel, data.problems, size))

    async for entry in newest_entries(log, record_reader(adapter(INBOUND_UNPARSED), summarise)):
        yield entry


async def read_bodies(log: TopicLog, entries: Sequence[Found]) -> AsyncIterator[InboundUnparsed]:
    """These bodies with their content, the oldest first."""

    def keep(record: RawRecord) -> InboundUnparsed | None:
        event = parse(adapter(INBOUND_UNPARSED), record)
        return event if isinstance(event, InboundUnparsed) else None

    async for read in log.at([(entry.partition, entry.offset) for entry in entries], keep):
        yield read.kept


def not_found(ids: Collection[str]) -> CommandFailed:
    """The error for ids that no unparsed body has."""
    return CommandFailed(f"There is no unparsed body with the id {', '.join(sorted(ids))}.")


_PATH = "/internal/unparsed/redrive"


class RedriveAnswer(BaseModel):
    """The answer of the channel service: events published, and what it still does not understand."""

    published: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redriven:
    """The result for one body. It is closed when all of it was understood."""

    id: str
    answer: RedriveAnswer

    @property
    def closed(self) -> bool:
        return not self.answer.problems


async def redrive(settings: CliSettings, ids: Collection[str], *, account_id: str | None) -> AsyncIterator[Redriven]:
    """Send bodies to their service again, the oldest first: these, or without ids every open one.

    Yields each outcome as it is known. Raises `CommandFailed` at the first that the service refuses.
    """
    servers = settings.kafka_connection()
    async with topic_log(servers, INBOUND_UNPARSED.name) as log:
        if ids:
            chosen = await find_by_ids(log, ids)
        else:
            chosen = await find(servers, account_id=account_id, include_closed=False, limit=None)
        if missing := set(ids) - {entry.id for entry in chosen}:
            raise not_found(missing)
        if not chosen:
            return
        async with (
            running_producer(servers) as producer,
            service_client(settings) as client,
        ):
            async for event in read_bodies(log, chosen):
                done = Redriven(event.id, await _redrive_one(client, event))
                if done.closed:
                    await _mark(producer, event, done.answer.published)
                yield done


async def _redrive_one(client: ServiceClient, event: InboundUnparsed) -> RedriveAnswer:
    service = service_of_channel(event.data.channel)
    if service is None:
        raise CommandFailed(f"There is no service for the channel {event.data.channel}.")
    return await client.post(service, _PATH, encode(event), RedriveAnswer, tenant_id=event.tenant_id, about=event.id)


async def _mark(producer: Producer, event: InboundUnparsed, published: int) -> None:
    now = datetime.now(UTC)
    marker = InboundUnparsedRedriven(
        id=uuid7(),
        tenant_id=event.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=SOURCE,
        subject=event.subject,
        causation_id=event.id,
        data=UnparsedRedrivenData(unparsed_id=event.id, published=published),
    )
    await producer.publish([Outgoing.of(INBOUND_UNPARSED, marker)])
