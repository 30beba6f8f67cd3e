"""From changes to the events that the world hears, and the command that a channel gets."""

from datetime import datetime
from typing import Any

from atd_conversation.domain.catalogue import CatalogueItem, CatalogueKind, Values
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.contact_record import FieldChange
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.conversation_record import COMMENT_ADDRESS
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_schemas.contents import MessageKind
from atd_schemas.conversation import (
    ContactChanged,
    ContactData,
    ConversationChanged,
    ConversationData,
    MessageChanged,
    MessageData,
    SettingChanged,
    SettingData,
)
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundAttachment
from atd_schemas.outbound import (
    ActionName,
    OutboundAction,
    OutboundActionData,
    OutboundAttachment,
    OutboundErase,
    OutboundEraseData,
    OutboundFetch,
    OutboundFetchData,
    OutboundMessage,
    OutboundMessageData,
    OutboundReaction,
    OutboundReactionData,
    OutboundRead,
    OutboundReadData,
)
from atd_schemas.views import LabelRef

SOURCE = "conversation"


def event_id(subject: str, sequence: int) -> str:
    """An event is the n-th of its subject: the same id however often it is built or published."""
    return uuid5("event", subject, str(sequence))


def conversation_event(
    conversation: Conversation,
    change: Change,
    *,
    actor: Actor,
    now: datetime,
    causation_id: str | None,
    occurred_at: datetime | None = None,
) -> ConversationChanged | MessageChanged:
    """The event of a change. One about a message shows it and the conversation as they are now: build it at once."""
    common: dict[str, Any] = {
        "id": event_id(conversation.id, change.sequence),
        "type": change.type,
        "tenant_id": conversation.tenant_id,
        "occurred_at": occurred_at or now,
        "recorded_at": now,
        "source": SOURCE,
        "subject": conversation.id,
        "sequence": change.sequence,
        "causation_id": causation_id,
        "actor": actor,
        "visible_to": () if conversation.assignee is None else (conversation.assignee.id,),
        "taken_from": change.taken_from,
    }
    if change.message is None:
        shown = change.snapshot or conversation.view()
        data = ConversationData(conversation=shown, changed=change.changed, scheduled=change.scheduled)
        return ConversationChanged(**common, data=data)
    message = MessageData(
        conversation_id=conversation.id,
        message=change.message.view(),
        conversation=conversation.reference(),
        conversation_state=conversation.state(change.message, change.changed),
        changed=change.changed,
        tag=change.tag,
    )
    return MessageChanged(**common, data=message)


def contact_event(
    contact: Contact,
    event_type: str,
    changed: tuple[str, ...],
    *,
    now: datetime,
    causation_id: str | None,
    actor: Actor = SYSTEM,
    label: LabelRef | None = None,
) -> ContactChanged:
    """The event of a contact that was created or changed; counts the contact's sequence on.

    The contact remembers of each field which event changed it last. `label` is the one that was put on or taken off.
    """
    contact.sequence += 1
    contact.changes.update(dict.fromkeys(changed, FieldChange(contact.sequence, actor.name)))
    return ContactChanged(
        id=event_id(contact.id, contact.sequence),
        type=event_type,  # type: ignore[arg-type]  # pydantic checks it
        tenant_id=contact.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=SOURCE,
        subject=contact.id,
        sequence=contact.sequence,
        causation_id=causation_id,
        actor=actor,
        visible_to=tuple(sorted(contact.attendants)),
        data=ContactData(contact=contact.view(), changed=changed, label=label),
    )


def setting_event(
    kind: CatalogueKind, item: CatalogueItem, *, actor: Actor, now: datetime, deleted: bool = False
) -> SettingChanged:
    """The event of an item that was made, changed or deleted; its version is the event's sequence."""
    shown = kind.told and item.owner_id is None and not deleted
    value = {"id": item.id, **item.values, "archived": item.archived} if shown else None
    data = SettingData(setting=kind.name, id=item.id, deleted=deleted, value=value)
    return _setting_changed(item.tenant_id, data, item.version, actor, now)


def policy_event(
    tenant_id: str, name: str, values: Values, version: int, *, actor: Actor, now: datetime
) -> SettingChanged:
    """The event of a policy that was changed."""
    return _setting_changed(tenant_id, SettingData(setting=name, id=name, value=dict(values)), version, actor, now)


def _setting_changed(tenant_id: str, data: SettingData, version: int, actor: Actor, now: datetime) -> SettingChanged:
    subject = data.id if data.setting != data.id else uuid5("policy", tenant_id, data.id)
    return SettingChanged(
        id=event_id(subject, version),
        tenant_id=tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=SOURCE,
        subject=subject,
        sequence=version,
        actor=actor,
        data=data,
    )


def outbound_command(
    conversation: Conversation, message: Message, *, now: datetime, causation_id: str, reply_to_external_id: str | None
) -> OutboundMessage:
    """What the channel service is asked to send. Its id is the message's and the attempt's: a repeat is the same."""
    answered = message.private_reply_to
    attempt = (str(message.attempt),) if message.attempt else ()
    return OutboundMessage(
        id=uuid5("outbound", message.id, *attempt),
        **_command(conversation, now, causation_id),
        actor=Actor(type=message.author.type, id=message.author.id, name=message.author.name),
        data=OutboundMessageData(
            **_place(conversation),
            message_id=message.id,
            recipient=f"{COMMENT_ADDRESS}{answered.external_id}" if answered else conversation.recipient,
            private_reply_to=answered.external_id if answered else None,
            kind=message.kind,
            text=message.text,
            content=message.content,
            reply_to_external_id=reply_to_external_id,
            attachments=tuple(_outbound_attachment(one) for one in message.attachments),
            attempt=message.attempt,
            parts_sent=message.parts_sent,
            **_window(conversation, message),
            thread_id=conversation.thread_id,
        ),
    )


