"""When a provider says that something happened: one rule for the dates of every channel. Pure.

Providers write seconds, milliseconds and RFC 3339, as texts and as numbers, and sometimes what cannot be. A date that
cannot be must neither hide what it dates nor order anything: what has none is as old as the body that told it.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

EARLIEST = datetime(2004, 1, 1, tzinfo=UTC)
"""None of the channels existed before; an earlier date was never set."""

CLOCK_AHEAD = timedelta(minutes=10)
"""A provider's clock may be ahead of ours by this much: its dates keep their order. What is later cannot be."""

_EARLIEST_SECONDS = int(EARLIEST.timestamp())
_AHEAD_SECONDS = int(CLOCK_AHEAD.total_seconds())
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)  # seconds, milliseconds, microseconds, nanoseconds
_LONGEST = 40
_DECIMAL = re.compile(r"\d{1,19}(\.\d{1,9})?", re.ASCII)


class Moment(NamedTuple):
    """When something happened. Not `dated`: the provider did not say, and it is when the body came."""

    at: datetime
    dated: bool


def moment(value: Any, received_at: datetime) -> Moment:
    """What a provider wrote as a date, else `received_at`, when the body that has it came."""
    told = provider_moment(value, received_at)
    return Moment(received_at, dated=False) if told is None else Moment(told, dated=True)


def provider_moment(value: Any, received_at: datetime) -> datetime | None:
    """The moment that a date of a provider names, to the millisecond; None for one that cannot be.

    Numbers, and texts of digits, count from 1970 in the one unit that puts them between `EARLIEST` and `received_at` +
    `CLOCK_AHEAD`; other texts are RFC 3339 with their offset from UTC.
    """
    number = _number(value)
    if number is None:
        return _of_text(value, received_at) if isinstance(value, str) else None
    latest = received_at.timestamp() + _AHEAD_SECONDS
    for unit in _UNITS:
        if _EARLIEST_SECONDS * unit <= number <= latest * unit:
            milliseconds = int(number * 1000 // unit)
            return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    return None


def _number(value: Any) -> int | float | None:
    if isinstance(value, str) and len(value) <= _LONGEST and _DECIMAL.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _of_text(text: str, received_at: datetime) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    try:
        told = datetime.fromisoformat(text)
        if told.tzinfo is None or not EARLIEST <= told <= received_at + CLOCK_AHEAD:
            return None
        return told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
