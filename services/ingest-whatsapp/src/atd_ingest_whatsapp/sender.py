"""One attempt to send one message, and the report of its end."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

import structlog

from atd_channelkit.answers import Refused, Unsent
from atd_ingest_whatsapp.account_use import AccountUse
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.client import Answer
from atd_ingest_whatsapp.compose import Body, Unsendable, compose_message, compose_reaction, compose_read
from atd_ingest_whatsapp.media import AtMeta
from atd_ingest_whatsapp.pace import Pace
from atd_ingest_whatsapp.sending import (
    Attempted,
    Policy,
    SendData,
    data_of,
    decide,
    decide_read,
    failed,
    receipt_of,
    shows_typing,
)
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData, OutboundReactionData, OutboundReadData
from atd_schemas.topics import INBOUND_EVENTS
from atd_servicekit import ledger
from atd_servicekit.clock import Clock
from atd_servicekit.kafka import Outgoing
from atd_servicekit.tracing import Tracing, current_traceparent


class Client(Protocol):
    """Sends what was composed."""

    async def send(self, account: Account, body: Body) -> Answer: ...


class Media(Protocol):
    """Brings files to Meta."""

    async def at_meta(self, account: Account, files: Sequence[OutboundAttachment]) -> AtMeta | Refused | Unsent: ...

    async def forget(
        self, account: Account, files: Sequence[OutboundAttachment], gone: AtMeta | None = None
    ) -> None: ...


class Publisher(Protocol):
    """Writes records to Kafka."""

    async def publish(self, records: Sequence[Outgoing]) -> None: ...


_FILE_CODES = ("100", "131009", "131053")
"""What Meta answers when an id of a file is not known to it any more."""


@dataclass(slots=True)
class Sender:
    """Tries the ledger's rows against the Graph API."""

    use: AccountUse
    client: Client
    media: Media
    publisher: Publisher
    pace: Pace
    policy: Policy
    clock: Clock
    tracing: Tracing

    async def attempt(self, row: ledger.Row) -> ledger.Outcome:
        """Send once; one log line, without text, phone or token."""
        began = time.perf_counter()
        with self.tracing.span("send whatsapp", traceparent=row.traceparent):
            outcome, answer = await self._attempt(row)
        refused = answer if isinstance(answer, Refused) else None
        structlog.get_logger().info(
            "message.send",
            channel="whatsapp",
            what=row.payload.get("what", "message"),
            tenant_id=row.tenant_id,
            account_id=row.group,
            conversation_id=row.lane.removeprefix("read:"),
            message_id=row.id,
            attempt=row.attempt,
            outcome=type(outcome).__name__.lower(),
            answer=None if answer is None else type(answer).__name__.lower(),
            failure=refused and refused.failure,
            code=refused and refused.code,
            reason=getattr(outcome, "reason", None),
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return outcome

    async def _attempt(self, row: ledger.Row) -> tuple[ledger.Outcome, Answer | None]:
        account = await self.use.of(row, disabled=False)
        if isinstance(account, ledger.Failed):
            return account, None
        data = data_of(row)
        if isinstance(data, OutboundReadData) and not account.read_receipts:
            return failed("account", "read_receipts_off", "The account does not tell what was read."), None
        answer = await self._send(account, row, data)
        if isinstance(answer, Unsendable):
            return failed("request", answer.code, answer.detail), None
        meant = await self.use.refused(account, answer) if isinstance(answer, Refused) else answer
        attempted = self._attempted(row)
        if isinstance(data, OutboundReadData):
            return decide_read(meant, attempted), answer
        return decide(meant, attempted, self.policy, repeatable=isinstance(data, OutboundReactionData)), answer

    def _attempted(self, row: ledger.Row) -> Attempted:
        return Attempted(row.attempt, row.created_at, self.clock.now(), random.random())

    async def _send(self, account: Account, row: ledger.Row, data: SendData) -> Answer | Unsendable:
        match data:
            case OutboundMessageData():
                return await self._send_message(account, row, data)
            case OutboundReactionData():
                return await self._post(account, compose_reaction(data, row.id), account.phone_number_id)
            case OutboundReadData():
                body = compose_read(data, typing=shows_typing(data, self._attempted(row)))
                return await self._post(account, body, f"{account.phone_number_id}/read")
            case _:
                assert_never(data)

    async def _send_message(self, account: Account, row: ledger.Row, data: OutboundMessageData) -> Answer | Unsendable:
        """With its files at Meta first. An id that Meta has forgotten is replaced once; so is that of a repeat."""
        reference = row.id
        body = compose_message(data, {one.id: one.id for one in data.attachments}, reference)
        if isinstance(body, Unsendable):
            return body
        if not data.attachments:
            return await self._post(account, body, account.phone_number_id)
        if data.attempt and row.attempt == 1:
            await self.media.forget(account, data.attachments)
        answer, media = await self._send_with_files(account, data, reference)
        if isinstance(answer, Refused) and answer.code in _FILE_CODES and media is not None and media.remembered:
            await self.media.forget(account, data.attachments, media)
            answer, _ = await self._send_with_files(account, data, reference)
        return answer

    async def _send_with_files(
        self, account: Account, data: OutboundMessageData, reference: str
    ) -> tuple[Answer | Unsendable, AtMeta | None]:
        media = await self.media.at_meta(account, data.attachments)
        if not isinstance(media, AtMeta):
            return media, None
        body = compose_message(data, media.ids, reference)
        if isinstance(body, Unsendable):
            return body, None
        return await self._post(account, body, account.phone_number_id), media

    async def _post(self, account: Account, body: Body, pace: str) -> Answer:
        await self.pace.turn(pace)
        return await self.client.send(account, body)

    async def report(self, finished: Sequence[ledger.Finished]) -> None:
        """Tell conversation what became of sends. Raises `PublishFailed` when Kafka is away."""
        told = [(receipt_of(one), one.traceparent or current_traceparent()) for one in finished]
        await self.publisher.publish([Outgoing.of(INBOUND_EVENTS, event, trace) for event, trace in told if event])
