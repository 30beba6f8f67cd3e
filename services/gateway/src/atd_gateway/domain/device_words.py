"""When the browser of an attendant is told of, so that routing knows who is there. Pure.

Told: that it is open, at once and every `DEVICE_SECONDS`; that somebody touches it again, at once; that it was closed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

from atd_schemas.attendants import DEVICE_SECONDS

SETTLE_SECONDS = 0.3
"""A new device is not told of sooner, unless it has said when it was touched: an untouched one must not look used."""

USED_AGAIN = timedelta(seconds=60)
"""A touch is told at once if the last one that was told is so old; else with the next word."""

_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class DeviceWord:
    """What is told: that the device is there, when it was last touched (None: not known), or that it is `gone`."""

    used_at: datetime | None = None
    gone: bool = False


@dataclass(slots=True)
class DeviceWords:
    """Decides for one device. Times of words are seconds of a monotonic clock, those of touches are real ones."""

    opened_at: float
    due: float = field(init=False)
    """When there is something to tell; infinite when there never will be again."""
    _used_at: datetime | None = None
    _told_used_at: datetime | None = None
    _told_at: float = -inf
    _gone: bool = False

    def __post_init__(self) -> None:
        self.due = self.opened_at + SETTLE_SECONDS

    def used(self, at: datetime, now: float) -> None:
        """Somebody touched it; an earlier moment than one that is known says nothing."""
        if self._gone or (self._used_at is not None and at <= self._used_at):
            return
        self._used_at = at
        if self._told_at == -inf:
            self.due = min(self.due, now)
        elif self._told_used_at is None or at - self._told_used_at >= USED_AGAIN:
            self.due = min(self.due, max(now, self._told_at + _EVERY_SECONDS))

    def close(self, now: float) -> None:
        """It was closed: told, unless nobody was ever told that it was there."""
        if not self._gone:
            self._gone = True
            self.due = now if self._told_at > -inf else inf

    def take(self, now: float) -> DeviceWord | None:
        """What to tell now."""
        if now < self.due:
            return None
        self._told_at, self._told_used_at = now, self._used_at
        self.due = inf if self._gone else now + DEVICE_SECONDS
        return DeviceWord(self._used_at, self._gone)
