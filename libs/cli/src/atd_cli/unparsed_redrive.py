"""Handing webhook bodies to their channel service again, which may understand them by now."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from pydantic import BaseModel, ValidationError

from atd_cli.kafka_producing import SOURCE, producing
from atd_cli.operator_identity import operator_headers
from atd_cli.output import CommandFailed
from atd_cli.settings import CliSettings
from atd_cli.topic_log import topic_log
from atd_cli.unparsed_work import bodies_at, by_ids, find, unknown
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundUnparsed, InboundUnparsedRedriven, UnparsedRedrivenData
from atd_schemas.services import service_of_channel
from atd_schemas.topics import INBOUND_UNPARSED, encode
from atd_servicekit.kafka import Outgoing, Producer

_PATH = "/internal/unparsed/redrive"
_TIMEOUT_SECONDS = 60.0


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


async def redrive(settings: CliSettings, ids: Collection[str], *, account_id: str | None) -> AsyncIterator[Redriven]:
    """Hand bodies to their service again, the oldest first: these, or without ids every open one.

    Yields each outcome as it is known. Raises `CommandFailed` at the first that the service refuses.
    """
    servers = settings.kafka_bootstrap_servers
    async with topic_log(servers, INBOUND_UNPARSED.name) as log:
        if ids:
            chosen = await by_ids(log, ids)
        else:
            chosen = await find(servers, account_id=account_id, closed_too=False, limit=None)
        if missing := set(ids) - {entry.id for entry in chosen}:
            raise unknown(missing)
        if not chosen:
            return
        async with producing(servers) as producer, httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
            async for event in bodies_at(log, chosen):
                done = Redriven(event.id, await _hand_over(http, settings, event))
                if done.closed:
                    await _mark(producer, event, done.answer.published)
                yield done


async def _hand_over(http: httpx.AsyncClient, settings: CliSettings, event: InboundUnparsed) -> RedriveAnswer:
    owner = service_of_channel(event.data.channel)
    if owner is None:
        raise CommandFailed(f"There is no service for the channel {event.data.channel}.")
    service = owner.name
    url = settings.service_urls()[service] + _PATH
    headers = {"Content-Type": "application/json", **operator_headers(settings, event.tenant_id)}
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
