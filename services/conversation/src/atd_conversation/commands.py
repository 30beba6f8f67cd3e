"""Changes that attendants make: load, decide, save with the events, in one transaction that is retried on conflict."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from atd_conversation.domain.conversation import Change, Conversation, Refusal
from atd_conversation.domain.events import conversation_event, outbound_command
from atd_conversation.domain.message import Message
from atd_conversation.store.directory import Directory
from atd_conversation.store.queries import Queries
from atd_conversation.store.unit import Unit, UnitStore
from atd_schemas.ids import uuid5, uuid7
from atd_schemas.topics import CONVERSATION_EVENTS, OUTBOUND_BY_CHANNEL
from atd_servicekit.clock import Clock
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing
from atd_servicekit.problems import FieldError, Problem, conflict, not_found
from atd_servicekit.tracing import current_traceparent

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

T = TypeVar("T")
Decide = Callable[[Conversation, datetime], list[Change]]
Transaction = Callable[[Callable[["Session"], Awaitable[T]]], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Draft:
    """What an attendant wants to say. `client_id` makes a repeat of the same draft the same message."""

    text: str
    note: bool = False
    reply_to: str | None = None
    client_id: str | None = None


class Commands:
    """Each method runs inside the transaction whose session it is given."""

    def __init__(self, queries: Queries, store: UnitStore, directory: Directory, clock: Clock) -> None:
        self._queries = queries
        self._store = store
        self._directory = directory
        self._clock = clock

    async def change(
        self,
        session: "Session",
        identity: Identity,
        conversation_id: str,
        decide: Decide,
        *,
        request_id: str,
        expected_sequence: int | None = None,
    ) -> Conversation:
        """Let `decide` change a conversation of the caller's tenant, and save it with its events.

        Raises `Problem` 404, 409 `conflict` when it is no longer at `expected_sequence`, 422 with the code
        of a `Refusal`.
        """
        conversation = await self._conversation(session, identity, conversation_id)
        if expected_sequence is not None and conversation.sequence != expected_sequence:
            raise conflict(f"The conversation is at version {conversation.sequence} now; read it again.")
        unit = Unit()
        unit.touch(conversation)
        now = self._clock.now()
        changes = _decided(decide, conversation, now)
        if changes:
            self._events(unit, conversation, changes, identity, now, request_id)
            await self._store.save(session, unit, now)
        return conversation

    async def say(
        self, session: "Session", identity: Identity, conversation_id: str, draft: Draft, *, request_id: str
    ) -> Message:
        """Send a message to the customer, or leave a note; the same `client_id` again gives the same message.

        Raises `Problem` 404, and 422 with `conversation_closed`, `window_closed`, `channel_removed`,
        `channel_not_supported` or `unknown_message`.
        """
        conversation = await self._conversation(session, identity, conversation_id)
        message_id = _message_id(conversation, identity, draft)
        if draft.client_id is not None:
            known = await self._queries.message(identity.tenant_id, message_id, session)
            if known is not None:
                return known
        quoted = await self._quoted(session, identity, conversation, draft)
        unit = Unit()
        unit.touch(conversation)
        now = self._clock.now()
        actor = identity.actor()
        if draft.note:
            changes = conversation.note(message_id, actor=actor, text=draft.text, now=now, reply_to=draft.reply_to)
        else:
            await self._check_channel(identity, conversation)
            changes = _decided(
                lambda c, at: c.send(message_id, actor=actor, text=draft.text, now=at, reply_to=draft.reply_to),
                conversation,
                now,
            )
        message = next(change.message for change in changes if change.message is not None)
        self._events(unit, conversation, changes, identity, now, request_id)
        unit.new_messages.append(message)
        if not draft.note:
            command = outbound_command(
                conversation,
                message,
                now=now,
                causation_id=request_id,
                reply_to_external_id=quoted.external_id if quoted else None,
            )
            topic = OUTBOUND_BY_CHANNEL[conversation.channel.kind]
            unit.outgoing.append(Outgoing.of(topic, command, current_traceparent()))
        await self._store.save(session, unit, now)
        return message

    async def _conversation(self, session: "Session", identity: Identity, conversation_id: str) -> Conversation:
        conversation = await self._queries.conversation(identity.tenant_id, conversation_id, session)
        if conversation is None:
            raise not_found("There is no such conversation.")
        return conversation

    async def _quoted(
        self, session: "Session", identity: Identity, conversation: Conversation, draft: Draft
    ) -> Message | None:
        if draft.reply_to is None:
            return None
        quoted = await self._queries.message(identity.tenant_id, draft.reply_to, session)
        if quoted is None or quoted.conversation_id != conversation.id:
            raise _refused(Refusal("unknown_message", "is no message of this conversation", "reply_to"))
        return quoted

    async def _check_channel(self, identity: Identity, conversation: Conversation) -> None:
        if conversation.channel.kind not in OUTBOUND_BY_CHANNEL:
            raise _refused(Refusal("channel_not_supported", "This channel cannot be answered yet."))
        if await self._directory.account_is_deleted(identity.tenant_id, conversation.channel.account_id):
            raise _refused(Refusal("channel_removed", "The channel account of this conversation was removed."))

    def _events(
        self,
        unit: Unit,
        conversation: Conversation,
        changes: list[Change],
        identity: Identity,
        now: datetime,
        request_id: str,
    ) -> None:
        for change in changes:
            event = conversation_event(conversation, change, actor=identity.actor(), now=now, causation_id=request_id)
            unit.outgoing.append(Outgoing.of(CONVERSATION_EVENTS, event, current_traceparent()))


def _message_id(conversation: Conversation, identity: Identity, draft: Draft) -> str:
    if draft.client_id is None:
        return uuid7()
    return uuid5("client-message", conversation.id, identity.actor_id, draft.client_id)


def _decided(decide: Decide, conversation: Conversation, now: datetime) -> list[Change]:
    try:
        return decide(conversation, now)
    except Refusal as refusal:
        raise _refused(refusal) from None


def _refused(refusal: Refusal) -> Problem:
    """422: the request is understood and the rules do not allow it."""
    errors = [FieldError(refusal.field_name, refusal.detail)] if refusal.field_name else []
    return Problem(422, refusal.code, refusal.detail, errors=errors)
