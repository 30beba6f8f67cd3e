"""What we sent where nothing but its id tells it from what others wrote: comments, and messages on Instagram.

A send whose answer was lost is looked up at Meta by its text; what another send of ours is known to have made is not
it, although it may say the same.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import ASCENDING, IndexModel

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

SENT = "sent_ids"

_KEPT_FOR = timedelta(days=3)
"""Longer than a send is tried."""

SENT_INDEXES = {
    SENT: [IndexModel([("at", ASCENDING)], name="expires", expireAfterSeconds=int(_KEPT_FOR.total_seconds()))]
}


class SentIds:
    """The ids of what was sent lately."""

    def __init__(self, database: "Database") -> None:
        self._sent = database[SENT]

    async def remember(self, account_id: str, external_id: str, now: datetime) -> None:
        """Keep an id that a call of ours was answered."""
        await self._sent.update_one({"_id": f"{account_id}:{external_id}"}, {"$set": {"at": now}}, upsert=True)

    async def unknown(self, account_id: str, external_ids: Iterable[str]) -> frozenset[str]:
        """Those that no call of ours is known to have made."""
        asked = {f"{account_id}:{one}": one for one in external_ids}
        found = self._sent.find({"_id": {"$in": list(asked)}}, {"_id": 1})
        known = {row["_id"] async for row in found}
        return frozenset(one for key, one in asked.items() if key not in known)
