"""What waits for endpoints, as people are shown it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from atd_webhook_dispatcher.domain.delivery import Lane
from atd_webhook_dispatcher.domain.health import Load
from atd_webhook_dispatcher.store.deliveries import DELIVERIES

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

MOST_COUNTED = 10_000
"""Deliveries of an endpoint that are counted; where there are more, this is said."""

_LANES: tuple[Lane, ...] = ("live", "replay")


class WaitingDeliveries:
    """Counts and looks at what waits, by the index of what is due alone."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[DELIVERIES]

    async def loads(self, endpoint_ids: Sequence[str], now: datetime) -> dict[str, Load]:
        """What waits for each of these endpoints."""
        loads = await asyncio.gather(*(self._load(endpoint_id, now) for endpoint_id in endpoint_ids))
        return dict(zip(endpoint_ids, loads, strict=True))

    async def _load(self, endpoint_id: str, now: datetime) -> Load:
        count, oldest = 0, []
        for lane in _LANES:
            query: Document = {"endpoint_id": endpoint_id, "lane": lane, "state": "waiting"}
            first = (
                await self._rows.find(query, {"due_at": 1, "_id": 0}).sort("due_at", 1).hint("due").limit(1).to_list(1)
            )
            if first:
                oldest += [row["due_at"] for row in first if row["due_at"] <= now]
                count += await self._rows.count_documents(query, limit=MOST_COUNTED, hint="due")
        return Load(min(count, MOST_COUNTED), min(oldest, default=None))
