"""When the provider was last heard of: written beside the path of webhooks, at most once a minute for an account."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, Protocol

from atd_servicekit.clock import Clock

Heard = Literal["last_webhook_at", "webhook_verified_at"]
"""A proven webhook arrived; the provider checked the address."""

WRITTEN_EVERY = timedelta(minutes=1)
_REMEMBERED = 100_000


class ActivityStore(Protocol):
    """Keeps the moments; one that is later than another by less than `WRITTEN_EVERY` changes nothing."""

    async def heard(self, account_id: str, field: Heard, at: datetime) -> None: ...


class WebhookActivity:
    """Notes moments in memory; `run` writes them, and is kept running in the background.

    What is noted and not written when the process ends is lost: the next webhook says as much.
    """

    def __init__(self, store: ActivityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._written: dict[tuple[str, Heard], datetime] = {}
        self._due: dict[tuple[str, Heard], datetime] = {}
        self._noted = asyncio.Event()

    def note(self, account_ids: Iterable[str], field: Heard) -> None:
        """Something was heard now. Does nothing for an account that was written within the last minute."""
        now = self._clock.now()
        for account_id in account_ids:
            key = (account_id, field)
            before = self._written.get(key)
            if before is None or now - before >= WRITTEN_EVERY:
                if len(self._written) >= _REMEMBERED:
                    self._written.clear()
                self._written[key] = self._due[key] = now
                self._noted.set()

    async def write(self) -> None:
        """Write what is due."""
        self._noted.clear()
        due, self._due = self._due, {}
        for (account_id, field), at in due.items():
            await self._store.heard(account_id, field, at)

    async def run(self) -> None:
        """Write what is noted, for ever."""
        while True:
            await self._noted.wait()
            await self.write()
