"""One attempt to send, and the report of its end."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import structlog

from atd_channelkit.accounts.access import AccountAccess
from atd_channelkit.accounts.model import Account
from atd_channelkit.answers import Answer, Refused, Unsent
from atd_channelkit.media.stored_files import Files, open_stored
from atd_channelkit.sending.message_files import MessageFiles
from atd_channelkit.sending.pace import RecipientPace
from atd_channelkit.sending.policy import (
    Attempt,
    RetryPolicy,
    advanced,
    current_read,
    decide,
    decide_read,
    overdue,
    unproven,
)
from atd_channelkit.sending.provider import ProviderClient, Send
from atd_channelkit.sending.receipts import move_of, receipt_of
from atd_channelkit.sending.rows import SendData, channel_of, conversation_of, data_of
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData, OutboundReadData
from atd_schemas.topics import inbound_topic
from atd_servicekit import ledger
from atd_servicekit.clock import Clock
from atd_servicekit.files import OpenFile
from atd_servicekit.kafka import Outgoing
from atd_servicekit.rates import WaitingRateLimiter
from atd_servicekit.tracing import Tracing, current_traceparent

A = TypeVar("A", bound=Account)

_LATE = Unsent("its time was over before the call")


class Publisher(Protocol):
    """Writes records to Kafka."""

    async def publish(self, records: Sequence[Outgoing]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWorker(Generic[A]):
    """Tries the rows of the send ledger.

    Attributes:
        service: the name of the service, which is the source of its receipts.
        rate: limits calls per account; marks as read have a limit of their own. One process sends for an account, so
            this holds over all of them.
        holds: whether this process may still send the row. It is asked right before the call: the process may have
            stood still while the row waited for its turn, and another one may send for the account by now.
        send_for: how long rows are tried that were written before they had a time of their own.
        store: where the files of messages are.
        pace: limits calls per recipient; it holds up no mark as read.
        files: for channels that upload files before they send them.
    """

    service: str
    access: AccountAccess[A]
    client: ProviderClient[A]
    publisher: Publisher
    rate: WaitingRateLimiter
    holds: Callable[[ledger.Row], bool]
    policy: RetryPolicy
    send_for: timedelta
    clock: Clock
    tracing: Tracing
    store: Files
    pace: RecipientPace
    files: MessageFiles[A] | None = None

    async def attempt(self, row: ledger.Row) -> ledger.Outcome:
        """Send once; one log line, without text, phone or credentials."""
        began = time.perf_counter()
        channel = channel_of(row.about)
        with self.tracing.span(f"send {channel}", traceparent=row.traceparent):
            outcome, answer = await self._attempt(row)
        refused = answer if isinstance(answer, Refused) else None
        structlog.get_logger().info(
            "message.send",
            channel=channel,
            what=row.about.get("what", "message"),
            tenant_id=row.tenant_id,
            account_id=row.group,
            conversation_id=conversation_of(row),
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
        account = await self.access.of(row, disabled=False)
        if isinstance(account, ledger.Failed):
            return (unproven(account.detail) if row.counts.get(ledger.UNCERTAIN) else account), None
        data = data_of(row)
        proof = row.proofs.get(str(_part(row, data)))
        if proof is not None:
            return ledger.Advanced(advanced(row.progress, proof)), None
        repeatable = not isinstance(data, OutboundMessageData)
        if row.counts.get(ledger.UNCERTAIN) and not (self.policy.proves or repeatable):
            return unproven("the attempt was cut off"), None
        answer = await self._send(account, row, data)
        if answer is _LATE:
            return overdue(row, None), answer
        effective = await self.access.refused(account, answer) if isinstance(answer, Refused) else answer
        attempt = self._attempt_of(row)
        if isinstance(data, OutboundReadData):
            return decide_read(effective, attempt), answer
        return decide(effective, attempt, self.policy, repeatable=repeatable, progress=row.progress), answer

    async def _send(self, account: A, row: ledger.Row, data: SendData) -> Answer:
        rate_key = account.id
        if isinstance(data, OutboundReadData):
            data, rate_key = current_read(data, self._attempt_of(row)), f"{account.id}/read"

        async def post(files: Mapping[str, str]) -> Answer:
            if not isinstance(data, OutboundReadData):
                await self.pace.turn(account.id, data.recipient)
            await self.rate.turn(rate_key)
            if not self.holds(row):
                return Unsent("another process sends for the account")
            if self.clock.now() > self._until(row):  # files took their time, or the turn did
                return _LATE
            return await self.client.send(account, self._step(account, row, data, files))

        if self.files is not None and isinstance(data, OutboundMessageData) and data.attachments:
            return await self.files.send(account, data, post, first_attempt=row.attempt == 1)
        return await post({})

    def _step(self, account: A, row: ledger.Row, data: SendData, files: Mapping[str, str]) -> Send:
        """The call that is to be made now."""

        async def open_file(file: OutboundAttachment) -> OpenFile | Refused:
            return await open_stored(self.store, account.tenant_id, file.id)

        return Send(
            data,
            row.id,
            files,
            _part(row, data),
            tuple(row.progress.get("external_ids", ())),
            open_file,
            asked_at=row.created_at,
            uncertain=row.counts.get(ledger.UNCERTAIN, 0) > 0,
        )

    def _attempt_of(self, row: ledger.Row) -> Attempt:
        return Attempt(row.counts, row.created_at, self._until(row), self.clock.now(), random.random())

    def _until(self, row: ledger.Row) -> datetime:
        return row.send_until or row.created_at + self.send_for

    async def report(self, finished: Sequence[ledger.Finished]) -> None:
        """Publish the receipts of finished sends, and new addresses. Raises `PublishFailed` when Kafka is away."""
        told = [
            (event, one.traceparent or current_traceparent())
            for one in finished
            for event in (receipt_of(one, self.service), move_of(one, self.service))
        ]
        await self.publisher.publish(
            [Outgoing.of(inbound_topic(event), event, trace) for event, trace in told if event]
        )


def _part(row: ledger.Row, data: SendData) -> int:
    """The first part that neither this attempt nor an earlier one sent."""
    before = data.parts_sent if isinstance(data, OutboundMessageData) else 0
    return before + int(row.progress.get("parts", 0))
