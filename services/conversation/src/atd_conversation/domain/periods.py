"""Days as the company counts them: a day begins at midnight in its time zone, wherever the reader is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Period(NamedTuple):
    """From `since` on, up to `until`, which is no part of it; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None


def period_of_days(first: date | None, last: date | None, zone: ZoneInfo) -> Period:
    """The time from the beginning of the first day to the end of the last one."""
    until = None if last is None or last == date.max else _midnight(last + timedelta(days=1), zone)
    return Period(None if first is None else _midnight(first, zone), until)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day. Where the clock skips midnight, the moment after the gap (PEP 495)."""
    local = datetime.combine(day, time.min, zone)
    try:
        return local.astimezone(UTC)
    except OverflowError:  # the first or last days of the calendar, which are all of time
        return datetime.min.replace(tzinfo=UTC) if day.year == 1 else datetime.max.replace(tzinfo=UTC)
