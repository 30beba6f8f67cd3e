"""Loops that run as long as the service does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog

from atd_servicekit.backoff import Backoff

_BACKOFF = Backoff.of_seconds(0.1, 10.0, factor=3.0)
_CALM_SECONDS = 60.0
_CANCEL_AGAIN_SECONDS = 0.5


class SupervisedTask:
    """Runs a loop, and starts it again with backoff however it ends: only `stop` ends it, or itself after `let_end`."""

    def __init__(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._run = run
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._supervise(), name=self._name)

    def let_end(self) -> None:
        """From now on the loop may return by itself: it is not started again."""
        self._stopping = True

    async def stop(self, *, grace: timedelta = timedelta(0)) -> None:
        """Wait up to `grace` for the loop to return by itself, then cancel it."""
        self.let_end()
        if self._task is None:
            return
        if grace:
            await asyncio.wait([self._task], timeout=grace.total_seconds())
        await cancel_and_wait(self._task)

    @property
    def alive(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _supervise(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            error: BaseException | None = None
            try:
                await self._run()
            except asyncio.CancelledError as cancelled:
                if being_cancelled():
                    raise
                error = cancelled  # something inside the loop was cancelled, nobody asked the loop to end
            except Exception as raised:  # noqa: BLE001 - whatever ended the loop, it is logged and started again
                error = raised
            if self._stopping:
                return
            failures = 1 if loop.time() - began > _CALM_SECONDS else failures + 1
            delay = _BACKOFF.longest(failures).total_seconds()
            structlog.get_logger().error("task.failed", task=self._name, restart_in_s=delay, exc_info=error)
            await asyncio.sleep(delay)


def being_cancelled() -> bool:
    """Whether the running task itself was asked to end; else a `CancelledError` is the fault of what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def cancel_and_wait(task: "asyncio.Task[Any]") -> None:
    """Cancel a task until it has ended; what it raised is dropped.

    One request may be lost: until Python 3.12 `asyncio.wait_for` drops one that comes as what it waits for is done.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)
    if not task.cancelled():
        task.exception()
