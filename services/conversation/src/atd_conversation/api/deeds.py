"""What attendants do with a conversation, for the routes of one conversation and for those of many."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.api.guard import keep_to_sight
from atd_conversation.api.parts import Parts
from atd_conversation.commands.conversations import Closing, Decide
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_schemas.ids import uuid7
from atd_schemas.views import Named, Priority
from atd_servicekit.identity import Identity
from atd_servicekit.problems import Problem

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Deed = Callable[["Session", str, int | None], Awaitable[Conversation]]
"""Changes a conversation within a transaction, given its id and the version that the caller saw."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """The deeds of one request of one attendant. Each raises as the command behind it does."""

    parts: Parts
    identity: Identity
    request_id: str

    async def done(self, deed: Deed, conversation_id: str, version: int | None) -> Conversation:
        """Do it, in a transaction of its own."""
        return await self.parts.transaction(lambda session: deed(session, conversation_id, version))

    def assign(self, attendant: Named | None, team: Named | None = None) -> Deed:
        """Give it to an attendant, in a team (None: as it is), or to the queue of the team."""
        return self._change(lambda conversation, now: conversation.assign(attendant, now, team=team))

    def transfer(
        self, attendant: Named | None, team: Named | None, note: str | None, problem: Problem | None = None
    ) -> Deed:
        """Hand it over, with a note for colleagues. `problem`: what keeps the attendant from taking it, if anything."""
        actor, note_id = self.identity.actor(), uuid7()
        by = Named(id=actor.id or "", name=actor.name)

        def decide(conversation: Conversation, now: datetime) -> list[Change]:
            noted = [] if note is None else conversation.note(note_id, actor=actor, text=note, now=now)
            given = conversation.transfer_to(attendant, team, now, by=by, note_id=note_id if note else None)
            if problem is not None:
                raise problem
            return [*noted, *given]

        return self._change(decide)

    def take_back(self) -> Deed:
        """Take back what was handed over and nobody has accepted."""
        by = Named(id=self.identity.actor_id, name=self.identity.actor_name)
        return self._change(lambda conversation, now: conversation.take_back(by, now))

    def accept(self) -> Deed:
        """Accept what was handed over."""
        return self._change(lambda conversation, _: conversation.accept_by_hand(self.identity.actor_id))

    def reopen(self) -> Deed:
        """Take it up again."""
        return self._change(lambda conversation, now: conversation.reopen(now))

    def prioritise(self, priority: Priority) -> Deed:
        """Set its priority."""
        return self._change(lambda conversation, _: conversation.prioritise(priority))

    def edit(
        self, priority: Priority | None, type_id: str | None, team: Named | None, *, classify: bool, move: bool
    ) -> Deed:
        """Set its priority where one is given, with `classify` its type, and with `move` its team."""

        async def deed(session: "Session", conversation_id: str, version: int | None) -> Conversation:
            return await self.parts.commands.edit(
                session,
                self.identity.tenant_id,
                self.identity.actor(),
                conversation_id,
                priority=priority,
                type_id=type_id,
                classify=classify,
                team=team,
                move=move,
                request_id=self.request_id,
                expected_sequence=version,
            )

        return self._seen(deed)

    def close(self, closing: Closing) -> Deed:
        """End it."""

        async def deed(session: "Session", conversation_id: str, version: int | None) -> Conversation:
            return await self.parts.commands.close(
                session,
                self.identity.tenant_id,
                self.identity.actor(),
                conversation_id,
                closing,
                request_id=self.request_id,
                expected_sequence=version,
            )

        return self._seen(deed)

    def snooze(self, until: datetime | None) -> Deed:
        """Put it aside until a time, or until the customer writes."""

        async def deed(session: "Session", conversation_id: str, version: int | None) -> Conversation:
            return await self.parts.snoozing.snooze(
                session,
                self.identity.tenant_id,
                self.identity.actor(),
                conversation_id,
                until,
                request_id=self.request_id,
                expected_sequence=version,
            )

        return self._seen(deed)

    def wake(self) -> Deed:
        """Take it back from where it was put aside."""

        async def deed(session: "Session", conversation_id: str, version: int | None) -> Conversation:
            return await self.parts.snoozing.wake(
                session,
                self.identity.tenant_id,
                self.identity.actor(),
                conversation_id,
                request_id=self.request_id,
                expected_sequence=version,
            )

        return self._seen(deed)

    def read(self, *, typing: bool = False) -> Deed:
        """Mark everything as read; `typing` tells the customer that an answer is being written."""

        async def deed(session: "Session", conversation_id: str, version: int | None) -> Conversation:
            return await self.parts.commands.read(
                session,
                self.identity.tenant_id,
                self.identity.actor(),
                conversation_id,
                typing=typing,
                request_id=self.request_id,
                expected_sequence=version,
            )

        return self._seen(deed)

    def _seen(self, deed: Deed) -> Deed:
        """The same, of a conversation that the attendant sees."""

        async def kept(session: "Session", conversation_id: str, version: int | None) -> Conversation:
            await keep_to_sight(self.parts, self.identity, session, conversation_id=conversation_id)
            return await deed(session, conversation_id, version)

        return kept

    def unread(self) -> Deed:
        """Mark it as unread for the caller."""

        async def deed(session: "Session", conversation_id: str, version: int | None) -> Conversation:
            return await self.parts.commands.mark_unread(
                session,
                self.identity.tenant_id,
                self.identity.actor(),
                conversation_id,
                expected_sequence=version,
            )

        return self._seen(deed)

    def tell_read(self, conversation: Conversation) -> None:
        """Tell the caller's other devices how far they have read."""
        self.parts.own_frames.tell_read(self.identity, conversation.view(self.identity.actor_id))

    def _change(self, decide: Decide) -> Deed:
        async def deed(session: "Session", conversation_id: str, version: int | None) -> Conversation:
            return await self.parts.commands.change(
                session,
                self.identity.tenant_id,
                self.identity.actor(),
                conversation_id,
                decide,
                request_id=self.request_id,
                expected_sequence=version,
            )

        return self._seen(deed)
