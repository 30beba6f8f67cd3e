"""Reading a whole conversation in pieces, the oldest first. Always of one tenant, by an index, with a bound."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from atd_conversation.domain.message import Message
from atd_conversation.store.indexes import MESSAGES
from atd_conversation.store.message_documents import message_of

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

MOST_ATTENDANTS = 50
"""Names at the top of a transcript."""


class ThreadReader:
    """The messages of one conversation."""

    def __init__(self, database: "Database") -> None:
        self._messages = database[MESSAGES]

    async def count(self, tenant_id: str, conversation_id: str, *, most: int) -> int:
        """How many messages it has, up to `most`."""
        query = {"conversation_id": conversation_id, "tenant_id": tenant_id}
        return await self._messages.count_documents(query, limit=most)

    async def page(self, tenant_id: str, conversation_id: str, *, after: int, limit: int) -> list[Message]:
        """Up to `limit` messages after the sequence `after`, the oldest first."""
        query = {"conversation_id": conversation_id, "tenant_id": tenant_id, "sequence": {"$gt": after}}
        rows = await self._messages.find(query).sort("sequence", 1).limit(limit).to_list(limit)
        return [message_of(row) for row in rows]

    async def by_ids(self, tenant_id: str, ids: Iterable[str]) -> dict[str, Message]:
        """Messages by id."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        query = {"_id": {"$in": wanted}, "tenant_id": tenant_id}
        rows = await self._messages.find(query).limit(len(wanted)).to_list(len(wanted) or 1)
        return {row["_id"]: message_of(row) for row in rows}

    async def attendants(self, tenant_id: str, conversation_id: str, directions: tuple[str, ...]) -> list[str]:
        """The names of the attendants who wrote, in the order in which they did so first."""
        stages: list[Document] = [
            {
                "$match": {
                    "conversation_id": conversation_id,
                    "tenant_id": tenant_id,
                    "direction": {"$in": list(directions)},
                    "author.type": "attendant",
                }
            },
            {"$group": {"_id": "$author.id", "name": {"$last": "$author.name"}, "first": {"$min": "$sequence"}}},
            {"$sort": {"first": 1}},
            {"$limit": MOST_ATTENDANTS},
        ]
        cursor = await self._messages.aggregate(stages)
        rows = await cursor.to_list(MOST_ATTENDANTS)
        return [row["name"] for row in rows if row["name"]]
