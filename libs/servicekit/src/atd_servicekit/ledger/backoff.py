"""How long to wait before the next attempt, and when to give up."""

from dataclasses import dataclass
from datetime import timedelta

_MAX_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential with a cap: `first`, `first * factor`, ... `cap`; `attempts` in all, the first included."""

    first: timedelta = timedelta(seconds=5)
    factor: float = 3.0
    cap: timedelta = timedelta(hours=6)
    attempts: int = 12

    def delay(self, attempt: int, jitter: float) -> timedelta | None:
        """The wait after `attempt` (1 for the first) failed; `None` when it was the last.

        `jitter` from 0 to 1 takes up to half of the wait away, so that what failed together does not come back
        together.
        """
        if attempt >= self.attempts:
            return None
        return self._full(attempt) * (1.0 - 0.5 * jitter)

    def total(self) -> timedelta:
        """The longest time from the first attempt to the last: 22.5 hours with the default values."""
        return sum((self._full(attempt) for attempt in range(1, self.attempts)), timedelta())

    def _full(self, attempt: int) -> timedelta:
        seconds = self.first.total_seconds() * self.factor ** min(attempt - 1, _MAX_EXPONENT)
        return timedelta(seconds=min(seconds, self.cap.total_seconds()))
