"""From changes to the events that the world hears, and the command that a channel gets."""

from datetime import datetime
from typing import Any

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Change, Conversation
from atd_conversation.domain.message import Attachment, Message
from atd_schemas.conversation import (
    ContactChanged,
    ContactData,
    ConversationChanged,
    ConversationData,
    MessageChanged,
    MessageData,
)
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid5
from atd_schemas.outbound import OutboundFetch, OutboundFetchData, OutboundMessage, OutboundMessageData

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
    """The event of a change. One about a message shows it as it is now: build it before the next change."""
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
    }
    if change.message is None:
        data = ConversationData(conversation=change.snapshot or conversation.view(), changed=change.changed)
        return ConversationChanged(**common, data=data)
    message = MessageData(conversation_id=conversation.id, message=change.message.view(), changed=change.changed)
    return MessageChanged(**common, data=message)


def contact_event(
    contact: Contact, event_type: str, changed: tuple[str, ...], *, now: datetime, causation_id: str | None
) -> ContactChanged:
    """The event of a contact that was created or changed; counts the contact's sequence on."""
    contact.sequence += 1
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
        actor=SYSTEM,
        data=ContactData(contact=contact.view(), changed=changed),
    )


def outbound_command(
    conversation: Conversation, message: Message, *, now: datetime, causation_id: str, reply_to_external_id: str | None
) -> OutboundMessage:
    """What the channel service is asked to send. Its id is the message's: a repeat is the same command."""
    return OutboundMessage(
        id=uuid5("outbound", message.id),
        tenant_id=conversation.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=SOURCE,
        subject=conversation.id,
        causation_id=causation_id,
        actor=Actor(type=message.author.type, id=message.author.id, name=message.author.name),
        data=OutboundMessageData(
            account_id=conversation.channel.account_id,
            channel=conversation.channel.kind,
            conversation_id=conversation.id,
            message_id=message.id,
            recipient=conversation.recipient,
            kind=message.kind,
            text=message.text,
            content=message.content,
            reply_to_external_id=reply_to_external_id,
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
        tenant_id=conversation.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source=SOURCE,
        subject=conversation.id,
        causation_id=causation_id,
        data=OutboundFetchData(
            account_id=conversation.channel.account_id,
            channel=conversation.channel.kind,
            conversation_id=conversation.id,
            message_id=message.id,
            contact_external_id=conversation.recipient,
            kind=message.kind,
            attachment=attachment.source,
            attempt=attachment.attempt,
        ),
    )
