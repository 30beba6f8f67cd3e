"""Companies whose open conversations were not looked at under their present settings yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import ReturnDocument

from atd_routing.store.items import REVISIONS

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document


@dataclass(frozen=True, slots=True)
class Sweep:
    """A company to be looked at, and the revision of its settings."""

    tenant_id: str
    revision: int


class Sweeps:
    """Marks in the documents that count changes of settings; `Items.count_on` makes them in each change."""

    def __init__(self, database: "Database") -> None:
        self._revisions = database[REVISIONS]

    async def claim(self, now: datetime, lasts: timedelta) -> Sweep | None:
        """A company that nobody looks at just now, for one process for so long; None: there is none."""
        free: Document = {"$or": [{"swept_until": {"$exists": False}}, {"swept_until": {"$lte": now}}]}
        row = await self._revisions.find_one_and_update(
            {"unswept": True, **free},
            {"$set": {"swept_until": now + lasts}},
            hint="unswept",
            return_document=ReturnDocument.AFTER,
        )
        return Sweep(row["_id"], row["revision"]) if row else None

    async def end(self, sweep: Sweep, *, done: bool) -> None:
        """Give the company back. `done`: all was looked at; settings that changed meanwhile keep the mark."""
        gone: Document = {"swept_until": ""}
        await self._revisions.update_one({"_id": sweep.tenant_id}, {"$unset": gone})
        if done:
            as_read: Document = {"_id": sweep.tenant_id, "revision": sweep.revision}
            await self._revisions.update_one(as_read, {"$unset": {"unswept": ""}})
