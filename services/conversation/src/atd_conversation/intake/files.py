"""Files of messages: asking the channel for them, what comes of that, and those that nobody needs any more."""

from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import fetch_command
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.intake.automation import tell_of_large_file
from atd_conversation.intake.pictures import take_picture
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.inbound import InboundFile, SendFailure


def fetch(
    intake: Intake, conversation: Conversation, message: Message, files: tuple[Attachment, ...], cause: Cause
) -> None:
    """Write the files down, and ask the channel for them."""
    topic = intake.loaded.channels.topic(conversation.channel.kind)
    for file in files:
        intake.unit.new_attachments[file.id] = StoredAttachment(
            tenant_id=message.tenant_id,
            attachment=file,
            created_at=intake.now,
            conversation_id=message.conversation_id,
            message_id=message.id,
        )
        if topic is not None and file.state == "pending":
            command = fetch_command(conversation, message, file, now=intake.now, causation_id=cause.event.id)
            intake.unit.publish(topic, command, cause.traceparent)


def take_file(intake: Intake, event: InboundFile, cause: Cause) -> None:
    """A file of a message is here, or cannot be had."""
    data = event.data
    if data.contact_id is not None:
        take_picture(intake, event, data.contact_id, cause)
        return
    message = intake.loaded.messages.get(data.message_id)
    if message is None or (message.tenant_id, message.account_id) != (event.tenant_id, data.account_id):
        return
    if message.deleted_at is not None:
        if data.state == "ready":  # it was on its way while the message was taken back
            files = (*message.attachments, *message.replaced)
            remove_files(intake, message, *(one for one in files if one.id == data.attachment_id))
        return
    intake.unit.touch_message(message)
    failure = data.failure or SendFailure(code="", reason="unknown")
    error = intake.rules(message).texts.fetching_error(failure) if data.state == "failed" else None
    before = (*message.attachments, *message.replaced)
    changed = message.take_file(data, error)
    for file in (*message.attachments, *message.replaced):
        if file not in before:
            intake.unit.attachments[file.id] = file
    if changed:
        file = next(one for one in message.attachments if one.id == data.attachment_id)
        intake.revised(message, "message.updated", changed, cause)
        if file.state == "failed" and message.direction == "inbound":
            tell_of_large_file(intake, intake.loaded.conversations[message.conversation_id], event, cause)


def remove_files(intake: Intake, message: Message, *files: Attachment) -> None:
    """Let these files of a message be nobody's: they are cleared away with their bytes."""
    for file in files:
        intake.unit.removed_attachments[file.id] = StoredAttachment(
            message.tenant_id, file, message.recorded_at, message.conversation_id
        )
