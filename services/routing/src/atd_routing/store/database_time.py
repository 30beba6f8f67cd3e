"""The database's clock, which all replicas share: timers are due by it, whatever the clocks of processes say."""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

FRESH_SECONDS = 5.0


class Time(Protocol):
    """Where the present moment comes from."""

    async def now(self) -> datetime: ...


class DatabaseTime:
    """Asks MongoDB now and then, and goes on by the process's monotonic clock in between: that one never jumps."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._asked: datetime | None = None
        self._asked_at = 0.0

    async def now(self) -> datetime:
        """The present moment: aware, UTC, whole milliseconds."""
        passed = time.monotonic() - self._asked_at
        if self._asked is None or passed > FRESH_SECONDS:
            began = time.monotonic()
            answer = await self._database.command("hello")
            self._asked, self._asked_at, passed = answer["localTime"].replace(tzinfo=UTC), began, 0.0
        moment = self._asked + timedelta(seconds=passed)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
