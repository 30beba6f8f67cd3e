"""What decisions of routing are about: a fixed number of queries, however large the batch."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from atd_conversation.domain.conversation import Conversation
from atd_conversation.store.documents import conversation_of
from atd_conversation.store.indexes import CONVERSATIONS, MESSAGES
from atd_conversation.store.names import NameSource, NoNames

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session


class DecisionLoader:
    """Reads by `_id` for the consumer of `routing.decisions.v1`, which looks itself whose each thing is."""

    def __init__(self, database: "Database", names: NameSource | None = None) -> None:
        self._conversations = database[CONVERSATIONS]
        self._messages = database[MESSAGES]
        self._names = names or NoNames()

    async def conversations(self, session: "Session", ids: Collection[str]) -> dict[str, Conversation]:
        """Those of the conversations that are there, by id."""
        cursor = self._conversations.find({"_id": {"$in": list(ids)}}, session=session, batch_size=len(ids))
        rows = await cursor.limit(len(ids)).to_list(len(ids))
        names = {tenant_id: await self._names.of(tenant_id) for tenant_id in {row["tenant_id"] for row in rows}}
        return {row["_id"]: conversation_of(row, names[row["tenant_id"]]) for row in rows}

    async def said(self, session: "Session", message_ids: Collection[str]) -> set[str]:
        """Those of the messages that are there."""
        if not message_ids:
            return set()
        cursor = self._messages.find({"_id": {"$in": list(message_ids)}}, {"_id": 1}, session=session)
        rows = await cursor.limit(len(message_ids)).to_list(len(message_ids))
        return {row["_id"] for row in rows}
