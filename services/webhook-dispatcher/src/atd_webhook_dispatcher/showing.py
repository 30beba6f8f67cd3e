"""Lets all processes know what only one of them sees: which breakers are open, and which replays were stopped."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_webhook_dispatcher.domain.breaker import BreakerState
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.store.breakers import MOST_AT_ONCE, Breakers
from atd_webhook_dispatcher.store.replays import Replays

SECONDS = 1.0
AGAIN = timedelta(seconds=30)
"""How often a breaker that stays as it is is written."""

_SEEN_LATE = timedelta(seconds=30)


class SendingEngine(Protocol):
    """What is needed of the engine."""

    @property
    def lines(self) -> Sequence[Line]: ...

    def forget_replay(self, endpoint_id: str) -> None: ...


class Showing:
    """A loop of every process."""

    def __init__(self, engine: SendingEngine, breakers: Breakers, replays: Replays, clock: Clock) -> None:
        self._engine = engine
        self._breakers = breakers
        self._replays = replays
        self._clock = clock
        self._written: dict[str, tuple[BreakerState, datetime]] = {}
        self._forgotten: dict[str, datetime] = {}

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
        changed = self._changed(now)
        await self._breakers.write(changed, now)
        for endpoint_id, state in changed.items():
            if state == "closed":
                self._written.pop(endpoint_id, None)
            else:
                self._written[endpoint_id] = (state, now)
        for replay in await self._replays.stopped_since(now - _SEEN_LATE):
            if replay.id not in self._forgotten:
                self._forgotten[replay.id] = now
                self._engine.forget_replay(replay.endpoint_id)
        old = now - 2 * _SEEN_LATE
        self._forgotten = {one: at for one, at in self._forgotten.items() if at > old}

    def _changed(self, now: datetime) -> dict[str, BreakerState]:
        states = {line.endpoint.id: line.breaker.state for line in self._engine.lines}
        gone = [one for one in self._written if one not in states]
        for endpoint_id in gone:  # others send there now, and write it
            del self._written[endpoint_id]
        changed: dict[str, BreakerState] = {}
        for endpoint_id, state in states.items():
            written, at = self._written.get(endpoint_id, ("closed", now))
            if state != written or (state != "closed" and now - at >= AGAIN):
                changed[endpoint_id] = state
        return dict(list(changed.items())[:MOST_AT_ONCE])
