"""Weekly hours in a time zone: when somebody is there, as far as an automatic reply has to know."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""In the order of `datetime.weekday`."""

MAX_INTERVALS = 35
"""Intervals of one week: five a day."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` to before `end`, by the clock on the wall. Where `end` is not later, it is on the next day."""

    day: Weekday
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The same hours every week. No interval: never."""

    zone: str
    intervals: tuple[Interval, ...]

    def contain(self, moment: datetime) -> bool:
        """Whether a moment lies within the hours, as the clocks of the zone show it then."""
        local = moment.astimezone(ZoneInfo(self.zone))
        today, clock = WEEKDAYS[local.weekday()], local.time()
        yesterday = WEEKDAYS[(local - timedelta(days=1)).weekday()]
        for one in self.intervals:
            past_midnight = one.end <= one.start
            if one.day == today and one.start <= clock and (past_midnight or clock < one.end):
                return True
            if past_midnight and one.day == yesterday and clock < one.end:
                return True
        return False
