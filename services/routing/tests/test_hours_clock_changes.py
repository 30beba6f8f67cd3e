"""Hours on the days on which the clocks of a zone are moved, and in zones of all kinds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.schedule import DayException, Schedule, Shift


def one_day(zone: str, day: str, hours: str) -> ScheduleCalendar:
    """Open once, on a day, as in "22:00-06:00"."""
    start, end = (60 * int(hour) + int(minute) for hour, minute in (one.split(":") for one in hours.split("-")))
    exceptions = {date.fromisoformat(day): DayException(shifts=(Shift.between(start, end),))}
    return ScheduleCalendar(Schedule(zone, exceptions=exceptions))


@dataclass(frozen=True)
class Change:
    """`opens` and `closes` are in UTC: the wall alone would not tell one of two times that look the same."""

    says: str
    zone: str
    day: str
    hours: str
    opens: str
    closes: str


CHANGES = [
    Change(
        "New York in winter: 09:00 is 14:00",
        "America/New_York",
        "2027-03-12",
        "09:00-17:00",
        "2027-03-12 14:00",
        "2027-03-12 22:00",
    ),
    Change(
        "New York after 14 March: 09:00 stays 09:00",
        "America/New_York",
        "2027-03-15",
        "09:00-17:00",
        "2027-03-15 13:00",
        "2027-03-15 21:00",
    ),
    Change(
        "a night of seven hours",
        "America/New_York",
        "2027-03-13",
        "22:00-06:00",
        "2027-03-14 03:00",
        "2027-03-14 10:00",
    ),
    Change(
        "a night of nine hours", "America/New_York", "2027-11-06", "22:00-06:00", "2027-11-07 02:00", "2027-11-07 11:00"
    ),
    Change(
        "an opening that the clocks jump over is when they have jumped",
        "America/New_York",
        "2027-03-14",
        "02:30-05:00",
        "2027-03-14 07:00",
        "2027-03-14 09:00",
    ),
    Change(
        "a closing that the clocks jump over too",
        "America/New_York",
        "2027-03-14",
        "01:00-02:30",
        "2027-03-14 06:00",
        "2027-03-14 07:00",
    ),
    Change(
        "an opening that comes twice is the first",
        "America/New_York",
        "2027-11-07",
        "01:30-05:00",
        "2027-11-07 05:30",
        "2027-11-07 10:00",
    ),
    Change(
        "a closing that comes twice is the second",
        "America/New_York",
        "2027-11-07",
        "00:00-01:30",
        "2027-11-07 04:00",
        "2027-11-07 06:30",
    ),
    Change(
        "the whole day of 23 hours",
        "America/New_York",
        "2027-03-14",
        "00:00-24:00",
        "2027-03-14 05:00",
        "2027-03-15 04:00",
    ),
    Change(
        "the whole day of 25 hours",
        "America/New_York",
        "2027-11-07",
        "00:00-24:00",
        "2027-11-07 04:00",
        "2027-11-08 05:00",
    ),
    Change("Lisbon in summer", "Europe/Lisbon", "2027-07-01", "09:00-18:00", "2027-07-01 08:00", "2027-07-01 17:00"),
    Change(
        "London on the Sunday of the change",
        "Europe/London",
        "2027-03-28",
        "00:00-24:00",
        "2027-03-28 00:00",
        "2027-03-28 23:00",
    ),
    Change(
        "São Paulo had summer time until 2019",
        "America/Sao_Paulo",
        "2019-02-15",
        "09:00-18:00",
        "2019-02-15 11:00",
        "2019-02-15 20:00",
    ),
    Change(
        "São Paulo has none since",
        "America/Sao_Paulo",
        "2020-02-14",
        "09:00-18:00",
        "2020-02-14 12:00",
        "2020-02-14 21:00",
    ),
    Change(
        "a day that began at 01:00 in São Paulo",
        "America/Sao_Paulo",
        "2018-11-04",
        "00:00-12:00",
        "2018-11-04 03:00",
        "2018-11-04 14:00",
    ),
    Change(
        "a day before one that began at 01:00 ends at its 24:00",
        "America/Sao_Paulo",
        "2018-11-03",
        "20:00-24:00",
        "2018-11-03 23:00",
        "2018-11-04 03:00",
    ),
    Change(
        "a day whose last hour came twice in São Paulo",
        "America/Sao_Paulo",
        "2019-02-16",
        "20:00-24:00",
        "2019-02-16 22:00",
        "2019-02-17 03:00",
    ),
    Change(
        "a midnight that comes twice in Havana ends the day at the first",
        "America/Havana",
        "2027-11-06",
        "20:00-24:00",
        "2027-11-07 00:00",
        "2027-11-07 04:00",
    ),
    Change(
        "half an hour in Lord Howe",
        "Australia/Lord_Howe",
        "2027-10-03",
        "00:00-06:00",
        "2027-10-02 13:30",
        "2027-10-02 19:00",
    ),
    Change(
        "Kathmandu, a quarter of an hour off",
        "Asia/Kathmandu",
        "2027-05-03",
        "09:00-18:00",
        "2027-05-03 03:15",
        "2027-05-03 12:15",
    ),
    Change(
        "Manaus is an hour behind São Paulo",
        "America/Manaus",
        "2027-05-03",
        "09:00-18:00",
        "2027-05-03 13:00",
        "2027-05-03 22:00",
    ),
    Change(
        "Acre is two hours behind",
        "America/Rio_Branco",
        "2027-05-03",
        "09:00-18:00",
        "2027-05-03 14:00",
        "2027-05-03 23:00",
    ),
    Change(
        "Noronha is an hour ahead",
        "America/Noronha",
        "2027-05-03",
        "09:00-18:00",
        "2027-05-03 11:00",
        "2027-05-03 20:00",
    ),
    Change("UTC", "UTC", "2027-05-03", "09:00-18:00", "2027-05-03 09:00", "2027-05-03 18:00"),
]


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: case.says)
def test_hours_where_clocks_are_moved(case: Change) -> None:
    opens, closes = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (case.opens, case.closes))
    calendar = one_day(case.zone, case.day, case.hours)
    assert calendar.next_change(opens - timedelta(days=100)) == opens
    assert calendar.next_change(opens) == closes
    assert calendar.next_change(closes) is None
    assert calendar.working_between(opens, closes) == closes - opens


def test_day_that_a_zone_has_left_out_has_no_hours() -> None:
    """Samoa went from 29 to 31 December 2011."""
    calendar = one_day("Pacific/Apia", "2011-12-30", "09:00-17:00")
    assert calendar.next_opening(datetime(2011, 12, 1, tzinfo=UTC)) is None
