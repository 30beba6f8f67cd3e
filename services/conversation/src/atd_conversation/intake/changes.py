"""What happens to messages after they came: reactions, edits, deletions, files that arrive."""

from typing import Any

from pydantic import TypeAdapter

from atd_conversation.domain.arrivals import SYSTEM_AUTHOR
from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.intake.batch import ChangeEvent
from atd_conversation.intake.loaded import provider_key
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.conversation import MessageEventType
from atd_schemas.envelope import SYSTEM
from atd_schemas.inbound import InboundDelete, InboundEdit, InboundFile, InboundReaction, SendFailure
from atd_schemas.views import AuthorView

_CHANGE: TypeAdapter[ChangeEvent] = TypeAdapter(ChangeEvent)

_EVENT_TYPES: dict[type[ChangeEvent], MessageEventType] = {
    InboundReaction: "message.reacted",
    InboundEdit: "message.edited",
    InboundDelete: "message.deleted",
}


def take_change(intake: Intake, event: ChangeEvent, cause: Cause) -> None:
    """ChangeEvent the message, or keep the change until the message comes: providers promise no order."""
    message = intake.loaded.target(event.data.account_id, event.data.target_external_id)
    if message is None:
        _wait(intake, event)
    else:
        _change(intake, message, event, cause)


def apply_early_changes(intake: Intake, rows: dict[str, dict[str, Any]]) -> None:
    """Make the changes that waited, of which the message is here now; the others go on waiting."""
    for key, row in rows.items():
        waited = sorted(waiting(row), key=lambda event: event.occurred_at)
        message = intake.loaded.target(waited[0].data.account_id, waited[0].data.target_external_id)
        if message is None:
            continue
        for event in waited:
            _change(intake, message, event, Cause(event))
        intake.put_early_change(key, None)


def waiting(row: dict[str, Any]) -> list[ChangeEvent]:
    """The changes that a row of `early_changes` keeps."""
    return [_CHANGE.validate_json(kept["event"]) for kept in row["changes"].values()]


def take_file(intake: Intake, event: InboundFile, cause: Cause) -> None:
    """A file of a message is here, or cannot be had."""
    data = event.data
    message = intake.loaded.messages.get(data.message_id)
    if message is None or (message.tenant_id, message.account_id) != (event.tenant_id, data.account_id):
        return
    if message.deleted_at is not None:
        if data.state == "ready":  # it was on its way while the message was taken back
            _remove_files(intake, message, data.attachment_id)
        return
    intake.unit.touch_message(message)
    failure = data.failure or SendFailure(code="", reason="unknown")
    error = intake.rules(message).texts.fetching_error(failure) if data.state == "failed" else None
    changed = message.take_file(data, error)
    if changed:
        file = next(one for one in message.attachments if one.id == data.attachment_id)
        intake.unit.attachments[file.id] = file
        intake.revised(message, "message.updated", changed, cause)


def _change(intake: Intake, message: Message, event: ChangeEvent, cause: Cause) -> None:
    if not _is_allowed(message, event):
        return
    conversation = intake.loaded.conversations[message.conversation_id]
    intake.unit.touch_message(message)
    changed = _apply(message, conversation, event)
    if not changed:
        return
    if isinstance(event, InboundDelete):
        _remove_files(intake, message, *(one.id for one in message.attachments))
    actor = SYSTEM if event.data.by_business else None
    intake.revised(message, _EVENT_TYPES[type(event)], changed, cause, actor=actor)


def _remove_files(intake: Intake, message: Message, *attachment_ids: str) -> None:
    for file in message.attachments:
        if file.id in attachment_ids:
            intake.unit.removed_attachments[file.id] = StoredAttachment(
                message.tenant_id, file, message.recorded_at, message.conversation_id
            )


def _is_allowed(message: Message, event: ChangeEvent) -> bool:
    """Customers change what customers wrote, the company what it wrote, within one account.

    Which of the account's customers it was is the provider's to say: it signs, and an id names one message.
    """
    if (message.tenant_id, message.account_id) != (event.tenant_id, event.data.account_id):
        return False
    if isinstance(event, InboundReaction):
        return message.direction in ("inbound", "outbound")
    return message.direction == ("outbound" if event.data.by_business else "inbound")


def _apply(message: Message, conversation: Conversation, event: ChangeEvent) -> tuple[str, ...]:
    data, at = event.data, event.occurred_at
    if isinstance(event, InboundDelete):
        return message.delete(at)
    if isinstance(event, InboundEdit):
        return message.edit(event.data.kind, event.data.text, event.data.content, at)
    contact = conversation.contact
    customer = AuthorView(type="contact", id=contact.id, name=contact.name)
    return message.react(SYSTEM_AUTHOR if data.by_business else customer, event.data.emoji, at)


def _wait(intake: Intake, event: ChangeEvent) -> None:
    """The latest change of each kind and side waits: no row can grow."""
    key = provider_key(event.data.account_id, event.data.target_external_id)
    row = intake.loaded.early_changes.get(key)
    if row is not None and row["tenant_id"] != event.tenant_id:
        return
    changes = dict(row["changes"]) if row else {}
    side = "business" if event.data.by_business else "contact"
    slot = f"{event.type.removeprefix('inbound.')}:{side}"
    if slot in changes and changes[slot]["at"] > event.occurred_at:
        return
    changes[slot] = {"at": event.occurred_at, "event": event.model_dump_json()}
    intake.put_early_change(key, {"tenant_id": event.tenant_id, "changes": changes})
