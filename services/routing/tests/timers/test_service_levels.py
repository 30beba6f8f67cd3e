"""Clocks of service levels: what is due when, in working time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from atd_routing.domain.hours.book import Hours, HoursBook
from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.schedule import DayException, Schedule, Shift
from atd_routing.domain.service_levels.part import HEARING, TIMER, keep_service_levels
from atd_routing.domain.service_levels.policies import Conditions, ServiceLevel
from atd_routing.domain.service_levels.preview import expected
from atd_routing.domain.tenant import Tenant

from .desk import Desk, moment, office

MINUTE = timedelta(minutes=1)


def level(conditions: Any = None, *, name: Any = "p", time: Any = "hours", **minutes: Any) -> ServiceLevel:
    targets: Any = {one: amount * MINUTE for one, amount in minutes.items()}
    return ServiceLevel(name, name, targets, conditions or Conditions(), time=time)


def desk(at: str, *levels: ServiceLevel, hours: HoursBook | None = None) -> Desk:
    tenant = Tenant("t", 1, hours=hours or office(), service_levels=levels)
    return Desk(tenant, keep_service_levels, moment(at))


def test_waiting_for_the_customer_from_friday_noon_to_monday_at_eleven_is_due_monday_at_one() -> None:
    one = desk("fri 10:00", level(resolution=240)).open().assign()
    assert one.shown["resolution"].due_at == moment("fri 14:00")
    one.at("fri 12:00").answer()
    assert one.shown["resolution"].state == "paused"
    assert one.shown["resolution"].remaining_seconds == 7200
    one.at("mon+ 11:00").customer()
    assert one.shown["resolution"].due_at == moment("mon+ 13:00")
    one.at("mon+ 13:01")
    assert one.happened == [(moment("mon+ 12:00") + HEARING, "warning"), (moment("mon+ 13:00") + HEARING, "breach")]


def test_closing_straight_from_a_pause_still_takes_the_pause_off() -> None:
    one = desk("fri 10:00", level(resolution=240)).open().assign().at("fri 12:00").answer()
    one.at("thu+ 17:00").close()
    assert (one.shown["resolution"].state, one.shown["resolution"].met_at) == ("met", moment("thu+ 17:00"))
    assert one.happened == []
    one.at("fri+ 09:00").customer()
    assert one.shown["resolution"].due_at == moment("fri+ 11:00")


def test_two_hours_from_eleven_at_night_of_a_day_that_never_closes_are_due_at_one() -> None:
    one = desk("mon 23:00", level(first_response=120), hours=office((0, 24), days=7)).open()
    assert one.shown["first_response"].due_at == moment("tue 01:00")


@pytest.mark.parametrize("holiday", ["2027-03-06", "2027-03-07"])
def test_a_holiday_on_the_second_day_of_a_night_shift_takes_nothing_from_its_clock(holiday: str) -> None:
    day = datetime.fromisoformat(holiday).date()
    week = ((),) * 5 + ((Shift.between(21 * 60, 2 * 60),), ())
    schedule = Schedule(week=week, exceptions={day: DayException("Feriado")})
    hours = HoursBook(default=Hours("h", "Noite", schedule, ScheduleCalendar(schedule)))
    one = desk("sat 22:00", level(first_response=210), hours=hours).open()
    begun_before = {"2027-03-07": "sun 01:30", "2027-03-06": "sun+ 00:30"}  # the holiday itself has no shift
    assert one.shown["first_response"].due_at == moment(begun_before[holiday])


CASES: list[tuple[str, str, int, str, str]] = [
    # what, opened, minutes, due, hours
    ("within the day", "mon 09:00", 60, "mon 10:00", "office"),
    ("to the last minute of the day", "mon 17:00", 60, "mon 18:00", "office"),
    ("over night", "mon 17:30", 60, "tue 09:30", "office"),
    ("over the weekend", "fri 17:30", 60, "mon+ 09:30", "office"),
    ("opened at night", "tue 03:00", 30, "tue 09:30", "office"),
    ("opened on Sunday", "sun 12:00", 30, "mon+ 09:30", "office"),
    ("over lunch", "mon 11:30", 60, "mon 13:30", "lunch"),
    ("opened during lunch", "mon 12:15", 60, "mon 14:00", "lunch"),
    ("more than a week", "mon 09:00", 9 * 60 * 6, "mon+ 18:00", "office"),
    ("one minute", "mon 09:00", 1, "mon 09:01", "office"),
    ("around the clock", "fri 17:30", 60, "fri 18:30", "clock"),
    ("no hours are set", "sat 23:30", 60, "sun 00:30", "none"),
]


@pytest.mark.parametrize(
    ("opened", "minutes", "due", "hours"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_target_is_due_after_so_much_working_time(opened: str, minutes: int, due: str, hours: str) -> None:
    books = {"office": office(), "lunch": office((9, 12), (13, 18)), "clock": office(), "none": HoursBook()}
    policy = level(first_response=minutes, time="around_the_clock" if hours == "clock" else "hours")
    assert desk(opened, policy, hours=books[hours]).open().shown["first_response"].due_at == moment(due)


@pytest.mark.parametrize(
    ("what", "deed"),
    [
        ("note", Desk.note),
        ("automatic reply", Desk.automatic),
        ("greeting", lambda one: one.automatic("greeting")),
        ("assignment", Desk.assign),
    ],
)
def test_first_response_runs_on_after_what_is_no_answer_of_a_person(what: str, deed: Any) -> None:
    one = deed(desk("mon 10:00", level(first_response=60)).open().at("mon 10:10"))
    assert one.shown["first_response"].state == "running", what


@pytest.mark.parametrize("deed", [Desk.answer, Desk.echo], ids=["attendant", "company's phone"])
def test_first_response_is_met_by_the_first_answer_of_a_person(deed: Any) -> None:
    one = deed(desk("mon 10:00", level(first_response=60)).open().at("mon 10:59"))
    assert (one.shown["first_response"].state, one.shown["first_response"].met_at) == ("met", moment("mon 10:59"))
    one.at("mon 18:00")
    assert [what for _, what in one.happened] == ["warning"]


def test_answer_after_the_target_is_kept_with_the_breach() -> None:
    one = desk("mon 10:00", level(first_response=60)).open().at("mon 12:00").answer()
    shown = one.shown["first_response"]
    assert (shown.state, shown.breached_at, shown.met_at) == ("breached", moment("mon 11:00"), moment("mon 12:00"))


def test_answer_in_time_that_is_heard_after_the_target_is_no_breach() -> None:
    one = desk("mon 10:00", level(first_response=60)).open()
    one.until(moment("mon 11:00") + HEARING / 2)
    heard_at, one.now = one.now, moment("mon 10:59")  # what the event says of its own time
    one.answer()
    one.now = heard_at
    one.at("mon 12:00")
    assert [what for _, what in one.happened] == ["warning"]


def test_next_response_runs_from_each_message_that_follows_an_answer() -> None:
    one = desk("mon 10:00", level(next_response=30)).open().at("mon 10:20")
    assert one.shown == {}
    one.answer().at("mon 11:00").customer()
    assert one.shown["next_response"].due_at == moment("mon 11:30")
    one.at("mon 11:10").customer()
    assert one.shown["next_response"].due_at == moment("mon 11:30"), "who writes twice has waited since the first"
    one.at("mon 11:20").answer()
    assert one.shown["next_response"].state == "met"
    one.at("mon 12:00").customer().at("mon 12:40").answer()
    assert one.shown["next_response"].state == "breached"
    one.at("mon 13:00").customer()
    assert one.shown["next_response"].state == "running"
    one.at("mon 14:00")
    assert one.happened == [
        (moment("mon 12:22") + timedelta(seconds=30) + HEARING, "warning"),
        (moment("mon 12:30") + HEARING, "breach"),
        (moment("mon 13:22") + timedelta(seconds=30) + HEARING, "warning"),
        (moment("mon 13:30") + HEARING, "breach"),
    ]


def test_message_counts_from_when_the_customer_wrote_it() -> None:
    one = desk("mon 10:00", level(next_response=30)).open().answer().at("mon 11:00")
    one.customer(written=moment("mon 10:50"))
    assert one.shown["next_response"].due_at == moment("mon 11:20")


@pytest.mark.parametrize("target", ["first_response", "resolution"])
def test_snoozing_pauses_and_waking_goes_on(target: str) -> None:
    one = desk("mon 10:00", level(**{target: 60})).open().assign().at("mon 10:20").snooze()
    assert (one.shown[target].state, one.shown[target].remaining_seconds) == ("paused", 2400)
    one.at("tue 10:00").wake()
    assert one.shown[target].due_at == moment("tue 10:40")


def test_snooze_that_the_customer_ends_goes_on_from_there() -> None:
    one = desk("mon 10:00", level(next_response=60)).open().assign().answer().at("mon 10:20").customer()
    one.at("mon 10:30").snooze().at("mon 12:00").customer()
    assert one.shown["next_response"].due_at == moment("mon 12:50")


def test_reopened_by_an_attendant_the_customer_goes_on_waiting_without_the_time_closed() -> None:
    one = desk("mon 10:00", level(next_response=60)).open().assign().answer().at("mon 11:00").customer()
    since = one.conversation.waiting_since
    one.at("mon 11:15").close()
    assert one.shown["next_response"].state == "paused"
    one.at("mon 12:00").reopen(since)
    assert one.shown["next_response"].due_at == moment("mon 12:45")


def test_reopened_by_the_customer_a_new_wait_begins() -> None:
    one = desk("mon 10:00", level(next_response=60)).open().assign().answer().at("mon 11:00").customer()
    one.at("mon 11:15").close().at("mon 12:00").customer()
    assert one.shown["next_response"].due_at == moment("mon 13:00")


def test_each_wait_is_warned_of_also_when_the_one_before_ended_with_a_closing() -> None:
    one = desk("mon 10:00", level(next_response=60)).open().assign().answer().at("mon 11:00").customer()
    one.at("mon 11:50").close().at("mon 12:00").customer().at("mon 12:50")
    assert [what for _, what in one.happened] == ["warning", "warning"]


def test_answer_in_the_moment_in_which_a_target_is_due_is_too_late() -> None:
    one = desk("mon 10:00", level(first_response=60)).open().at("mon 11:00").answer()
    assert one.shown["first_response"].state == "breached"


def test_warning_that_a_longer_target_makes_possible_again_does_not_follow_a_breach() -> None:
    one = desk("mon 10:00", level(first_response=60), hours=HoursBook()).open()
    one.now = moment("mon 11:30")
    one.look(TIMER).settings(service_levels=(level(first_response=100),))
    one.at("mon 14:00")
    assert [what for _, what in one.happened] == ["breach"]
    assert one.conversation.timers == {}


def test_closed_without_an_answer_nothing_rings_any_more() -> None:
    one = desk("mon 10:00", level(first_response=60, resolution=90)).open().at("mon 10:05").close()
    assert one.conversation.timers == {}
    assert {name: view.state for name, view in one.shown.items()} == {"first_response": "paused", "resolution": "met"}


def test_first_policy_that_fits_counts() -> None:
    urgent = level(Conditions(priorities=frozenset({"urgent"})), name="urgent", first_response=10)
    sales = level(Conditions(team_ids=frozenset({"v"})), name="sales", first_response=30)
    one = desk("mon 10:00", urgent, sales, level(name="rest", first_response=60)).open()
    assert one.shown["first_response"].due_at == moment("mon 11:00")
    one.set(team_id="v")
    assert one.shown["first_response"].due_at == moment("mon 10:30")
    one.set(priority="urgent")
    assert one.shown["first_response"].due_at == moment("mon 10:10")
    one.set(priority="normal", team_id=None)
    assert one.shown["first_response"].due_at == moment("mon 11:00")


FITS: list[tuple[str, dict[str, Any], bool]] = [
    ("nothing asked", {}, True),
    ("team", {"team_ids": {"v"}}, True),
    ("another team", {"team_ids": {"s"}}, False),
    ("channel", {"channels": {"whatsapp", "telegram"}}, True),
    ("another channel", {"channels": {"telegram"}}, False),
    ("account", {"account_ids": {"a"}}, True),
    ("another account", {"account_ids": {"b"}}, False),
    ("one label of several", {"label_ids": {"vip", "x"}}, True),
    ("a label that it has not", {"label_ids": {"x"}}, False),
    ("priority", {"priorities": {"high", "urgent"}}, True),
    ("another priority", {"priorities": {"low"}}, False),
    ("team and channel", {"team_ids": {"v"}, "channels": {"whatsapp"}}, True),
    ("team fits and channel does not", {"team_ids": {"v"}, "channels": {"web"}}, False),
]


@pytest.mark.parametrize(("asked", "fits"), [one[1:] for one in FITS], ids=[one[0] for one in FITS])
def test_policy_fits_where_all_its_conditions_hold(asked: dict[str, Any], fits: bool) -> None:
    one = desk("mon 10:00")
    one.conversation.team_id, one.conversation.label_ids, one.conversation.priority = "v", ("vip",), "high"
    assert Conditions(**{name: frozenset(ids) for name, ids in asked.items()}).fit(one.conversation) is fits


def test_another_policy_counts_what_was_worked_already() -> None:
    one = desk("mon 10:00", level(resolution=240)).open().assign().at("mon 11:00").answer().at("mon 15:00").customer()
    one.at("mon 16:00").settings(service_levels=(level(resolution=180),))
    assert one.shown["resolution"].due_at == moment("mon 17:00")
    assert one.happened == []


def test_other_hours_count_from_the_beginning() -> None:
    one = desk("mon 10:00", level(first_response=240)).open().at("mon 11:00")
    one.settings(hours=office((9, 12), (14, 18)))
    assert one.shown["first_response"].due_at == moment("mon 16:00")


def test_shorter_target_that_is_over_already_is_told_at_once() -> None:
    one = desk("mon 10:00", level(first_response=240)).open().at("mon 12:00")
    one.settings(service_levels=(level(first_response=60),))
    assert one.happened == [(moment("mon 12:00"), "breach")]
    assert one.shown["first_response"].breached_at == moment("mon 11:00")


def test_breach_is_told_once_whatever_becomes_of_the_policy() -> None:
    one = desk("mon 10:00", level(first_response=60)).open().at("mon 11:30")
    one.settings(service_levels=(level(first_response=240),))
    assert one.shown["first_response"].due_at == moment("mon 14:00")
    one.at("mon 15:00")
    assert one.shown["first_response"].breached_at == moment("mon 14:00")
    assert [what for _, what in one.happened] == ["warning", "breach"]


def test_policy_that_is_gone_shows_nothing_and_rings_no_more() -> None:
    one = desk("mon 10:00", level(first_response=60)).open().settings(service_levels=())
    assert one.shown == {}
    assert (one.conversation.service_level, one.conversation.timers) == ({}, {})


def test_company_without_policies_pays_nothing() -> None:
    one = desk("mon 10:00").open().assign().answer().customer().close()
    assert (one.decisions, one.conversation.service_level, one.conversation.timers) == ([], {}, {})


def test_first_policy_counts_for_conversations_that_are_open_already() -> None:
    one = desk("mon 10:00").open().assign().at("mon 10:30").answer().at("mon 12:00").customer()
    one.at("mon 12:05").settings(service_levels=(level(first_response=60, next_response=15, resolution=120),))
    shown = one.shown
    assert (shown["first_response"].state, shown["first_response"].met_at) == ("met", moment("mon 10:30"))
    assert shown["next_response"].due_at == moment("mon 12:15")
    assert shown["resolution"].due_at == moment("mon 13:30")


def test_nothing_is_shown_again_that_is_shown_already() -> None:
    one = desk("mon 10:00", level(first_response=60)).open()
    shown = len(one.decisions)
    one.note().set(type_id="x").look().look().customer()
    assert len(one.decisions) == shown


def test_hours_that_never_open_are_never_due() -> None:
    one = desk("mon 10:00", level(first_response=60), hours=office(days=0)).open()
    shown = one.shown["first_response"]
    assert (shown.state, shown.due_at, one.conversation.timers) == ("running", None, {})


def test_service_that_was_down_tells_a_breach_when_it_is_back_and_no_late_warning() -> None:
    one = desk("mon 10:00", level(first_response=60)).open()
    one.now = moment("tue 15:00")
    one.look(TIMER)
    assert one.happened == [(moment("tue 15:00"), "breach")]


def test_warning_comes_at_the_share_that_the_policy_says() -> None:
    policy = ServiceLevel("p", "p", {"first_response": 100 * MINUTE}, warn_share=0.5)
    one = desk("mon 17:30", policy).open().at("wed 09:00")
    assert one.happened[0] == (moment("tue 09:20") + HEARING, "warning")


def test_preview_says_when_targets_would_be_due_in_the_hours_that_count() -> None:
    calendar, start = office().calendar(), moment("fri 17:30")
    (due,) = expected(level(first_response=60), calendar, start)
    assert (due.warn_at, due.due_at) == (moment("mon+ 09:15"), moment("mon+ 09:30"))
    (due,) = expected(level(first_response=60, time="around_the_clock"), calendar, start)
    assert (due.warn_at, due.due_at) == (moment("fri 18:15"), moment("fri 18:30"))
    (due,) = expected(level(first_response=60), office(days=0).calendar(), start)
    assert (due.warn_at, due.due_at) == (None, None)
