"""What decisions of routing are about: a fixed number of queries in one turn, however large the batch."""

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from atd_conversation.domain.conversation import Conversation
from atd_conversation.store.documents import conversation_of
from atd_conversation.store.indexes import CONVERSATIONS, MESSAGES
from atd_conversation.store.names import NameSource, NoNames
from atd_servicekit.inbox import INBOX
from atd_servicekit.mongo import Read, read_all

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session

_ID_ALONE = {"_id": 1}


class Concerned(NamedTuple):
    """What is there of what some decisions are about: events that were handled, conversations by id, messages."""

    handled: set[str]
    conversations: dict[str, Conversation]
    said: set[str]


class DecisionLoader:
    """Reads by `_id` for the consumer of `routing.decisions.v1`, which looks itself whose each thing is."""

    def __init__(self, database: "Database", names: NameSource | None = None) -> None:
        self._database = database
        self._names = names or NoNames()

    async def load(
        self,
        session: "Session",
        event_ids: Collection[str],
        conversation_ids: Collection[str],
        message_ids: Collection[str],
    ) -> Concerned:
        """Those of the events, conversations and messages that are there."""
        reads = [
            Read.of_ids(INBOX, event_ids, _ID_ALONE),
            Read.of_ids(CONVERSATIONS, conversation_ids),
            Read.of_ids(MESSAGES, message_ids, _ID_ALONE),
        ]
        handled, rows, said = await read_all(self._database, session, reads)
        names = {tenant_id: await self._names.of(tenant_id) for tenant_id in {row["tenant_id"] for row in rows}}
        conversations = {row["_id"]: conversation_of(row, names[row["tenant_id"]]) for row in rows}
        return Concerned({row["_id"] for row in handled}, conversations, {row["_id"] for row in said})
