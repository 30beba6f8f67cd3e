"""Finding webhook bodies that were not understood, and handing them to their channel service again."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from atd_cli.kafka_producing import SOURCE, producing
from atd_cli.output import CommandFailed
from atd_cli.put_aside import Closed, Entry, Seen, newest_entries, parse, reader
from atd_cli.settings import CliSettings
from atd_cli.topic_log import Raw, TopicLog, topic_log
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundUnparsed, InboundUnparsedRedriven, UnparsedData, UnparsedRedrivenData
from atd_schemas.topics import INBOUND_UNPARSED, OPERATOR, adapter, encode
from atd_servicekit.kafka import Outgoing, Producer

_PATH = "/internal/unparsed/redrive"
_TIMEOUT_SECONDS = 60.0
_SERVICES = {"whatsapp": "ingest-whatsapp"}


@dataclass(frozen=True, slots=True)
class Summary:
    """An unparsed body without the body. `size` is that of the body in bytes."""

    tenant_id: str
    account_id: str | None
    channel: str
    problems: tuple[str, ...]
    size: int


Found = Entry[Summary]


class RedriveAnswer(BaseModel):
    """What the channel service says: events published, and what it still does not understand."""

    published: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of one body. It is closed when nothing of it is left that was not understood."""

    id: str
    answer: RedriveAnswer

    @property
    def closed(self) -> bool:
        return not self.answer.problems


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
        for entry in await _by_ids(log, {unparsed_id}):
            async for event in _bodies(log, [entry]):
                return entry, event
    raise _unknown({unparsed_id})


async def redrive(settings: CliSettings, ids: Collection[str], *, account_id: str | None) -> AsyncIterator[Redriven]:
    """Hand bodies to their service again, the oldest first: these, or without ids every open one.

    Yields each outcome as it is known. Raises `CommandFailed` at the first that the service refuses.
    """
    servers = settings.kafka_bootstrap_servers
    async with topic_log(servers, INBOUND_UNPARSED.name) as log:
        if ids:
            chosen = await _by_ids(log, ids)
        else:
            chosen = await find(servers, account_id=account_id, closed_too=False, limit=None)
        if missing := set(ids) - {entry.id for entry in chosen}:
            raise _unknown(missing)
        if not chosen:
            return
        async with producing(servers) as producer, httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
            async for event in _bodies(log, chosen):
                done = Redriven(event.id, await _hand_over(http, settings, event))
                if done.closed:
                    await _mark(producer, event, done.answer.published)
                yield done


async def _hand_over(http: httpx.AsyncClient, settings: CliSettings, event: InboundUnparsed) -> RedriveAnswer:
    service = _SERVICES.get(event.data.channel)
    if service is None:
        raise CommandFailed(f"No service takes bodies of the channel {event.data.channel} again yet.")
    url = settings.service_urls()[service] + _PATH
    headers = {"Content-Type": "application/json", **_identity(settings.master_key, event.tenant_id)}
    try:
        answer = await http.post(url, content=encode(event), headers=headers)
    except httpx.HTTPError as error:
        raise CommandFailed(f"{service} does not answer at {url}: {type(error).__name__}") from error
    if answer.status_code != httpx.codes.OK:
        raise CommandFailed(f"{service} answered {answer.status_code} for {event.id}: {_reason(answer)}")
    try:
        return RedriveAnswer.model_validate_json(answer.content)
    except ValidationError:
        raise CommandFailed(f"{service} gave an answer for {event.id} that this version cannot read") from None


def _identity(master_key: SecretStr | None, tenant_id: str) -> dict[str, str]:
    from atd_servicekit.crypto import BadMasterKey, derive_key  # noqa: PLC0415 - costs a second to import
    from atd_servicekit.identity import (  # noqa: PLC0415 - see above
        IDENTITY_HEADER,
        IDENTITY_PURPOSE,
        Identity,
        IdentitySigner,
    )

    if master_key is None:
        raise CommandFailed("ATD_MASTER_KEY is not set; it must be the same as the services'.")
    try:
        key = derive_key(master_key.get_secret_value(), IDENTITY_PURPOSE)
    except BadMasterKey as error:
        raise CommandFailed(f"ATD_MASTER_KEY cannot be used: {error}") from None
    identity = Identity(tenant_id, "system", SOURCE, SOURCE, frozenset({OPERATOR}))
    return {IDENTITY_HEADER: IdentitySigner(key).sign(identity, datetime.now(UTC))}


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        return "no reason given"


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


async def _by_ids(log: TopicLog, ids: Collection[str]) -> list[Found]:
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


async def _bodies(log: TopicLog, entries: Sequence[Found]) -> AsyncIterator[InboundUnparsed]:
    def keep(record: Raw) -> InboundUnparsed | None:
        event = parse(adapter(INBOUND_UNPARSED), record)
        return event if isinstance(event, InboundUnparsed) else None

    async for read in log.at([(entry.partition, entry.offset) for entry in entries], keep):
        yield read.kept


def _unknown(ids: Collection[str]) -> CommandFailed:
    return CommandFailed(f"There is no unparsed body with the id {', '.join(sorted(ids))}.")
