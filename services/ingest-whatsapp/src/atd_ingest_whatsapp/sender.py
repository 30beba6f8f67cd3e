"""One attempt to send one message, and the report of its end."""

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.client import Answer, Refused, TextToSend
from atd_ingest_whatsapp.pace import Pace
from atd_ingest_whatsapp.sending import Attempted, Policy, decide, failed, receipt_of
from atd_schemas.topics import INBOUND_EVENTS
from atd_servicekit import ledger
from atd_servicekit.clock import Clock
from atd_servicekit.kafka import Outgoing
from atd_servicekit.tracing import Tracing, current_traceparent


class Accounts(Protocol):
    """Finds the account that sends."""

    async def get_or_read(self, account_id: str) -> Account | None: ...

    async def reload(self, account_ids: Sequence[str]) -> None: ...


class Client(Protocol):
    """Sends one text."""

    async def send(self, account: Account, message: TextToSend) -> Answer: ...


class Publisher(Protocol):
    """Writes records to Kafka."""

    async def publish(self, records: Sequence[Outgoing]) -> None: ...


MarkRefused = Callable[[Account, Refused], Awaitable[bool]]
"""Marks an account whose token was refused; false when the account has changed since it was read."""


@dataclass(slots=True)
class Sender:
    """Tries the ledger's rows against the Graph API."""

    accounts: Accounts
    client: Client
    mark_refused: MarkRefused
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
            tenant_id=row.tenant_id,
            account_id=row.group,
            conversation_id=row.lane,
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
        account = await self.accounts.get_or_read(row.group)
        if account is None or account.tenant_id != row.tenant_id:
            return failed("account", "deleted", "The channel account is not connected any more."), None
        if account.status == "disabled":
            return failed("account", "disabled", "The channel account is disabled."), None
        message = _text_of(row.id, row.payload)
        if message is None:
            return failed("request", "kind_not_supported", "This kind cannot be sent to WhatsApp yet."), None
        await self.pace.turn(account.phone_number_id)
        answer = await self.client.send(account, message)
        attempted = Attempted(row.attempt, row.created_at, self.clock.now(), random.random())
        if isinstance(answer, Refused) and answer.failure == "token":
            if not await self.mark_refused(account, answer):
                await self.accounts.reload([account.id])
                return decide(Refused("transient", answer.code, answer.detail), attempted, self.policy), answer
            await self.accounts.reload([account.id])
        return decide(answer, attempted, self.policy), answer

    async def report(self, finished: Sequence[ledger.Finished]) -> None:
        """Tell conversation what became of messages. Raises `PublishFailed` when Kafka is away."""
        await self.publisher.publish(
            [Outgoing.of(INBOUND_EVENTS, receipt_of(one), one.traceparent or current_traceparent()) for one in finished]
        )


def _text_of(message_id: str, payload: dict[str, Any]) -> TextToSend | None:
    if payload["kind"] != "text" or not payload["text"]:
        return None
    return TextToSend(message_id, payload["recipient"], payload["text"], payload["reply_to"])
