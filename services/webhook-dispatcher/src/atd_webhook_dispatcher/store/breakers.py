"""Breakers that are not closed (`breakers`), as the process that sends to their endpoint sees them.

For people to see, and for the process that sends to the endpoint next: after a restart, or when its lease moves.

{_id: <endpoint id>, state, seen_at, until: <the end of an open one's pause>, opened, expires_at}
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import DeleteOne, IndexModel, UpdateOne

from atd_webhook_dispatcher.domain.breaker import BreakerState, KeptBreaker

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation

BREAKERS = "breakers"
BELIEVED = timedelta(minutes=2)
"""What was seen longer ago is not shown: the process that saw it has ended."""

KEPT = timedelta(hours=1)
"""How long after its pause a breaker is taken over: whoever was not asked for longer is as good as new."""

MOST_AT_ONCE = 1_000

BREAKER_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    BREAKERS: [IndexModel([("expires_at", 1)], name="expired", expireAfterSeconds=0)]
}


class Breakers:
    """Writes what this process sees, and reads what all see."""

    def __init__(self, database: "Database") -> None:
        self._breakers = database[BREAKERS]

    async def write(self, seen: Mapping[str, KeptBreaker]) -> None:
        """Keep the breakers of these endpoints, at most `MOST_AT_ONCE`; those that are closed are forgotten."""
        operations: list[Operation] = [
            DeleteOne({"_id": endpoint_id})
            if kept.state == "closed"
            else UpdateOne({"_id": endpoint_id}, {"$set": _document(kept)}, upsert=True)
            for endpoint_id, kept in seen.items()
        ]
        if operations:
            await self._breakers.bulk_write(operations, ordered=False)

    async def of(self, endpoint_ids: Collection[str], now: datetime) -> dict[str, BreakerState]:
        """Those of the endpoints that are not closed, as they were seen a moment ago."""
        found = await self.kept(endpoint_ids)
        return {one: kept.state for one, kept in found.items() if kept.seen_at > now - BELIEVED}

    async def kept(self, endpoint_ids: Collection[str]) -> dict[str, KeptBreaker]:
        """Those of the endpoints, at most `MOST_AT_ONCE`, that were not closed when they were seen last."""
        if not endpoint_ids:
            return {}
        query: Document = {"_id": {"$in": list(endpoint_ids)}}
        rows = await self._breakers.find(query).hint("_id_").limit(MOST_AT_ONCE).to_list(MOST_AT_ONCE)
        return {
            row["_id"]: KeptBreaker(row["state"], row["seen_at"], row.get("until"), row.get("opened", 1))
            for row in rows
        }


def _document(kept: KeptBreaker) -> "Document":
    return {
        "state": kept.state,
        "seen_at": kept.seen_at,
        "until": kept.until,
        "opened": kept.opened,
        "expires_at": max(kept.seen_at, kept.until or kept.seen_at) + KEPT,
    }
