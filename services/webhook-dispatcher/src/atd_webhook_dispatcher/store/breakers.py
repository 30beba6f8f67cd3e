"""Breakers that are not closed (`breakers`), as the process that sends to their endpoint sees them: for people to see.

{_id: <endpoint id>, state, seen_at}
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import DeleteOne, IndexModel, UpdateOne

from atd_webhook_dispatcher.domain.breaker import BreakerState

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation

BREAKERS = "breakers"
BELIEVED = timedelta(minutes=2)
"""What was seen longer ago is not believed: the process that saw it has ended."""

MOST_AT_ONCE = 1_000

BREAKER_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    BREAKERS: [IndexModel([("seen_at", 1)], name="by_time", expireAfterSeconds=int(BELIEVED.total_seconds()))]
}


class Breakers:
    """Writes what this process sees, and reads what all see."""

    def __init__(self, database: "Database") -> None:
        self._breakers = database[BREAKERS]

    async def write(self, seen: Mapping[str, BreakerState], now: datetime) -> None:
        """Keep the breakers of these endpoints, at most `MOST_AT_ONCE`; those that are closed are forgotten."""
        operations: list[Operation] = [
            DeleteOne({"_id": endpoint_id})
            if state == "closed"
            else UpdateOne({"_id": endpoint_id}, {"$set": {"state": state, "seen_at": now}}, upsert=True)
            for endpoint_id, state in seen.items()
        ]
        if operations:
            await self._breakers.bulk_write(operations, ordered=False)

    async def of(self, endpoint_ids: Collection[str], now: datetime) -> dict[str, BreakerState]:
        """Those of the endpoints that are not closed."""
        query: Document = {"_id": {"$in": list(endpoint_ids)}, "seen_at": {"$gt": now - BELIEVED}}
        rows = await self._breakers.find(query).hint("_id_").limit(MOST_AT_ONCE).to_list(MOST_AT_ONCE)
        return {row["_id"]: row["state"] for row in rows}
