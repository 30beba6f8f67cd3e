"""Rate limits per key, in memory: one float per key and a bounded number of keys (GCRA, ITU-T I.371).

`RateLimiter` is pure: the caller passes the time. `WaitingRateLimiter` has a clock, and waits until a unit is there.
"""

import asyncio
from dataclasses import dataclass

from atd_servicekit.clock import Clock

_ROUNDING = 1e-9
"""Differences of floats below this (seconds) are no difference."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` units at once, then `per_second` (both more than 0)."""

    per_second: float
    burst: int

    @classmethod
    def even(cls, per_second: float) -> "Rate":
        """A rate without large bursts: what a tenth of a second allows, and one more. For limits of providers."""
        return cls(per_second, 1 + max(1, int(per_second / 10)))

    @property
    def interval(self) -> float:
        """Seconds that one unit takes to come back."""
        return 1.0 / self.per_second


class RateLimiter:
    """Limits what happens per key. Times are seconds of a monotonic clock.

    At most `max_keys` keys are remembered; when they are more, those that are at rest are forgotten first,
    then the oldest. With `start_empty` a key that is not known gets its first unit at once and its burst only with
    time: for keys that another process may have used until a moment ago.
    """

    def __init__(self, rate: Rate, *, max_keys: int = 100_000, start_empty: bool = False) -> None:
        self._interval = rate.interval
        self._tolerance = (rate.burst - 1) * rate.interval
        self._max_keys = max_keys
        self._start_ahead = self._tolerance if start_empty else 0.0
        self._due: dict[str, float] = {}

    def take(self, key: str, now: float) -> float:
        """Take one unit. Answers 0.0 when it was there, otherwise the seconds until it is (nothing is taken)."""
        wait = self._wait(key, now)
        if wait == 0.0:
            self._add(key, now)
        return wait

    def reserve(self, key: str, now: float) -> float:
        """Take one unit in any case. Answers the seconds until it may be used: 0.0 is at once."""
        wait = self._wait(key, now)
        self._add(key, now)
        return wait

    def give_back(self, key: str) -> None:
        """Return a unit that was taken and should not count."""
        if key in self._due:
            self._due[key] -= self._interval

    def __len__(self) -> int:
        return len(self._due)

    def _wait(self, key: str, now: float) -> float:
        early = self._reached(key, now) - now - self._tolerance
        return early if early > _ROUNDING else 0.0

    def _add(self, key: str, now: float) -> None:
        if key not in self._due and len(self._due) >= self._max_keys:
            self._forget(now)
        self._due[key] = self._reached(key, now) + self._interval

    def _reached(self, key: str, now: float) -> float:
        due = self._due.get(key)
        return now + self._start_ahead if due is None else max(due, now)

    def _forget(self, now: float) -> None:
        self._due = {key: due for key, due in self._due.items() if due > now}
        keep = self._max_keys * 9 // 10
        if len(self._due) > keep:
            self._due = dict(list(self._due.items())[-keep:])


class WaitingRateLimiter:
    """Lets callers through at a rate per key, in the order in which they asked."""

    def __init__(self, rate: Rate, clock: Clock, *, max_keys: int = 100_000, start_empty: bool = False) -> None:
        self._limiter = RateLimiter(rate, max_keys=max_keys, start_empty=start_empty)
        self._clock = clock

    async def turn(self, key: str) -> None:
        """Return when one unit of `key` may be used. A caller that is cancelled while it waits uses none."""
        seconds = self._limiter.reserve(key, self._clock.monotonic())
        if seconds > 0.0:
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                self._limiter.give_back(key)
                raise
