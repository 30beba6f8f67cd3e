"""What is sent and what becomes of it: from a command to a ledger row, from an answer to an outcome. Pure.

Retry budget. What Meta did not take (unreachable, its own trouble, a throttle) is tried again until the message is
`send_until` old (24 h by default), with waits that double up to five minutes; 131056, too many messages to one
customer, waits 4^n seconds up to an hour and holds up that conversation alone, the other throttles hold up the number.
A refused token holds up the number until it is repaired. What may have arrived waits `uncertain_after` for a receipt
and is then sent again, but not after the fourth attempt; a reaction is sent again at once, because the second changes
nothing. Everything else fails at once, in Meta's words.

A mark as read has a lane of its own, so it holds up no message; it is tried four times in half a minute, whatever the
trouble, and nobody hears of its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_ingest_whatsapp.client import Accepted, Answer
from atd_ingest_whatsapp.failures import PAIR_LIMIT
from atd_ingest_whatsapp.references import message_reference, reaction_reference
from atd_schemas.contents import EMPTY
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundReceipt, InboundReceiptData, ReceiptStatus, SendFailure, inbound_subject
from atd_schemas.outbound import (
    OutboundAttachment,
    OutboundMessage,
    OutboundMessageData,
    OutboundReaction,
    OutboundReactionData,
    OutboundRead,
    OutboundReadData,
)
from atd_servicekit import ledger
from atd_servicekit.backoff import Backoff

SOURCE = "ingest-whatsapp"

UNCERTAIN_ATTEMPTS = 4
"""An uncertain send is not repeated after this attempt: a customer who gets everything twice is worse off."""

READ_BACKOFF = Backoff(first=timedelta(seconds=2), factor=3.0, cap=timedelta(seconds=20), attempts=4)
"""For marks as read."""

TYPING_FOR = timedelta(seconds=25)
"""How long a customer sees that an answer is being written; an older sign of it is not sent any more."""

SendCommand = OutboundMessage | OutboundReaction | OutboundRead
SendData = OutboundMessageData | OutboundReactionData | OutboundReadData

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


def new_row(command: SendCommand, offset: int, traceparent: str | None) -> ledger.NewRow:
    """The ledger row of a command. Its lane is the conversation, its place there the offset in Kafka.

    The id of a message's or a reaction's row travels with it and comes back in its receipts.
    """
    data = command.data
    lane = data.conversation_id
    match data:
        case OutboundMessageData():
            row_id, payload = message_reference(data.message_id, data.attempt), _message_payload(data)
        case OutboundReactionData():
            row_id = reaction_reference(data.message_id, command.id)
            payload = {
                "what": "reaction",
                "message_id": data.message_id,
                "target": data.target_external_id,
                "emoji": data.emoji,
            }
        case OutboundReadData():
            row_id, lane = command.id, f"read:{data.conversation_id}"
            payload = {"what": "read", "target": data.external_id, "typing": data.typing}
        case _:
            assert_never(data)
    payload |= {"command_id": command.id, "recipient": data.recipient}
    return ledger.NewRow(row_id, command.tenant_id, data.account_id, lane, offset, payload, traceparent)


def _message_payload(data: OutboundMessageData) -> dict[str, Any]:
    """A text is what is sent most, so what it does not have is not written."""
    payload: dict[str, Any] = {"kind": data.kind, "text": data.text, "reply_to": data.reply_to_external_id}
    if data.attempt:
        payload |= {"attempt": data.attempt, "message_id": data.message_id}
    if data.content != EMPTY:
        payload["content"] = data.content.model_dump(mode="json")
    if data.attachments:
        payload["attachments"] = [one.model_dump() for one in data.attachments]
    return payload


def data_of(row: ledger.Row) -> SendData:
    """What a row asks for."""
    payload = row.payload
    place = {
        "account_id": row.group,
        "channel": "whatsapp",
        "conversation_id": row.lane.removeprefix("read:"),
        "recipient": payload["recipient"],
    }
    match payload.get("what"):
        case "reaction":
            return OutboundReactionData(
                **place,
                message_id=payload["message_id"],
                target_external_id=payload["target"],
                emoji=payload["emoji"],
            )
        case "read":
            return OutboundReadData(**place, external_id=payload["target"], typing=payload["typing"])
        case _:
            return OutboundMessageData(
                **place,
                message_id=payload.get("message_id", row.id),
                kind=payload["kind"],
                text=payload["text"],
                content=payload.get("content", {}),
                reply_to_external_id=payload["reply_to"],
                attachments=tuple(OutboundAttachment(**one) for one in payload.get("attachments", ())),
                attempt=payload.get("attempt", 0),
            )


def decide(answer: Answer, attempted: Attempted, policy: Policy, *, repeatable: bool = False) -> ledger.Outcome:
    """What an answer does to the row. A refused token suspends the number; `repeatable`: a second one harms nobody."""
    match answer:
        case Accepted():
            ids = {"external_id": answer.external_id, "wa_id": answer.wa_id, "user_id": answer.user_id}
            return ledger.Delivered(ids)
        case Unsent():
            return _again(Refused("transient", "unreachable", answer.reason), attempted, policy)
        case Uncertain():
            if repeatable:
                return _again(Refused("transient", "unanswered", answer.reason), attempted, policy)
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


def decide_read(answer: Answer, attempted: Attempted) -> ledger.Outcome:
    """What an answer does to a mark as read: only a refused token concerns more than its own lane."""
    match answer:
        case Accepted():
            return ledger.Delivered()
        case Unsent() | Uncertain():
            refused = Refused("transient", "unanswered", answer.reason)
        case Refused():
            refused = answer
        case _:
            assert_never(answer)
    if refused.failure == "token":
        return ledger.Suspended(reason(refused.failure, refused.code))
    delay = READ_BACKOFF.delay(attempted.number, attempted.jitter)
    if refused.failure not in ("transient", "throttle") or delay is None:
        return failed(refused.failure, refused.code, refused.detail)
    return ledger.Retry(attempted.now + delay, reason(refused.failure, refused.code))


def shows_typing(read: OutboundReadData, attempted: Attempted) -> bool:
    """Whether the sign that an answer is being written still says the truth."""
    return read.typing and attempted.now - attempted.since < TYPING_FOR


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


def failure_of(finished: ledger.Finished) -> SendFailure:
    """Why a row failed: the class and the code; of an error of our own the class is `unknown`."""
    kind, colon, code = (finished.reason or "unknown").partition(":")
    if not colon:
        kind, code = "unknown", kind
    return SendFailure(code=code or "unknown", reason=kind, detail=finished.detail or "")


def receipt_of(finished: ledger.Finished) -> InboundReceipt | None:
    """What conversation is told when a row has come to its end; the same row gives the same event.

    Of reactions only what failed is told, so that it is taken away again; of marks as read nothing.
    """
    payload, what = finished.payload, finished.payload.get("what", "message")
    if what == "read" or (what == "reaction" and finished.state == "done"):
        return None
    status: ReceiptStatus = "sent" if finished.state == "done" else "failed"
    account_id, recipient, command_id = finished.group, payload["recipient"], payload["command_id"]
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
            message_id=payload.get("message_id", finished.id),
            failure=failure_of(finished) if status == "failed" else None,
            attempt=payload.get("attempt", 0),
            about=what,
            aliases=_aliases(recipient, finished.result),
        ),
    )


def _aliases(recipient: str, result: Mapping[str, Any]) -> tuple[str, ...]:
    """What Meta calls the recipient, where that differs from what we called them."""
    named = (result.get("wa_id"), result.get("user_id"))
    return tuple(dict.fromkeys(one for one in named if one and one != recipient.removeprefix("+")))
