"""What customers are told outside hours, and when queues go on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_routing.domain.customers import Customer
from atd_routing.domain.hours.book import Hours, HoursBook, OutsideMessage
from atd_routing.domain.hours.calendar import ScheduleCalendar
from atd_routing.domain.hours.holidays import HolidayChoice
from atd_routing.domain.hours.part import OPENING_TIMER, SETTLING, TALKING, keep_hours
from atd_routing.domain.hours.schedule import Schedule, Shift
from atd_routing.domain.scene import Scene
from atd_routing.domain.tenant import Tenant
from atd_schemas.conversation import MessageChanged
from atd_schemas.views import Named, TransferView

from .desk import Desk, moment, said

CLOSED_NOW = OutsideMessage({"pt-BR": "Voltamos {{next_opening}}.", "en": "Back {{next_opening}}."})
AROUND_THE_CLOCK = Shift(0, 24 * 60)
MONDAY = Named(id="s", name="Plantão")


def hours(*shifts: tuple[int, int], days: int = 5, message: OutsideMessage | None = CLOSED_NOW, **more: Any) -> Hours:
    """Open on the first days of the week, in hours after midnight; by default nine to six."""
    day = tuple(Shift.between(start * 60, end * 60) for start, end in shifts or ((9, 18),))
    schedule = Schedule(week=(day,) * days + ((),) * (7 - days), **more)
    return Hours("h", "Comercial", schedule, ScheduleCalendar(schedule), message)


def book(default: Hours | None = None, *, team: Hours | None = None, account: Hours | None = None) -> HoursBook:
    """The company's hours, those of the team `s`, and those of the channel account `a`."""
    teams = {} if team is None else {"s": "team"}
    return HoursBook(
        by_id={} if team is None else {"team": team},
        accounts={} if account is None else {"a": account},
        teams=teams,
        default=default,
    )


def desk(at: str, settings: HoursBook | None = None) -> Desk:
    return Desk(Tenant("t", 1, hours=settings or book(hours())), keep_hours, moment(at))


def texts(one: Desk) -> list[str]:
    """What the customer was told, with the values that routing knows put in."""
    return [say.text.replace("{{next_opening}}", say.values.get("next_opening", "")) for say in said(one.decisions)]


def told(one: Desk) -> int:
    return len(said(one.decisions))


def test_customer_who_writes_outside_hours_is_told_when_it_opens() -> None:
    assert texts(desk("mon 20:00").open().later(minutes=1)) == ["Voltamos amanhã às 09:00."]


def test_customer_who_writes_inside_hours_is_told_nothing() -> None:
    assert not texts(desk("mon 12:00").open().later(hours=20))


def test_customer_is_told_once_in_a_closed_period_however_often_they_write() -> None:
    one = desk("fri 18:30").open()
    for _ in range(30):
        one.later(hours=2).customer()
    assert one.now < moment("mon+ 09:00")
    assert told(one.later(minutes=1)) == 1


def test_customer_is_told_again_in_the_next_closed_period() -> None:
    one = desk("mon 20:00").open().at("tue 10:00").customer().at("tue 21:00").customer().later(minutes=1)
    assert texts(one) == ["Voltamos amanhã às 09:00."] * 2
    assert len({say.once for say in said(one.decisions)}) == 2


def test_ten_messages_in_one_second_are_answered_once() -> None:
    one = desk("mon 20:00").open()
    for _ in range(10):
        one.later(milliseconds=90).customer()
    assert told(one.later(minutes=5)) == 1


def test_nothing_is_said_while_an_attendant_is_talking() -> None:
    one = desk("mon 17:50").open().assign().answer().at("mon 18:05").customer()
    assert told(one.later(minutes=1)) == 0
    assert told(one.at("mon 18:30").customer().later(minutes=1)) == 1


def test_nothing_is_said_where_an_attendant_answers_at_once() -> None:
    one = desk("mon 20:00").open().later(seconds=1).answer()
    assert told(one.later(minutes=5)) == 0


def test_attendant_who_stays_longer_is_talking_and_the_customer_is_told_when_they_have_gone() -> None:
    one = desk("mon 17:50").open().assign().at("mon 19:00").answer()
    assert told(one.later(minutes=20).customer().later(minutes=1)) == 0
    assert told(one.at("mon 23:00").customer().later(minutes=1)) == 1


