"""What was asked of Meta lately, in memory: each thing once, by however many webhooks it is wanted.

Nothing of it is stored: names are personal, and an erasure has nothing to look for here.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Generic, TypeVar

from atd_servicekit.clock import Clock

T = TypeVar("T")

_AT_ONCE = 8


class Recent(Generic[T]):
    """Values by key, for a while. `unknown_for`: how long it is not asked again for what was not told."""

    def __init__(
        self,
        clock: Clock,
        *,
        known_for: timedelta,
        unknown_for: timedelta = timedelta(minutes=1),
        limit: int = 20_000,
    ) -> None:
        self._clock = clock
        self._known_for = known_for.total_seconds()
        self._unknown_for = unknown_for.total_seconds()
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str], tuple[float, T | None]] = OrderedDict()
        self._asked: dict[tuple[str, str], asyncio.Task[T | None]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def knows(self, account_id: str, name: str) -> bool:
        """Whether there is nothing to ask: the value is known, or that it is not told."""
        kept = self._kept.get((account_id, name))
        return kept is not None and kept[0] > self._clock.monotonic()

    def known(self, account_id: str, name: str) -> T | None:
        """The value as it was told last."""
        kept = self._kept.get((account_id, name))
        return None if kept is None else kept[1]

    async def get(self, account_id: str, name: str, ask: Callable[[], Awaitable[T | None]]) -> T | None:
        """The value, asked for by `ask` when it is not known; None when it is not told.

        Whoever is cancelled while waiting leaves the question to be answered for the next.
        """
        key = account_id, name
        kept = self._kept.get(key)
        if kept is not None and kept[0] > self._clock.monotonic():
            return kept[1]
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._ask(key, ask), name="meta-look-up")
        return await asyncio.shield(task)

    async def stop(self) -> None:
        """Give up what is being asked."""
        asked = list(self._asked.values())
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)

    async def _ask(self, key: tuple[str, str], ask: Callable[[], Awaitable[T | None]]) -> T | None:
        try:
            async with self._turns:
                told = await ask()
        finally:
            self._asked.pop(key, None)
        seconds = self._unknown_for if told is None else self._known_for
        self._kept[key] = self._clock.monotonic() + seconds, told
        self._kept.move_to_end(key)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return told
