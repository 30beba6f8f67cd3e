"""How many conversations of each status a tenant has, and how many of them wait for an answer: exact, and read at once.

Who changes a conversation leaves a row with the differences, in the transaction of the change: rows are only inserted,
so no two transactions meet in one document. A loop folds them into one row for each tenant. A check counts by the index
and adds what is missing; being a difference of one moment, it is right whatever happens meanwhile (docs/adr/0024).
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pymongo
import structlog
from pymongo.errors import OperationFailure, PyMongoError

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.indexes import BY_STATUS, BY_UNREAD, CONVERSATIONS, COUNTERS, VIEW_COUNTS
from atd_schemas.ids import uuid7
from atd_servicekit.errors import StaleVersion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from atd_servicekit.mongo import Database, Document, Session

STATUSES = ("bot", "queued", "open", "snoozed", "closed")
_FIELDS = tuple(f"{status}{which}" for status in STATUSES for which in ("", "_unread"))

_TOTAL = "tenant:"
"""Begins the id of a tenant's one row. Ids of the others are UUIDs, which come before it."""

_AT_ONCE = 500
_FOLD_SECONDS = 2.0
_FIRST_CHECK_SECONDS = 900.0
_CHECK_SECONDS = 6 * 3600.0
_COUNT_SECONDS = 300.0


def count_changes(unit: UnitOfWork) -> "list[Document]":
    """The rows that a unit leaves: one for each tenant whose numbers it changes."""
    changes: dict[str, Counter[str]] = {}
    for conversation in unit.new_conversations.values():
        _add(changes, conversation, 1)
    for after, before in unit.conversations.values():
        if _counted_as(before) != _counted_as(after):
            _add(changes, before, -1)
            _add(changes, after, 1)
    rows = []
    for tenant_id, numbers in changes.items():
        if differences := {name: number for name, number in numbers.items() if number}:
            rows.append({"_id": uuid7(), "tenant_id": tenant_id, **differences})
    return rows


def one_less(conversation: Conversation) -> "Document":
    """The row that is left where a conversation is removed for good."""
    differences = dict.fromkeys(_counted_as(conversation), -1)
    return {"_id": uuid7(), "tenant_id": conversation.tenant_id, **differences}


def _add(changes: dict[str, Counter[str]], conversation: Conversation, by: int) -> None:
    numbers = changes.setdefault(conversation.tenant_id, Counter())
    for name in _counted_as(conversation):
        numbers[name] += by


def _counted_as(conversation: Conversation) -> tuple[str, ...]:
    status = conversation.status
    return (status, f"{status}_unread") if conversation.unread_count else (status,)