def test_notes_and_automatic_messages_are_no_talking() -> None:
    one = desk("mon 20:00")
    one.open().note().automatic()
    assert told(one.later(minutes=1)) == 1


@pytest.mark.parametrize("status", ["open", "snoozed"])
def test_customer_of_somebody_who_has_gone_home_is_told_too(status: str) -> None:
    one = desk("mon 12:00").open().assign().answer()
    if status == "snoozed":
        one.snooze()
    assert told(one.at("mon 21:00").customer().later(minutes=1)) == 1


def test_bot_answers_at_any_hour_and_nothing_is_said_beside_it() -> None:
    one = desk("mon 20:00")
    one.set(status="bot").customer().customer()
    assert told(one.later(minutes=10)) == 0


def test_customer_whom_a_bot_leaves_to_a_closed_queue_is_told() -> None:
    one = desk("mon 20:00")
    one.set(status="bot").customer().later(minutes=5)
    one.conversation.status = "bot"
    one.transfer(TransferView(at=one.now, by=Named(id="b"), to_team=MONDAY))
    assert told(one.later(minutes=1)) == 1


def test_public_comment_is_never_answered_by_it() -> None:
    one = desk("mon 20:00")
    one.conversation.public = True
    assert told(one.open().later(minutes=1)) == 0


def test_message_that_waited_over_the_opening_is_answered_by_people() -> None:
    one = desk("tue 08:59")
    one.now += timedelta(seconds=59)
    assert told(one.open().later(minutes=1)) == 0


def test_message_of_the_last_minute_that_is_handled_late_was_inside_hours() -> None:
    one = desk("mon 17:59").open()
    one.now = moment("mon 18:05")
    scene = Scene(one.conversation, one._before(), one.tenant, one.now, _received_at("mon 17:59"))
    keep_hours(scene)
    assert told(one.later(minutes=1)) == 0


def _received_at(text: str) -> Any:
    kind: Any = MessageChanged
    return kind.model_construct(type="message.received", recorded_at=moment(text))


def test_no_text_is_said_where_none_is_set() -> None:
    assert told(desk("mon 20:00", book(hours(message=None))).open().later(hours=1)) == 0


def test_company_that_has_set_no_hours_has_no_timers_and_says_nothing() -> None:
    one = desk("mon 03:00", HoursBook()).open().later(hours=5)
    assert (one.decisions, one.conversation.timers) == ([], {})


def test_text_is_in_the_customers_language_where_it_is_known() -> None:
    one = desk("mon 20:00").open()
    one.conversation.timers = {}
    customer = Customer({"language": ("en",)})
    scene = Scene(one.conversation, one._before(), one.tenant, one.now, None, "outside_hours", customer)
    (decision,) = keep_hours(scene)
    (say,) = decision.say  # type: ignore[union-attr]  # it is a SayOnly
    assert (say.text, say.values["next_opening"]) == ("Back {{next_opening}}.", "tomorrow at 09:00")
    assert OutsideMessage({"pt-BR": "Olá"}).text("en") == ("pt-BR", "Olá")
    assert OutsideMessage({"en": "Hi"}, "es").text("pt") is None


def test_text_can_say_the_holiday_and_the_hours_of_the_week() -> None:
    one = Desk(Tenant("t", 1, hours=book(hours(holidays=HolidayChoice("BR")))), keep_hours, moment("mon 12:00"))
    one.now = moment("mon 12:00") + timedelta(days=25)  # Good Friday
    (say,) = said(one.open().later(minutes=1).decisions)
    assert say.values == {
        "next_opening": "na segunda-feira às 09:00",
        "hours": "segunda-feira a sexta-feira das 09:00 às 18:00",
        "holiday": "Sexta-feira Santa",
    }


def test_hours_that_never_open_are_told_once_without_an_opening() -> None:
    one = desk("mon 12:00", book(hours(days=0))).open().at("wed 12:00").customer().later(minutes=1)
    assert [say.values for say in said(one.decisions)] == [{}]


