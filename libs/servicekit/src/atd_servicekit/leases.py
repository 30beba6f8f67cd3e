"""Leases: each shard of some work belongs to one process at a time.

The processes that share a kind of work find each other in one collection, divide its shards evenly and renew
their leases. Expiry is decided by the database's clock; a process stops using a shard a margin before its own
monotonic clock says that the lease could have run out.
"""

import asyncio
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from atd_servicekit.clock import Clock
from atd_servicekit.tasks import SupervisedTask

if TYPE_CHECKING:
    from atd_servicekit.mongo import Collection, Document

_EPOCH = datetime.fromtimestamp(0, UTC)
_MOST_MEMBERS = 1_000

LEASES = "leases"
LEASE_INDEXES = {
    LEASES: [
        IndexModel([("name", 1), ("kind", 1), ("until", 1)]),
        IndexModel([("until", 1)], expireAfterSeconds=3600),  # of processes that are gone for good
    ]
}


def shard_of(key: str, shards: int) -> int:
    """The shard of a key: stable over processes, versions and machines."""
    return zlib.crc32(key.encode()) % shards


class ShardLeases:
    """This process's share of the shards of `name`. A component: `start()`, `stop()`."""

    def __init__(
        self,
        collection: "Collection",
        name: str,
        *,
        shards: int,
        owner: str,
        clock: Clock,
        ttl: timedelta = timedelta(seconds=6),
    ) -> None:
        """`owner` names this process, unique among all that run."""
        self._collection = collection
        self._name = name
        self._shards = shards
        self._owner = owner
        self._clock = clock
        self._ttl = ttl.total_seconds()
        self._until: dict[int, float] = {}
        self._terms: dict[int, int] = {}
        self._giving_up: set[int] = set()
        self._held: dict[int, int] = {}
        self._renewing = SupervisedTask(f"leases-{name}", self._run)
        self._changed = asyncio.Event()
        self.alone = False
        """Whether no other process shares the work, as far as known."""

    @property
    def shards(self) -> int:
        return self._shards

    @property
    def owned(self) -> frozenset[int]:
        """The shards that this process may work on now."""
        return frozenset(shard for shard in self._until if self.owns(shard))

    def owns(self, shard: int) -> bool:
        """Whether the lease on the shard is ours, with a margin before it could end."""
        return shard not in self._giving_up and self._until.get(shard, 0.0) > self._clock.monotonic() + self._ttl * 0.2

    def term(self, shard: int) -> int:
        """How often this process has taken the shard: when it differs, another one may have owned it in between."""
        return self._terms.get(shard, 0)

    @contextmanager
    def holding(self, shards: frozenset[int]) -> Iterator[None]:
        """Work inside the block on these shards: they are not handed to another process before it ends."""
        for shard in shards:
            self._held[shard] = self._held.get(shard, 0) + 1
        try:
            yield
        finally:
            for shard in shards:
                self._held[shard] -= 1

    async def wait_changed(self) -> None:
        """Returns when the set of owned shards may have changed since the last call."""
        await self._changed.wait()
        self._changed.clear()

    async def start(self) -> None:
        """Take the first leases and keep renewing them."""
        await self._tick_safely()
        await self._renewing.start()

    async def stop(self) -> None:
        """Release every shard at once, so that nobody waits for the leases to expire."""
        await self._renewing.stop()
        self._until.clear()
        try:
            await self._collection.delete_many({"name": self._name, "owner": self._owner})
        except PyMongoError as error:
            structlog.get_logger().warning("leases.not_released", leases=self._name, error=type(error).__name__)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._ttl / 3)
            await self._tick_safely()

    async def _tick_safely(self) -> None:
        try:
            await self.tick()
        except (PyMongoError, OSError) as error:
            structlog.get_logger().warning("leases.not_renewed", leases=self._name, error=type(error).__name__)

    async def tick(self) -> None:
        """Renew our membership and leases, give back shards above our share, take free ones."""
        before = (self.owned, self.alone)
        began = self._clock.monotonic()
        members = await self._renew(began)
        self.alone = members <= 1
        fair = math.ceil(self._shards / max(1, members))
        await self._give_back(fair)
        await self._take(fair, began)
        if (self.owned, self.alone) != before:
            self._changed.set()
            structlog.get_logger().info("leases.changed", leases=self._name, owned=len(self.owned), members=members)

    async def _renew(self, began: float) -> int:
        """Renew our membership and all leases that are still ours, together; how many members there are."""
        live: Document = {"name": self._name, "$expr": {"$gt": ["$until", "$$NOW"]}}
        await self._collection.update_many({**live, "owner": self._owner}, [self._extended()])
        rows = await self._rows(live)
        members = {row["owner"] for row in rows if row["kind"] == "member"}
        if self._owner not in members:
            await self._put(f"{self._name}/member/{self._owner}", "member")
            members.add(self._owner)
        mine = [row["shard"] for row in rows if row["kind"] == "shard" and row["owner"] == self._owner]
        self._until = dict.fromkeys(mine, began + self._ttl)
        return len(members)

    async def _rows(self, live: "Document") -> list["Document"]:
        most = _MOST_MEMBERS + self._shards
        return await self._collection.find(live, {"kind": 1, "owner": 1, "shard": 1}).limit(most).to_list(most)

    async def _give_back(self, fair: int) -> None:
        extra = sorted(self._until)[fair:]
        self._giving_up = set(extra)
        for shard in extra:
            if self._held.get(shard, 0) == 0:
                del self._until[shard]
                self._giving_up.discard(shard)
                await self._collection.delete_one({"_id": self._id(shard), "owner": self._owner})

    async def _take(self, fair: int, began: float) -> None:
        for shard in range(self._shards):
            if len(self._until) >= fair:
                return
            if shard not in self._until and await self._put(self._id(shard), "shard", shard):
                self._until[shard] = began + self._ttl
                self._terms[shard] = self.term(shard) + 1

    def _id(self, shard: int) -> str:
        return f"{self._name}/shard/{shard}"

    def _extended(self) -> "Document":
        return {"$set": {"until": {"$add": ["$$NOW", int(self._ttl * 1000)]}}}

    async def _put(self, lease_id: str, kind: str, shard: int | None = None) -> bool:
        """Take the lease when it is free, expired, or already ours."""
        free = {"_id": lease_id, "$or": [{"owner": self._owner}, {"$expr": {"$lte": ["$until", "$$NOW"]}}]}
        fields: Document = {"name": self._name, "kind": kind, "owner": self._owner, "shard": shard}
        take = [{"$set": fields}, self._extended()]
        if (await self._collection.update_one(free, take)).matched_count:
            return True
        try:
            await self._collection.insert_one({"_id": lease_id, **fields, "until": _EPOCH})
        except DuplicateKeyError:
            return False
        return (await self._collection.update_one(free, take)).matched_count == 1
