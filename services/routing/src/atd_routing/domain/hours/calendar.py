"""When it is open: questions about working time, answered in UTC from a `Schedule`.

A calendar works out a year of moments when it is first asked about it, and keeps it: whole microseconds since 1970, in
order, without overlaps, with the working time before each. Every answer is a search in that.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from atd_routing.domain.hours import wall
from atd_routing.domain.hours.schedule import Schedule, Shift

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60 * 1_000_000
"""In microseconds."""

FIRST_YEAR, LAST_YEAR = 1990, 2190
"""The years in which hours are known. Outside of them every calendar is closed."""

MAX_YEARS_AHEAD = 2
"""How far a calendar looks for a change behind its last exception: a week and its holidays come every year."""

MOST_YEARS_AHEAD = 10
"""How far it looks for anything, working time too, whatever exceptions there are later."""

MAX_YEARS_KEPT = 24
"""Years of moments that a calendar keeps."""


class Calendar(Protocol):
    """Working time. Every moment is an aware datetime; answers are in UTC."""

    def is_open(self, at: datetime) -> bool:
        """Whether a moment is working time. The moment of opening is, that of closing is not."""
        ...

    def next_change(self, at: datetime) -> datetime | None:
        """When it closes, if it is open at a moment, or opens, if it is closed; None: it stays as it is."""
        ...

    def next_opening(self, at: datetime) -> datetime | None:
        """When it opens next after a moment; while it is open: after it has closed. None: never again."""
        ...

    def closed_since(self, at: datetime) -> datetime | None:
        """When the closed period began that a moment is in; None where it is open, or has been closed for ever."""
        ...

    def add_working(self, start: datetime, amount: timedelta) -> datetime | None:
        """The first moment at which so much working time has passed since `start`; None: there is not so much.

        Nothing has passed at `start` itself, open or not.
        """
        ...

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to a later one; nothing where it is not later."""
        ...


@dataclass(frozen=True, slots=True)
class AlwaysOpen:
    """The calendar of who has set no hours, and of targets that run around the clock."""

    def is_open(self, at: datetime) -> bool:  # noqa: ARG002 - the answer is the same at every moment
        return True

    def next_change(self, at: datetime) -> datetime | None:  # noqa: ARG002 - as above
        return None

    def next_opening(self, at: datetime) -> datetime | None:  # noqa: ARG002 - as above
        return None

    def closed_since(self, at: datetime) -> datetime | None:  # noqa: ARG002 - as above
        return None

    def add_working(self, start: datetime, amount: timedelta) -> datetime | None:
        return start.astimezone(UTC) + max(amount, timedelta())

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        return max(end - start, timedelta())


ALWAYS_OPEN = AlwaysOpen()


@dataclass(frozen=True, slots=True)
class _Year:
    """The open periods of one year in UTC. `before`: its working time before each of them, and in all."""

    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]

    def worked(self, moment: int) -> int:
        """The working time of the year until a moment."""
        at = bisect_right(self.starts, moment) - 1
        return 0 if at < 0 else self.before[at] + min(moment, self.ends[at]) - self.starts[at]

    def when_worked(self, amount: int) -> int:
        """The first moment at which so much of the year's working time has passed; `amount` from 1 to all of it."""
        at = bisect_left(self.before, amount) - 1
        return self.starts[at] + amount - self.before[at]


