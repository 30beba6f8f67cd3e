"""Copies of templates in MongoDB, and which accounts' lists are to be read again."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import ASCENDING, IndexModel, ReplaceOne, ReturnDocument

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

TEMPLATES = "templates"
SYNCS = "template_syncs"

KEPT_AFTER_DELETION = timedelta(days=90)
COPIES_LIMIT = 20_000
"""Copies of one account that are looked at, deleted ones of the last months too; 6,000 can be in use."""

TEMPLATE_INDEXES = {
    TEMPLATES: [
        IndexModel(
            [(name, ASCENDING) for name in ("tenant_id", "account_id", "deleted", "name", "language")], name="by_name"
        ),
        IndexModel([(name, ASCENDING) for name in ("tenant_id", "account_id", "deleted", "terms")], name="by_word"),
        IndexModel(
            [("deleted_at", ASCENDING)],
            name="deleted_long_ago",
            expireAfterSeconds=int(KEPT_AFTER_DELETION.total_seconds()),
        ),
    ],
    SYNCS: [IndexModel([("due_at", ASCENDING)], name="due")],
}


@dataclass(frozen=True, slots=True)
class DueSync:
    """An account whose list is to be read. `asked` counts how often that was wanted, `attempts` how often it failed."""

    account_id: str
    asked: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which templates of an account are asked for: `words` all start a word of it; any status when none is given."""

    tenant_id: str
    account_id: str
    words: Sequence[str] = ()
    statuses: Sequence[str] = ()


class TemplateStore:
    """The collections of templates. `asked` is set when this process has asked for a sync that is due."""

    def __init__(self, database: "Database") -> None:
        self.asked = asyncio.Event()
        self._templates = database[TEMPLATES]
        self._syncs = database[SYNCS]

    async def page(self, wanted: Wanted, after: tuple[str, str] | None, limit: int) -> "Sequence[Document]":
        """Up to `limit` templates in use by name and language, those after `after`."""
        query: Document = {"tenant_id": wanted.tenant_id, "account_id": wanted.account_id, "deleted": False}
        if wanted.statuses:
            query["status"] = {"$in": list(wanted.statuses)}
        if wanted.words:
            query["$and"] = [{"terms": {"$regex": f"^{re.escape(word)}"}} for word in wanted.words]
        if after is not None:
            name, language = after
            query["$or"] = [{"name": {"$gt": name}}, {"name": name, "language": {"$gt": language}}]
        found = self._templates.find(query).sort([("name", ASCENDING), ("language", ASCENDING)]).limit(limit)
        rows: list[Document] = await found.to_list(limit)
        return rows

    async def names(self, tenant_id: str, account_id: str) -> Sequence[str]:
        """The ids of the account's copies in use."""
        query = {"tenant_id": tenant_id, "account_id": account_id, "deleted": False}
        rows = await self._templates.find(query, {"_id": 1}).limit(COPIES_LIMIT).to_list(COPIES_LIMIT)
        return [row["_id"] for row in rows]

    async def with_ids(self, session: "Session", ids: Sequence[str]) -> "Mapping[str, Document]":
        """Copies by id, deleted ones too."""
        rows = await self._templates.find({"_id": {"$in": list(ids)}}, session=session).to_list(len(ids) or 1)
        return {row["_id"]: row for row in rows}

    async def save(self, session: "Session", documents: "Sequence[Document]") -> None:
        """Write copies, new ones too."""
        writes = [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents]
        if writes:
            await self._templates.bulk_write(writes, ordered=False, session=session)

    async def forget(self, session: "Session", tenant_id: str, account_id: str, now: datetime) -> None:
        """Let go of what belongs to an account that is disconnected. Nobody is told: they hear of the account."""
        await self._templates.update_many(
            {"tenant_id": tenant_id, "account_id": account_id, "deleted": False},
            {"$set": {"deleted": True, "deleted_at": now}},
            session=session,
        )
        await self._syncs.delete_one({"_id": account_id}, session=session)

    async def ask(self, session: "Session | None", account_id: str, due_at: datetime) -> None:
        """Have the account's list read at `due_at`, or earlier when that was wanted already."""
        await self._syncs.update_one(
            {"_id": account_id},
            {"$min": {"due_at": due_at}, "$inc": {"asked": 1}, "$set": {"attempts": 0}},
            upsert=True,
            session=session,
        )

    def look(self) -> None:
        """To be called after the commit of what was asked for: the sync begins at once, not at its next round."""
        self.asked.set()

    async def claim(self, now: datetime, until: datetime) -> DueSync | None:
        """The sync that is due longest; nobody else gets it before `until`."""
        row: Document | None = await self._syncs.find_one_and_update(
            {"due_at": {"$lte": now}},
            {"$set": {"due_at": until}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return None if row is None else DueSync(row["_id"], row["asked"], row["attempts"])

    async def done(self, sync: DueSync) -> None:
        """The sync has come to its end, unless it was asked for again in between."""
        await self._syncs.delete_one({"_id": sync.account_id, "asked": sync.asked})

    async def again(self, sync: DueSync, due_at: datetime) -> None:
        """The sync has failed and is tried again at `due_at`, or when it was asked for in between."""
        await self._syncs.update_one(
            {"_id": sync.account_id, "asked": sync.asked},
            {"$set": {"due_at": due_at, "attempts": sync.attempts + 1}},
        )
