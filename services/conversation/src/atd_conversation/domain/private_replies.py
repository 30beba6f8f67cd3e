"""Answering a public comment in private: once, and then it is the customer's turn.

The first message is addressed to the comment, not to a person: the channel delivers it to whoever wrote that, and tells
their private id in its answer. Until they write, nothing else can be said to them.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from atd_conversation.domain.channels.rules import ChannelRules
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.conversation_record import COMMENT_ADDRESS
from atd_conversation.domain.drafts import Composed, Draft, References, too_long
from atd_conversation.domain.message import Message, PrivateReplyTo
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import PrivateReplyLimit
from atd_schemas.contents import PlainContent, Shared
from atd_schemas.envelope import Actor
from atd_schemas.inbound import InboundContact, InboundMessageData
from atd_schemas.views import ChannelRef, Named, PrivateReplyView


@dataclass(frozen=True, slots=True)
class Answerable:
    """A public comment that can be answered in private, on this channel account."""

    comment: Message
    external_id: str
    channel: ChannelRef
    limit: PrivateReplyLimit

    @property
    def until(self) -> datetime:
        """When it is too old for it."""
        return self.comment.occurred_at + timedelta(seconds=self.limit.within_seconds)

    def first_contact(self, public: Conversation) -> InboundMessageData:
        """What the private conversation begins with, in the place of a message of the customer."""
        contact = InboundContact(external_id=f"{COMMENT_ADDRESS}{self.external_id}", name=public.profile_name)
        return InboundMessageData(
            account_id=self.channel.account_id,
            account_name=self.channel.name,
            channel=self.channel.kind,
            external_id="",
            contact=contact,
            kind="text",
        )


def answerable(public: Conversation, comment: Message, rules: ChannelRules, now: datetime) -> Answerable:
    """Whether a comment can be answered in private; `rules` are those of the public channel.

    Raises `Refusal`: `not_public`, `message_deleted`, `contact_blocked`, `already_replied_privately`,
    `no_private_channel`, `too_old`.
    """
    thread, limit = public.thread, rules.private_replies
    is_comment = thread is not None and thread.public and thread.kind == "post" and comment.direction == "inbound"
    if thread is None or not is_comment or comment.external_id is None:
        raise Refusal("not_public", "Only a customer's public comment can be answered in private.")
    if comment.deleted_at is not None:
        raise Refusal("message_deleted", "The comment was deleted.")
    if public.contact.blocked:
        raise Refusal("contact_blocked", "The customer is blocked; nothing is sent to them.")
    if comment.private_reply is not None:
        raise Refusal("already_replied_privately", "The comment has been answered in private already.")
    if limit is None or thread.private_channel is None:
        raise Refusal("no_private_channel", "The page has no channel on which customers are answered in private.")
    found = Answerable(comment, comment.external_id, thread.private_channel, limit)
    if now > found.until:
        days = limit.within_seconds // (24 * 3600)
        raise Refusal("too_old", f"The comment is older than {days} days; it cannot be answered in private any more.")
    return found


def composed(answered: Answerable, text: str, rules: ChannelRules) -> Composed:
    """The text as a message of the private channel, whose `rules` these are. Raises `Refusal` as `compose` does."""
    most = answered.limit.text.max_length
    if len(text) > most:
        raise too_long("text", len(text), most)
    made = rules.compose(Draft(text=text), References())
    return replace(made, content=PlainContent(shared=Shared(type="comment", id=answered.external_id)))


def take_up(private: Conversation, actor: Actor, now: datetime, *, is_new: bool) -> list[Change]:
    """The private conversation is open, and who begins it has it, unless it was going on already."""
    changes = [] if is_new or private.status != "closed" else private.reopen(now)
    if (is_new or changes) and private.assignee is None and actor.type == "attendant" and actor.id is not None:
        changes += private.assign(Named(id=actor.id, name=actor.name), now)
    return changes


def answer(
    private: Conversation, message_id: str, answered: Answerable, said: Composed, actor: Actor, now: datetime
) -> tuple[Message, list[Change]]:
    """Send the answer, which needs no reply window. Raises `Refusal` `conversation_closed`."""
    changes = private.send(
        message_id, actor=actor, text=said.text, now=now, kind=said.kind, content=said.content, free=False
    )
    message = next(change.message for change in changes if change.message is not None)
    message.private_reply_to = PrivateReplyTo(answered.comment.id, answered.external_id, answered.until)
    return message, changes


def mark(comment: Message, message: Message, at: datetime) -> tuple[str, ...]:
    """Write on the comment that this message answers it in private; what changed."""
    if comment.private_reply is not None:
        return ()
    comment.private_reply = PrivateReplyView(message_id=message.id, conversation_id=message.conversation_id, at=at)
    return ("private_reply",)


def settle(comment: Message, message: Message) -> tuple[str, ...]:
    """Let the mark follow what became of the answer; what changed.

    One that failed can be tried again, unless that is no use: then the mark stays, and shows why.
    """
    ours = comment.private_reply is not None and comment.private_reply.message_id == message.id
    if message.status == "failed":
        if not ours or (message.error is not None and not message.error.retryable):
            return ()
        comment.private_reply = None
        return ("private_reply",)
    return mark(comment, message, message.occurred_at) if message.status != "pending" else ()


def check_retry(comment: Message | None, message: Message) -> None:
    """A failed answer is not sent again after another one. Raises `Refusal` `already_replied_privately`."""
    other = comment.private_reply if comment is not None else None
    if other is not None and other.message_id != message.id:
        raise Refusal("already_replied_privately", "The comment has been answered in private already.")
