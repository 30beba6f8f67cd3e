"""Tags on messages: one tag on one message, or several on several at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.commands.effects import publish_changes
from atd_conversation.commands.marking import Marking
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.names import Names, bears
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.tagging import retag
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.marked import MarkedQueries
from atd_conversation.store.queries import Queries
from atd_conversation.store.unit import UnitStore
from atd_schemas.envelope import Actor
from atd_schemas.views import TagRef
from atd_servicekit.clock import Clock

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be put on messages and taken off them."""

    add: tuple[TagRef, ...] = ()
    remove: tuple[TagRef, ...] = ()


Outcome = Message | Refusal
"""The message as it is afterwards, or why nothing of it was changed."""


class TagCommands:
    """Each method runs inside the transaction whose session it is given."""

    def __init__(
        self, queries: Queries, marked: MarkedQueries, marking: Marking, store: UnitStore, clock: Clock
    ) -> None:
        self._queries = queries
        self._marked = marked
        self._marking = marking
        self._store = store
        self._clock = clock

    async def places(self, tenant_id: str, message_ids: Sequence[str]) -> dict[str, list[str]]:
        """The messages of the tenant among these, by conversation."""
        return await self._marked.conversations_of(tenant_id, message_ids)

    async def wanted(
        self, session: "Session", tenant_id: str, add: Sequence[str], remove: Sequence[str], *, path: bool = False
    ) -> Wanted:
        """The tags of these ids. Raises `Problem` 422 naming `add[n]`; with `path` 404. Unknown ones go unnoticed."""
        added = [
            await self._marking.tag(session, tenant_id, tag_id, None if path else f"add[{at}]", to_set=True)
            for at, tag_id in enumerate(add)
        ]
        removed = [
            await self._marking.tag(session, tenant_id, tag_id, None if path else f"remove[{at}]", to_set=False)
            for at, tag_id in enumerate(remove)
        ]
        return Wanted(tuple(added), tuple(removed))

    async def change(
        self,
        session: "Session",
        tenant_id: str,
        actor: Actor,
        conversation_id: str,
        message_ids: Sequence[str],
        wanted: Wanted,
        *,
        request_id: str,
    ) -> dict[str, Outcome]:
        """Change the tags of messages of one conversation: of each all or nothing. Messages of others are left out."""
        conversation = await self._queries.conversation(tenant_id, conversation_id, session)
        if conversation is None:
            return {}
        found = await self._marked.messages(tenant_id, conversation_id, message_ids, session)
        elsewhere = await self._marked.tags_elsewhere(
            tenant_id, conversation_id, self._all_ids(wanted.remove, conversation.names), message_ids, session
        )
        names = conversation.names.with_tags((*wanted.add, *wanted.remove))
        unit, now = UnitOfWork(), self._clock.now()
        unit.touch(conversation)
        conversation.names = names
        outcomes: dict[str, Outcome] = {}
        for message in found:
            unit.touch_message(message)
            message.names = names
            others = [one for one in found if one is not message]
            outcomes[message.id] = self._one(
                unit, conversation, message, wanted, _is_elsewhere(elsewhere, others, names), actor, now, request_id
            )
        if unit.outgoing:
            await self._store.save(session, unit, now)
        return outcomes

    def _one(
        self,
        unit: UnitOfWork,
        conversation: Conversation,
        message: Message,
        wanted: Wanted,
        elsewhere: Callable[[TagRef], bool],
        actor: Actor,
        now: datetime,
        request_id: str,
    ) -> Outcome:
        try:
            for change in retag(
                conversation, message, wanted.add, wanted.remove, elsewhere=elsewhere, actor=actor, now=now
            ):
                publish_changes(unit, conversation, [change], actor, now, request_id)  # each as it is then
        except Refusal as refusal:
            return refusal
        return message

    @staticmethod
    def _all_ids(tags: Sequence[TagRef], names: Names) -> list[str]:
        """The ids under which these tags may be stored."""
        wanted = {one.id for one in tags}
        return sorted(wanted | {tag_id for tag_id, ref in names.tags.items() if ref.id in wanted})


def _is_elsewhere(stored: set[str], others: Sequence[Message], names: Names) -> Callable[[TagRef], bool]:
    """Whether another message of the conversation has a tag: one of those in hand, or one that is stored."""

    def asked(tag: TagRef) -> bool:
        in_store = any(one == tag.id or (one in names.tags and names.tags[one].id == tag.id) for one in stored)
        return in_store or any(bears(other.tags, tag.id, names.tags) for other in others)

    return asked
