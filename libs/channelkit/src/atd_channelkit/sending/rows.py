"""From a command of conversation to a row of the send ledger, and back. Pure.

What the receipt of a row needs is in its `about`, and stays with the row; texts, contents and files are in the
`payload`, and go when the row is finished.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, assert_never

from atd_channelkit.sending.references import action_reference, message_reference, reaction_reference
from atd_schemas.contents import EMPTY
from atd_schemas.outbound import (
    OutboundAction,
    OutboundActionData,
    OutboundAttachment,
    OutboundEraseData,
    OutboundMessage,
    OutboundMessageData,
    OutboundReaction,
    OutboundReactionData,
    OutboundRead,
    OutboundReadData,
)
from atd_schemas.views import ChannelKind
from atd_servicekit import ledger

SendCommand = OutboundMessage | OutboundReaction | OutboundAction | OutboundRead
SendData = OutboundMessageData | OutboundReactionData | OutboundActionData | OutboundReadData

READ_FOR = timedelta(minutes=10)
"""How long a mark as read is tried: the next one covers what this one would have."""

_READ_LANE = "read:"

_ATTEMPTS_ERASED = 5
"""Repeats of a message, asked for by people, whose rows are removed with it; later ones expire by themselves."""


def erased_rows(data: OutboundEraseData) -> tuple[list[str], list[str]]:
    """The ids and the lanes of the rows that a command to erase is about."""
    ids = [message_reference(one, attempt) for one in data.message_ids for attempt in range(_ATTEMPTS_ERASED)]
    return ids, [data.conversation_id, f"{_READ_LANE}{data.conversation_id}"]


def new_row(command: SendCommand, offset: int, traceparent: str | None, send_for: timedelta) -> ledger.NewRow:
    """The ledger row of a command. Its lane is the conversation, its place there the offset in Kafka.

    It may be sent for `send_for` from when it was asked for, however late it comes here, and while the customer may be
    answered.
    A mark as read has a lane of its own, so that it delays no message. The id of the row of a message or a reaction
    can travel with it and come back in its receipts (see `references`).
    """
    data = command.data
    lane = data.conversation_id
    about: dict[str, Any]
    match data:
        case OutboundMessageData():
            row_id, payload = message_reference(data.message_id, data.attempt), _message_payload(data)
            about = {"attempt": data.attempt, "message_id": data.message_id} if data.attempt else {}
            if data.parts_sent:
                about["parts_sent"] = data.parts_sent
        case OutboundReactionData():
            row_id = reaction_reference(data.message_id, command.id)
            payload = {"target": data.target_external_id, "emoji": data.emoji}
            about = {"what": "reaction", "message_id": data.message_id}
        case OutboundActionData():
            row_id = action_reference(data.message_id, command.id)
            payload = data.model_dump(include={"action", "target_external_ids", "kind", "text"})
            about = {"what": "action", "message_id": data.message_id}
        case OutboundReadData():
            row_id, lane, send_for = command.id, f"{_READ_LANE}{data.conversation_id}", min(send_for, READ_FOR)
            payload, about = {"target": data.external_id, "typing": data.typing}, {"what": "read"}
        case _:
            assert_never(data)
    about |= {"command_id": command.id, "channel": data.channel, "recipient": data.recipient}
    if data.thread_id is not None:
        payload["thread"] = data.thread_id
    until = command.occurred_at + send_for
    reply_until = data.reply_until if isinstance(data, OutboundMessageData | OutboundReactionData) else None
    if reply_until is not None and reply_until < until:
        until, payload["window"] = reply_until, True
    return ledger.NewRow(row_id, command.tenant_id, data.account_id, lane, offset, payload, traceparent, until, about)


def _message_payload(data: OutboundMessageData) -> dict[str, Any]:
    """Texts are sent most, so what a text does not have is not written."""
    payload: dict[str, Any] = {"kind": data.kind, "text": data.text, "reply_to": data.reply_to_external_id}
    if data.content != EMPTY:
        payload["content"] = data.content.model_dump(mode="json")
    if data.attachments:
        payload["attachments"] = [one.model_dump() for one in data.attachments]
    if data.free_until is not None:
        payload["free_until"] = data.free_until
    if not data.by_person:
        payload["by_person"] = False
    if data.private_reply_to is not None:
        payload["private_reply_to"] = data.private_reply_to
    return payload


def data_of(row: ledger.Row) -> SendData:
    """What a row asks for."""
    payload = {**row.payload, **row.about}
    common = {
        "account_id": row.group,
        "channel": channel_of(row.about),
        "conversation_id": conversation_of(row),
        "recipient": payload["recipient"],
        "thread_id": payload.get("thread"),
    }
    match payload.get("what"):
        case "reaction":
            return OutboundReactionData(
                **common,
                message_id=payload["message_id"],
                target_external_id=payload["target"],
                emoji=payload["emoji"],
            )
        case "action":
            return OutboundActionData(
                **common,
                message_id=payload["message_id"],
                action=payload["action"],
                target_external_ids=tuple(payload["target_external_ids"]),
                kind=payload["kind"],
                text=payload["text"],
            )
        case "read":
            return OutboundReadData(**common, external_id=payload["target"], typing=payload["typing"])
        case _:
            return OutboundMessageData(
                **common,
                message_id=payload.get("message_id", row.id),
                kind=payload["kind"],
                text=payload["text"],
                content=payload.get("content", {}),
                reply_to_external_id=payload["reply_to"],
                attachments=tuple(OutboundAttachment(**one) for one in payload.get("attachments", ())),
                attempt=payload.get("attempt", 0),
                free_until=payload.get("free_until"),
                by_person=payload.get("by_person", True),
                parts_sent=payload.get("parts_sent", 0),
                private_reply_to=payload.get("private_reply_to"),
            )


def channel_of(about: Mapping[str, Any]) -> ChannelKind:
    """The channel of a row. Rows that were written when there was one channel do not name it."""
    channel: ChannelKind = about.get("channel", "whatsapp")
    return channel


def conversation_of(row: ledger.Row) -> str:
    """The conversation of a row."""
    return row.lane.removeprefix(_READ_LANE)
