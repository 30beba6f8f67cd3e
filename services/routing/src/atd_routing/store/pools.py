"""A tenant's pool: what all of its distribution shares, in one document.

Whoever gives conversations away saves the pool over the version that was read, so that two never give at once; and
whoever changes what there is to give leaves a mark in it, in the same transaction, so that the queues are looked at
soon after, in whichever process.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pymongo import IndexModel, UpdateOne

from atd_routing.domain.distribution.pool import Pool, Turns
from atd_servicekit.mongo import Read, Write

if TYPE_CHECKING:
    from pymongo.results import BulkWriteResult

    from atd_servicekit.mongo import Database, Document, Operation, Session

POOLS = "pools"
POOL_INDEXES: Mapping[str, Sequence[IndexModel]] = {
    POOLS: [IndexModel([("due", 1)], name="by_due", partialFilterExpression={"due": {"$exists": True}})]
}

_AT_ONCE = datetime.fromtimestamp(0, UTC)


class Pools:
    """Reads, saves and marks pools."""

    def __init__(self, database: "Database") -> None:
        self._pools = database[POOLS]
        self.woken = asyncio.Event()
        """Set when a pool was marked in this process."""

    async def touch(self, session: "Session", tenant_ids: Collection[str], *, revision: int | None = None) -> None:
        """Have the queues of these tenants looked at soon after the commit. Then call `wake`.

        Nobody gives anything away by what they read before. `revision`: the settings have changed, and nobody goes by
        earlier ones from then on.
        """
        change: Document = {"$set": {"due": _AT_ONCE}, "$inc": {"version": 1}}
        if revision is not None:
            change["$max"] = {"revision": revision}
        for tenant_id in sorted(tenant_ids):
            await self._pools.update_one({"_id": tenant_id}, change, upsert=True, session=session)

    def wake(self) -> None:
        """What was marked is committed: this process need not wait until it looks the next time."""
        self.woken.set()

    async def due(self, now: datetime, limit: int) -> list[str]:
        """Tenants whose queues are to be looked at by now."""
        rows = await self._pools.find({"due": {"$lte": now}}, {"_id": 1}).hint("by_due").limit(limit).to_list(limit)
        return [row["_id"] for row in rows]

    async def put_off(self, tenant_id: str, until: datetime) -> None:
        """Have a marked pool looked at then, if nobody marks it again before."""
        await self._pools.update_one({"_id": tenant_id, "due": {"$exists": True}}, {"$set": {"due": until}})

    async def read(self, session: "Session | None", tenant_id: str) -> Pool:
        """The tenant's pool; an empty one where nothing was ever given away."""
        row = await self._pools.find_one({"_id": tenant_id}, session=session)
        return Pool(tenant_id) if row is None else _pool_of(row)

    @staticmethod
    def read_of(tenant_ids: Collection[str]) -> Read:
        """The read that `found_in` makes pools of."""
        return Read.of_ids(POOLS, tenant_ids)

    @staticmethod
    def found_in(rows: "Iterable[Document]", tenant_ids: Collection[str]) -> dict[str, Pool]:
        """The pools of tenants, an empty one where nothing was ever given away."""
        found = {row["_id"]: _pool_of(row) for row in rows}
        return {tenant_id: found.get(tenant_id) or Pool(tenant_id) for tenant_id in tenant_ids}

    @staticmethod
    def write_of(pools: Sequence[Pool]) -> Write:
        """The write that stores pools over what was read. The mark is taken off: the queues have been looked at.

        One that is `due` keeps its mark, as it is. A mark that nobody has seen is somebody who was faster. Pools that
        nothing was ever stored of are new then, or somebody was faster.
        """
        operations: list[Operation] = []
        for pool in pools:
            query: Document = {"_id": pool.tenant_id, "version": pool.version or {"$exists": False}}
            change: Document = {"$set": _document(pool)}
            if not pool.marked:
                query["due"] = {"$exists": False}
            if not pool.due:
                change["$unset"] = {"due": ""}
            elif not pool.marked:
                change["$set"]["due"] = _AT_ONCE
            operations.append(UpdateOne(query, change, upsert=pool.version == 0))
        return Write(POOLS, operations)

    @staticmethod
    def all_saved(write: Write, result: "BulkWriteResult") -> bool:
        """Whether nobody else had changed one of them."""
        return result.matched_count + result.upserted_count == len(write.operations)


def _document(pool: Pool) -> "Document":
    return {
        "version": pool.version + 1,
        "open": dict(pool.open),
        "turns": {
            team_id: {"given": dict(turns.given), "present": sorted(turns.present)}
            for team_id, turns in pool.turns.items()
        },
        "idle_since": dict(pool.idle_since),
        "counted": pool.counted,
    }


def _pool_of(row: "Document") -> Pool:
    return Pool(
        tenant_id=row["_id"],
        open=row.get("open", {}),
        turns={
            team_id: Turns(turns["given"], frozenset(turns["present"]))
            for team_id, turns in row.get("turns", {}).items()
        },
        idle_since=row.get("idle_since", {}),
        counted=row.get("counted", False),
        due="due" in row,
        marked="due" in row,
        revision=row.get("revision", 0),
        version=row.get("version", 0),
    )
