"""Keeping under a rate that the provider allows, before it says no."""

import asyncio

from atd_servicekit.clock import Clock


class Pace:
    """At most `per_second` passes per key, evenly, with a burst of a tenth of a second's worth.

    The generic cell rate algorithm (ITU-T I.371): one moment per key is all there is to remember.
    """

    def __init__(self, per_second: int, clock: Clock) -> None:
        self._interval = 1.0 / per_second
        self._burst = max(self._interval, 0.1)
        self._clock = clock
        self._next: dict[str, float] = {}

    def delay(self, key: str) -> float:
        """Take a place in the row; the seconds until it is one's turn."""
        now = self._clock.monotonic()
        at = max(self._next.get(key, 0.0), now)
        self._next[key] = at + self._interval
        return max(0.0, at - now - self._burst)

    async def turn(self, key: str) -> None:
        """Wait for one's turn."""
        if (seconds := self.delay(key)) > 0:
            await asyncio.sleep(seconds)
