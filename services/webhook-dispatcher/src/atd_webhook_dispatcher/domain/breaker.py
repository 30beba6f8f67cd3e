"""The breaker of an endpoint: stops asking a receiver that does not answer, and begins again slowly. Pure.

    closed → open            five attempts in a row failed, or two ran into the timeout, or it asked for a pause
    open → half_open         its time has come: one attempt is let through
    half_open → recovering   it arrived: twice as many at once with each success
    half_open → open         it failed: twice as long as before
    recovering → closed      as many at once as the endpoint may have
    recovering → open        an attempt failed

Waiting for it is no attempt: nothing counts against a delivery that is not sent. Moments are seconds of a clock that
never goes back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

BreakerState = Literal["closed", "open", "half_open", "recovering"]

FAILURES = 5
TIMEOUTS = 2
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
SLOW_DOWN_PAUSE = 1.0
JITTER = 0.2

_MOST_DOUBLINGS = 20

TRANSITIONS: tuple[tuple[BreakerState, BreakerState, str], ...] = (
    ("closed", "open", "five failures in a row, two timeouts, or a pause asked for"),
    ("open", "half_open", "the pause is over"),
    ("half_open", "recovering", "the one attempt arrived"),
    ("half_open", "open", "it failed: a longer pause"),
    ("recovering", "closed", "full room again"),
    ("recovering", "open", "an attempt failed"),
)
"""From, to, and why; a test holds the code against it, and the figure of the documentation is made from it."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """Where it stands. `room`: attempts at once while it recovers. `opened` counts openings since all was well."""

    state: BreakerState = "closed"
    failures: int = 0
    timeouts: int = 0
    until: float = 0.0
    opened: int = 0
    room: int = 1

    def at(self, now: float) -> "Breaker":
        """The same at a later moment: an open one whose pause is over lets one attempt through."""
        if self.state == "open" and now >= self.until:
            return replace(self, state="half_open")
        return self

    def allowed(self, now: float, most: int) -> int:
        """How many attempts may be under way, of an endpoint that may have `most`."""
        match self.at(now).state:
            case "open":
                return 0
            case "half_open":
                return 1
            case "recovering":
                return min(self.room, most)
            case "closed":
                return most

    def succeeded(self, most: int) -> "Breaker":
        """After an attempt that arrived."""
        match self.state:
            case "closed":
                return self if not (self.failures or self.timeouts) else Breaker()
            case "half_open":
                return Breaker(state="recovering", opened=self.opened, room=2) if most > 1 else Breaker()
            case "recovering":
                return Breaker() if self.room * 2 >= most else replace(self, room=self.room * 2)
            case "open":  # it had begun before the others failed
                return self

    def failed(self, now: float, jitter: float, *, timeout: bool) -> "Breaker":
        """After an attempt that failed; `jitter` is a random number from 0 to 1."""
        failures, timeouts = self.failures + 1, self.timeouts + timeout
        if self.state == "open":
            return self
        if self.state == "closed" and failures < FAILURES and timeouts < TIMEOUTS:
            return replace(self, failures=failures, timeouts=timeouts)
        return self._open(now, jitter)

    def paused(self, now: float, seconds: float, jitter: float) -> "Breaker":
        """After an answer that asked for a pause, or said that it is asked too much (`seconds` 0)."""
        if self.state == "open":  # an answer to what was under way: it may ask for more, but is no further opening
            return replace(self, until=max(self.until, now + seconds))
        return self._open(now, jitter, seconds, first=SLOW_DOWN_PAUSE)

    def kept(self, monotonic: float, now: datetime) -> "KeptBreaker":
        """As another process can take it over; `monotonic` and `now` are the same moment."""
        until = now + timedelta(seconds=max(0.0, self.until - monotonic)) if self.state == "open" else None
        return KeptBreaker(self.state, now, until, self.opened)

    def _open(self, now: float, jitter: float, asked: float = 0.0, first: float = FIRST_PAUSE) -> "Breaker":
        pause = max(asked, min(first * 2.0 ** min(self.opened, _MOST_DOUBLINGS), LONGEST_PAUSE))
        return Breaker(state="open", until=now + pause * (1.0 + JITTER * jitter), opened=self.opened + 1)


@dataclass(frozen=True, slots=True)
class KeptBreaker:
    """A breaker that is not closed, as it was seen at `seen_at`; `until`: when the pause of an open one is over."""

    state: BreakerState
    seen_at: datetime
    until: datetime | None = None
    opened: int = 1

    def taken_over(self, monotonic: float, now: datetime) -> Breaker:
        """How a process begins that did not see what happened: it keeps the pause, then it sends one attempt."""
        left = 0.0 if self.until is None else max(0.0, (self.until - now).total_seconds())
        return Breaker(state="open", until=monotonic + left, opened=self.opened)
