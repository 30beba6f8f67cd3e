"""Receipts for everything until a moment, or until one message."""

from collections.abc import Iterator
from datetime import datetime

from atd_conversation.domain.message import Message
from atd_conversation.domain.watermarks import reach, sent_moment
from atd_conversation.intake.receipts import wait_for_sent
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.inbound import InboundReceiptUntil


def take_receipt_until(intake: Intake, event: InboundReceiptUntil, cause: Cause) -> None:
    """Move on all of our messages that the customer has got, or read, in private on that account.

    What was sent later stays as it is. Of a message that is not known yet the receipt waits, and what is known to have
    been sent before it came was sent before that message.
    """
    data = event.data
    target = _target(intake, event)
    if data.external_id is not None and target is None:
        wait_for_sent(intake, event, data.external_id, data.status)
    until = event.occurred_at
    if data.until is not None:
        until = data.until
    elif target is not None:
        until = sent_moment(target)
    for message in list(_ours(intake, event)):
        if data.until is None and target is None and message.status == "pending":
            continue
        _reach(intake, message, event, until, cause)


def _reach(intake: Intake, message: Message, event: InboundReceiptUntil, until: datetime, cause: Cause) -> None:
    intake.unit.touch_message(message)
    changed = reach(message, event.data.status, until)
    if changed:
        intake.revised(message, "message.status_changed", changed, cause, actor=None)


def _target(intake: Intake, event: InboundReceiptUntil) -> Message | None:
    data = event.data
    if data.external_id is None:
        return None
    found = intake.loaded.target(data.account_id, data.external_id)
    return None if found is None or found.tenant_id != event.tenant_id else found


def _ours(intake: Intake, event: InboundReceiptUntil) -> Iterator[Message]:
    """Our messages to that customer there, in the order in which they were said."""
    loaded, data = intake.loaded, event.data
    contact_id = loaded.contact_id_of(loaded.keys_of_ids(event, (data.recipient,)))
    place = (event.tenant_id, data.account_id, contact_id)
    for conversation in loaded.conversations.values():
        theirs = (conversation.tenant_id, conversation.channel.account_id, conversation.contact.id) == place
        if theirs and not conversation.is_public:
            theirs_too = (one for one in loaded.messages_of(conversation.id) if one.direction == "outbound")
            yield from (one for one in theirs_too if one.same_as is None)
