"""What people ask of the archive: how much is there, and where the events of a conversation are."""

from datetime import datetime
from typing import TYPE_CHECKING

from atd_webhook_dispatcher.store.events import EVENTS, event_of

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document
    from atd_webhook_dispatcher.domain.events import Event

_OLDEST = [("recorded_at", 1), ("_id", 1)]
_NEWEST = [("recorded_at", -1), ("_id", -1)]
MOST_TYPES = 1_000
MOST_LOOKED_AT = 2_000


class ArchiveQueries:
    """Reads the archive of one company at a time."""

    def __init__(self, database: "Database") -> None:
        self._events = database[EVENTS]

    async def begins(self, tenant_id: str) -> datetime | None:
        """When the oldest event of a company was recorded that is kept; None: there is none."""
        cursor = self._events.find({"tenant_id": tenant_id}, {"recorded_at": 1, "_id": 0}).sort(_OLDEST)
        found = await cursor.hint("by_time").limit(1).to_list(1)
        return found[0]["recorded_at"] if found else None

    async def count_by_type(self, tenant_id: str, since: datetime, until: datetime) -> dict[str, int]:
        """How many events of each type were recorded from `since` to before `until`: read from the index alone."""
        stages: list[Document] = [
            {"$match": {"tenant_id": tenant_id, "recorded_at": {"$gte": since, "$lt": until}}},
            {"$group": {"_id": "$type", "count": {"$sum": 1}}},
            {"$limit": MOST_TYPES},
        ]
        cursor = await self._events.aggregate(stages, hint="by_time")
        rows = await cursor.to_list(MOST_TYPES)
        return {row["_id"]: row["count"] for row in rows}

    async def moments_of(self, tenant_id: str, event_or_thread: str, limit: int) -> list[datetime]:
        """When an event, or the latest events of a conversation, were recorded, the latest first."""
        shown = {"recorded_at": 1, "tenant_id": 1}
        event = await self._events.find_one({"_id": event_or_thread, "tenant_id": tenant_id}, shown)
        if event is not None:
            return [event["recorded_at"]]
        cursor = self._events.find({"thread": event_or_thread}, shown).sort([("sequence", -1)])
        rows = await cursor.hint("by_thread").limit(limit).to_list(limit)
        return [row["recorded_at"] for row in rows if row["tenant_id"] == tenant_id]

    async def latest_of_type(self, tenant_id: str, event_type: str) -> "Event | None":
        """The newest event of a type among the latest `MOST_LOOKED_AT` of a company."""
        stages: list[Document] = [
            {"$match": {"tenant_id": tenant_id}},
            {"$sort": dict(_NEWEST)},
            {"$limit": MOST_LOOKED_AT},
            {"$match": {"type": event_type}},
            {"$limit": 1},
        ]
        cursor = await self._events.aggregate(stages, hint="by_time")
        rows = await cursor.to_list(1)
        return event_of(rows[0]) if rows else None
