"""Lets all processes know what only one of them sees: which breakers are open, and which replays were stopped."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_webhook_dispatcher.domain.breaker import Breaker, KeptBreaker
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.store.breakers import MOST_AT_ONCE, Breakers
from atd_webhook_dispatcher.store.replays import Replays

SECONDS = 1.0
AGAIN = timedelta(seconds=30)
"""How often a breaker that stays as it is is written."""

ALONE_TURNS = 10
"""How seldom a process that is alone and has stopped no replay itself looks for such that were stopped."""

_CLOSED = Breaker()
_SEEN_LATE = timedelta(seconds=30)


class SendingEngine(Protocol):
    """What is needed of the engine."""

    @property
    def lines(self) -> Sequence[Line]: ...

    @property
    def alone(self) -> bool: ...

    def forget_replay(self, endpoint_id: str) -> None: ...


class Showing:
    """A loop of every process."""

    def __init__(self, engine: SendingEngine, breakers: Breakers, replays: Replays, clock: Clock) -> None:
        self._engine = engine
        self._breakers = breakers
        self._replays = replays
        self._clock = clock
        self._written: dict[str, tuple[Breaker, datetime]] = {}
        self._forgotten: dict[str, datetime] = {}
        self._stopped, self._turns = -1, 0
        """What this process had stopped when it looked last, and the turns since."""

    async def run(self) -> None:
        """The loop."""
        while True:
            try:
                await self.turn()
            except (PyMongoError, OSError) as error:
                structlog.get_logger().warning("webhooks.not_shown", error=type(error).__name__)
            await asyncio.sleep(SECONDS)

    async def turn(self) -> None:
        """Write the breakers that have changed, and drop from memory what was stopped. Raises PyMongo's errors."""
        now = self._clock.now()
        await self.write_breakers()
        await self._forget_stopped(now)
        old = now - 2 * _SEEN_LATE
        self._forgotten = {one: at for one, at in self._forgotten.items() if at > old}

    async def write_breakers(self) -> None:
        """Write those that have changed since they were written last. Raises PyMongo's errors."""
        now = self._clock.now()
        changed = self._changed(now)
        await self._breakers.write(self._kept(changed, now))
        for endpoint_id, breaker in changed.items():
            if breaker.state == "closed":
                self._written.pop(endpoint_id, None)
            else:
                self._written[endpoint_id] = (breaker, now)

    async def _forget_stopped(self, now: datetime) -> None:
        self._turns += 1
        stopped = self._replays.stopped
        if self._engine.alone and stopped == self._stopped and self._turns < ALONE_TURNS:
            return
        for replay in await self._replays.stopped_since(now - _SEEN_LATE):
            if replay.id not in self._forgotten:
                self._forgotten[replay.id] = now
                self._engine.forget_replay(replay.endpoint_id)
        self._stopped, self._turns = stopped, 0

    def _kept(self, breakers: Mapping[str, Breaker], now: datetime) -> dict[str, KeptBreaker]:
        monotonic = self._clock.monotonic()
        return {endpoint_id: breaker.kept(monotonic, now) for endpoint_id, breaker in breakers.items()}

    def _changed(self, now: datetime) -> dict[str, Breaker]:
        breakers = {line.endpoint.id: line.breaker for line in self._engine.lines}
        gone = [one for one in self._written if one not in breakers]
        for endpoint_id in gone:  # others send there now, and write it
            del self._written[endpoint_id]
        changed: dict[str, Breaker] = {}
        for endpoint_id, breaker in breakers.items():
            written, at = self._written.get(endpoint_id, (_CLOSED, now))
            differs = (breaker.state, breaker.until, breaker.opened) != (written.state, written.until, written.opened)
            if differs or (breaker.state != "closed" and now - at >= AGAIN):
                changed[endpoint_id] = breaker
        return dict(list(changed.items())[:MOST_AT_ONCE])
