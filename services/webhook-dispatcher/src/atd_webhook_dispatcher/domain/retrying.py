"""What follows from an attempt. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from atd_webhook_dispatcher.domain.delivery import Attempt

LONGEST_RETRY_AFTER = timedelta(hours=24)
"""A receiver that asks for more is asked again after this."""

JITTER = 0.2
"""The part of a pause by which it is stretched at the most: what failed together does not come back together."""

GONE = 410
TOO_MANY = 429
_SLOW_DOWN = frozenset({TOO_MANY, 502, 503, 504})
_FINAL = frozenset({"unsendable"})


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived."""


@dataclass(frozen=True, slots=True)
class RetryIn:
    """It is tried again after `pause`. `endpoint_pause`: so long nothing is sent to the endpoint at all."""

    pause: timedelta
    endpoint_pause: timedelta | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It is not tried again. `gone`: the receiver said that there is nothing any more, and wants nothing further."""

    reason: Literal["used_up", "gone", "unsendable"]

    @property
    def gone(self) -> bool:
        return self.reason == "gone"


Step = Delivered | RetryIn | GiveUp


def next_step(attempt: Attempt, tries: int, retry_seconds: tuple[int, ...], jitter: float) -> Step:
    """What follows from the `tries`-th attempt (1 for the first). `jitter` is a random number from 0 to 1.

    `retry_seconds` are the pauses between attempts: after the last one nothing follows.
    """
    if attempt.outcome == "delivered":
        return Delivered()
    if attempt.status == GONE:
        return GiveUp("gone")
    if attempt.outcome in _FINAL:
        return GiveUp("unsendable")
    if tries > len(retry_seconds):
        return GiveUp("used_up")
    pause = timedelta(seconds=retry_seconds[tries - 1] * (1.0 + JITTER * jitter))
    asked = _asked_for(attempt)
    if asked is None:
        return RetryIn(pause)
    return RetryIn(max(pause, asked), endpoint_pause=asked)


def slows_down(attempt: Attempt) -> bool:
    """Whether the receiver says that it is asked too much."""
    return attempt.status in _SLOW_DOWN


def _asked_for(attempt: Attempt) -> timedelta | None:
    if attempt.retry_after is None or attempt.retry_after <= 0:
        return None
    return min(timedelta(seconds=min(attempt.retry_after, 1e9)), LONGEST_RETRY_AFTER)
