"""Whether customers can be written to, and what they do that is no message."""

from atd_conversation.domain.arrivals import notice_message
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.strands import place_of
from atd_conversation.intake.joining import contact_named
from atd_conversation.intake.people import strands_of
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.content_base import Content
from atd_schemas.envelope import SYSTEM
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundActivity, InboundReachability
from atd_schemas.notices import CameFromContent, ReachabilityContent


def take_reachability(intake: Intake, event: InboundReachability, cause: Cause) -> None:
    """A customer has blocked the company, or let it in again: every current conversation there says so.

    But for those with the owner of a business account, whom a bot that is blocked goes on answering for.
    """
    data = event.data
    contact_id = contact_named(intake, event, cause)
    if contact_id is None:
        return
    reason = None if data.reachable else data.reason
    for conversation in strands_of(intake.loaded, contact_id, data.account_id):
        if conversation.thread is not None and conversation.thread.kind == "business":
            continue
        intake.unit.touch(conversation)
        changes = conversation.hear_reachable(reason, intake.moment(event))
        for change in changes:
            intake.emit(conversation, change, cause, actor=SYSTEM)
        if changes:
            content = ReachabilityContent(type="reachable" if data.reachable else "unreachable", reason=data.reason)
            _add_notice(intake, conversation, event, content, cause)


def take_activity(intake: Intake, event: InboundActivity, cause: Cause) -> None:
    """The customer did something that can open the reply window; the thread says from where they came.

    Nobody becomes a customer by that, and no conversation is opened.
    """
    data = event.data
    contact_id = contact_named(intake, event, cause)
    conversation = intake.loaded.current.get(place_of(data, contact_id)) if contact_id is not None else None
    if conversation is None:
        return
    intake.unit.touch(conversation)
    moment, window = intake.moment(event), intake.loaded.channels.of(data.channel).reply_window
    changes = conversation.hear_of(data.what, occurred_at=moment, now=intake.now, reply_window=window)
    for change in [*changes, *conversation.hear_reachable(None, moment)]:
        intake.emit(conversation, change, cause)
    if data.referral is not None:
        _add_notice(intake, conversation, event, CameFromContent(type="came_from"), cause)


def _add_notice(
    intake: Intake,
    conversation: Conversation,
    event: InboundReachability | InboundActivity,
    content: Content,
    cause: Cause,
) -> None:
    notice = notice_message(
        uuid5("notice", event.id, conversation.id),
        conversation.tenant_id,
        conversation.id,
        event.data.account_id,
        content,
        occurred_at=intake.moment(event),
        now=intake.now,
    )
    if isinstance(event, InboundActivity):
        notice.referral = event.data.referral
    intake.emit(conversation, conversation.add_notice(notice), cause, actor=SYSTEM)
    intake.unit.new_messages.append(notice)