def reaction_command(
    conversation: Conversation, message: Message, emoji: str | None, *, actor: Actor, now: datetime, causation_id: str
) -> OutboundReaction:
    """Put our emoji on a message that the channel has, or take it away.

    To be made right after the change of the conversation, whose place is the command's id.
    """
    return OutboundReaction(
        id=uuid5("reaction", message.id, str(conversation.sequence)),
        **_command(conversation, now, causation_id),
        actor=actor,
        data=OutboundReactionData(
            **_place(conversation),
            message_id=message.id,
            recipient=conversation.recipient,
            target_external_id=message.external_id or "",
            emoji=emoji,
            reply_until=conversation.window_end(by_person=False),
            thread_id=conversation.thread_id,
        ),
    )


def action_command(
    conversation: Conversation, message: Message, action: ActionName, *, actor: Actor, now: datetime, causation_id: str
) -> OutboundAction:
    """Do something to a message that the channel has: with all of its parts.

    To be made right after the change of the conversation, whose place is the command's id.
    """
    return OutboundAction(
        id=uuid5("action", message.id, str(conversation.sequence)),
        **_command(conversation, now, causation_id),
        actor=actor,
        data=OutboundActionData(
            **_place(conversation),
            message_id=message.id,
            recipient=conversation.recipient,
            action=action,
            target_external_ids=message.external_ids,
            kind=message.kind,
            text=message.text,
            thread_id=conversation.thread_id,
        ),
    )


def read_command(
    conversation: Conversation, external_id: str, *, typing: bool, actor: Actor, now: datetime, causation_id: str
) -> OutboundRead:
    """Tell the customer that all up to a message was read; the request that led to it names the command."""
    return OutboundRead(
        id=uuid5("read", conversation.id, external_id, causation_id),
        **_command(conversation, now, causation_id),
        actor=actor,
        data=OutboundReadData(
            **_place(conversation),
            recipient=conversation.recipient,
            external_id=external_id,
            typing=typing,
            thread_id=conversation.thread_id,
        ),
    )


def erase_command(
    conversation: Conversation,
    erasure_id: str,
    message_ids: tuple[str, ...],
    attachment_ids: tuple[str, ...],
    *,
    now: datetime,
    causation_id: str,
) -> OutboundErase:
    """Erase what the channel service keeps of these messages and files, and what it has not sent yet."""
    first = (message_ids or attachment_ids or ("all",))[0]
    return OutboundErase(
        id=uuid5("erase", erasure_id, conversation.id, first),
        **_command(conversation, now, causation_id),
        data=OutboundEraseData(
            **_place(conversation),
            erasure_id=erasure_id,
            message_ids=message_ids,
            attachment_ids=attachment_ids,
            recipient=conversation.recipient,
        ),
    )


def _command(conversation: Conversation, now: datetime, causation_id: str) -> dict[str, Any]:
    """What the envelope of every command to a channel says."""
    return {
        "tenant_id": conversation.tenant_id,
        "occurred_at": now,
        "recorded_at": now,
        "source": SOURCE,
        "subject": conversation.id,
        "causation_id": causation_id,
    }


def _window(conversation: Conversation, message: Message) -> dict[str, Any]:
    """By when it must have been sent, and who wrote it: what an attendant wrote a rule did not."""
    by_person = message.author.type == "attendant" and message.automatic is None
    if message.kind == "template":
        return {"by_person": by_person}
    if message.private_reply_to is not None:
        return {"by_person": by_person, "reply_until": message.private_reply_to.until}
    return {
        "reply_until": conversation.window_end(by_person=by_person),
        "free_until": conversation.free_until,
        "by_person": by_person,
    }


def _place(conversation: Conversation) -> dict[str, Any]:
    channel = conversation.channel
    return {"account_id": channel.account_id, "channel": channel.kind, "conversation_id": conversation.id}


def _outbound_attachment(attachment: Attachment) -> OutboundAttachment:
    """Only files that are here can be sent, and of those size and digest are known."""
    return OutboundAttachment(
        id=attachment.id,
        name=attachment.name,
        mime_type=attachment.mime_type,
        size=attachment.size or 0,
        sha256=attachment.sha256 or "",
    )


def picture_command(
    conversation: Conversation,
    message_id: str,
    kind: MessageKind,
    source: InboundAttachment,
    *,
    now: datetime,
    causation_id: str,
) -> OutboundFetch:
    """What the channel service is asked to fetch: the picture of the customer of whom a message told it."""
    return OutboundFetch(
        id=uuid5("fetch", source.id, "0"),
        **_command(conversation, now, causation_id),
        data=OutboundFetchData(
            **_place(conversation),
            message_id=message_id,
            contact_external_id=conversation.recipient,
            kind=kind,
            attachment=source,
            contact_id=conversation.contact.id,
        ),
    )


def fetch_command(
    conversation: Conversation, message: Message, attachment: Attachment, *, now: datetime, causation_id: str
) -> OutboundFetch:
    """What the channel service is asked to fetch: one file, each attempt once.

    Raises `ValueError` for a file that no channel announced.
    """
    if attachment.source is None:
        raise ValueError(f"file {attachment.id} is not at the channel")
    return OutboundFetch(
        id=uuid5("fetch", attachment.id, str(attachment.attempt)),
        **_command(conversation, now, causation_id),
        data=OutboundFetchData(
            **_place(conversation),
            message_id=message.id,
            contact_external_id=conversation.recipient,
            kind=message.kind,
            attachment=attachment.source,
            attempt=attachment.attempt,
        ),
    )
