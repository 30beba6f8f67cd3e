"""Removes what a failed upload left, also when the waiting task is cancelled."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from atd_servicekit.errors import InfrastructureFault


class Cleanups:
    """Runs the clean-ups of one store to their end. They are bounded by the timeouts of what they call."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    async def clean_up(self, work: Coroutine[Any, Any, None]) -> None:
        """Wait for `work`, which goes on when the waiting task is cancelled (again). Its faults are not raised."""
        task = asyncio.create_task(self._quietly(work), name="files-clean-up")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    @staticmethod
    async def _quietly(work: Coroutine[Any, Any, None]) -> None:
        with suppress(InfrastructureFault):
            await work

    async def finish(self) -> None:
        """Wait for those that still run."""
        await asyncio.gather(*self._running)
