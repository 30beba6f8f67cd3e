"""Hours, case by case: what was set, a moment by the clock on the wall, whether it is open, and when that changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.holidays import HolidayChoice
from atd_routing.domain.hours.schedule import WEEKDAYS, DayException, Schedule, Shift


def shifts(text: str) -> tuple[Shift, ...]:
    """ "09:00-12:00 13:00-18:00" as shifts."""

    def minutes(clock: str) -> int:
        hours, rest = clock.split(":")
        return int(hours) * 60 + int(rest)

    pairs = [one.split("-") for one in text.split()]
    return tuple(Shift.between(minutes(start), minutes(end)) for start, end in pairs)


def weekly(
    zone: str = "America/Sao_Paulo",
    *,
    exceptions: Mapping[str, DayException] | None = None,
    holidays: HolidayChoice | None = None,
    **days: str,
) -> Schedule:
    """A schedule by the names of days; `mon_fri` and `every` are several of them."""
    named: dict[str, tuple[str, ...]] = {day: (day,) for day in WEEKDAYS}
    named |= {"every": WEEKDAYS, "mon_fri": WEEKDAYS[:5]}
    week: dict[str, tuple[Shift, ...]] = {}
    for name, text in days.items():
        week |= {day: shifts(text) for day in named[name]}
    by_date = {date.fromisoformat(day): one for day, one in (exceptions or {}).items()}
    return Schedule(zone, tuple(week.get(day, ()) for day in WEEKDAYS), by_date, holidays)


CLOSED = DayException("Fechado")


def other(text: str, name: str = "Outro horário") -> DayException:
    return DayException(name, shifts(text))


BR = HolidayChoice("BR")
OFFICE = weekly(mon_fri="09:00-18:00")
LUNCH = weekly(mon_fri="09:00-12:00 13:00-18:00", saturday="09:00-13:00")
NIGHTS = weekly(saturday="21:00-02:00")
AROUND_THE_CLOCK = weekly(every="00:00-24:00")


def office_of(state: str | None, *, optional: bool = False, worked: Sequence[str] = ()) -> Schedule:
    choice = HolidayChoice("BR", state, optional, frozenset(worked))
    return weekly(mon_fri="09:00-18:00", holidays=choice)


@dataclass(frozen=True)
class Case:
    says: str
    schedule: Schedule
    at: str
    open: bool
    changes: str | None


CASES = [
    # The week.
    Case("a minute before opening it is closed", OFFICE, "2027-03-01 08:59", False, "2027-03-01 09:00"),
    Case("at the minute of opening it is open", OFFICE, "2027-03-01 09:00", True, "2027-03-01 18:00"),
    Case("in the last minute it is open", OFFICE, "2027-03-01 17:59", True, "2027-03-01 18:00"),
    Case("at the minute of closing it is closed", OFFICE, "2027-03-01 18:00", False, "2027-03-02 09:00"),
    Case("Friday evening waits for Monday", OFFICE, "2027-03-05 18:00", False, "2027-03-08 09:00"),
    Case("Sunday is closed", OFFICE, "2027-03-07 12:00", False, "2027-03-08 09:00"),
    Case("before lunch", LUNCH, "2027-03-02 11:59", True, "2027-03-02 12:00"),
    Case("at lunch it is closed", LUNCH, "2027-03-02 12:30", False, "2027-03-02 13:00"),
    Case("after lunch", LUNCH, "2027-03-02 13:00", True, "2027-03-02 18:00"),
    Case("a day with hours of its own", LUNCH, "2027-03-06 12:59", True, "2027-03-06 13:00"),
    Case(
        "intervals that touch are one",
        weekly(monday="09:00-12:00 12:00-18:00"),
        "2027-03-01 10:00",
        True,
        "2027-03-01 18:00",
    ),
    Case("one day a week", weekly(wednesday="10:00-11:00"), "2027-03-03 11:00", False, "2027-03-10 10:00"),
    Case(
        "five intervals a day",
        weekly(every="00:00-01:00 06:00-07:00 09:00-10:00 15:00-16:00 20:00-21:00"),
        "2027-03-03 16:00",
        False,
        "2027-03-03 20:00",
    ),
    Case("nothing set is never open", weekly(), "2027-03-03 11:00", False, None),
    # 24:00.
    Case(
        "an interval that ends at 24:00 is open at 23:59",
        weekly(friday="18:00-24:00"),
        "2027-03-05 23:59",
        True,
        "2027-03-06 00:00",
    ),
    Case("it is closed at midnight", weekly(friday="18:00-24:00"), "2027-03-06 00:00", False, "2027-03-12 18:00"),
    Case(
        "24:00 and the next day's 00:00 have no closed minute between",
        weekly(friday="18:00-24:00", saturday="00:00-06:00"),
        "2027-03-05 23:59",
        True,
        "2027-03-06 06:00",
    ),
    Case("around the clock never changes", AROUND_THE_CLOCK, "2027-03-05 23:59", True, None),
    Case("around the clock is open at midnight of New Year", AROUND_THE_CLOCK, "2028-01-01 00:00", True, None),
    Case(
        "around the clock but for holidays",
        weekly(every="00:00-24:00", holidays=BR),
        "2027-12-24 12:00",
        True,
        "2027-12-25 00:00",
    ),
    Case(
        "a holiday of one that is open around the clock ends at 24:00",
        weekly(every="00:00-24:00", holidays=BR),
        "2027-12-25 12:00",
        False,
        "2027-12-26 00:00",
    ),
    # Past midnight.
    Case("a shift that ends past midnight is open before it", NIGHTS, "2027-03-06 23:30", True, "2027-03-07 02:00"),
    Case("half past one on Sunday belongs to Saturday's shift", NIGHTS, "2027-03-07 01:30", True, "2027-03-07 02:00"),
    Case("it is closed at two on Sunday", NIGHTS, "2027-03-07 02:00", False, "2027-03-13 21:00"),
    Case("half past one on Saturday is of no shift", NIGHTS, "2027-03-06 01:30", False, "2027-03-06 21:00"),
    Case("Sunday's shift runs into Monday", weekly(sunday="22:00-06:00"), "2027-03-08 05:59", True, "2027-03-08 06:00"),
    Case(
        "a shift over the turn of the year", weekly(friday="22:00-06:00"), "2028-01-01 01:00", True, "2028-01-01 06:00"
    ),
    Case(
        "the same start and end is a whole day",
        weekly(monday="08:00-08:00"),
        "2027-03-02 07:59",
        True,
        "2027-03-02 08:00",
    ),
    Case(
        "shifts past midnight that touch the next are one",
        weekly(monday="20:00-04:00", tuesday="04:00-08:00"),
        "2027-03-01 21:00",
        True,
        "2027-03-02 08:00",
    ),
    Case(
        "a shift past midnight that overlaps the next day's",
        weekly(monday="20:00-04:00", tuesday="03:00-08:00"),
        "2027-03-01 21:00",
        True,
        "2027-03-02 08:00",
    ),
    Case(
        "a shift past midnight and an exception on Sunday: it runs to its end",
        weekly(saturday="21:00-02:00", exceptions={"2027-03-07": CLOSED}),
        "2027-03-07 01:30",
        True,
        "2027-03-07 02:00",
    ),
    Case(
        "a shift past midnight and an exception on Saturday: it does not begin",
        weekly(saturday="21:00-02:00", exceptions={"2027-03-06": CLOSED}),
        "2027-03-07 01:30",
        False,
        "2027-03-13 21:00",
    ),
    Case(
        "Saturday's shift with a holiday on Sunday runs to its end",
        weekly(saturday="21:00-02:00", holidays=BR),
        "2026-11-15 01:30",
        True,
        "2026-11-15 02:00",
    ),
    Case(
        "Saturday's shift on a holiday does not begin",
        weekly(saturday="21:00-02:00", holidays=BR),
        "2027-11-21 01:30",
        False,
        "2027-11-27 21:00",
    ),
    Case(
        "Friday's shift with a holiday on Saturday runs to its end",
        weekly(friday="21:00-02:00", holidays=BR),
        "2027-11-20 01:30",
        True,
        "2027-11-20 02:00",
    ),
    # Holidays of Brazil and its states.
    Case(
        "Christmas on a Saturday takes nothing from a week of five days",
        office_of(None),
        "2027-12-24 18:00",
        False,
        "2027-12-27 09:00",
    ),
    Case("Tiradentes on a Wednesday", office_of(None), "2027-04-21 10:00", False, "2027-04-22 09:00"),
    Case("Nossa Senhora Aparecida on a Tuesday", office_of(None), "2027-10-11 18:00", False, "2027-10-13 09:00"),
    Case(
        "Consciência Negra was no national holiday in 2023",
        office_of(None),
        "2023-11-20 10:00",
        True,
        "2023-11-20 18:00",
    ),
    Case("Consciência Negra is one since 2024", office_of(None), "2024-11-20 10:00", False, "2024-11-21 09:00"),
    Case("9 July is a holiday in São Paulo", office_of("SP"), "2027-07-09 10:00", False, "2027-07-12 09:00"),
    Case("9 July is none in Rio de Janeiro", office_of("RJ"), "2027-07-09 10:00", True, "2027-07-09 18:00"),
    Case("São Jorge is a holiday in Rio de Janeiro", office_of("RJ"), "2027-04-23 10:00", False, "2027-04-26 09:00"),
    Case("São Jorge is none in Bahia", office_of("BA"), "2027-04-23 10:00", True, "2027-04-23 18:00"),
    Case("2 July is a holiday in Bahia", office_of("BA"), "2027-07-02 10:00", False, "2027-07-05 09:00"),
    Case(
        "20 September is a holiday in Rio Grande do Sul", office_of("RS"), "2027-09-20 10:00", False, "2027-09-21 09:00"
    ),
    Case(
        "a holiday that is worked on",
        office_of("SP", worked=["Revolução Constitucionalista"]),
        "2027-07-09 10:00",
        True,
        "2027-07-09 18:00",
    ),
    Case("no holidays are chosen: Christmas is a day as any", OFFICE, "2028-12-25 10:00", True, "2028-12-25 18:00"),
    Case(
        "hours of another country",
        weekly("America/New_York", mon_fri="09:00-17:00", holidays=HolidayChoice("US")),
        "2027-11-25 10:00",
        False,
        "2027-11-26 09:00",
    ),
    # Movable ones.
    Case("Good Friday of 2027", office_of(None), "2027-03-26 10:00", False, "2027-03-29 09:00"),
    Case("Good Friday of 2028", office_of(None), "2028-04-14 10:00", False, "2028-04-17 09:00"),
    Case("Carnaval is optional: open by law", office_of(None), "2027-02-09 10:00", True, "2027-02-09 18:00"),
    Case(
        "Carnaval is closed where optional days are",
        office_of(None, optional=True),
        "2027-02-08 10:00",
        False,
        "2027-02-11 09:00",
    ),
    Case(
        "Carnaval of 2028 is on other days",
        office_of(None, optional=True),
        "2028-02-29 10:00",
        False,
        "2028-03-02 09:00",
    ),
    Case(
        "Corpus Christi where optional days are closed",
        office_of(None, optional=True),
        "2027-05-27 10:00",
        False,
        "2027-05-28 09:00",
    ),
    Case("Corpus Christi by law", office_of(None), "2027-05-27 10:00", True, "2027-05-27 18:00"),
    Case(
        "Ash Wednesday is worked on, Carnaval is not",
        office_of(None, optional=True, worked=["Quarta-feira de Cinzas"]),
        "2027-02-09 10:00",
        False,
        "2027-02-10 09:00",
    ),
    # Exceptions.
    Case(
        "a day closed by an exception",
        weekly(mon_fri="09:00-18:00", exceptions={"2027-03-03": CLOSED}),
        "2027-03-03 10:00",
        False,
        "2027-03-04 09:00",
    ),
    Case(
        "other hours by an exception",
        weekly(mon_fri="09:00-18:00", exceptions={"2027-03-03": other("13:00-15:00")}),
        "2027-03-03 10:00",
        False,
        "2027-03-03 13:00",
    ),
    Case(
        "an exception replaces all shifts of its day",
        weekly(mon_fri="09:00-18:00", exceptions={"2027-03-03": other("13:00-15:00")}),
        "2027-03-03 15:00",
        False,
        "2027-03-04 09:00",
    ),
    Case(
        "a one-off opening on a Sunday",
        weekly(mon_fri="09:00-18:00", exceptions={"2027-03-07": other("10:00-16:00")}),
        "2027-03-07 12:00",
        True,
        "2027-03-07 16:00",
    ),
    Case(
        "a one-off opening past midnight",
        weekly(mon_fri="09:00-18:00", exceptions={"2027-03-06": other("20:00-03:00")}),
        "2027-03-07 02:00",
        True,
        "2027-03-07 03:00",
    ),
    Case(
        "an exception opens on a holiday",
        weekly(mon_fri="09:00-18:00", holidays=BR, exceptions={"2027-04-21": other("09:00-12:00")}),
        "2027-04-21 10:00",
        True,
        "2027-04-21 12:00",
    ),
    Case(
        "a holiday that is as any Wednesday, once",
        weekly(mon_fri="09:00-18:00", holidays=BR, exceptions={"2027-04-21": DayException(as_usual=True)}),
        "2027-04-21 10:00",
        True,
        "2027-04-21 18:00",
    ),
    Case(
        "an exception closes a shift that would pass midnight",
        weekly(every="22:00-02:00", exceptions={"2027-03-03": CLOSED}),
        "2027-03-03 23:00",
        False,
        "2027-03-04 22:00",
    ),
    Case(
        "and leaves the end of the shift before",
        weekly(every="22:00-02:00", exceptions={"2027-03-03": CLOSED}),
        "2027-03-03 01:00",
        True,
        "2027-03-03 02:00",
    ),
    Case(
        "with no week, only a one-off opening",
        weekly(exceptions={"2029-03-03": other("10:00-12:00")}),
        "2027-03-03 10:00",
        False,
        "2029-03-03 10:00",
    ),
    Case(
        "after the last one-off opening, never",
        weekly(exceptions={"2027-03-03": other("10:00-12:00")}),
        "2027-03-03 12:00",
        False,
        None,
    ),
    Case(
        "closed for a year by exceptions",
        weekly(
            monday="09:00-10:00",
            exceptions={
                date.fromordinal(date(2027, 1, 4).toordinal() + 7 * week).isoformat(): CLOSED for week in range(104)
            },
        ),
        "2027-01-04 09:30",
        False,
        "2029-01-01 09:00",
    ),
    # 29 February.
    Case("29 February is a Tuesday as any", OFFICE, "2028-02-29 10:00", True, "2028-02-29 18:00"),
    Case("the day before goes on to 29 February", OFFICE, "2028-02-28 18:00", False, "2028-02-29 09:00"),
    Case(
        "an exception on 29 February",
        weekly(mon_fri="09:00-18:00", exceptions={"2028-02-29": CLOSED}),
        "2028-02-29 10:00",
        False,
        "2028-03-01 09:00",
    ),
    Case(
        "a shift from 28 February ends on 29 February",
        weekly(monday="22:00-04:00"),
        "2028-02-29 03:59",
        True,
        "2028-02-29 04:00",
    ),
    Case(
        "in a year without, 28 February goes on to 1 March",
        weekly(sunday="22:00-04:00"),
        "2027-03-01 03:00",
        True,
        "2027-03-01 04:00",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_hours_by_the_clock_on_the_wall(case: Case) -> None:
    zone = ZoneInfo(case.schedule.zone)
    at = datetime.fromisoformat(case.at).replace(tzinfo=zone)
    changes = None if case.changes is None else datetime.fromisoformat(case.changes).replace(tzinfo=zone)
    calendar = ScheduleCalendar(case.schedule)
    assert (calendar.is_open(at), calendar.next_change(at)) == (case.open, changes)


@pytest.mark.parametrize("year", [1989, 2191, 1, 9998])
def test_years_outside_of_those_that_are_known_are_closed(year: int) -> None:
    calendar = ScheduleCalendar(AROUND_THE_CLOCK)
    assert not calendar.is_open(datetime(year, 6, 1, tzinfo=UTC))
