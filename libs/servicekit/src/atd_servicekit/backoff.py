"""How long to wait before the next attempt, and when to give up."""

import random
from dataclasses import dataclass
from datetime import timedelta

_MAX_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential waits with a cap: `first`, `first * factor`, ... `cap`.

    `attempts` counts all of them, the first included; `None` never gives up.
    """

    first: timedelta
    cap: timedelta
    factor: float = 2.0
    attempts: int | None = None

    @classmethod
    def of_seconds(cls, first: float, cap: float, *, factor: float = 2.0, attempts: int | None = None) -> "Backoff":
        """The same from numbers of seconds."""
        return cls(timedelta(seconds=first), timedelta(seconds=cap), factor, attempts)

    def delay(self, attempt: int, jitter: float) -> timedelta | None:
        """The wait after `attempt` (1 for the first) failed; `None` when it was the last.

        `jitter` from 0 to 1 takes up to half of the wait away, so that what failed together does not come back
        together.
        """
        return None if self.ends_after(attempt) else self.longest(attempt) * (1.0 - 0.5 * jitter)

    def seconds(self, attempt: int) -> float | None:
        """`delay` with jitter of its own, in seconds for `asyncio.sleep`; `None` when `attempt` was the last."""
        delay = self.delay(attempt, random.random())
        return None if delay is None else delay.total_seconds()

    def ends_after(self, attempt: int) -> bool:
        """Whether `attempt` is the last."""
        return self.attempts is not None and attempt >= self.attempts

    def longest(self, attempt: int) -> timedelta:
        """The wait after `attempt` without jitter, whether it is the last or not."""
        seconds = self.first.total_seconds() * self.factor ** min(max(attempt, 1) - 1, _MAX_EXPONENT)
        return timedelta(seconds=min(seconds, self.cap.total_seconds()))

    def total(self) -> timedelta:
        """The longest time from the first attempt to the last. Raises `ValueError` when there is no last."""
        if self.attempts is None:
            raise ValueError("this backoff never gives up")
        return sum((self.longest(attempt) for attempt in range(1, self.attempts)), timedelta())
