"""Silence: of attendants, of customers, and of those whom a conversation was handed to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from atd_routing.domain.conversation import Pending
from atd_routing.domain.customers import Customer
from atd_routing.domain.decisions import Assign, Close, Queue, SayOnly
from atd_routing.domain.inactivity.part import keep_inactivity
from atd_routing.domain.inactivity.policies import Inactivity, InactivityPolicies
from atd_routing.domain.inactivity.silence import HEARING, RETRY
from atd_routing.domain.inactivity.waiting import UNHEARD
from atd_routing.domain.tenant import Tenant
from atd_schemas.views import Named, TransferView

from .desk import Desk, moment, office, said

MINUTE = timedelta(minutes=1)
SILENCE = Inactivity(
    remind_after=30 * MINUTE,
    reminder={"pt-BR": "Ainda aí?"},
    close_after=60 * MINUTE,
    closing={"pt-BR": "Até logo."},
    closing_type_id="x",
)
NO_ANSWER = Inactivity(no_answer_after=10 * MINUTE)
ACCEPT = Inactivity(accept_within=5 * MINUTE)
ANA, BIA = Named(id="ana", name="Ana"), Named(id="bia", name="Bia")
SALES, SUPPORT = Named(id="v", name="Vendas"), Named(id="s", name="Suporte")


def desk(at: str, company: Inactivity, **teams: Inactivity) -> Desk:
    tenant = Tenant("t", 1, hours=office(), inactivity=InactivityPolicies(company, teams))
    return Desk(tenant, keep_inactivity, moment(at))


def spoken(at: str = "mon 10:00", policy: Inactivity = SILENCE) -> Desk:
    """Ana has answered, and the customer says nothing."""
    return desk(at, policy).open().assign().answer()


# attendants who do not answer


def test_conversation_goes_back_to_the_queue_when_its_attendant_does_not_answer() -> None:
    one = desk("mon 10:00", NO_ANSWER).open().set(team_id="v").at("mon 10:20").assign("ana").at("mon 10:29")
    assert one.decisions == []
    one.at("mon 10:30")
    assert one.decisions == [(moment("mon 10:30"), Queue("no_answer", Named(id="v"), strict=True))]
    assert one.conversation.not_for == {"ana"}, "it is given to another one"


def test_time_to_answer_is_working_time() -> None:
    one = desk("mon 17:00", NO_ANSWER).open().at("mon 17:55").assign().at("tue 09:30")
    assert one.first_at == moment("tue 09:05")


ANSWERED: list[tuple[str, Any]] = [
    ("it was answered", Desk.answer),
    ("it was answered with the company's phone", Desk.echo),
    ("it waits in the queue again", lambda one: one.assign(None)),
    ("it is closed", Desk.close),
    ("it is put aside", Desk.snooze),
]


@pytest.mark.parametrize("deed", [one[1] for one in ANSWERED], ids=[one[0] for one in ANSWERED])
def test_conversation_stays_where(deed: Any) -> None:
    one = deed(desk("mon 10:00", NO_ANSWER).open().assign().at("mon 10:05")).at("mon 12:00")
    assert one.decisions == []
    assert one.conversation.timers == {}


@pytest.mark.parametrize("deed", [Desk.note, Desk.automatic, Desk.customer], ids=["note", "automatic", "customer"])
def test_attendant_is_not_taken_to_have_answered_by(deed: Any) -> None:
    one = deed(desk("mon 10:00", NO_ANSWER).open().assign().at("mon 10:09")).at("mon 10:11")
    assert one.first_at == moment("mon 10:10")


def test_attendant_to_whom_a_snoozed_conversation_comes_back_has_all_of_the_time() -> None:
    one = desk("mon 10:00", NO_ANSWER).open().assign().at("mon 10:05").snooze().at("mon 15:00").wake().at("mon 15:20")
    assert one.first_at == moment("mon 15:10")


def test_next_attendant_has_all_of_the_time() -> None:
    one = desk("mon 10:00", NO_ANSWER).open().assign("ana").at("mon 10:09").assign("bia").at("mon 10:30")
    assert one.first_at == moment("mon 10:19")
    assert one.conversation.not_for == {"bia"}


def test_decision_that_nothing_is_heard_of_is_made_again_and_not_on_each_event() -> None:
    one = desk("mon 10:00", NO_ANSWER).open().assign().at("mon 10:10").note().note()
    assert len(one.decisions) == 1
    one.until(moment("mon 10:10") + UNHEARD)
    assert len(one.decisions) == 2


def test_nothing_is_decided_while_another_decision_is_under_way() -> None:
    one = desk("mon 10:00", NO_ANSWER).open().assign()
    one.conversation.pending = Pending("d", 1, "bia", None, moment("mon 10:12"))
    one.note().at("mon 10:11")
    assert one.decisions == []
    one.at("mon 10:12")
    assert len(one.decisions) == 1


def test_team_has_its_own_policy() -> None:
    one = desk("mon 10:00", NO_ANSWER, v=Inactivity(no_answer_after=2 * MINUTE)).open().assign().set(team_id="v")
    one.at("mon 10:03")
    assert one.first_at == moment("mon 10:02")


# transfers that nobody accepts


def handed(policy: Inactivity = ACCEPT, **fields: Any) -> Desk:
    one = desk("mon 10:00", policy).open().set(team_id="v").assign("ana").answer()
    transfer = {"by": ANA, "from_attendant": ANA, "from_team": SALES, "to_attendant": BIA, "at": one.now, **fields}
    return one.transfer(TransferView(**transfer))


def test_transfer_that_nobody_accepts_goes_back_to_who_gave_it() -> None:
    one = handed().at("mon 10:05")
    assert one.decisions == [(moment("mon 10:05"), Assign(ANA, "returned", SALES, strict=True))]
    assert one.conversation.not_for == {"bia"}


def test_transfer_from_a_queue_goes_back_to_that_queue() -> None:
    one = handed(from_attendant=None).at("mon 10:05")
    assert one.decisions == [(moment("mon 10:05"), Queue("not_accepted", SALES, strict=True))]


def test_transfer_that_says_itself_until_when_goes_back_then() -> None:
    one = handed(accept_until=moment("mon 10:03")).at("mon 10:04")
    assert one.first_at == moment("mon 10:03")


ACCEPTED: list[tuple[str, Any]] = [
    ("it was accepted", lambda one: one.set(transfer=None)),
    ("somebody else took it", lambda one: one.assign("caio")),
    ("it was closed", Desk.close),
    ("it was put aside", Desk.snooze),
]


@pytest.mark.parametrize("deed", [one[1] for one in ACCEPTED], ids=[one[0] for one in ACCEPTED])
def test_transfer_stays_where(deed: Any) -> None:
    assert deed(handed().at("mon 10:04")).at("mon 12:00").decisions == []


def test_transfer_to_a_team_waits_in_its_queue_unless_the_company_wants_it_back() -> None:
    to_team: Any = {"to_attendant": None, "to_team": SUPPORT}
    assert handed(**to_team).at("mon 12:00").decisions == []
    wanted = Inactivity(accept_within=5 * MINUTE, accept_in_teams=True)
    assert handed(wanted, **to_team).at("mon 10:05").decisions == [
        (moment("mon 10:05"), Assign(ANA, "returned", SALES, strict=True))
    ]


# customers who are silent


def test_silent_customer_is_reminded_once_and_the_conversation_closed_after_that() -> None:
    one = spoken().at("mon 10:30")
    ((at, reminder),) = one.made(SayOnly)
    (say,) = reminder.say
    assert (at, reminder.strict) == (moment("mon 10:30"), True)
    assert (say.purpose, say.text) == ("silence_reminder", "Ainda aí?")
    one.later(seconds=3).automatic("silence_reminder").at("mon 11:29")
    assert len(one.decisions) == 1
    one.at("mon 11:31")
    ((at, closing),) = one.made(Close)
    assert at == moment("mon 11:30") + timedelta(seconds=3)
    assert (closing.reason, closing.type_id, closing.say[0].text) == ("customer_silent", "x", "Até logo.")


@pytest.mark.parametrize(("field", "text"), [("en", "Still there?"), ("es", "Ainda aí?"), (None, "Ainda aí?")])
def test_customer_is_reminded_in_their_language_where_there_is_a_text(field: str | None, text: str) -> None:
    told = replace(SILENCE, reminder={"pt-BR": "Ainda aí?", "en": "Still there?"})
    one = spoken(policy=told)
    one.customer_record = Customer({"idioma": (field,)} if field else {})
    assert [say.text for say in said(one.at("mon 10:30").made(SayOnly))] == [text]


def test_silence_is_wall_clock_time() -> None:
    assert [at for at, _ in spoken("mon 17:50").at("mon 18:30").decisions] == [moment("mon 18:20")]


NEVER_CLOSED: list[tuple[str, Any]] = [
    ("the customer has written", Desk.customer),
    ("it went back to the queue", lambda one: one.assign(None)),
    ("it is put aside", Desk.snooze),
    ("it is closed already", Desk.close),
    ("our answer did not reach them", lambda one: one.receipt("failed")),
    ("it was handed over and not accepted", lambda one: one.transfer(TransferView(to_attendant=BIA, at=one.now))),
]


@pytest.mark.parametrize("deed", [one[1] for one in NEVER_CLOSED], ids=[one[0] for one in NEVER_CLOSED])
def test_silence_timer_never_closes_where(deed: Any) -> None:
    one = deed(spoken().at("mon 10:20")).at("tue 18:00")
    assert one.made(Close) == []
    assert one.made(SayOnly) == []


def test_we_owe_the_answer_and_nobody_is_closed_for_silence() -> None:
    one = desk("mon 10:00", SILENCE).open().assign().at("fri 10:00")
    assert one.decisions == []


def test_timer_that_fires_as_the_customer_writes_is_looked_at_again() -> None:
    one = spoken(policy=Inactivity(close_after=30 * MINUTE)).at("mon 10:30")
    assert len(one.made(Close)) == 1, "conversation drops it: its condition is that nothing at all has happened"
    one.customer(written=moment("mon 10:30") - timedelta(milliseconds=5)).at("tue 12:00")
    assert len(one.made(Close)) == 1
    one.answer().until(moment("tue 12:30"))
    assert len(one.made(Close)) == 2


def test_closing_that_a_receipt_overtook_is_decided_again() -> None:
    one = spoken(policy=Inactivity(close_after=30 * MINUTE)).at("mon 10:30").receipt("read")
    assert len(one.made(Close)) == 2, "the first one was dropped, since its sequence is over"
    one.look()
    assert len(one.made(Close)) == 2
    one.until(one.now + RETRY)
    assert len(one.made(Close)) == 3


def test_reminder_that_a_receipt_overtook_is_decided_again_under_the_same_name() -> None:
    one = spoken().at("mon 10:30").receipt("read")
    assert len({say.once for say in said(one.made(SayOnly))}) == 1
    assert len(one.made(SayOnly)) == 2
    one.automatic("silence_reminder").receipt("delivered").at("mon 11:29")
    assert len(one.decisions) == 2


def test_reminder_that_cannot_be_said_does_not_keep_the_conversation_open() -> None:
    one = spoken().at("mon 10:31")
    one.until(moment("mon 10:30") + HEARING).at("mon 11:30")
    assert (len(one.made(SayOnly)), len(one.made(Close))) == (1, 1)


def test_look_without_an_event_decides_no_reminder_again() -> None:
    one = spoken().at("mon 10:30").look().look()
    assert len(one.made(SayOnly)) == 1


def test_each_answer_begins_the_silence_anew() -> None:
    one = spoken().at("mon 10:29").answer().at("mon 10:58")
    assert one.decisions == []
    one.at("mon 10:59").automatic("silence_reminder").at("mon 11:30").answer().at("mon 11:59")
    assert len(one.made(SayOnly)) == 1
    assert one.made(Close) == []
    one.at("mon 12:00")
    assert len({say.once for say in said(one.made(SayOnly))}) == 2


def test_answer_that_reaches_the_customer_after_all_begins_the_silence() -> None:
    one = spoken().receipt("failed").at("mon 10:10").receipt("sent").at("mon 10:31")
    assert len(one.made(SayOnly)) == 1


def test_reminder_alone_leaves_the_conversation_open() -> None:
    one = spoken(policy=Inactivity(remind_after=30 * MINUTE, reminder={"pt-BR": "?"})).at("mon 10:30")
    one.automatic("silence_reminder")
    one.at("fri 10:00")
    assert len(one.decisions) == 1
    assert one.conversation.timers == {}


def test_other_policy_counts_at_once_for_who_is_silent() -> None:
    one = spoken().at("mon 10:10")
    one.settings(inactivity=InactivityPolicies(Inactivity(close_after=15 * MINUTE)))
    one.at("mon 10:15")
    assert len(one.made(Close)) == 1


def test_policy_that_is_gone_rings_no_more() -> None:
    one = spoken().settings(inactivity=InactivityPolicies())
    assert (one.conversation.timers, one.conversation.inactivity) == ({}, {})
    assert one.at("fri 10:00").decisions == []


def test_company_without_a_policy_pays_nothing() -> None:
    one = desk("mon 10:00", Inactivity()).open().assign().answer().at("fri 10:00")
    assert (one.decisions, one.conversation.inactivity, one.conversation.timers) == ([], {}, {})
