"""What replays ask of the ledger: what arrived already, what failed, and how far their own deliveries are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_webhook_dispatcher.domain.delivery import Delivery, DeliveryState
from atd_webhook_dispatcher.domain.delivery_times import id_range
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, delivery_of

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

DROPPED_AT_ONCE = 1_000
_COUNTED: tuple[DeliveryState, ...] = ("waiting", "failed", "dropped")


@dataclass(frozen=True, slots=True)
class Ends:
    """How many deliveries of a replay wait, and how many have come to which end."""

    waiting: int = 0
    delivered: int = 0
    failed: int = 0
    dropped: int = 0


class ReplayedDeliveries:
    """Reads the deliveries of endpoints and replays, and ends those of a replay that was stopped."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[DELIVERIES]

    async def reached(
        self, endpoint_id: str, event_ids: Sequence[str], since: datetime, until: datetime, *, but: str | None = None
    ) -> set[str]:
        """Those of the events that arrived at the endpoint or wait for it, beside the deliveries of the replay `but`.

        All of them were recorded from `since` to before `until`: the read is of that range.
        """
        low, high = id_range(since, until)
        query: Document = {
            "endpoint_id": endpoint_id,
            "_id": {"$gte": low, "$lt": high},
            "event_id": {"$in": list(event_ids)},
            "state": {"$in": ["delivered", "waiting"]},
        }
        if but is not None:
            query["replay_id"] = {"$ne": but}
        found: set[str] = set()
        async for row in self._rows.find(query, {"event_id": 1, "_id": 0}).hint("by_endpoint"):
            found.add(row["event_id"])
        return found

    async def failed(
        self, endpoint_id: str, since: datetime, until: datetime, *, after: str | None, limit: int
    ) -> list[Delivery]:
        """A page of an endpoint's deliveries that failed, by their events' times; `after`: the last id before it."""
        low, high = id_range(since, until)
        bounds: Document = {"$gte": low, "$lt": high}
        if after is not None:
            bounds["$gt"] = after
        query = {"endpoint_id": endpoint_id, "state": "failed", "_id": bounds}
        cursor = self._rows.find(query, {"attempts": 0}).sort([("_id", 1)]).hint("ended").limit(limit)
        return [delivery_of(row) for row in await cursor.to_list(limit)]

    async def count_failed(self, endpoint_id: str, since: datetime, until: datetime, most: int) -> int:
        """How many of an endpoint's deliveries failed, up to `most`."""
        low, high = id_range(since, until)
        query = {"endpoint_id": endpoint_id, "state": "failed", "_id": {"$gte": low, "$lt": high}}
        return await self._rows.count_documents(query, limit=most, hint="ended")

    async def waiting(self, replay_id: str, most: int) -> int:
        """How many deliveries of a replay wait, up to `most`."""
        query = {"replay_id": replay_id, "state": "waiting"}
        return await self._rows.count_documents(query, limit=most, hint="by_replay")

    async def ends(self, replay_id: str, added: int) -> Ends:
        """How far the deliveries of a replay are, of which `added` were made. Those that arrived are the others."""
        waiting, failed, dropped = [await self._count(replay_id, state) for state in _COUNTED]
        return Ends(waiting, max(0, added - waiting - failed - dropped), failed, dropped)

    async def _count(self, replay_id: str, state: DeliveryState) -> int:
        return await self._rows.count_documents({"replay_id": replay_id, "state": state}, hint="by_replay")

    async def drop(self, replay_id: str, now: datetime, expires_at: datetime) -> int:
        """End some of what waits of a replay that was stopped; how many there were."""
        query = {"replay_id": replay_id, "state": "waiting"}
        cursor = self._rows.find(query, {"_id": 1}).hint("by_replay").limit(DROPPED_AT_ONCE)
        ids = [row["_id"] for row in await cursor.to_list(DROPPED_AT_ONCE)]
        if not ids:
            return 0
        ended: Document = {"state": "dropped", "finished_at": now, "expires_at": expires_at, "reason": "stopped"}
        change = {"$set": ended, "$unset": {"due_at": 1, "ordered": 1}}
        return (await self._rows.update_many({"_id": {"$in": ids}, "state": "waiting"}, change)).modified_count

    async def bring_forward(self, delivery_id: str, now: datetime) -> bool:
        """Let a delivery that waits for its next attempt go now; whether it waited."""
        query = {"_id": delivery_id, "state": "waiting"}
        return (await self._rows.update_one(query, {"$min": {"due_at": now}})).matched_count == 1
