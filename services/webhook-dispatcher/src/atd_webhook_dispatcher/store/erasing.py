"""Erases what is kept of a customer: the events that are about it, and what was sent and answered."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from atd_webhook_dispatcher.store.deliveries import DELIVERIES
from atd_webhook_dispatcher.store.events import EVENTS

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

PAGE = 1_000
"""Documents in one step."""


class Erasing:
    """Steps of at most `PAGE` documents, until nothing is left."""

    def __init__(self, database: "Database", kept_for: timedelta) -> None:
        """`kept_for`: how long a delivery that was dropped for it is kept, without what it said."""
        self._events = database[EVENTS]
        self._rows = database[DELIVERIES]
        self._kept_for = kept_for

    async def erase(self, tenant_id: str, contact_id: str, but: str, now: datetime) -> None:
        """Erase all of a customer but the event `but`, which tells of the erasure. Safe to repeat."""
        whose: Document = {"contact_id": contact_id, "tenant_id": tenant_id}
        await self._step_through(self._events, {**whose, "_id": {"$ne": but}}, None)
        waiting = {**whose, "state": "waiting", "event_id": {"$ne": but}}
        ended: Document = {
            "state": "dropped",
            "reason": "erased",
            "finished_at": now,
            "expires_at": now + self._kept_for,
        }
        await self._step_through(self._rows, waiting, {"$set": ended, "$unset": {"due_at": 1, "ordered": 1}})
        personal: Document = {"body": 1, "contact_id": 1, "attempts.$[].answer": 1, "attempts.$[].headers": 1}
        finished = {**whose, "state": {"$ne": "waiting"}, "attempts": {"$exists": True}}
        await self._step_through(self._rows, finished, {"$unset": personal})
        bare = {**whose, "state": {"$ne": "waiting"}}
        await self._step_through(self._rows, bare, {"$unset": {"body": 1, "contact_id": 1}})

    async def _step_through(self, collection: "object", query: "Document", change: "Document | None") -> None:
        while True:
            found = await collection.find(query, {"_id": 1}).hint("by_contact").limit(PAGE).to_list(PAGE)  # type: ignore[attr-defined]
            if not found:
                return
            ids: Document = {"_id": {"$in": [row["_id"] for row in found]}}
            if change is None:
                await collection.delete_many(ids)  # type: ignore[attr-defined]
            else:
                await collection.update_many({**query, **ids}, change)  # type: ignore[attr-defined]
