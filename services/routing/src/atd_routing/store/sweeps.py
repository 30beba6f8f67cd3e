"""Companies whose open conversations were not looked at under their present settings yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import ReturnDocument

from atd_routing.store.items import REVISIONS

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

SETTLES = timedelta(seconds=5)
"""After so long no process decides by settings that it had in memory before: a second for these, the rest for a turn
that was under way."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A company to be looked at, and the revision of its settings. `again`: it was looked at under these before."""

    tenant_id: str
    revision: int
    again: bool = False


class Sweeps:
    """Marks in the documents that count changes of settings; `Items.count_on` makes them in each change."""

    def __init__(self, database: "Database") -> None:
        self._revisions = database[REVISIONS]

    async def claim(self, now: datetime, lasts: timedelta) -> Sweep | None:
        """A company that nobody looks at just now, for one process for so long; None: there is none."""
        later: Document = {"$not": {"$gt": now}}
        row = await self._revisions.find_one_and_update(
            {"unswept": True, "swept_until": later, "sweep_again_at": later},
            {"$set": {"swept_until": now + lasts}},
            hint="unswept",
            return_document=ReturnDocument.AFTER,
        )
        return Sweep(row["_id"], row["revision"], "sweep_again_at" in row) if row else None

    async def end(self, sweep: Sweep, now: datetime, *, done: bool) -> None:
        """Give the company back. `done`: all was looked at; settings that changed meanwhile keep the mark.

        It is looked at twice: until `SETTLES` has passed another process may still go by what it has in memory.
        """
        gone: Document = {"swept_until": ""}
        await self._revisions.update_one({"_id": sweep.tenant_id}, {"$unset": gone})
        if done:
            as_read: Document = {"_id": sweep.tenant_id, "revision": sweep.revision}
            over: Document = {"$unset": {"unswept": "", "sweep_again_at": ""}}
            change: Document = over if sweep.again else {"$set": {"sweep_again_at": now + SETTLES}}
            await self._revisions.update_one(as_read, change)
