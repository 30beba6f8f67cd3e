"""When an endpoint to which nothing arrives any more is disabled. Pure.

The clock begins with the first failure after a success. It is over after the endpoint's span without a success, if
enough deliveries failed in it, and not all of them at once: one bad minute, or one delivery that nobody can take, is no
reason. A success, another URL and enabling by hand begin anew.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LEAST_DELIVERIES = 5
"""Deliveries with a failed attempt that it takes at least."""

PARTS = 4
LEAST_PARTS = 2
"""The span is cut into `PARTS`; in so many of them something must have failed."""


@dataclass(frozen=True, slots=True)
class Failing:
    """Nothing has arrived since `since`. `deliveries` have failed at least once; `parts` is a bit for each part."""

    since: datetime
    last: datetime
    deliveries: int = 1
    parts: int = 1

    def over(self, span: timedelta) -> bool:
        """Whether the endpoint is to be disabled."""
        return (
            self.last - self.since >= span
            and self.deliveries >= LEAST_DELIVERIES
            and self.parts.bit_count() >= LEAST_PARTS
        )


def after_failure(failing: Failing | None, at: datetime, span: timedelta, *, first_try: bool) -> Failing:
    """After an attempt that failed at `at`; `first_try`: it was the first one of its delivery."""
    if failing is None:
        return Failing(since=at, last=at)
    part = min(int((at - failing.since) / span * PARTS), PARTS - 1) if span else 0
    return replace(
        failing,
        last=max(failing.last, at),
        deliveries=failing.deliveries + first_try,
        parts=failing.parts | 1 << max(part, 0),
    )


def shifted(failing: Failing, by: timedelta) -> Failing:
    """The same with a clock that stood still for a while."""
    return replace(failing, since=failing.since + by, last=failing.last + by)
