"""Makes messages of earlier versions findable: their terms are added in the background, the newest first."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from pymongo import UpdateOne

from atd_conversation.store.indexes import BY_MESSAGE_TERM, CONVERSATIONS, COUNTERS, MESSAGES
from atd_conversation.store.message_documents import message_of, search_fields

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

_BATCH = 200
_BETWEEN = timedelta(milliseconds=50)
"""A batch takes the database about 50 ms: it is busy with this half of the time at the most."""

_MOST_TENANTS = 100_000


class MessageTerms:
    """A message without terms is of an earlier version; the index of terms finds those of a tenant at once."""

    def __init__(self, database: "Database") -> None:
        self._messages = database[MESSAGES]
        self._conversations = database[CONVERSATIONS]
        self._counters = database[COUNTERS]

    async def add(self) -> int:
        """Add the terms that are missing; how many messages had none. Safe to repeat, and to stop at any time."""
        added = 0
        cursor = self._counters.find({"conversations": {"$exists": True}}, {"_id": 1}).sort("_id", 1)
        for row in await cursor.limit(_MOST_TENANTS).to_list(_MOST_TENANTS):
            while changed := await self._add_some(row["_id"]):
                added += changed
                await asyncio.sleep(_BETWEEN.total_seconds())
        return added

    async def _add_some(self, tenant_id: str) -> int:
        """A message that changes meanwhile is left for the next time: its version says so."""
        query = {"tenant_id": tenant_id, "terms": {"$exists": False}}
        rows = await self._messages.find(query).hint(BY_MESSAGE_TERM).limit(_BATCH).to_list(_BATCH)
        if not rows:
            return 0
        ids = {row["conversation_id"] for row in rows}
        found = self._conversations.find({"_id": {"$in": list(ids)}}, {"number": 1}).limit(len(ids))
        numbers = {row["_id"]: row["number"] for row in await found.to_list(len(ids) or 1)}
        updates = [_with_terms(row, numbers.get(row["conversation_id"], 0)) for row in rows]
        return (await self._messages.bulk_write(updates, ordered=False)).modified_count


def _with_terms(row: "Document", number: int) -> UpdateOne:
    as_read = {"_id": row["_id"], "version": row.get("version")}
    return UpdateOne(as_read, {"$set": {**search_fields(message_of(row)), "number": number}})
