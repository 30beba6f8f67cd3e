"""Customers' pictures: asking the channel for them, and what comes of that."""

from atd_conversation.domain.attachments import UNKNOWN_TYPE, StoredAttachment
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.contact_picture import Picture, is_picture, picture_file_id
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import picture_command
from atd_conversation.domain.message_files import Attachment
from atd_conversation.intake.batch import Arrival
from atd_conversation.intake.merging import Merging
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.inbound import InboundAttachment, InboundFile


def ask_for_picture(intake: Intake, conversation: Conversation, contact: Contact, event: Arrival, cause: Cause) -> None:
    """Ask the channel for the picture that a message tells of, unless it is known or was asked for before.

    The contact has been touched when this changes it. Nothing waits for the picture.
    """
    told, data = event.data.contact.picture, event.data
    topic = intake.loaded.channels.topic(conversation.channel.kind)
    if told is None or topic is None:
        return
    conversation.picture_told = told.id
    known = contact.picture or Picture()
    if not known.wants(told.id, data.account_id):
        return
    intake.unit.touch_contact(contact)
    contact.picture = known.asking(told.id)
    source = InboundAttachment(
        id=picture_file_id(contact.id, told.id), provider_id=told.provider_id, name="picture", url=told.url
    )
    file = Attachment(source.id, "picture", UNKNOWN_TYPE, None, "pending")
    intake.unit.new_attachments[file.id] = _stored(contact.tenant_id, contact.id, file, intake)
    command = picture_command(
        conversation,
        intake.loaded.message_id_of(event),
        data.kind,
        source,
        now=intake.now,
        causation_id=cause.event.id,
    )
    intake.unit.publish(topic, command, cause.traceparent)


def take_picture(intake: Intake, event: InboundFile, contact_id: str, cause: Cause) -> None:
    """A customer's picture is here, or cannot be had: then the one before it stays."""
    data = event.data
    if data.state == "scanning":
        return
    contact = intake.loaded.contacts.get(intake.loaded.present(contact_id))
    file = Attachment(
        data.attachment_id,
        "picture",
        data.mime_type or UNKNOWN_TYPE,
        data.size,
        "ready",
        sha256=data.sha256,
        width=data.width,
        height=data.height,
    )
    known = (contact.picture if contact else None) or Picture()
    fits = data.state == "ready" and is_picture(data) and known.takes(data.account_id)
    if contact is None or contact.tenant_id != event.tenant_id or not fits:
        _remove(intake, event.tenant_id, contact_id, file)
        return
    intake.unit.touch_contact(contact)
    if known.file_id is not None and known.shown_by(contact.id):
        _remove(intake, event.tenant_id, contact.id, Attachment(known.file_id, "picture", UNKNOWN_TYPE, None, "ready"))
    intake.unit.attachments[file.id] = file
    contact.picture = Picture(file.id, data.account_id, known.asked)
    Merging(intake, cause).refresh(contact)
    intake.emit_contact(contact, "contact.updated", ("avatar_url",), cause)


def _stored(tenant_id: str, contact_id: str, file: Attachment, intake: Intake) -> StoredAttachment:
    return StoredAttachment(tenant_id=tenant_id, attachment=file, created_at=intake.now, contact_id=contact_id)


def _remove(intake: Intake, tenant_id: str, contact_id: str, file: Attachment) -> None:
    """Let a picture be nobody's: it is cleared away with its bytes."""
    intake.unit.removed_attachments[file.id] = _stored(tenant_id, contact_id, file, intake)
