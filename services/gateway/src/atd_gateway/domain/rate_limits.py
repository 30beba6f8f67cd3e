"""Token buckets, one per key, in memory: bounded, and one float each (GCRA, ITU-T I.371)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then `per_second` (both more than 0)."""

    per_second: float
    burst: int

    @property
    def interval(self) -> float:
        """Seconds that one unit takes to come back."""
        return 1.0 / self.per_second


class RateLimiter:
    """Limits what happens per key. Times are seconds of a monotonic clock.

    At most `max_keys` keys are remembered; when they are more, those that are at rest are forgotten first,
    then the oldest.
    """

    def __init__(self, rate: Rate, *, max_keys: int = 100_000) -> None:
        self._interval = rate.interval
        self._tolerance = (rate.burst - 1) * rate.interval
        self._max_keys = max_keys
        self._due: dict[str, float] = {}

    def take(self, key: str, now: float) -> float:
        """Take one unit. Answers 0.0 when it was there, otherwise the seconds until it is (nothing is taken)."""
        due = max(self._due.get(key, 0.0), now)
        early = due - now - self._tolerance
        if early > 1e-9:  # noqa: PLR2004 - rounding of floats, not a rule
            return early
        if key not in self._due and len(self._due) >= self._max_keys:
            self._forget(now)
        self._due[key] = due + self._interval
        return 0.0

    def give_back(self, key: str) -> None:
        """Return a unit that was taken and should not count."""
        if key in self._due:
            self._due[key] -= self._interval

    def __len__(self) -> int:
        return len(self._due)

    def _forget(self, now: float) -> None:
        self._due = {key: due for key, due in self._due.items() if due > now}
        keep = self._max_keys * 9 // 10
        if len(self._due) > keep:
            self._due = dict(list(self._due.items())[-keep:])
