"""What became of what we sent."""

from typing import Any

from atd_conversation.domain.echoes import give_way, is_echo, is_listed, take_over
from atd_conversation.domain.message import Message, later_status
from atd_conversation.domain.message_parts import with_arrived
from atd_conversation.domain.private_replies import settle
from atd_conversation.domain.watermarks import note_sent
from atd_conversation.intake.batch import told_ids
from atd_conversation.intake.deeds import take_deed_receipt
from atd_conversation.intake.files import remove_files
from atd_conversation.intake.loaded import Loaded
from atd_conversation.intake.people import note_proofs, note_recipient_keys
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.inbound import InboundEcho, InboundReceipt, InboundReceiptUntil, SendFailure
from atd_schemas.views import MessageStatus


def take_receipt(intake: Intake, event: InboundReceipt, cause: Cause) -> None:
    """Move the message on that a receipt is about, or keep the receipt until that is known."""
    data = event.data
    message = _sent(intake, event)
    if data.about == "reaction":
        _take_reaction_receipt(intake, event, cause)
        return
    if data.about == "action":
        take_deed_receipt(intake, event, cause)
        return
    if message is None:
        _wait(intake, event)
        return
    note_recipient_keys(intake, event, intake.loaded.conversations[message.conversation_id].contact.id)
    if message.private_reply_to is not None:
        note_proofs(intake, event, cause)
    if _attempt(intake, event, message) < message.attempt:
        return
    intake.unit.touch_message(message)
    joined = _join_echoes(intake, event, message, cause)
    names = _new_names(intake, event, message)
    parts = names if data.external_ids else ()
    changed = joined + _apply(
        intake, message, data.status, next(iter(names), None), data.failure, parts, data.parts_sent
    )
    if data.status == "sent" and data.message_id:
        changed += note_sent(message, intake.moment(event))
    for external_id in message.external_ids:
        intake.loaded.sent_as[message.account_id, external_id] = message
    for external_id in told_ids(event):
        changed += apply_early_receipt(intake, message, external_id)
    if changed:
        changed = tuple(dict.fromkeys(changed))
        intake.revised(message, "message.status_changed", changed, cause, actor=None)
        _settle_comment(intake, message, cause)


def _join_echoes(intake: Intake, event: InboundReceipt, message: Message, cause: Cause) -> tuple[str, ...]:
    """Of echoes that were told before this receipt said that they are this message, one is left; what changed of it."""
    loaded = intake.loaded
    changed: tuple[str, ...] = ()
    for external_id in told_ids(event):
        echo = loaded.target(message.account_id, external_id)
        if echo is None or echo is message or echo.tenant_id != message.tenant_id or not is_echo(echo):
            continue
        intake.unit.touch_echo(echo)
        conversation = loaded.conversations[echo.conversation_id]
        remove_files(intake, echo, *echo.attachments, *echo.replaced)
        loaded.sent_as.pop((message.account_id, external_id), None)
        row: dict[str, Any] = {"message_id": message.id, "tenant_id": message.tenant_id}
        attempt = {"attempt": message.attempt} if message.attempt else {}
        intake.put_receipt(loaded.waits_as(message.account_id, external_id), {**row, **attempt})
        changed += take_over(message, echo)
        gone = give_way(echo, message)
        if conversation.last_message is not None and conversation.last_message.id == echo.id:
            intake.unit.touch(conversation)
            last = message if message.conversation_id == conversation.id else last_beside(loaded, echo)
            conversation.last_message = None if last is None else last.as_last()
        intake.revised(echo, "message.updated", gone, cause)
    return changed


def last_beside(loaded: Loaded, echo: Message) -> Message | None:
    """The message that a list shows of an echo's conversation once the echo is none any more; None: there is no other.

    The loader reads it for echoes that are the last one of another conversation than their message's.
    """
    others = loaded.messages_of(echo.conversation_id)
    return next((one for one in reversed(others) if one.id != echo.id and is_listed(one)), None)


def _settle_comment(intake: Intake, message: Message, cause: Cause) -> None:
    """The comment that a message answers in private says so, unless the message came to nothing."""
    answered = message.private_reply_to
    comment = intake.loaded.messages.get(answered.message_id) if answered is not None else None
    if comment is None:
        return
    intake.unit.touch_message(comment)
    changed = settle(comment, message)
    if changed:
        intake.revised(comment, "message.updated", changed, cause)


