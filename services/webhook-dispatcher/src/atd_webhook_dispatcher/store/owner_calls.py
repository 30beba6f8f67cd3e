"""Tells the process that sends to an endpoint that another one has rows for it (`owner_calls`).

One document for each endpoint, with the database's time of the last call; processes that are alone write and read none.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import IndexModel, UpdateOne

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation

OWNER_CALLS = "owner_calls"
OWNER_CALL_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    OWNER_CALLS: [IndexModel([("at", 1)], name="by_time", expireAfterSeconds=3_600)]
}

MOST_AT_ONCE = 1_000
_SEEN_LATE = timedelta(seconds=1)


class OwnerCalls:
    """Calls, and hears calls since the last time."""

    def __init__(self, database: "Database") -> None:
        self._calls = database[OWNER_CALLS]
        self._heard_until: datetime | None = None

    async def call(self, endpoint_ids: Collection[str]) -> None:
        """These endpoints have rows that their owner does not know of."""
        change: list[Document] = [{"$set": {"at": "$$NOW"}}]
        operations: list[Operation] = [UpdateOne({"_id": one}, change, upsert=True) for one in endpoint_ids]
        if operations:
            await self._calls.bulk_write(operations, ordered=False)

    async def heard(self) -> list[str]:
        """The endpoints that were called since the last time; some of them once more. At most `MOST_AT_ONCE`."""
        query: Document = {} if self._heard_until is None else {"at": {"$gte": self._heard_until - _SEEN_LATE}}
        rows = await self._calls.find(query).sort("at", 1).limit(MOST_AT_ONCE).to_list(MOST_AT_ONCE)
        if rows:
            self._heard_until = rows[-1]["at"]
        return [row["_id"] for row in rows]
