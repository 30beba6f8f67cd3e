"""Loops that run as long as the service does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from atd_servicekit.backoff import Backoff

_BACKOFF = Backoff.of_seconds(0.1, 10.0, factor=3.0)
_CALM_SECONDS = 60.0


class SupervisedTask:
    """Runs a loop, and starts it again with backoff when it ends by an error. It is over when it returns."""

    def __init__(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._run = run
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._supervise(), name=self._name)

    async def stop(self, *, grace: timedelta = timedelta(0)) -> None:
        """Wait up to `grace` for the task to return by itself, then cancel it."""
        if self._task is None:
            return
        if grace:
            await asyncio.wait([self._task], timeout=grace.total_seconds())
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def alive(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _supervise(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._run()
            except Exception:  # noqa: BLE001 - whatever ended the loop, it is logged and started again
                failures = 1 if loop.time() - began > _CALM_SECONDS else failures + 1
                delay = _BACKOFF.longest(failures).total_seconds()
                structlog.get_logger().exception("task.failed", task=self._name, restart_in_s=delay)
                await asyncio.sleep(delay)
            else:
                return