@dataclass(slots=True)
class ScheduleCalendar:
    """The calendar of a schedule."""

    schedule: Schedule
    _years: dict[int, _Year] = field(default_factory=dict)

    def is_open(self, at: datetime) -> bool:
        moment, year = _micros(at), self._year(_year_of(at))
        place = bisect_right(year.starts, moment) - 1
        return place >= 0 and moment < year.ends[place]

    def next_change(self, at: datetime) -> datetime | None:
        moment = _micros(at)
        for start, end in self._periods(at):
            if start > moment:
                return _moment(start)
            return None if end is None else _moment(end)
        return None

    def next_opening(self, at: datetime) -> datetime | None:
        moment = _micros(at)
        return next((_moment(start) for start, _ in self._periods(at) if start > moment), None)

    def closed_since(self, at: datetime) -> datetime | None:
        moment = _micros(at)
        if self.is_open(at):
            return None
        year = _year_of(at)
        for number in range(year, max(FIRST_YEAR, year - MAX_YEARS_AHEAD) - 1, -1):
            found = self._year(number)
            place = bisect_right(found.ends, moment) - 1
            if place >= 0:
                return _moment(found.ends[place])
        return None

    def add_working(self, start: datetime, amount: timedelta) -> datetime | None:
        left = amount // MICROSECOND
        if left <= 0:
            return start.astimezone(UTC)
        first = _year_of(start)
        for number in range(first, first + MOST_YEARS_AHEAD + 1):
            year = self._year(number)
            done = year.worked(_micros(start)) if number == first else 0
            if done + left <= year.before[-1]:
                return _moment(year.when_worked(done + left))
            left -= year.before[-1] - done
        return None

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        if end <= start:
            return timedelta()
        first, last = _year_of(start), _year_of(end)
        until = self._year(last).worked(_micros(end)) + sum(self._year(one).before[-1] for one in range(first, last))
        return (until - self._year(first).worked(_micros(start))) * MICROSECOND

    def _periods(self, at: datetime) -> Iterator[tuple[int, int | None]]:
        """Open periods that end after a moment, in order; an end of None is behind all that is looked at."""
        moment, first = _micros(at), _year_of(at)
        held: tuple[int, int] | None = None
        for number in range(first, self._last_year(first) + 1):
            year = self._year(number)
            for place in range(bisect_right(year.ends, moment), len(year.ends)):
                start, end = year.starts[place], year.ends[place]
                if held is not None and held[1] < start:
                    yield held
                    held = None
                held = (start if held is None else held[0], end)
        if held is not None:
            at_the_end = held[1] == _micros(datetime(self._last_year(first) + 1, 1, 1, tzinfo=UTC))
            yield (held[0], None if at_the_end else held[1])

    def _last_year(self, first: int) -> int:
        """The last year to look at for a change: with no hours in the week, nothing comes after the exceptions."""
        excepted = max((day.year for day in self.schedule.exceptions), default=first)
        last = max(first, excepted) + MAX_YEARS_AHEAD if any(self.schedule.week) else max(first, excepted + 1)
        return min(last, first + MOST_YEARS_AHEAD)

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            if len(self._years) >= MAX_YEARS_KEPT:
                self._years.clear()
            year = self._years[number] = _worked_out(self.schedule, number)
        return year


def _worked_out(schedule: Schedule, number: int) -> _Year:
    """The open periods of a year in UTC: of the shifts that begin in it, or a day before or after in the zone."""
    starts: list[int] = []
    ends: list[int] = []
    before = [0]
    if FIRST_YEAR <= number <= LAST_YEAR:
        for start, end in sorted(_shifts(schedule, number)):
            if ends and start <= ends[-1]:
                before[-1] += max(0, end - ends[-1])
                ends[-1] = max(end, ends[-1])
                continue
            starts.append(start)
            ends.append(end)
            before.append(before[-1] + end - start)
    return _Year(starts, ends, before)


def _shifts(schedule: Schedule, number: int) -> Iterator[tuple[int, int]]:
    zone = ZoneInfo(schedule.zone)
    low, high = (_micros(datetime(one, 1, 1, tzinfo=UTC)) for one in (number, number + 1))
    day, last = date(number - 1, 12, 29), date(number + 1, 1, 2)
    while day <= last:
        if shifts := schedule.day(day).shifts:
            steady = wall.steady_midnight(day, zone)
            for shift in shifts:
                start, end = _bounds(day, shift, zone, steady)
                if max(start, low) < min(end, high):
                    yield max(start, low), min(end, high)
        day += timedelta(days=1)


def _bounds(day: date, shift: Shift, zone: ZoneInfo, steady: datetime | None) -> tuple[int, int]:
    if steady is None:
        return _micros(wall.opening(day, shift.start, zone)), _micros(wall.closing(day, shift.end, zone))
    midnight = _micros(steady)
    return midnight + shift.start * MINUTE, midnight + shift.end * MINUTE


def _year_of(at: datetime) -> int:
    return at.astimezone(UTC).year


def _micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _moment(micros: int) -> datetime:
    return EPOCH + micros * MICROSECOND