def take_own_echo(intake: Intake, message: Message, event: InboundEcho, cause: Cause) -> None:
    """What we sent ourselves adds nothing, and tells exactly when the channel took it."""
    if message.direction != "outbound" or message.tenant_id != event.tenant_id:
        return
    intake.unit.touch_message(message)
    changed = note_sent(message, intake.moment(event))
    if changed:
        intake.revised(message, "message.status_changed", changed, cause, actor=None)


def apply_early_receipt(intake: Intake, message: Message, external_id: str | None) -> tuple[str, ...]:
    """Remember what the provider calls the message, and apply the receipt that came before that was known.

    What changed by that.
    """
    if external_id is None:
        return ()
    key = intake.loaded.waits_as(message.account_id, external_id)
    waiting = intake.loaded.early_receipts.get(key)
    if waiting is not None and "message_id" in waiting:
        return ()
    row: dict[str, Any] = {"message_id": message.id, "tenant_id": message.tenant_id}
    if message.attempt:
        row["attempt"] = message.attempt
    intake.put_receipt(key, row)
    if waiting is None or waiting["tenant_id"] != message.tenant_id:
        return ()
    failure = SendFailure(**waiting["failure"]) if waiting["failure"] else None
    return _apply(intake, message, waiting["status"], external_id, failure)


def _apply(
    intake: Intake,
    message: Message,
    status: MessageStatus,
    external_id: str | None,
    failure: SendFailure | None,
    parts: tuple[str, ...] = (),
    parts_sent: int = 0,
) -> tuple[str, ...]:
    error = intake.rules(message).texts.sending_error(failure) if failure is not None else None
    if error is not None and parts_sent:
        error = with_arrived(error, parts_sent)
    return message.apply_receipt(status, external_id, error, parts=parts, parts_sent=parts_sent)


def _sent(intake: Intake, event: InboundReceipt) -> Message | None:
    """The message of ours that a receipt is about; what a provider hands back is checked, not trusted."""
    data, loaded = event.data, intake.loaded
    message = loaded.messages.get(data.message_id) if data.message_id else None
    for external_id in told_ids(event) if message is None else ():
        message = message or loaded.target(data.account_id, external_id)
    if message is None or message.direction != "outbound":
        return None
    return message if _is_there(message, event) else None


def _is_there(message: Message, event: InboundReceipt) -> bool:
    return (message.tenant_id, message.account_id) == (event.tenant_id, event.data.account_id)


def _attempt(intake: Intake, event: InboundReceipt, message: Message) -> int:
    """Which attempt at sending a receipt is about: said by our id, or by what the provider called that attempt."""
    data = event.data
    if data.message_id:
        return data.attempt
    if data.external_id in message.external_ids:
        return message.attempt
    row = intake.loaded.early_receipts.get(intake.loaded.waits_as(data.account_id, data.external_id or ""), {})
    return int(row.get("attempt", 0))


def _new_names(intake: Intake, event: InboundReceipt, message: Message) -> tuple[str, ...]:
    """The provider's ids of the message, without those that another message of ours has."""
    sent_as, account_id = intake.loaded.sent_as, event.data.account_id
    return tuple(one for one in told_ids(event) if sent_as.get((account_id, one), message) is message)


def _take_reaction_receipt(intake: Intake, event: InboundReceipt, cause: Cause) -> None:
    """A reaction of ours that the customer never got is none."""
    data = event.data
    message = intake.loaded.messages.get(data.message_id or "")
    if message is None or data.status != "failed" or not _is_there(message, event):
        return
    intake.unit.touch_message(message)
    changed = message.lose_reaction(event.causation_id, event.recorded_at)
    if changed:
        intake.revised(message, "message.reacted", changed, cause)


def _wait(intake: Intake, event: InboundReceipt) -> None:
    """A receipt for a message that is not known (yet) waits for the send to be recorded."""
    for external_id in told_ids(event)[:1]:
        wait_for_sent(intake, event, external_id, event.data.status, event.data.failure)


def wait_for_sent(
    intake: Intake,
    event: InboundReceipt | InboundReceiptUntil,
    external_id: str,
    told: MessageStatus,
    why: SendFailure | None = None,
) -> None:
    """Keep in mind what was told of a message that is not known yet: the highest status."""
    key = intake.loaded.waits_as(event.data.account_id, external_id)
    known = intake.loaded.early_receipts.get(key)
    if known is not None and (known["tenant_id"] != event.tenant_id or "message_id" in known):
        return
    status = later_status(known["status"], told) if known else told
    failure = None
    if status == "failed":
        failure = known["failure"] if known else None
        failure = failure or (why.model_dump() if why else None)
    who = intake.loaded.owners(event)
    intake.put_receipt(key, {"status": status, "failure": failure, "tenant_id": event.tenant_id, "who": who})
