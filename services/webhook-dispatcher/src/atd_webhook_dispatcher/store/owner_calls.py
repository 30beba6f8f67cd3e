"""Tells the process that sends to an endpoint that another one has rows for it (`owner_calls`).

One document for each endpoint, with the database's time of the last call, and of the last one to read all of it again,
since rows were ended that the owner may hold in memory. Processes that are alone write no other calls and read none.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import IndexModel, UpdateOne

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation

OWNER_CALLS = "owner_calls"
OWNER_CALL_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    OWNER_CALLS: [
        IndexModel([("at", 1), ("_id", 1)], name="by_time"),
        IndexModel([("at", 1)], name="expired", expireAfterSeconds=3_600),
    ]
}

MOST_AT_ONCE = 1_000
_SEEN_LATE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """A call. `again`: nothing that is held of the endpoint may be sent before it is read again."""

    endpoint_id: str
    again: bool


class OwnerCalls:
    """Calls, and hears calls since the last time."""

    def __init__(self, database: "Database") -> None:
        self._calls = database[OWNER_CALLS]
        self._heard_until: datetime | None = None

    async def call(self, endpoint_ids: Collection[str], *, again: bool = False) -> None:
        """These endpoints have rows that their owner does not know of; `again`: or rows that were ended."""
        change: list[Document] = [{"$set": {"at": "$$NOW", **({"again_at": "$$NOW"} if again else {})}}]
        operations: list[Operation] = [UpdateOne({"_id": one}, change, upsert=True) for one in endpoint_ids]
        if operations:
            await self._calls.bulk_write(operations, ordered=False)

    async def heard(self) -> list[Heard]:
        """The endpoints that were called since the last time; some of them once more."""
        since = None if self._heard_until is None else self._heard_until - _SEEN_LATE
        found: dict[str, Heard] = {}
        last: Document | None = None
        while rows := await self._page(since, last):
            for row in rows:
                again = row.get("again_at")
                found[row["_id"]] = Heard(row["_id"], again is not None and (since is None or again >= since))
            last = rows[-1]
            self._heard_until = last["at"]
            if len(rows) < MOST_AT_ONCE:
                break
        return list(found.values())

    async def _page(self, since: datetime | None, last: "Document | None") -> "list[Document]":
        query: Document = {} if since is None else {"at": {"$gte": since}}
        if last is not None:
            query = {"$or": [{"at": {"$gt": last["at"]}}, {"at": last["at"], "_id": {"$gt": last["_id"]}}]}
            query["at"] = {"$gte": last["at"]}
        return await self._calls.find(query).sort([("at", 1), ("_id", 1)]).limit(MOST_AT_ONCE).to_list(MOST_AT_ONCE)
