"""What a calendar answers about working time."""

import subprocess
import sys
import warnings
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from atd_routing.domain.hours.calendar import ALWAYS_OPEN, ScheduleCalendar
from atd_routing.domain.hours.holidays import all_holidays, countries
from atd_routing.domain.hours.schedule import MIDNIGHT, DayException, Schedule, Shift

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
OFFICE = ScheduleCalendar(Schedule(week=((Shift.between(9 * 60, 18 * 60),),) * 5 + ((),) * 2))


def local(text: str, zone: ZoneInfo = SAO_PAULO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_office_is_open_from_the_minute_it_opens_to_before_the_one_it_closes() -> None:
    assert not OFFICE.is_open(local("2027-03-05 08:59:59"))
    assert OFFICE.is_open(local("2027-03-05 09:00"))
    assert OFFICE.is_open(local("2027-03-05 17:59:59"))
    assert not OFFICE.is_open(local("2027-03-05 18:00"))


def test_friday_evening_changes_on_monday_morning() -> None:
    assert OFFICE.next_change(local("2027-03-05 18:00")) == local("2027-03-08 09:00")
    assert OFFICE.next_opening(local("2027-03-05 17:00")) == local("2027-03-08 09:00")
    assert OFFICE.closed_since(local("2027-03-07 12:00")) == local("2027-03-05 18:00")


def test_four_hours_from_friday_at_half_past_five_end_on_monday_at_half_past_twelve() -> None:
    start = local("2027-03-05 17:30")
    assert OFFICE.add_working(start, timedelta(hours=4)) == local("2027-03-08 12:30")
    assert OFFICE.working_between(start, local("2027-03-08 12:30")) == timedelta(hours=4)


def test_two_hours_from_23_around_the_clock_are_over_at_one_with_no_closed_minute() -> None:
    calendar = ScheduleCalendar(Schedule(week=((Shift(0, MIDNIGHT),),) * 7))
    assert calendar.add_working(local("2027-03-06 23:00"), timedelta(hours=2)) == local("2027-03-07 01:00")
    assert all(calendar.is_open(local("2027-03-06 23:59") + timedelta(seconds=15 * one)) for one in range(9))


def test_hours_saved_in_winter_stay_at_nine_after_the_clocks_of_new_york_are_put_forward() -> None:
    calendar = ScheduleCalendar(Schedule("America/New_York", week=((Shift.between(9 * 60, 17 * 60),),) * 7))
    openings = [calendar.next_opening(datetime(2027, 3, day, 5, tzinfo=UTC)) for day in (13, 14, 15)]
    zone = ZoneInfo("America/New_York")
    assert [one.astimezone(zone).strftime("%H:%M") for one in openings if one] == ["09:00"] * 3
    assert [one.hour for one in openings if one] == [14, 13, 13]


def test_hours_that_are_never_open_answer_none() -> None:
    never = ScheduleCalendar(Schedule())
    at = datetime(2027, 1, 1, tzinfo=UTC)
    assert not never.is_open(at)
    assert never.next_change(at) is None
    assert never.next_opening(at) is None
    assert never.closed_since(at) is None
    assert never.add_working(at, timedelta(minutes=1)) is None
    assert never.working_between(at, at + timedelta(days=9000)) == timedelta()


def test_who_has_set_no_hours_is_always_open() -> None:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    assert ALWAYS_OPEN.is_open(at)
    assert ALWAYS_OPEN.next_change(at) is None
    assert ALWAYS_OPEN.add_working(at, timedelta(hours=30)) == at + timedelta(hours=30)


def test_an_opening_in_more_than_ten_years_is_none() -> None:
    calendar = ScheduleCalendar(Schedule(exceptions={date(2038, 3, 3): DayException(shifts=(Shift(600, 720),))}))
    assert calendar.next_opening(datetime(2027, 3, 3, tzinfo=UTC)) is None
    assert calendar.next_opening(datetime(2029, 3, 3, tzinfo=UTC)) is not None


def test_holidays_of_every_country_can_be_asked_for_in_every_year_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        years = [all_holidays(country, None, year, optional=True) for country in countries() for year in (2000, 2100)]
    assert len(years) > 400


def test_a_country_is_loaded_when_it_is_asked_for_and_not_250_at_the_start() -> None:
    code = (
        "import sys; from atd_routing.domain.hours.holidays import all_holidays, states_of;"
        "loaded = lambda: {name for name in sys.modules if name.startswith('holidays.countries.')};"
        "assert not loaded(), loaded(); assert 'SP' in states_of('BR'); assert states_of('XX') is None;"
        "assert len(all_holidays('BR', 'SP', 2026, optional=False)) > 9;"
        "assert 'holidays.countries.brazil' in loaded() and len(loaded()) < 20, loaded()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
