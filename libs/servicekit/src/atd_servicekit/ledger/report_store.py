"""Reports that are still to be made, in MongoDB (`<name>_reports`).

A report `{_id, at, made, ids}` is written before the rows that it names are finished, and removed when `on_finished`
has had them. A row that is finished under the report's id is to be reported as long as the report exists; a process
that dies leaves the report behind. One document for a batch: a mark on each row would cost a write more for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import IndexModel

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

_KEPT = timedelta(days=8)
_ABANDONED_AT_ONCE = 10


def report_indexes(name: str) -> dict[str, list[IndexModel]]:
    """Part of the ledger's indexes."""
    return {
        f"{name}_reports": [
            IndexModel([("at", 1)], name="at"),
            IndexModel([("made", 1)], name="made", expireAfterSeconds=int(_KEPT.total_seconds())),
        ]
    }


@dataclass(frozen=True, slots=True)
class Report:
    """The rows of one batch, by id, in the order in which they were finished."""

    id: str
    made: datetime
    ids: tuple[str, ...]


class ReportStore:
    """Raises PyMongo's errors; everything may be repeated."""

    def __init__(self, db: "Database", name: str) -> None:
        self._reports = db[f"{name}_reports"]

    async def begin(self, report: Report) -> None:
        """Say that these rows, once finished, are to be reported."""
        document = {"at": report.made, "made": report.made, "ids": list(report.ids)}
        await self._reports.update_one({"_id": report.id}, {"$setOnInsert": document}, upsert=True)

    async def end(self, ids: Sequence[str]) -> None:
        """The reports have been made."""
        await self._reports.delete_many({"_id": {"$in": list(ids)}})

    async def keep(self, report: str, ids: Sequence[str]) -> None:
        """Only these rows of the report remain to be reported."""
        await self._reports.update_one({"_id": report}, {"$set": {"ids": list(ids)}})

    async def take_abandoned(self, before: datetime, now: datetime) -> list[Report]:
        """Some reports that nobody made since `before`; they count as taken up `now`."""
        cursor = self._reports.find({"at": {"$lte": before}}).sort([("at", 1)]).limit(_ABANDONED_AT_ONCE)
        taken = []
        for document in await cursor.to_list(_ABANDONED_AT_ONCE):
            seen = {"_id": document["_id"], "at": document["at"]}
            if (await self._reports.update_one(seen, {"$set": {"at": now}})).modified_count:
                taken.append(Report(document["_id"], document["made"], tuple(document["ids"])))
        return taken
