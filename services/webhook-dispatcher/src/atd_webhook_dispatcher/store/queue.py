"""What the engine asks of the ledger, and writes into it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from atd_webhook_dispatcher.domain.delivery import LANES, Delivery, Lane
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, MOST_ATTEMPTS, attempt_document, delivery_of

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation

PAGE = 500
"""Rows in one read."""

MOST_MARKED = 1_000
"""Rows that are marked in one step."""

_ONE_BY_ONE = [("due_at", 1), ("sequence", 1), ("_id", 1)]
"""A page that ends among rows that are due at the same moment has the beginning of each thread."""

_BY_DUE, _BY_THREAD = "due", "by_thread"


class DeliveryQueue:
    """Reads rows whose time has come, and writes what came of them."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[DELIVERIES]

    async def due(self, endpoint_id: str, lane: Lane, now: datetime, limit: int) -> list[Delivery]:
        """Rows of a lane that may go at `now`, the longest due first."""
        query = {**_waiting(endpoint_id, lane), "due_at": {"$lte": now}}
        cursor = self._rows.find(query).sort(_ONE_BY_ONE).hint(_BY_DUE).limit(limit)
        return [delivery_of(row) for row in await cursor.to_list(limit)]

    async def next_due(self, endpoint_id: str, after: datetime) -> datetime | None:
        """When the next row is due that was not at `after`."""
        query = {
            "endpoint_id": endpoint_id,
            "lane": {"$in": list(LANES)},
            "state": "waiting",
            "due_at": {"$gt": after},
        }
        cursor = self._rows.find(query, {"due_at": 1}).sort(_ONE_BY_ONE).hint(_BY_DUE).limit(1)
        found = await cursor.to_list(1)
        return found[0]["due_at"] if found else None

    async def of_thread(self, endpoint_id: str, lane: Lane, thread: str, limit: int) -> list[Delivery]:
        """The first rows of a thread of an ordered endpoint that are not finished, whenever they are due."""
        query = {"endpoint_id": endpoint_id, "lane": lane, "thread": thread, "ordered": True}
        cursor = self._rows.find(query).sort([("sequence", 1)]).hint(_BY_THREAD).limit(limit)
        return [delivery_of(row) for row in await cursor.to_list(limit)]

    async def heads(self, endpoint_id: str, lane: Lane, threads: Sequence[str]) -> dict[str, Delivery]:
        """The first row that is not finished, of each of these threads of an ordered endpoint."""
        stages: list[Document] = [
            {"$match": {"endpoint_id": endpoint_id, "lane": lane, "thread": {"$in": list(threads)}, "ordered": True}},
            {"$sort": {"endpoint_id": 1, "lane": 1, "thread": 1, "sequence": 1}},
            {"$group": {"_id": "$thread", "first": {"$first": "$$ROOT"}}},
        ]
        cursor = await self._rows.aggregate(stages, hint=_BY_THREAD)
        found = await cursor.to_list(len(threads) or 1)
        return {one["_id"]: delivery_of(one["first"]) for one in found}

    async def mark(self, ids: Collection[str]) -> None:
        """Let these rows be found as heads of their threads, if they are not finished."""
        await self._rows.update_many({"_id": {"$in": list(ids)}, "state": "waiting"}, {"$set": {"ordered": True}})

    async def mark_ordered(self, endpoint_id: str, lane: Lane, since: datetime | None) -> datetime | None:
        """Mark a page of what waits for an endpoint that has become ordered, from what is due at `since`.

        When the last of them is due; None when all are marked.
        """
        query: Document = {**_waiting(endpoint_id, lane), "ordered": None}
        if since is not None:
            query["due_at"] = {"$gte": since}
        cursor = self._rows.find(query, {"due_at": 1}).sort([("due_at", 1)]).hint(_BY_DUE).limit(MOST_MARKED)
        rows = await cursor.to_list(MOST_MARKED)
        if not rows:
            return None
        await self.mark([row["_id"] for row in rows])
        due: datetime = rows[-1]["due_at"]
        return due

    async def park(self, ids: Mapping[str, datetime]) -> None:
        """Put rows off until the head of their thread is due."""
        operations: list[Operation] = [
            UpdateOne({"_id": row_id, "state": "waiting"}, {"$set": {"due_at": until}}) for row_id, until in ids.items()
        ]
        if operations:
            await self._rows.bulk_write(operations, ordered=False)

    async def count_waiting(self, endpoint_id: str, most: int) -> int:
        """How many rows wait for an endpoint, up to `most`."""
        return sum([await self._rows.count_documents(_waiting(endpoint_id, lane), limit=most) for lane in LANES])

    async def write(self, outcomes: Sequence[Outcome]) -> None:
        """Write what came of these rows; those that were finished meanwhile stay as they are."""
        operations: list[Operation] = [UpdateOne(_still(one), _update(one)) for one in outcomes]
        if operations:
            await self._rows.bulk_write(operations, ordered=False)

    async def drop(self, endpoint_id: str, now: datetime, expires_at: datetime, limit: int = PAGE) -> int:
        """End some of what waits for an endpoint that is deleted; how many there were."""
        found = []
        for lane in LANES:
            cursor = self._rows.find(_waiting(endpoint_id, lane), {"_id": 1}).hint(_BY_DUE).limit(limit)
            found += [row["_id"] for row in await cursor.to_list(limit)]
        if not found:
            return 0
        ended: Document = {"state": "dropped", "finished_at": now, "expires_at": expires_at, "reason": "deleted"}
        result = await self._rows.update_many(
            {"_id": {"$in": found}, "state": "waiting"}, {"$set": ended, "$unset": {"due_at": 1, "ordered": 1}}
        )
        return result.modified_count


def _waiting(endpoint_id: str, lane: Lane) -> dict[str, Any]:
    return {"endpoint_id": endpoint_id, "lane": lane, "state": "waiting"}


def _still(one: Outcome) -> "Document":
    """A row that an attempt has changed which is not known here stays; one that has arrived has arrived."""
    query: Document = {"_id": one.row.id, "state": "waiting"}
    return query if one.state == "delivered" or one.attempt is None else query | {"tries": {"$lt": one.tries}}


def _update(one: Outcome) -> "Document":
    update: Document
    if one.state == "waiting":
        update = {"$set": {"due_at": one.due_at, "tries": one.tries}}
    else:
        update = {
            "$set": {"state": one.state, "tries": one.tries, "finished_at": one.at, "expires_at": one.expires_at},
            "$unset": {"due_at": 1, "ordered": 1},
        }
    if one.reason is not None:
        update["$set"]["reason"] = one.reason
    if one.attempt is not None:
        update["$push"] = {"attempts": {"$each": [attempt_document(one.attempt)], "$slice": -MOST_ATTEMPTS}}
    return update
