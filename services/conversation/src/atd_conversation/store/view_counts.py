"""How many conversations of each status a tenant has, each attendant and each team, and how many wait for an answer.

Exact, and read at once: who changes a conversation leaves rows with the differences, in the transaction of the change:
rows are only inserted, so no two transactions meet in one document. A loop folds them into one row for each tenant, and
one for each attendant: of those who see their own conversations alone it is all there is. A check counts by the index
and adds what is missing; being a difference of one moment, it is right whatever happens meanwhile (docs/adr/0024).
"""

import asyncio
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pymongo
import structlog
from pymongo.errors import OperationFailure, PyMongoError

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.teams import MOST_TEAMS
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.indexes import (
    BY_ASSIGNEE,
    BY_COUNTED,
    BY_STATUS,
    BY_TEAM,
    BY_UNREAD,
    CONVERSATIONS,
    COUNTERS,
    VIEW_COUNTS,
)
from atd_schemas.ids import uuid7
from atd_servicekit.errors import StaleVersion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from atd_servicekit.mongo import Database, Document, Session

STATUSES = ("bot", "queued", "open", "snoozed", "closed")
_FIELDS = tuple(f"{status}{which}" for status in STATUSES for which in ("", "_unread"))

_SUMS = {name: {"$sum": f"${name}"} for name in _FIELDS}

TEAM = "team:"
"""Begins the name by which a team is counted, in the place of an attendant's id."""

_TOTAL = "tenant:"
"""Begins the ids of the rows that others are folded into. Ids of the others are UUIDs, which come before it."""

_CHECKED = "each_checked_at"
"""When a tenant's numbers, and those of each attendant, were last checked."""

_AT_ONCE = 500
_FOLD_SECONDS = 2.0
_FIRST_CHECK_SECONDS = 900.0
_CHECK_SECONDS = 6 * 3600.0
_COUNT_SECONDS = 300.0


_Changes = dict[tuple[str, str | None], Counter[str]]
"""Differences by tenant and attendant, or team; None: of all conversations of the tenant."""


def count_changes(unit: UnitOfWork) -> "list[Document]":
    """The rows that a unit leaves: one for each tenant, and each assignee, whose numbers it changes."""
    changes: _Changes = {}
    for conversation in unit.new_conversations.values():
        _add(changes, conversation, 1)
    for after, before in unit.conversations.values():
        if _counted_as(before) != _counted_as(after):
            _add(changes, before, -1)
            _add(changes, after, 1)
    return _rows(changes)


def one_less(conversation: Conversation) -> "list[Document]":
    """The rows that are left where a conversation is removed for good."""
    changes: _Changes = {}
    _add(changes, conversation, -1)
    return _rows(changes)


def _add(changes: _Changes, conversation: Conversation, by: int) -> None:
    names, *whose = _counted_as(conversation)
    for attendant_id in {None, *whose}:
        changes.setdefault((conversation.tenant_id, attendant_id), Counter()).update(dict.fromkeys(names, by))


def _counted_as(conversation: Conversation) -> tuple[tuple[str, ...], str | None, str | None]:
    status, assignee, team = conversation.status, conversation.assignee, conversation.team
    names = (status, f"{status}_unread") if conversation.unread_count else (status,)
    return names, assignee.id if assignee else None, f"{TEAM}{team.id}" if team else None


def _rows(changes: _Changes) -> "list[Document]":
    rows = []
    for (tenant_id, attendant_id), numbers in changes.items():
        if differences := {name: number for name, number in numbers.items() if number}:
            rows.append({"_id": uuid7(), **_whose(tenant_id, attendant_id), **differences})
    return rows


def _whose(tenant_id: str, attendant_id: str | None) -> "Document":
    return {"tenant_id": tenant_id} if attendant_id is None else {"tenant_id": tenant_id, "attendant_id": attendant_id}


def _total_id(tenant_id: str, attendant_id: str | None = None) -> str:
    return f"{_TOTAL}{tenant_id}" if attendant_id is None else f"{_TOTAL}{tenant_id}:{attendant_id}"


