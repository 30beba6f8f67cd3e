"""What happens to messages after they came: reactions, edits, deletions."""

from typing import Any

from pydantic import TypeAdapter

from atd_conversation.domain.arrivals import SYSTEM_AUTHOR
from atd_conversation.domain.attachments import announced, out_of_reach
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.intake.batch import Arrival, ChangeEvent
from atd_conversation.intake.files import fetch, remove_files
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.contents import EMPTY
from atd_schemas.conversation import MessageEventType
from atd_schemas.envelope import SYSTEM
from atd_schemas.inbound import (
    InboundDelete,
    InboundEdit,
    InboundMessageData,
    InboundReaction,
    InboundVisibility,
)
from atd_schemas.views import AuthorView

_WAITING: TypeAdapter[ChangeEvent | Arrival] = TypeAdapter(ChangeEvent | Arrival)

QUOTES_LIMIT = 20
"""Messages that may wait for one that they answer; more of them stay without it."""

_EVENT_TYPES: dict[type[ChangeEvent], MessageEventType] = {
    InboundReaction: "message.reacted",
    InboundEdit: "message.edited",
    InboundDelete: "message.deleted",
    InboundVisibility: "message.updated",
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
        found = [(event, _awaited(intake, event)) for event in waited]
        if all(message is None for _, message in found):
            continue
        for event, message in found:
            if message is None:
                continue
            if isinstance(event, Arrival):
                _find_quoted(intake, message, event)
            else:
                _change(intake, message, event, Cause(event))
        intake.put_early_change(key, None)


def waiting(row: dict[str, Any]) -> list[ChangeEvent | Arrival]:
    """What a row of `early_changes` keeps: changes, and messages that quote the message (without their contents)."""
    return [_WAITING.validate_json(kept["event"]) for kept in row["changes"].values()]


def _awaited(intake: Intake, event: ChangeEvent | Arrival) -> Message | None:
    data = event.data
    name = data.reply_to_external_id if isinstance(data, InboundMessageData) else data.target_external_id
    return intake.loaded.target(data.account_id, name or "")


def wait_for_quoted(intake: Intake, event: Arrival) -> None:
    """Keep in mind that a message answers one that is not here; of what it says nothing is kept."""
    data = event.data
    key = intake.loaded.waits_as(data.account_id, data.reply_to_external_id or "")
    row = intake.loaded.early_changes.get(key)
    if row is not None and row["tenant_id"] != event.tenant_id:
        return
    changes = dict(row["changes"]) if row else {}
    slot = f"quote:{event.id}"
    if sum(one.startswith("quote:") for one in changes) >= QUOTES_LIMIT:
        return
    bare = {"text": None, "content": EMPTY, "attachments": (), "referral": None}
    kept = event.model_copy(update={"data": data.model_copy(update=bare)})
    changes[slot] = {"at": event.occurred_at, "event": kept.model_dump_json()}
    intake.put_early_change(key, _row(intake, row, event, changes))


def _row(
    intake: Intake, before: dict[str, Any] | None, event: ChangeEvent | Arrival, changes: dict[str, Any]
) -> dict[str, Any]:
    """The row that keeps these changes; `who` are keys of the customers that they are of."""
    who = dict.fromkeys([*(before or {}).get("who", ()), *intake.loaded.owners(event)])
    return {"tenant_id": event.tenant_id, "changes": changes, "who": list(who)}


def _find_quoted(intake: Intake, quoted: Message, event: Arrival) -> None:
    """The message that another one answers has come."""
    answer = intake.loaded.messages.get(intake.loaded.message_id_of(event))
    if answer is None or not can_quote(intake, answer.tenant_id, answer.conversation_id, quoted):
        return
    intake.unit.touch_message(answer)
    changed = answer.find_quoted(quoted.id)
    if changed:
        intake.revised(answer, "message.updated", changed, Cause(event))


def can_quote(intake: Intake, tenant_id: str, conversation_id: str, quoted: Message) -> bool:
    """Whether a message of this conversation can answer another: one with the same customer, of this or before.

    In public also one of other people below the same post: everybody has read it there.
    """
    if quoted.tenant_id != tenant_id or quoted.direction not in ("inbound", "outbound"):
        return False
    here, there = (intake.loaded.conversations.get(one) for one in (conversation_id, quoted.conversation_id))
    if here is None or there is None:
        return False
    is_same_post = here.thread_id == there.thread_id and here.channel.account_id == there.channel.account_id
    if here.is_public or there.is_public:
        return here.is_public and there.is_public and is_same_post
    return here.contact.id == there.contact.id


def _change(intake: Intake, message: Message, event: ChangeEvent, cause: Cause) -> None:
    conversation = intake.loaded.conversations[message.conversation_id]
    if not _is_allowed(message, conversation, event):
        return
    intake.unit.touch_message(message)
    files = (*message.attachments, *message.replaced)
    changed = _apply(intake, message, conversation, event)
    if not changed:
        return
    if isinstance(event, InboundDelete):
        remove_files(intake, message, *files)
    else:
        fetch(intake, conversation, message, tuple(one for one in message.attachments if one not in files), cause)
    taken_back = isinstance(event, InboundDelete) and message.direction == "outbound"
    actor = SYSTEM if event.data.by_business or taken_back else None
    intake.revised(message, _EVENT_TYPES[type(event)], changed, cause, actor=actor)
    if isinstance(event, InboundReaction) and event.data.emoji and not event.data.by_business:
        _open_window(intake, conversation, event, cause)


def _open_window(intake: Intake, conversation: Conversation, event: InboundReaction, cause: Cause) -> None:
    """The customer has done something, from which on they can be answered where the channel counts that."""
    window = intake.loaded.channels.of(conversation.channel.kind).reply_window
    moment = intake.moment(event)
    for change in conversation.hear_of("reaction", occurred_at=moment, now=intake.now, reply_window=window):
        intake.unit.touch(conversation)
        intake.emit(conversation, change, cause)


def _is_allowed(message: Message, conversation: Conversation, event: ChangeEvent) -> bool:
    """Customers change what customers wrote, the company what it wrote, within one account.

    Which of the account's customers it was is the provider's to say: it signs, and an id names one message. In the chat
    of a business account the provider does not say which side took a message back: whose it was did.
    """
    if (message.tenant_id, message.account_id) != (event.tenant_id, event.data.account_id):
        return False
    if isinstance(event, InboundReaction | InboundVisibility):
        return message.direction in ("inbound", "outbound")
    thread = conversation.thread
    if isinstance(event, InboundDelete) and thread is not None and thread.kind == "business":
        return message.direction in ("inbound", "outbound")
    return message.direction == ("outbound" if event.data.by_business else "inbound")


def _apply(intake: Intake, message: Message, conversation: Conversation, event: ChangeEvent) -> tuple[str, ...]:
    data, at = event.data, event.occurred_at
    if isinstance(event, InboundDelete):
        return message.delete(at)
    if isinstance(event, InboundEdit):
        files = out_of_reach(announced(event.data.kind, event.data.attachments), intake.texts(conversation))
        return message.edit(event.data.kind, event.data.text, event.data.content, at, files)
    if isinstance(event, InboundVisibility):
        return message.show(at, hidden=event.data.hidden)
    contact = conversation.contact
    customer = AuthorView(type="contact", id=contact.id, name=contact.name)
    return message.react(SYSTEM_AUTHOR if data.by_business else customer, event.data.emoji, at)


def _wait(intake: Intake, event: ChangeEvent) -> None:
    """The latest change of each kind and side waits: no row can grow."""
    key = intake.loaded.waits_as(event.data.account_id, event.data.target_external_id)
    row = intake.loaded.early_changes.get(key)
    if row is not None and row["tenant_id"] != event.tenant_id:
        return
    changes = dict(row["changes"]) if row else {}
    side = "business" if event.data.by_business else "contact"
    slot = f"{event.type.removeprefix('inbound.')}:{side}"
    if slot in changes and changes[slot]["at"] > event.occurred_at:
        return
    changes[slot] = {"at": event.occurred_at, "event": event.model_dump_json()}
    intake.put_early_change(key, _row(intake, row, event, changes))
