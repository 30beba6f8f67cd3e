"""Changes of a conversation, and what is said in it."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.automations import Automations
from atd_conversation.commands.effects import (
    channel_topic,
    decided,
    overtakings,
    publish_changes,
    publish_effects,
    refused,
    send_command,
)
from atd_conversation.commands.marking import Marking
from atd_conversation.domain.attachments import not_sendable
from atd_conversation.domain.automation.acting import Scene, after_status, ask_by_hand
from atd_conversation.domain.channels import ChannelRules, Channels
from atd_conversation.domain.classifying import close_classified
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.domain.drafts import Draft, References, UploadedFile, compose_note
from atd_conversation.domain.events import outbound_command, read_command
from atd_conversation.domain.message import Message
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.replies import below_the_last_comment
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.directory import Directory
from atd_conversation.store.files import Files
from atd_conversation.store.queries import Queries
from atd_conversation.store.unit import UnitStore
from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid5, uuid7
from atd_schemas.views import Named, Priority
from atd_servicekit.clock import Clock
from atd_servicekit.problems import not_found
from atd_servicekit.versions import overtaken

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

_SAID = "message.sent"

Decide = Callable[[Conversation, datetime], list[Change]]


@dataclass(frozen=True, slots=True)
class Closing:
    """How a conversation ends: `type_id` classifies it."""

    type_id: str | None = None


class Commands:
    """Each method runs inside the transaction whose session it is given."""

    def __init__(
        self,
        queries: Queries,
        store: UnitStore,
        directory: Directory,
        files: Files,
        channels: Channels,
        clock: Clock,
        marking: Marking | None = None,
        automations: Automations | None = None,
    ) -> None:
        """`automations`: what companies have decided of automatic messages; None: nobody has changed anything."""
        self._automations = automations or Automations(None)
        self._queries = queries
        self._channels = channels
        self._store = store
        self._directory = directory
        self._files = files
        self._clock = clock
        self._marking = marking

    async def change(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        decide: Decide,
        *,
        request_id: str,
        expected_sequence: int | None = None,
    ) -> Conversation:
        """Let `decide` change a conversation of the caller's tenant, and save it with its events.

        Raises `Problem` 404, 409 `conflict` (`overtaken`) when it is no longer at `expected_sequence`, 422 with the
        code of a `Refusal`.
        """
        conversation = await self._conversation(session, tenant_id, conversation_id, expected_sequence)
        unit = UnitOfWork()
        unit.touch(conversation)
        now = self._clock.now()
        before = conversation.status
        changes = decided(lambda: decide(conversation, now))
        if changes:
            publish_changes(unit, conversation, changes, actor, now, request_id)
            unit.new_messages.extend(one.message for one in changes if one.message is not None and one.type == _SAID)
            if conversation.status != before:
                scene = await self._scene(conversation, now, request_id)
                publish_effects(unit, self._channels, scene, after_status(scene, before, actor))
            await self._store.save(session, unit, now)
        return conversation

    async def close(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        closing: Closing,
        *,
        request_id: str,
        expected_sequence: int | None = None,
    ) -> Conversation:
        """End a conversation; with a type it is classified first. Every closing by somebody goes through here.

        An attendant has seen what they close when they name its version. Else, what nobody has read stays unread: the
        customer may have written just before.
        Where the company wants it, people close only what has a type. Raises as `change` does, and 422 `type_required`,
        `unknown_type`, `archived`, field `type_id`.
        """
        chosen = await self.chosen_type(session, tenant_id, closing.type_id)
        needs_type = actor.type == "attendant" and await self._needs_type(tenant_id)

        named = actor.type != "attendant" or expected_sequence is not None

        def decide(conversation: Conversation, now: datetime) -> list[Change]:
            if chosen is not None:
                conversation.names = conversation.names.with_type(chosen)
            seen = named or not conversation.seen_by_nobody
            return close_classified(conversation, chosen.id if chosen else None, now, needs_type=needs_type, seen=seen)

        return await self.change(
            session,
            tenant_id,
            actor,
            conversation_id,
            decide,
            request_id=request_id,
            expected_sequence=expected_sequence,
        )

    async def edit(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        *,
        priority: Priority | None,
        type_id: str | None,
        classify: bool,
        team: Named | None = None,
        move: bool = False,
        request_id: str,
        expected_sequence: int | None = None,
    ) -> Conversation:
        """Set the priority where one is given, with `classify` the type and with `move` the team (None: none).

        Raises as `close` does.
        """
        chosen = await self.chosen_type(session, tenant_id, type_id)

        def decide(conversation: Conversation, now: datetime) -> list[Change]:
            if chosen is not None:
                conversation.names = conversation.names.with_type(chosen)
            changes = conversation.classify(chosen.id if chosen else None) if classify else []
            changes += conversation.put_in_team(team, now) if move else []
            return [*changes, *(conversation.prioritise(priority) if priority is not None else [])]

        return await self.change(
            session,
            tenant_id,
            actor,
            conversation_id,
            decide,
            request_id=request_id,
            expected_sequence=expected_sequence,
        )

    async def chosen_type(self, session: "Session", tenant_id: str, type_id: str | None) -> Named | None:
        """The type of this id. Raises `Problem` 422 for one that cannot be chosen, field `type_id`."""
        if type_id is None:
            return None
        if self._marking is None:
            raise refused(Refusal("unknown_type", "is unknown", "type_id"))
        return await self._marking.type(session, tenant_id, type_id, "type_id")

    async def _needs_type(self, tenant_id: str) -> bool:
        return self._marking is not None and await self._marking.needs_type(tenant_id)

    async def ask_rating(
        self, session: "Session", tenant_id: str, actor: Actor, conversation_id: str, *, request_id: str
    ) -> Conversation:
        """Ask the customer for a rating of a conversation that is closed.

        Raises `Problem` 404, 409 `not_closed`, `already_asked`, 422 with the code of what keeps it.
        """
        conversation = await self._conversation(session, tenant_id, conversation_id)
        await channel_topic(self._channels, self._directory, tenant_id, conversation)
        unit = UnitOfWork()
        unit.touch(conversation)
        now = self._clock.now()
        scene = await self._scene(conversation, now, request_id)
        effects = decided(lambda: ask_by_hand(scene, actor))
        publish_effects(unit, self._channels, scene, effects, asked_by=actor)
        await self._store.save(session, unit, now)
        return conversation

    async def _scene(self, conversation: Conversation, now: datetime, request_id: str) -> Scene:
        """Where something has happened, as far as automatic messages have to know it."""
        tenant_id, channel = conversation.tenant_id, conversation.channel
        served = self._channels.topic(channel.kind) is not None
        return Scene(
            conversation=conversation,
            automation=await self._automations.of(tenant_id),
            rules=self._channels.of(channel.kind),
            now=now,
            cause=request_id,
            served=served and not await self._directory.account_is_deleted(tenant_id, channel.account_id),
            blocked=bool(conversation.contact.blocked),
        )

    async def read(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        *,
        typing: bool,
        request_id: str,
        expected_sequence: int | None = None,
    ) -> Conversation:
        """An attendant has seen everything; the customer is told so, and with `typing` that an answer is written.

        The customer hears of the first who reads what they wrote, and of nobody where the channel has no read marks.
        The mark is the attendant's own: no event tells of it, and the conversation stays at its version, unless they
        have accepted by it what was handed over to them.
        Raises as `change` does.
        """
        conversation = await self._conversation(session, tenant_id, conversation_id, expected_sequence)
        unit = UnitOfWork()
        unit.touch(conversation)
        now = self._clock.now()
        is_first = conversation.seen_by_nobody
        changed = conversation.read(actor.id or "")
        accepted = conversation.accept(actor.id)
        publish_changes(unit, conversation, accepted, actor, now, request_id)
        topic = self._channels.topic(conversation.channel.kind)
        rules = self._channels.of(conversation.channel.kind)
        if topic is not None and ((is_first and rules.read_marks) or (typing and rules.typing)):
            external_id = await self._queries.last_received(tenant_id, conversation.id, session)
            if external_id is not None:
                command = read_command(
                    conversation, external_id, typing=typing, actor=actor, now=now, causation_id=request_id
                )
                send_command(unit, topic, command)
        if unit.outgoing:
            await self._store.save(session, unit, now)
        elif changed:
            await self._store.save_reading(session, conversation)
        return conversation

    async def mark_unread(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        *,
        expected_sequence: int | None = None,
    ) -> Conversation:
        """An attendant wants to find it unread; that is their own, as reading is. Raises as `change` does."""
        conversation = await self._conversation(session, tenant_id, conversation_id, expected_sequence)
        place = await self._queries.last_place(tenant_id, conversation.id, session)
        if decided(lambda: conversation.mark_unread(actor.id or "", place)):
            await self._store.save_reading(session, conversation)
        return conversation

    async def say(
        self, session: "Session", tenant_id: str, actor: Actor, conversation_id: str, said: Draft, *, request_id: str
    ) -> Message:
        """Send a message to the customer, or leave a note; the same `client_id` again gives the same message.

        Raises `Problem` 404, and 422 with the code and field of what the rules or the channel do not allow.
        """
        conversation = await self._conversation(session, tenant_id, conversation_id)
        message_id = _message_id(conversation, actor, said)
        if said.client_id is not None:
            known = await self._queries.message(tenant_id, message_id, session)
            if known is not None:
                return known
        topic = None
        if not said.note:
            topic = await channel_topic(self._channels, self._directory, tenant_id, conversation)
        await self._check_mentions(tenant_id, conversation, said)
        draft = decided(lambda: below_the_last_comment(conversation, said))
        quoted = await self._quoted(session, tenant_id, conversation, draft)
        references = await self._references(session, tenant_id, conversation, draft)
        unit = UnitOfWork()
        unit.touch(conversation)
        now = self._clock.now()
        rules = self._channels.of(conversation.channel.kind)
        changes = decided(lambda: _said(conversation, message_id, draft, references, rules, actor, now))
        message = next(change.message for change in changes if change.message is not None)
        publish_changes(unit, conversation, changes, actor, now, request_id)
        unit.new_messages.append(message)
        if topic is not None:
            quote = quoted.external_id if quoted else None
            command = outbound_command(
                conversation, message, now=now, causation_id=request_id, reply_to_external_id=quote
            )
            send_command(unit, topic, command)
        await self._store.save(session, unit, now)
        taken = [one.id for one in message.attachments]
        await self._files.take(session, taken, conversation_id=conversation.id, message_id=message.id)
        return message

    async def check(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        said: Draft,
        *,
        at: datetime,
    ) -> Conversation:
        """Whether the draft could be said in the conversation at this time, as things are; the conversation.

        Nothing changes. Raises `Problem` as `say` does.
        """
        conversation = await self._conversation(session, tenant_id, conversation_id)
        if not said.note:
            await channel_topic(self._channels, self._directory, tenant_id, conversation)
        await self._check_mentions(tenant_id, conversation, said)
        draft = decided(lambda: below_the_last_comment(conversation, said))
        await self._quoted(session, tenant_id, conversation, draft)
        references = await self._references(session, tenant_id, conversation, draft)
        rules = self._channels.of(conversation.channel.kind)
        decided(lambda: _said(copy(conversation), "check", draft, references, rules, actor, at))
        return conversation

    async def _conversation(
        self, session: "Session", tenant_id: str, conversation_id: str, expected_sequence: int | None = None
    ) -> Conversation:
        conversation = await self._queries.conversation(tenant_id, conversation_id, session)
        if conversation is None:
            raise not_found("Conversation not found.")
        if expected_sequence is not None and conversation.sequence != expected_sequence:
            told = await self._queries.timeline.since(tenant_id, conversation_id, expected_sequence, session)
            raise overtaken(expected_sequence, conversation.sequence, "conversation", overtakings(told))
        return conversation

    async def _check_mentions(self, tenant_id: str, conversation: Conversation, draft: Draft) -> None:
        """Raises `Problem` 422: only notes mention anybody; `unknown_attendant` for who is nobody of the tenant's.

        `mention_not_seen` for who does not see the conversation: a mention gives no sight, and nobody is to wait for an
        answer of somebody who never hears of it.
        """
        if not draft.mentions:
            return
        if not draft.note:
            raise refused(Refusal("invalid", "only a note can mention somebody", "mentions"))
        found = await self._directory.attendants(tenant_id, draft.mentions)
        limited = await self._directory.limited(tenant_id, draft.mentions)
        for place, attendant_id in enumerate(draft.mentions):
            if attendant_id not in found:
                raise refused(Refusal("unknown_attendant", "is not an active attendant", f"mentions[{place}]"))
            if attendant_id in limited and not conversation.is_assigned_to(attendant_id):
                name = found[attendant_id].name or "the attendant"
                detail = f"{name} sees own conversations only, and not this one; assign it first"
                raise refused(Refusal("mention_not_seen", detail, f"mentions[{place}]"))

    async def _quoted(
        self, session: "Session", tenant_id: str, conversation: Conversation, draft: Draft
    ) -> Message | None:
        if draft.reply_to is None:
            return None
        quoted = await self._queries.message(tenant_id, draft.reply_to, session)
        if quoted is None or quoted.conversation_id != conversation.id:
            raise refused(Refusal("unknown_message", "is not a message of this conversation", "reply_to"))
        if not draft.note and quoted.direction not in ("inbound", "outbound"):
            raise refused(Refusal("unknown_message", "is internal and cannot be quoted", "reply_to"))
        return quoted

    async def _references(
        self, session: "Session", tenant_id: str, conversation: Conversation, draft: Draft
    ) -> References:
        """The files and the template that a draft names.

        Raises `Problem` 422 `unknown_attachment`, `file_scanning`, `file_infected`.
        """
        files: list[UploadedFile] = []
        if draft.files_named:
            ids = [attachment_id for _, attachment_id in draft.files_named]
            found = await self._files.uploads(tenant_id, ids, session)
            for place, attachment_id in draft.files_named:
                file = found.pop(attachment_id, None)
                if file is None:
                    states = await self._files.states(tenant_id, [attachment_id], session)
                    raise refused(not_sendable(states.get(attachment_id), place))
                files.append(file)
        template = None
        if draft.template is not None:
            account_id, asked = conversation.channel.account_id, draft.template
            template = await self._directory.template(tenant_id, account_id, asked.name, asked.language)
        return References(files, template)


def _said(
    conversation: Conversation,
    message_id: str,
    draft: Draft,
    references: References,
    rules: ChannelRules,
    actor: Actor,
    now: datetime,
) -> list[Change]:
    """The draft as a message of the conversation. Raises `Refusal`."""
    if draft.note:
        note = compose_note(draft, references.files)
        return conversation.note(
            message_id,
            actor=actor,
            text=note.text,
            kind=note.kind,
            attachments=note.attachments,
            now=now,
            reply_to=draft.reply_to,
            client_id=draft.client_id,
            mentions=tuple(dict.fromkeys(draft.mentions)),
        )
    composed = rules.compose(draft, references)
    return conversation.send(
        message_id,
        actor=actor,
        text=composed.text,
        kind=composed.kind,
        content=composed.content,
        attachments=composed.attachments,
        now=now,
        reply_to=draft.reply_to,
        client_id=draft.client_id,
        free=composed.free,
        reply_window=rules.reply_window,
        field_name=composed.field_name,
    )


def _message_id(conversation: Conversation, actor: Actor, draft: Draft) -> str:
    if draft.client_id is None:
        return uuid7()
    return uuid5("client-message", conversation.id, actor.id or "", draft.client_id)
