"""What holds for every calendar, whatever was set."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.holidays import HolidayChoice
from atd_routing.domain.hours.schedule import MIDNIGHT, DayException, Schedule, Shift

ZONES = ["America/Sao_Paulo", "America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "America/Havana", "UTC"]
HOLIDAYS = [None, HolidayChoice("BR"), HolidayChoice("BR", "SP", optional=True), HolidayChoice("US", "NY")]

some_shifts = st.lists(
    st.builds(Shift.between, st.integers(0, MIDNIGHT - 1), st.integers(0, MIDNIGHT)), max_size=3
).map(tuple)
some_days = st.dates(date(2026, 12, 1), date(2028, 3, 31))
some_exceptions = st.dictionaries(
    some_days, st.builds(DayException, shifts=some_shifts, as_usual=st.booleans()), max_size=6
)
calendars = st.builds(
    Schedule,
    zone=st.sampled_from(ZONES),
    week=st.lists(some_shifts, min_size=7, max_size=7).map(tuple),
    exceptions=some_exceptions,
    holidays=st.sampled_from(HOLIDAYS),
).map(ScheduleCalendar)
moments = st.datetimes(datetime(2027, 1, 1), datetime(2028, 2, 28), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them without
amounts = st.timedeltas(timedelta(), timedelta(hours=400))
few = settings(max_examples=20, deadline=None)
"""Each works out up to three years of hours, at five milliseconds."""
A_MICROSECOND = timedelta(microseconds=1)


def as_the_wall_shows(schedule: Schedule, at: datetime) -> bool:
    """The rule in its plainest words: the clock is within a shift of today, or of one of yesterday past midnight."""
    local = at.astimezone(ZoneInfo(schedule.zone))
    clock = local.hour * 60 + local.minute
    today = schedule.day(local.date()).shifts
    yesterday = schedule.day(local.date() - timedelta(days=1)).shifts
    return any(one.start <= clock < one.end for one in today) or any(
        one.start <= clock + MIDNIGHT < one.end for one in yesterday
    )


@few
@given(calendars, moments)
def test_calendar_is_open_where_the_clock_on_the_wall_is_within_a_shift(
    calendar: ScheduleCalendar, at: datetime
) -> None:
    zone = ZoneInfo(calendar.schedule.zone)
    offsets = {(at + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-2, 0, 2)}
    assume(len(offsets) == 1)  # where a time comes twice, its own cases say what counts
    assert calendar.is_open(at) == as_the_wall_shows(calendar.schedule, at)


@few
@given(calendars, moments)
def test_nothing_changes_before_the_next_change_and_it_changes_then(calendar: ScheduleCalendar, at: datetime) -> None:
    change = calendar.next_change(at)
    is_open = calendar.is_open(at)
    assert change is None or change > at
    end = at + timedelta(days=400) if change is None else change
    for share in (1, 2, 3):
        assert calendar.is_open(at + (end - at) * share / 4) == is_open
    if change is not None:
        assert calendar.is_open(change - A_MICROSECOND) == is_open
        assert calendar.is_open(change) != is_open


@few
@given(calendars, moments)
def test_next_opening_is_the_first_moment_that_is_open_after_one_that_is_not(
    calendar: ScheduleCalendar, at: datetime
) -> None:
    opening = calendar.next_opening(at)
    first = calendar.next_change(at)
    if calendar.is_open(at) and first is not None:
        first = calendar.next_change(first)
    assert opening == first
    assert opening is None or calendar.is_open(opening)


@few
@given(calendars, moments)
def test_closed_period_begins_where_it_was_open_last(calendar: ScheduleCalendar, at: datetime) -> None:
    since = calendar.closed_since(at)
    if calendar.is_open(at):
        assert since is None
    elif since is not None:
        assert since <= at
        assert calendar.is_open(since - A_MICROSECOND)
        assert calendar.working_between(since, at) == timedelta()


@few
@given(calendars, moments, amounts)
def test_working_time_that_is_added_is_between(calendar: ScheduleCalendar, start: datetime, amount: timedelta) -> None:
    end = calendar.add_working(start, amount)
    assume(end is not None)
    assert end is not None
    assert calendar.working_between(start, end) == amount
    if amount:
        assert calendar.is_open(end - A_MICROSECOND)


@few
@given(calendars, moments, moments)
def test_what_is_between_leads_back_to_the_same_working_time(
    calendar: ScheduleCalendar, start: datetime, end: datetime
) -> None:
    between = calendar.working_between(start, end)
    assert timedelta() <= between <= max(end - start, timedelta())
    back = calendar.add_working(start, between)
    assert back is not None
    assert back <= max(start, end)
    assert calendar.working_between(start, back) == between


@few
@given(calendars, moments, moments, moments)
def test_working_time_of_two_stretches_is_that_of_both(
    calendar: ScheduleCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    one, two, three = sorted((one, two, three))
    parts = calendar.working_between(one, two) + calendar.working_between(two, three)
    assert calendar.working_between(one, three) == parts