class ViewCounts:
    """Reads and keeps the numbers."""

    def __init__(self, database: "Database") -> None:
        self._db = database
        self._rows = database[VIEW_COUNTS]
        self._conversations = database[CONVERSATIONS]

    async def are_checked(self, tenant_id: str) -> bool:
        """Whether there is a beginning to the numbers of a tenant: those of earlier versions have none."""
        return await self._rows.find_one({"_id": _total_id(tenant_id), _CHECKED: {"$exists": True}}) is not None

    async def of(self, tenant_id: str, attendant_id: str | None, session: "Session | None" = None) -> dict[str, int]:
        """The numbers by `status` and `status_unread`: of what is assigned to an attendant, or None: of a tenant."""
        stages: list[Document] = [
            {"$match": {"tenant_id": tenant_id, "attendant_id": attendant_id}},
            {"$group": {"_id": None, **_SUMS}},
        ]
        cursor = await self._rows.aggregate(stages, hint=BY_COUNTED, session=session)
        rows = await cursor.to_list(1)
        return {name: rows[0][name] if rows else 0 for name in _FIELDS}

    async def of_teams(self, tenant_id: str, session: "Session | None" = None) -> dict[str, dict[str, int]]:
        """The numbers by team."""
        stages: list[Document] = [
            {"$match": {"tenant_id": tenant_id, "attendant_id": {"$gte": TEAM, "$lt": f"{TEAM}\U0010ffff"}}},
            {"$group": {"_id": "$attendant_id", **_SUMS}},
            {"$limit": MOST_TEAMS},
        ]
        cursor = await self._rows.aggregate(stages, hint=BY_COUNTED, session=session)
        rows = await cursor.to_list(MOST_TEAMS)
        return {row.pop("_id").removeprefix(TEAM): row for row in rows}

    async def check(self, tenant_id: str) -> dict[str | None, dict[str, int]]:
        """Count by the index, add what is missing; that, by attendant. For earlier versions' data, and now and then."""
        with pymongo.timeout(_COUNT_SECONDS):
            async with self._db.client.start_session(snapshot=True) as session:
                told = await self._told(tenant_id, session)
                true = await self._counted(tenant_id, session)
        missing = {}
        for attendant_id in {*told, *true}:
            one, other = true[attendant_id], told[attendant_id]
            if differences := {name: one[name] - other[name] for name in _FIELDS if one[name] != other[name]}:
                missing[attendant_id] = differences
        rows = _rows({(tenant_id, who): Counter(differences) for who, differences in missing.items()})
        if rows:
            await self._rows.insert_many(rows)
        checked = {"$set": {"tenant_id": tenant_id, _CHECKED: datetime.now(UTC)}}
        await self._rows.update_one({"_id": _total_id(tenant_id)}, checked, upsert=True)
        return missing

    async def _told(self, tenant_id: str, session: "Session") -> defaultdict[str | None, Counter[str]]:
        found: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
        stages: list[Document] = [
            {"$match": {"tenant_id": tenant_id}},
            {"$group": {"_id": "$attendant_id", **_SUMS}},
        ]
        async for row in await self._rows.aggregate(stages, hint=BY_COUNTED, session=session):
            found[row.pop("_id", None)] = Counter(row)
        return found

    async def _counted(self, tenant_id: str, session: "Session") -> defaultdict[str | None, Counter[str]]:
        found: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
        for status in STATUSES:
            query: Document = {"tenant_id": tenant_id, "status": status}
            unread: Document = {**query, "unread_count": {"$gt": 0}}
            for name, asked, index in ((status, query, BY_STATUS), (f"{status}_unread", unread, BY_UNREAD)):
                found[None][name] = await self._conversations.count_documents(asked, hint=index, session=session)
        assigned: Document = {"tenant_id": tenant_id, "assignee.id": {"$gte": ""}}
        unread = {"tenant_id": tenant_id, "status": {"$in": list(STATUSES)}, "unread_count": {"$gt": 0}}
        in_teams: Document = {"tenant_id": tenant_id, "team.id": {"$gte": ""}}
        for whose, ending, asked, index in (
            ("$assignee.id", "", assigned, BY_ASSIGNEE),
            ("$assignee.id", "_unread", unread, BY_UNREAD),
            ("$team.id", "", in_teams, BY_TEAM),
            ("$team.id", "_unread", unread, BY_UNREAD),
        ):
            stages: list[Document] = [
                {"$match": asked},
                {"$group": {"_id": {"who": whose, "status": "$status"}, "n": {"$sum": 1}}},
            ]
            begins = TEAM if whose == "$team.id" else ""
            async for row in await self._conversations.aggregate(stages, hint=index, session=session):
                if who := row["_id"].get("who"):
                    found[f"{begins}{who}"][row["_id"]["status"] + ending] = row["n"]
        return found

    async def fold(self, transaction: "Callable[[Callable[[Session], Awaitable[None]]], Awaitable[None]]") -> int:
        """Add the oldest rows to those they belong to; how many there were. Another process may do it too."""
        rows = await self._rows.find({"_id": {"$lt": _TOTAL}}).sort("_id", 1).limit(_AT_ONCE).to_list(_AT_ONCE)
        together: dict[tuple[str, str | None], list[Document]] = {}
        for row in rows:
            together.setdefault((row["tenant_id"], row.get("attendant_id")), []).append(row)
        for (tenant_id, attendant_id), theirs in together.items():
            await transaction(partial(self._fold, tenant_id, attendant_id, theirs))
        return len(rows)

    async def _fold(self, tenant_id: str, attendant_id: str | None, rows: "list[Document]", session: "Session") -> None:
        deleted = await self._rows.delete_many({"_id": {"$in": [row["_id"] for row in rows]}}, session=session)
        if deleted.deleted_count != len(rows):
            raise StaleVersion
        numbers = {name: sum(row.get(name, 0) for row in rows) for name in _FIELDS}
        change: Document = {"$inc": numbers, "$setOnInsert": _whose(tenant_id, attendant_id)}
        await self._rows.update_one({"_id": _total_id(tenant_id, attendant_id)}, change, upsert=True, session=session)

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
