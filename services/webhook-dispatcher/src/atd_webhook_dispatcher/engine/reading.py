"""The loop that reads rows into lines: at once where something says that there are some, else when their time comes."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_webhook_dispatcher.domain.delivery import Delivery
from atd_webhook_dispatcher.engine.line_set import LineSet
from atd_webhook_dispatcher.engine.lines import LANES, Line
from atd_webhook_dispatcher.engine.loader import Loader

LOADS_AT_ONCE = 8
LOAD_SECONDS = 0.25
"""How often all lines are looked at, and how long one rests that could not be read."""

Gone = Callable[[Line, Sequence[Delivery]], None]
"""Rows of a line whose event is kept no longer."""


class Reading:
    """A loop: `run()`."""

    def __init__(self, lines: LineSet, loader: Loader, clock: Clock, gone: Gone) -> None:
        self._lines = lines
        self._loader = loader
        self._clock = clock
        self._gone = gone

    async def run(self) -> None:
        """Until it is cancelled."""
        all_at = self._clock.monotonic()
        while True:
            try:
                async with asyncio.timeout(max(0.0, all_at - self._clock.monotonic())):
                    await self._lines.load.wait()
            except TimeoutError:
                pass
            self._lines.load.clear()
            touched, self._lines.touched = self._lines.touched, set()
            if self._clock.monotonic() >= all_at:
                all_at = self._clock.monotonic() + LOAD_SECONDS
                touched = set(self._lines.by_id.values())
                self._loader.divide(list(touched), self._clock.now())
            await self._read(touched)

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
            await asyncio.sleep(LOAD_SECONDS)
            return
        except Exception as error:  # noqa: BLE001 - one endpoint that cannot be read is no reason to read no other
            line.unread = dict.fromkeys(LANES, True)
            structlog.get_logger().error("webhooks.fault", endpoint_id=line.endpoint.id, exc_info=error)
            return
        if any(line.unread.values()) and self._loader.wants(line, self._clock.now()):
            self._lines.want(line)
        self._lines.schedule(line)
