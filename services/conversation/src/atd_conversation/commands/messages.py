"""What attendants do with one message."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.commands.effects import channel_topic, decided, publish_changes, send_command
from atd_conversation.domain.channels import ChannelRules, Channels
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.events import action_command, fetch_command, outbound_command, reaction_command
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_actions import fetch_again, react, retry
from atd_conversation.domain.message_deeds import Deed as MessageDeed
from atd_conversation.domain.message_deeds import edit_sent, set_hidden, take_back
from atd_conversation.domain.private_replies import check_retry, mark
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.directory import Directory
from atd_conversation.store.files import Files
from atd_conversation.store.queries import Queries
from atd_conversation.store.unit import UnitStore
from atd_schemas.envelope import Actor, Envelope
from atd_servicekit.clock import Clock
from atd_servicekit.problems import forbidden, not_found

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a message; supervisors change those of others too. What no person wrote is everybody's."""

    actor: Actor
    is_supervisor: bool

    def may_change(self, message: Message) -> bool:
        return self.is_supervisor or message.author.type != "attendant" or message.author.id == self.actor.id


_Command = Callable[[Conversation, Message, datetime], Envelope]


class MessageCommands:
    """Each method runs inside the transaction whose session it is given, and answers the message as it is then."""

    def __init__(
        self,
        queries: Queries,
        store: UnitStore,
        directory: Directory,
        files: Files,
        channels: Channels,
        clock: Clock,
    ) -> None:
        self._queries = queries
        self._channels = channels
        self._store = store
        self._directory = directory
        self._files = files
        self._clock = clock

    async def react(
        self, session: "Session", tenant_id: str, actor: Actor, message_id: str, emoji: str | None, *, request_id: str
    ) -> Message:
        """Put the company's emoji on a message or take it away. Raises `Problem` 404, 422."""

        def command(conversation: Conversation, message: Message, now: datetime) -> Envelope:
            made = reaction_command(conversation, message, emoji, actor=actor, now=now, causation_id=request_id)
            message.reaction_command = made.id
            return made

        conversation, message = await self._of(session, tenant_id, message_id)
        rules = self._channels.of(conversation.channel.kind)
        return await self._decide(
            session,
            tenant_id,
            actor,
            conversation,
            message,
            lambda now: react(conversation, message, emoji, rules, actor, now),
            command,
            request_id,
        )

    async def edit(
        self, session: "Session", tenant_id: str, author: Author, message_id: str, text: str, *, request_id: str
    ) -> Message:
        """Let a message of ours say something else. Raises `Problem` 403, 404, 409 `not_sent`, 422."""
        conversation, message, rules = await self._own(session, tenant_id, author, message_id, "change")
        return await self._do(
            session,
            author.actor,
            conversation,
            message,
            lambda now: edit_sent(conversation, message, text, rules, now),
            request_id,
        )

    async def take_back(
        self, session: "Session", tenant_id: str, author: Author, message_id: str, *, request_id: str
    ) -> Message:
        """Take a message of ours back, or a public comment away. Raises `Problem` 403, 404, 409 `not_sent`, 422."""
        conversation, message, rules = await self._own(session, tenant_id, author, message_id, "take back")
        return await self._do(
            session,
            author.actor,
            conversation,
            message,
            lambda now: take_back(conversation, message, rules, now),
            request_id,
        )

    async def set_hidden(
        self, session: "Session", tenant_id: str, actor: Actor, message_id: str, *, hidden: bool, request_id: str
    ) -> Message:
        """Hide a public comment from others, or show it again. Raises `Problem` 404, 422."""
        conversation, message = await self._of(session, tenant_id, message_id)
        rules = self._channels.of(conversation.channel.kind)
        return await self._do(
            session,
            actor,
            conversation,
            message,
            lambda now: set_hidden(conversation, message, rules, now, hidden=hidden),
            request_id,
        )

    async def _own(
        self, session: "Session", tenant_id: str, author: Author, message_id: str, what: str
    ) -> tuple[Conversation, Message, ChannelRules]:
        """A message that its author, or a supervisor, changes. Raises `Problem` 403, 404."""
        conversation, message = await self._of(session, tenant_id, message_id)
        if message.direction == "outbound" and not author.may_change(message):
            raise forbidden(f"Only who wrote a message, or a supervisor, can {what} it.")
        return conversation, message, self._channels.of(conversation.channel.kind)

    async def _do(
        self,
        session: "Session",
        actor: Actor,
        conversation: Conversation,
        message: Message,
        decide: Callable[[datetime], MessageDeed | None],
        request_id: str,
    ) -> Message:
        """Do a deed here, and ask the channel for it."""
        done: list[MessageDeed] = []

        def changes(now: datetime) -> list[Change]:
            deed = decide(now)
            done.extend([deed] if deed else [])
            return deed.changes if deed else []

        def command(conversation: Conversation, message: Message, now: datetime) -> Envelope:
            action = done[0].action
            made = action_command(conversation, message, action, actor=actor, now=now, causation_id=request_id)
            done[0].note(message, made.id)
            return made

        return await self._decide(
            session, message.tenant_id, actor, conversation, message, changes, command, request_id
        )

    async def retry(
        self, session: "Session", tenant_id: str, actor: Actor, message_id: str, *, request_id: str
    ) -> Message:
        """Send a failed message again. Raises `Problem` 404, 409 `not_failed`, 422."""
        conversation, message = await self._of(session, tenant_id, message_id)
        rules = self._channels.of(conversation.channel.kind)
        quoted = None
        if message.reply_to is not None:
            quoted = await self._queries.message(tenant_id, message.reply_to, session)

        comment = await self._answered(session, message)

        def command(conversation: Conversation, message: Message, now: datetime) -> Envelope:
            quote = quoted.external_id if quoted else None
            return outbound_command(conversation, message, now=now, causation_id=request_id, reply_to_external_id=quote)

        return await self._decide(
            session,
            tenant_id,
            actor,
            conversation,
            message,
            lambda now: _tried_again(conversation, message, comment and comment[1], rules, now),
            command,
            request_id,
            comment=comment,
        )

    async def _answered(self, session: "Session", message: Message) -> tuple[Conversation, Message] | None:
        """The public comment that a message answers in private, and its conversation."""
        to = message.private_reply_to
        comment = await self._queries.message(message.tenant_id, to.message_id, session) if to else None
        if comment is None:
            return None
        public = await self._queries.conversation(message.tenant_id, comment.conversation_id, session)
        return None if public is None else (public, comment)

    async def fetch_again(
        self, session: "Session", tenant_id: str, actor: Actor, attachment_id: str, *, request_id: str
    ) -> Message:
        """Have a customer's file fetched again. Raises `Problem` 404, 409 `not_failed`, 422."""
        stored = await self._files.file(tenant_id, attachment_id)
        if stored is None or stored.message_id is None:
            raise not_found("File not found.")
        conversation, message = await self._of(session, tenant_id, stored.message_id)
        if all(one.id != attachment_id for one in message.view().attachments):
            raise not_found("File not found.")

        def command(conversation: Conversation, message: Message, now: datetime) -> Envelope:
            file = next(one for one in message.attachments if one.id == attachment_id)
            return fetch_command(conversation, message, file, now=now, causation_id=request_id)

        return await self._decide(
            session,
            tenant_id,
            actor,
            conversation,
            message,
            lambda _: fetch_again(conversation, message, attachment_id),
            command,
            request_id,
        )

    async def _of(self, session: "Session", tenant_id: str, message_id: str) -> tuple[Conversation, Message]:
        """A message of the caller's tenant and its conversation. Raises `Problem` 404."""
        message = await self._queries.message(tenant_id, message_id, session)
        if message is None:
            raise not_found("Message not found.")
        conversation = await self._queries.conversation(tenant_id, message.conversation_id, session)
        if conversation is None:
            raise not_found("Message not found.")
        return conversation, message

    async def _decide(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation: Conversation,
        message: Message,
        decide: Callable[[datetime], list[Change]],
        command: _Command,
        request_id: str,
        comment: tuple[Conversation, Message] | None = None,
    ) -> Message:
        """Decide, publish the events and send the command to the channel, where anything has changed.

        Raises `Problem` 422 `channel_not_supported` or `channel_removed`, and with the code of a `Refusal`.
        """
        topic = await channel_topic(self._channels, self._directory, tenant_id, conversation)
        unit, files = UnitOfWork(), message.attachments
        unit.touch(conversation)
        unit.touch_message(message)
        now = self._clock.now()
        changes = decided(lambda: decide(now))
        if changes:
            publish_changes(unit, conversation, changes, actor, now, request_id)
            send_command(unit, topic, command(conversation, message, now))
            if comment is not None:
                self._mark(unit, comment, message, actor, now, request_id)
            unit.attachments.update({one.id: one for one in message.attachments if one not in files})
            await self._store.save(session, unit, now)
        return message

    @staticmethod
    def _mark(
        unit: UnitOfWork,
        comment: tuple[Conversation, Message],
        message: Message,
        actor: Actor,
        now: datetime,
        request_id: str,
    ) -> None:
        """The comment is answered in private again."""
        public, answered = comment
        unit.touch(public)
        unit.touch_message(answered)
        changed = mark(answered, message, now)
        if changed:
            publish_changes(unit, public, [public.revise("message.updated", answered, changed)], actor, now, request_id)


def _tried_again(
    conversation: Conversation, message: Message, comment: Message | None, rules: ChannelRules, now: datetime
) -> list[Change]:
    """A failed message is sent again, a private answer to a comment only while there is no other one."""
    check_retry(comment, message)
    return retry(conversation, message, rules, now)
