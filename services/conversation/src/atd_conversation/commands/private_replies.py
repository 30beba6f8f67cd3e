"""An attendant answers a public comment in private."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.automations import Automations
from atd_conversation.commands.effects import channel_topic, decided, publish_changes, refused, send_command
from atd_conversation.domain.channels import Channels
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.events import outbound_command
from atd_conversation.domain.message import Message
from atd_conversation.domain.private_replies import Answerable, answer, answerable, composed, mark, take_up
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.sight import Sight
from atd_conversation.domain.strands import current_of
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.directory import Directory
from atd_conversation.store.queries import Queries
from atd_conversation.store.strands import Strands
from atd_conversation.store.unit import UnitStore
from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid5, uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.problems import not_found

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


@dataclass(frozen=True, slots=True)
class PrivateReply:
    """What is said to a comment's author. The same `client_id` again is the same message."""

    comment_id: str
    text: str
    client_id: str | None = None


class PrivateReplies:
    """`send` runs inside the transaction whose session it is given."""

    def __init__(
        self,
        queries: Queries,
        strands: Strands,
        store: UnitStore,
        directory: Directory,
        channels: Channels,
        clock: Clock,
        automations: Automations | None = None,
    ) -> None:
        self._automations = automations or Automations(None)
        self._queries = queries
        self._strands = strands
        self._store = store
        self._directory = directory
        self._channels = channels
        self._clock = clock

    async def send(
        self, session: "Session", sight: Sight, actor: Actor, reply: PrivateReply, *, request_id: str
    ) -> Message:
        """Send the answer in the customer's conversation on the page's private channel, which is opened for it.

        Nobody writes in a conversation that they do not see: where the private one is a colleague's, or in the queue,
        an attendant with a limited sight gets `conversation_taken`.
        Raises `Problem` 404, 409 `already_replied_privately`, 422 with the code of what keeps it.
        """
        tenant_id = sight.tenant_id
        comment = await self._queries.message(tenant_id, reply.comment_id, session)
        public = await self._queries.conversation(tenant_id, comment.conversation_id, session) if comment else None
        if comment is None or public is None:
            raise not_found("Message not found.")
        message_id = _message_id(comment, actor, reply)
        known = await self._queries.message(tenant_id, message_id, session) if reply.client_id else None
        if known is not None:
            return known
        now, unit = self._clock.now(), UnitOfWork()
        answered = decided(lambda: answerable(public, comment, self._channels.of(public.channel.kind), now))
        private, begun = await self._private(session, unit, public, answered, now)
        topic = await channel_topic(self._channels, self._directory, tenant_id, private)
        rules = self._channels.of(private.channel.kind)
        said = decided(lambda: composed(answered, reply.text, rules))
        publish_changes(unit, private, begun, actor, now, request_id)
        is_new = bool(begun)
        publish_changes(
            unit, private, decided(lambda: take_up(private, actor, now, is_new=is_new)), actor, now, request_id
        )
        if not sight.sees(private.assignee.id if private.assignee else None):
            raise refused(Refusal("conversation_taken", "The customer's private conversation is not yours."))
        message, changes = decided(lambda: answer(private, message_id, answered, said, actor, now))
        message.client_id = reply.client_id
        publish_changes(unit, private, changes, actor, now, request_id)
        unit.new_messages.append(message)
        command = outbound_command(private, message, now=now, causation_id=request_id, reply_to_external_id=None)
        send_command(unit, topic, command)
        unit.touch(public)
        unit.touch_message(comment)
        changed = mark(comment, message, now)
        publish_changes(unit, public, [public.revise("message.updated", comment, changed)], actor, now, request_id)
        await self._store.save(session, unit, now)
        return message

    async def _private(
        self, session: "Session", unit: UnitOfWork, public: Conversation, answered: Answerable, now: datetime
    ) -> tuple[Conversation, list[Change]]:
        """The customer's private conversation as it goes on; a new one with the change that opens it."""
        tenant_id, channel = public.tenant_id, answered.channel
        place = current_of(channel.account_id, public.contact.id)
        current = await self._strands.current(tenant_id, place, session)
        if current is not None:
            unit.touch(current)
            if current.takes(now, (await self._automations.of(tenant_id)).reopen_within):
                return current, []
            current.current = False
        contact = await self._queries.contacts.one(tenant_id, public.contact.id, session)
        if contact is None or contact.merged is not None:
            raise refused(Refusal("unknown_contact", "The customer's record has changed; try again."))
        unit.touch_contact(contact)  # whoever finds out meanwhile that it is another one must see this
        opened, change = Conversation.open(
            uuid7(),
            await self._strands.next_number(tenant_id),
            tenant_id,
            contact.ref(),
            answered.first_contact(public),
            now,
            reply_window=self._channels.of(channel.kind).reply_window,
            previous=current,
            names=public.names,
        )
        if current is not None:
            opened.recipient = current.recipient
        unit.new_conversations[opened.id] = opened
        return opened, [change]


def _message_id(comment: Message, actor: Actor, reply: PrivateReply) -> str:
    if reply.client_id is None:
        return uuid7()
    return uuid5("private-reply", comment.id, actor.id or "", reply.client_id)