LEVELS = [
    ("the company's hours", {"default": "closed"}, None, True),
    ("the team's are more specific", {"default": "closed", "team": "open"}, "s", False),
    ("the team's, closed while the company is open", {"default": "open", "team": "closed"}, "s", True),
    ("a team without hours has the company's", {"default": "closed", "team": "open"}, "other", True),
    (
        "the channel account's are the most specific",
        {"default": "open", "team": "open", "account": "closed"},
        "s",
        True,
    ),
    ("an open account of a closed team", {"default": "closed", "team": "closed", "account": "open"}, "s", False),
    ("the team's alone, of another team", {"team": "closed"}, None, False),
    ("nothing set", {}, "s", False),
]


@pytest.mark.parametrize(("says", "levels", "team", "closed"), LEVELS, ids=[level[0] for level in LEVELS])
def test_most_specific_hours_count(says: str, levels: dict[str, str], team: str | None, *, closed: bool) -> None:
    kinds = {"open": hours((0, 24), days=7), "closed": hours()}
    one = desk("mon 20:00", book(**{level: kinds[kind] for level, kind in levels.items()}))
    one.conversation.team_id = team
    assert told(one.open().later(minutes=1)) == closed, says


def test_rule_that_gives_it_to_an_open_team_comes_before_the_message() -> None:
    one = desk("mon 20:00", book(hours(), team=hours((0, 24), days=7))).open()
    one.later(milliseconds=200).set(team_id="s")
    assert told(one.later(minutes=1)) == 0


def test_team_that_conversations_without_one_go_to_has_its_hours_count() -> None:
    settings = replace(book(hours(), team=hours((0, 24), days=7)), default_team_id="s")
    one = desk("mon 20:00", settings)
    assert told(one.open().later(minutes=1)) == 0


def test_conversation_that_waits_is_looked_at_when_its_hours_open() -> None:
    one = desk("fri 20:00").open().later(minutes=1)
    assert one.conversation.timers == {OPENING_TIMER: moment("mon+ 09:00")}
    assert one.at("mon+ 09:01").conversation.timers == {}


def test_conversation_of_somebody_needs_no_look_at_opening() -> None:
    one = desk("fri 20:00").open().assign().later(minutes=1)
    assert one.conversation.timers == {}


def test_changed_hours_move_the_look_at_opening_and_do_not_tell_twice() -> None:
    one = desk("mon 20:00").open().later(minutes=1)
    one.settings(hours=book(hours((8, 19))))
    assert one.conversation.timers == {OPENING_TIMER: moment("tue 08:00")}
    assert told(one.customer().later(minutes=1)) == 1


def test_hours_that_are_opened_now_say_nothing_more_of_being_closed() -> None:
    one = desk("mon 20:00").open().settings(hours=book(hours((9, 22))))
    assert told(one.later(minutes=1)) == 0
    assert one.conversation.timers == {}


def test_closed_conversation_has_no_timers() -> None:
    one = desk("mon 20:00").open().close()
    assert one.conversation.timers == {}


def test_it_is_said_two_seconds_after_the_message() -> None:
    one = desk("mon 20:00").open().later(minutes=1)
    assert one.first_at == moment("mon 20:00") + SETTLING


CHANGED = [book(hours()), book(hours((8, 12), (13, 20))), book(hours((21, 26), days=7)), book(hours((0, 24), days=7))]
deeds = st.tuples(
    st.integers(0, 900), st.sampled_from(["customer", "customer", "customer", "answer", "automatic", "assign", "hours"])
)


@settings(max_examples=40)
@given(st.lists(deeds, max_size=40))
def test_whatever_happens_each_closed_period_is_told_at_most_once_and_never_while_somebody_talks(
    happens: list[tuple[int, str]],
) -> None:
    one = desk("mon 12:00").open()
    answers, changes, told_at = list[Any](), 0, list[Any]()
    for minutes, deed in happens:
        before = len(one.decisions)
        calendar = one.tenant.hours.calendar(account_id="a")
        one.later(minutes=minutes)
        for at, decision in one.decisions[before:]:
            assert not calendar.is_open(at)
            assert all(at - answered >= TALKING for answered in answers)
            since = calendar.closed_since(at)
            assert not told_at or since is None or told_at[-1] < since
            told_at += [at] * len(decision.say)  # type: ignore[union-attr]  # nothing else is decided here
        if deed == "hours":
            changes += 1
            one.settings(hours=CHANGED[changes % len(CHANGED)])
        else:
            getattr(one, deed)()
        answers += [one.now] if deed == "answer" else []
