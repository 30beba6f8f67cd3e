"""What a clock on the wall of a zone shows, as moments in UTC. Zone rules: the IANA database, by `zoneinfo`.

Where clocks are put forward, times of the wall are missing; where they are put back, some come twice. An interval of
the wall begins at the first moment that shows its start or later, and ends after the last that shows less than its end.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

MINUTE = timedelta(minutes=1)
DAY = 24 * 60
"""Minutes of a day on which no clock is moved."""


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The names of zones that may be chosen: places and UTC, without names of files and of the machine."""
    return frozenset(name for name in available_timezones() if name not in {"localtime", "Factory", "posixrules"})


def opening(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first moment at which the wall shows `minutes` after midnight of a day, or later; in UTC."""
    wall = _wall(day, minutes, zone)
    return _moment(wall) if _exists(wall) else _end_of_gap(wall)


def closing(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first moment from which on the wall shows no more of what comes before `minutes` after midnight; in UTC."""
    last = _wall(day, minutes - 1, zone).replace(fold=1)
    return _moment(last) + MINUTE if _exists(last) else _end_of_gap(last)


def steady_midnight(day: date, zone: ZoneInfo) -> datetime | None:
    """The first moment of a day in UTC, if no clock is moved until the second midnight after it; None: one may be."""
    midnight = _wall(day, 0, zone)
    offset = midnight.utcoffset()
    if offset is None or any(_wall(day, days * DAY, zone).utcoffset() != offset for days in (1, 2)):
        return None
    return _moment(midnight)


def _wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)


def _moment(wall: datetime) -> datetime:
    return wall.astimezone(UTC)


def _exists(wall: datetime) -> bool:
    return _moment(wall).astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None)


def _end_of_gap(wall: datetime) -> datetime:
    """When the clocks jumped over a time: to the second, between what it would be by the offsets after and before."""
    low, high = sorted((_moment(wall.replace(fold=0)), _moment(wall.replace(fold=1))))
    naive = wall.replace(tzinfo=None)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(wall.tzinfo).replace(tzinfo=None) < naive:
            low = middle
        else:
            high = middle
    return high
