"""Whether somebody else asks for a bot's updates too: seen by the process that asks, shown by all."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from atd_servicekit.clock import Clock

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Session

STATES = "polling_states"

CONFLICT_TOLD_FOR = timedelta(minutes=15)
"""Two who ask for updates cut each other off: a conflict that is not seen again within this time is over."""


class PollingStateStore:
    """Rows `{_id: account, conflict_at}`."""

    def __init__(self, database: "Database", clock: Clock) -> None:
        self._rows = database[STATES]
        self._clock = clock

    async def conflicted(self, account_id: str, at: datetime) -> None:
        """Somebody else asked for the updates."""
        await self._rows.update_one({"_id": account_id}, {"$set": {"conflict_at": at}}, upsert=True)

    async def in_conflict(self, account_id: str) -> bool:
        """Whether somebody else asked for the updates lately."""
        since = self._clock.now() - CONFLICT_TOLD_FOR
        return await self._rows.find_one({"_id": account_id, "conflict_at": {"$gte": since}}) is not None

    async def forget(self, session: "Session", account_id: str) -> None:
        """Let go of an account that is disconnected."""
        await self._rows.delete_one({"_id": account_id}, session=session)
