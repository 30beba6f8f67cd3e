"""The loop that reads rows into lines: at once where something says that there are some, else when their time comes."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_webhook_dispatcher.domain.delivery import LANES, Delivery
from atd_webhook_dispatcher.engine.line_set import LineSet
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.engine.loader import Loader

LOADS_AT_ONCE = 8
LOOK_SECONDS = 1.0
"""How often all lines are looked at though nothing of them is due."""

SHORT_SECONDS = 0.25
"""The same while the memory is full, and how long one rests that could not be read."""

LEAST_SECONDS = 0.02
"""Between two looks at all lines, however much is due."""

Gone = Callable[[Line, Sequence[Delivery]], None]
"""Rows of a line whose event is kept no longer."""


class Reading:
    """A loop: `run()`."""

    def __init__(self, lines: LineSet, loader: Loader, clock: Clock, gone: Gone) -> None:
        self._lines = lines
        self._loader = loader
        self._clock = clock
        self._gone = gone
        self._looked_at = clock.monotonic() - LOOK_SECONDS

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                async with asyncio.timeout(self._seconds()):
                    await self._lines.load.wait()
            except TimeoutError:
                pass
            self._lines.load.clear()
            touched, self._lines.touched = self._lines.touched, set()
            await self._read(self._all() if self._seconds() <= 0.0 else touched)

    def _seconds(self) -> float:
        """Until all lines are to be looked at."""
        since = self._clock.monotonic() - self._looked_at
        seconds = (SHORT_SECONDS if self._loader.full else LOOK_SECONDS) - since
        if self._lines.next_due is not None:
            due = (self._lines.next_due - self._clock.now()).total_seconds()
            seconds = min(seconds, max(due, LEAST_SECONDS - since))
        return max(0.0, seconds)

    def _all(self) -> "set[Line]":
        """All lines, with their shares of the memory, and when the next one is to be looked at."""
        now, lines = self._clock.now(), list(self._lines.by_id.values())
        self._looked_at = self._clock.monotonic()
        self._loader.divide(lines, now)
        later = [due for line in lines if (due := line.next_due) is not None and due > now]
        self._lines.next_due = min(later, default=None)
        return set(lines)

    async def _read(self, lines: "set[Line]") -> None:
        now = self._clock.now()
        wanting = [line for line in lines if not line.closed and self._loader.wants(line, now)]
        for start in range(0, len(wanting), LOADS_AT_ONCE):
            some = [one for one in wanting[start : start + LOADS_AT_ONCE] if self._loader.wants(one, now)]
            await asyncio.gather(*(self._read_line(line) for line in some))

    async def _read_line(self, line: Line) -> None:
        try:
            self._gone(line, await self._loader.load(line, self._clock.now()))
        except (PyMongoError, OSError) as error:
            line.unread = dict.fromkeys(LANES, True)
            structlog.get_logger().warning("webhooks.not_read", error=type(error).__name__)
            await asyncio.sleep(SHORT_SECONDS)
            self._lines.want(line)
            return
        except Exception as error:  # noqa: BLE001 - one endpoint that cannot be read is no reason to read no other
            line.unread = dict.fromkeys(LANES, True)
            structlog.get_logger().error("webhooks.fault", endpoint_id=line.endpoint.id, exc_info=error)
            return
        self._lines.expect(line)
        if any(line.unread.values()) and self._loader.wants(line, self._clock.now()):
            self._lines.want(line)
        self._lines.schedule(line)
