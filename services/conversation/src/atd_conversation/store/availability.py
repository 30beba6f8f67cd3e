"""Copies of how available attendants are: who hands a conversation over is told at once that somebody cannot take it.

Routing owns it, and knows better: this copy is as old as the way of an event.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pymongo import UpdateOne

from atd_conversation.store.directory import if_newer
from atd_conversation.store.indexes import AVAILABILITY, BY_FREE
from atd_schemas.attendants import AttendantChanged
from atd_schemas.views import AvailabilityView

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document


class Availability:
    """Reads and writes by `_id`. A newer event wins whatever the order of arrival."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[AVAILABILITY]

    async def put(self, events: Sequence[AttendantChanged]) -> None:
        """Take these over, each of another attendant."""
        writes = []
        for event in events:
            shown = event.data.attendant
            fields: Document = {
                "state": shown.state,
                "room": shown.room,
                "name": shown.name,
                "shown": shown.model_dump(exclude_none=True),
            }
            stage = if_newer(event, fields, event.sequence)
            writes.append(UpdateOne({"_id": shown.id}, [stage], upsert=True))
        if writes:
            await self._rows.bulk_write(writes, ordered=False)

    async def of(self, tenant_id: str, attendant_id: str) -> AvailabilityView | None:
        """How available an attendant is; None where nothing was told, and nothing is refused."""
        row = await self._rows.find_one({"_id": attendant_id, "tenant_id": tenant_id})
        return AvailabilityView.model_validate(row["shown"]) if row else None

    async def free(self, tenant_id: str, limit: int) -> list[AvailabilityView]:
        """Up to `limit` attendants who are online and have room."""
        query: Document = {"tenant_id": tenant_id, "state": "online", "room": True}
        rows = await self._rows.find(query).hint(BY_FREE).sort("name", 1).limit(limit).to_list(limit)
        return [AvailabilityView.model_validate(row["shown"]) for row in rows]
