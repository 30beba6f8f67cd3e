"""Reads and changes the stored rows."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bson import ObjectId
from pymongo.read_concern import ReadConcern

from atd_servicekit.outbox.rows import OUTBOX_SHARDS, ListedRow, Row, read_row, refused_shard, stored_records

if TYPE_CHECKING:
    from atd_servicekit.mongo import Collection as MongoCollection
    from atd_servicekit.mongo import Document

_LISTED = 500
_REFUSED_PAGE = 20
_ORDER = [("shard", 1), ("order", 1), ("part", 1), ("_id", 1)]


@dataclass(frozen=True, slots=True)
class RowList:
    """The oldest rows of a shard, sorted by order. `complete`: there were no more."""

    rows: Sequence[ListedRow]
    complete: bool


class StoredRows:
    """The rows in the database, for the relay."""

    def __init__(self, collection: "MongoCollection") -> None:
        self._collection = collection
        self._at_one_moment = collection.with_options(read_concern=ReadConcern("snapshot"))
        self._asked: set[int] = set()
        self._next: asyncio.Task[dict[int, RowList]] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def oldest(self, shard: int) -> RowList:
        """List the oldest rows of a shard, all that are committed before the call.

        A list is of one moment: another one would miss a row that is committed where it has been already, and find
        the row that follows it.

        Shards that ask while a list is being read share the next one.
        """
        self._asked.add(shard)
        if self._next is None:
            self._next = asyncio.create_task(self._list_asked(), name="outbox-list")
        lists = await asyncio.shield(self._next)
        return lists[shard]

    async def _list_asked(self) -> dict[int, RowList]:
        async with self._one_at_a_time:
            await asyncio.sleep(0)  # those who are about to ask in this turn of the loop
            shards, self._asked, self._next = self._asked, set(), None
            documents = await self._find(shards)
            if len(documents) == _LISTED and len(shards) > 1:  # one shard's backlog is not to hide another shard
                documents = [one for shard in shards for one in await self._find({shard})]
        lists: dict[int, list[Document]] = {shard: [] for shard in shards}
        for document in documents:
            lists[document["shard"]].append(document)
        return {
            shard: RowList([ListedRow(one["_id"], one["at"]) for one in found], complete=len(found) < _LISTED)
            for shard, found in lists.items()
        }

    async def _find(self, shards: Collection[int]) -> "list[Document]":
        query = {"shard": {"$in": sorted(shards)}} if len(shards) > 1 else {"shard": next(iter(shards))}
        found: list[Document] = (
            await self._at_one_moment.find(query, {"records": 0}).sort(_ORDER).limit(_LISTED).to_list(_LISTED)
        )
        return found

    async def read(self, row_ids: Sequence[ObjectId]) -> list[Row]:
        """Read rows with their records; those that are gone are missing."""
        if not row_ids:
            return []
        found = await self._collection.find({"_id": {"$in": list(row_ids)}}).to_list(len(row_ids) or 1)
        return [read_row(document) for document in found]

    async def delete(self, row_ids: Sequence[ObjectId]) -> None:
        await self._collection.delete_many({"_id": {"$in": list(row_ids)}})

    async def take_former_shards(self) -> None:
        """Give rows of shards that an earlier version had to those that have their keys now, in one order with them."""
        refused = {"$subtract": [-1, {"$mod": [{"$subtract": [-1, "$shard"]}, OUTBOX_SHARDS]}]}
        for former, shard in (
            ({"$gte": OUTBOX_SHARDS}, {"$mod": ["$shard", OUTBOX_SHARDS]}),
            ({"$lt": refused_shard(OUTBOX_SHARDS - 1)}, refused),
        ):
            await self._collection.update_many({"shard": former}, [{"$set": {"shard": shard}}])

    async def keep_refused(self, row: Row) -> None:
        """Keep only the row's refused records, where no list finds them."""
        change = {"shard": refused_shard(row.shard), "records": stored_records(row.refused)}
        await self._collection.update_one({"_id": row.id}, {"$set": change})

    async def refused(self, shard: int) -> AsyncIterator[Row]:
        """All rows of the shard with refused records, by order."""
        query = {"shard": refused_shard(shard)}
        rows = self._collection.find(query).sort(_ORDER).batch_size(_REFUSED_PAGE)
        async for document in rows:
            yield read_row(document)