class ViewCounts:
    """Reads and keeps the numbers."""

    def __init__(self, database: "Database") -> None:
        self._db = database
        self._rows = database[VIEW_COUNTS]
        self._conversations = database[CONVERSATIONS]

    async def of(self, tenant_id: str, session: "Session | None" = None) -> "dict[str, int] | None":
        """The numbers of a tenant, by `status` and `status_unread`; None before they were ever checked."""
        sums: Document = {name: {"$sum": f"${name}"} for name in _FIELDS}
        stages: list[Document] = [
            {"$match": {"tenant_id": tenant_id}},
            {"$group": {"_id": None, **sums, "checked_at": {"$max": "$checked_at"}}},
        ]
        rows = await self._rows.aggregate(stages, session=session).to_list(1)
        if not rows or rows[0]["checked_at"] is None:
            return None
        return {name: rows[0][name] for name in _FIELDS}

    async def check(self, tenant_id: str) -> dict[str, int]:
        """Count by the index, add what is missing; what was. For tenants of earlier versions, and now and then."""
        with pymongo.timeout(_COUNT_SECONDS):
            async with await self._db.client.start_session(snapshot=True) as session:
                told = await self._told(tenant_id, session)
                true = await self._counted(tenant_id, session)
        missing = {name: true[name] - told[name] for name in _FIELDS if true[name] != told[name]}
        if missing:
            await self._rows.insert_one({"_id": uuid7(), "tenant_id": tenant_id, **missing})
        checked = {"$set": {"tenant_id": tenant_id, "checked_at": datetime.now(UTC)}}
        await self._rows.update_one({"_id": _TOTAL + tenant_id}, checked, upsert=True)
        return missing

    async def _told(self, tenant_id: str, session: "Session") -> dict[str, int]:
        sums: Document = {name: {"$sum": f"${name}"} for name in _FIELDS}
        stages: list[Document] = [{"$match": {"tenant_id": tenant_id}}, {"$group": {"_id": None, **sums}}]
        rows = await self._rows.aggregate(stages, session=session).to_list(1)
        return rows[0] if rows else dict.fromkeys(_FIELDS, 0)

    async def _counted(self, tenant_id: str, session: "Session") -> dict[str, int]:
        found = {}
        for status in STATUSES:
            query: Document = {"tenant_id": tenant_id, "status": status}
            found[status] = await self._conversations.count_documents(query, hint=BY_STATUS, session=session)
            query["unread_count"] = {"$gt": 0}
            found[f"{status}_unread"] = await self._conversations.count_documents(
                query, hint=BY_UNREAD, session=session
            )
        return found

    async def fold(self, transaction: "Callable[[Callable[[Session], Awaitable[None]]], Awaitable[None]]") -> int:
        """Add the oldest rows to those of their tenants; how many there were. Another process may do it too."""
        rows = await self._rows.find({"_id": {"$lt": _TOTAL}}).sort("_id", 1).limit(_AT_ONCE).to_list(_AT_ONCE)
        tenants: dict[str, list[Document]] = {}
        for row in rows:
            tenants.setdefault(row["tenant_id"], []).append(row)
        for tenant_id, theirs in tenants.items():
            await transaction(lambda session, t=tenant_id, r=theirs: self._fold(session, t, r))  # type: ignore[misc]
        return len(rows)

    async def _fold(self, session: "Session", tenant_id: str, rows: "list[Document]") -> None:
        deleted = await self._rows.delete_many({"_id": {"$in": [row["_id"] for row in rows]}}, session=session)
        if deleted.deleted_count != len(rows):
            raise StaleVersion
        numbers = {name: sum(row.get(name, 0) for row in rows) for name in _FIELDS}
        total: Document = {"$inc": {name: number for name, number in numbers.items() if number}}
        if not total["$inc"]:
            total = {"$set": {"tenant_id": tenant_id}}
        total.setdefault("$setOnInsert", {"tenant_id": tenant_id} if "$set" not in total else {"folded": True})
        await self._rows.update_one({"_id": _TOTAL + tenant_id}, total, upsert=True, session=session)

    async def fold_forever(
        self, transaction: "Callable[[Callable[[Session], Awaitable[None]]], Awaitable[None]]"
    ) -> None:
        """Keep few rows, so that reading stays cheap."""
        while True:
            try:
                found = await self.fold(transaction)
            except (StaleVersion, OperationFailure):  # another process folds the same rows
                found = 0
            if found < _AT_ONCE:
                await asyncio.sleep(_FOLD_SECONDS)

    async def check_forever(self) -> None:
        """Check every tenant, first when processes of an earlier version are gone; what is wrong is said."""
        await asyncio.sleep(_FIRST_CHECK_SECONDS)
        while True:
            async for row in self._db[COUNTERS].find({}, {"_id": 1}):
                await self._check_one(row["_id"])
            await asyncio.sleep(_CHECK_SECONDS)

    async def _check_one(self, tenant_id: str) -> None:
        try:
            missing = await self.check(tenant_id)
        except PyMongoError as error:
            structlog.get_logger().warning("counts.not_checked", tenant_id=tenant_id, error=type(error).__name__)
            return
        if missing:
            structlog.get_logger().warning("counts.corrected", tenant_id=tenant_id, missing=missing)
