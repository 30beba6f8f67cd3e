"""What was set: hours of the week, days that are otherwise, holidays. Times are minutes of the clock on the wall."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from atd_routing.domain.hours.holidays import HolidayChoice, holidays_of

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""In the order of `date.weekday`."""

MIDNIGHT = 24 * 60
"""Minutes of a day of the wall: the end of an interval that ends at 24:00."""

DEFAULT_ZONE = "America/Sao_Paulo"


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """From `start` to before `end`, minutes after midnight of the day on which it begins.

    An end past midnight is more than `MIDNIGHT`: 21:00 to 02:00 is 1260 to 1560. No shift is longer than 24 hours.
    """

    start: int
    end: int

    @classmethod
    def between(cls, start: int, end: int) -> "Shift":
        """From one time of the wall to another: an end that is not later than the start is on the next day."""
        return cls(start, end if end > start else end + MIDNIGHT)


@dataclass(frozen=True, slots=True)
class DayException:
    """A day that is not as its weekday: with these shifts (none: closed), or as its weekday though it is a holiday."""

    name: str | None = None
    shifts: tuple[Shift, ...] = ()
    as_usual: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """What a day is: the shifts that begin on it, the holiday that it is, and the exception that was made for it."""

    date: date
    shifts: tuple[Shift, ...]
    holiday: str | None = None
    exception: DayException | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Hours of the week in a zone, with exceptions by date. `week` has the shifts of Monday to Sunday."""

    zone: str = DEFAULT_ZONE
    week: tuple[tuple[Shift, ...], ...] = ((),) * 7
    exceptions: Mapping[date, DayException] = field(default_factory=dict)
    holidays: HolidayChoice | None = None

    def day(self, day: date) -> Day:
        """What is set for a day. A shift belongs to the day on which it begins, whatever the next day is.

        An exception counts more than a holiday, and a holiday more than the weekday.
        """
        holiday = None if self.holidays is None else holidays_of(self.holidays, day.year).get(day)
        exception = self.exceptions.get(day)
        usual = self.week[day.weekday()]
        if exception is not None:
            return Day(day, usual if exception.as_usual else exception.shifts, holiday, exception)
        return Day(day, () if holiday is not None else usual, holiday)
