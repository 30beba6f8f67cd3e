"""What is sent and what becomes of it: from a command to a ledger row, from an answer to an outcome. Pure.

Retry budget. What Meta did not take (unreachable, its own trouble, a throttle) is tried again until the message is
`send_until` old (24 h by default), with waits that double up to five minutes; 131056, too many messages to one
customer, waits 4^n seconds up to an hour and holds up that conversation alone, the other throttles hold up the number.
A refused token holds up the number until it is repaired. What may have arrived waits `uncertain_after` for a receipt
and is then sent again, but not after the fourth attempt. Everything else fails at once, in Meta's words.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from atd_ingest_whatsapp.client import Accepted, Answer, Refused, Uncertain, Unsent
from atd_ingest_whatsapp.failures import PAIR_LIMIT
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundReceipt, InboundReceiptData, ReceiptStatus, SendFailure, inbound_subject
from atd_schemas.outbound import OutboundMessage
from atd_servicekit import ledger

SOURCE = "ingest-whatsapp"

UNCERTAIN_ATTEMPTS = 4
"""An uncertain send is not repeated after this attempt: a customer who gets everything twice is worse off."""

_RETRY_CAP = timedelta(minutes=5)
_PAIR_CAP = timedelta(hours=1)
_THROTTLE_FIRST = timedelta(seconds=5)
_RETRY_FIRST = timedelta(seconds=1)
_MAX_EXPONENT = 20


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that decide about repeats."""

    uncertain_after: timedelta
    send_until: timedelta


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt: its number (1 for the first), when the message was accepted for sending, and now."""

    number: int
    since: datetime
    now: datetime
    jitter: float = 0.0
    """From 0 to 1: takes up to half of a wait away."""


def new_row(command: OutboundMessage, offset: int, traceparent: str | None) -> ledger.NewRow:
    """The ledger row of a command. Its lane is the conversation, its place there the offset in Kafka."""
    data = command.data
    return ledger.NewRow(
        id=data.message_id,
        tenant_id=command.tenant_id,
        group=data.account_id,
        lane=data.conversation_id,
        order=offset,
        payload={
            "command_id": command.id,
            "recipient": data.recipient,
            "kind": data.kind,
            "text": data.text,
            "reply_to": data.reply_to_external_id,
        },
        traceparent=traceparent,
    )


def decide(answer: Answer, attempted: Attempted, policy: Policy) -> ledger.Outcome:
    """What an answer does to the row. A refused token suspends the number."""
    match answer:
        case Accepted():
            return ledger.Delivered({"external_id": answer.external_id, "wa_id": answer.wa_id})
        case Unsent():
            return _again(Refused("transient", "unreachable", answer.reason), attempted, policy)
        case Uncertain():
            if attempted.number >= UNCERTAIN_ATTEMPTS:
                return failed("unknown", "no_proof", f"Whether it was sent is not known ({answer.reason}).")
            return ledger.Uncertain(attempted.now + policy.uncertain_after, answer.reason)
        case Refused():
            if answer.failure == "token":
                return ledger.Suspended(reason(answer.failure, answer.code))
            if answer.failure in ("transient", "throttle"):
                return _again(answer, attempted, policy)
            return failed(answer.failure, answer.code, answer.detail)
        case _:
            assert_never(answer)


def _again(refused: Refused, attempted: Attempted, policy: Policy) -> ledger.Outcome:
    first, factor, cap, scope = _RETRY_FIRST, 2, _RETRY_CAP, "lane"
    if refused.code == str(PAIR_LIMIT):
        first, factor, cap = 4 * _RETRY_FIRST, 4, _PAIR_CAP
    elif refused.failure == "throttle":
        first, scope = _THROTTLE_FIRST, "group"
    wait = min(first * factor ** min(attempted.number - 1, _MAX_EXPONENT), cap)
    if attempted.now + wait > attempted.since + policy.send_until:
        return failed(refused.failure, refused.code, refused.detail)
    at = attempted.now + wait * (1.0 - 0.5 * attempted.jitter)
    why = reason(refused.failure, refused.code)
    return ledger.Retry(at, why, "group") if scope == "group" else ledger.Retry(at, why)


def failed(failure: str, code: str, detail: str) -> ledger.Failed:
    """The end of a row; class and code travel in one text."""
    return ledger.Failed(reason(failure, code), detail)


def reason(failure: str, code: str) -> str:
    """`window:131047`: the class of a failure and its code."""
    return f"{failure}:{code}"


def receipt_of(finished: ledger.Finished) -> InboundReceipt:
    """What conversation is told when a row has come to its end; the same row gives the same event."""
    status: ReceiptStatus = "sent" if finished.state == "done" else "failed"
    account_id, recipient = finished.group, finished.payload["recipient"]
    failure = None
    if status == "failed":
        kind, _, code = (finished.reason or "unknown").partition(":")
        failure = SendFailure(code=code or "unknown", reason=kind, detail=finished.detail or "")
    command_id = finished.payload["command_id"]
    return InboundReceipt(
        id=provider_event_id(account_id, finished.id, f"send:{status}:{command_id}"),
        tenant_id=finished.tenant_id,
        occurred_at=finished.finished_at,
        recorded_at=finished.finished_at,
        source=SOURCE,
        subject=inbound_subject(account_id, recipient),
        causation_id=command_id,
        data=InboundReceiptData(
            account_id=account_id,
            channel="whatsapp",
            status=status,
            recipient=recipient,
            external_id=finished.result.get("external_id"),
            message_id=finished.id,
            failure=failure,
        ),
    )
