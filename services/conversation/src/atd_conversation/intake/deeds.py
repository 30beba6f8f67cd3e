"""What became of deeds on messages that a channel was asked for."""

from atd_conversation.domain.arrivals import notice_message
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_deeds import finish_deed, undo_deed
from atd_conversation.intake.files import remove_files
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.envelope import SYSTEM
from atd_schemas.inbound import InboundReceipt, SendFailure
from atd_schemas.notices import ActionFailedContent
from atd_schemas.outbound import ActionName


def take_deed_receipt(intake: Intake, event: InboundReceipt, cause: Cause) -> None:
    """A deed that the channel has not done is undone here, and the thread says so; of one that it has nothing is kept.

    A deed that is not known any more changes nothing: its receipt has come before, or the message was taken back.
    """
    data = event.data
    message = intake.loaded.messages.get(data.message_id or "")
    if message is None or event.causation_id is None:
        return
    if (message.tenant_id, message.account_id) != (event.tenant_id, data.account_id):
        return
    intake.unit.touch_message(message)
    if data.status != "failed":
        done = finish_deed(message, event.causation_id)
        if done is not None and done.action == "delete":
            remove_files(intake, message, *message.attachments, *message.replaced)
        return
    action, changed = undo_deed(message, event.causation_id)
    if changed:
        intake.revised(message, "message.updated", changed, cause)
    if action is not None:
        _tell_failed(intake, message, action, event, cause)


def _tell_failed(intake: Intake, message: Message, action: ActionName, event: InboundReceipt, cause: Cause) -> None:
    conversation = intake.loaded.conversations[message.conversation_id]
    failure = event.data.failure or SendFailure(code="", reason="unknown")
    reason = intake.rules(message).texts.sending_error(failure).code
    notice = notice_message(
        event.id,
        conversation.tenant_id,
        conversation.id,
        message.account_id,
        ActionFailedContent(type="action_failed", action=action, message_id=message.id, reason=reason),
        occurred_at=intake.moment(event),
        now=intake.now,
    )
    intake.unit.touch(conversation)
    intake.emit(conversation, conversation.add_notice(notice), cause, actor=SYSTEM)
    intake.unit.new_messages.append(notice)
