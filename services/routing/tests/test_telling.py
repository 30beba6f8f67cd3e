"""What customers are told: one greeting a stay, places that never get worse, that it takes longer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_routing.domain.conversation import Pending, RoutedConversation
from atd_routing.domain.customers import Customer
from atd_routing.domain.decisions import Say, SayOnly
from atd_routing.domain.scene import Before, Scene
from atd_routing.domain.teams import Team
from atd_routing.domain.telling.part import SETTLES_AFTER, tell_customers
from atd_routing.domain.telling.policy import NOTHING_TOLD, Telling
from atd_routing.domain.telling.standing import Standing, estimated_wait
from atd_routing.domain.telling.words import wait_in_words
from atd_routing.domain.tenant import Tenant
from atd_schemas.conversation import ConversationChanged, ConversationEventType
from atd_schemas.envelope import SYSTEM, Actor

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SALES = Team("sales", "Vendas", greeting="Olá, aqui é da equipe de vendas")
QUIET = Team("quiet", "Outra")
TOLD = Telling(position_every=timedelta(minutes=10), overdue_after=timedelta(minutes=15))
WAITED = Before(known=True, status="queued", placement=1)


def conversation(**values: Any) -> RoutedConversation:
    base = {
        "id": "k1",
        "tenant_id": "t",
        "number": 1,
        "status": "queued",
        "channel": "whatsapp",
        "account_id": "a1",
        "contact_id": "c1",
        "opened_at": NOW,
        "team_id": "sales",
        "placement": 1,
    }
    return RoutedConversation(**{**base, **values})


def event(kind: ConversationEventType, actor: Actor = SYSTEM) -> ConversationChanged:
    view = {
        "id": "k1",
        "number": 1,
        "status": "queued",
        "channel": {"kind": "whatsapp", "account_id": "a1", "name": "Loja"},
        "contact": {"id": "c1", "name": "Caio"},
        "opened_at": NOW,
        "last_activity_at": NOW,
    }
    values = {"id": "e", "tenant_id": "t", "occurred_at": NOW, "recorded_at": NOW, "source": "conversation"}
    return ConversationChanged.model_validate(
        {**values, "type": kind, "subject": "k1", "actor": actor, "data": {"conversation": view}}
    )


def tell(one: RoutedConversation, policy: Telling = TOLD, *, before: Before = WAITED, **values: Any) -> list[SayOnly]:
    tenant = Tenant("t", teams={team.id: team for team in (SALES, QUIET)}, telling=policy)
    said = tell_customers(Scene(one, before, tenant, values.pop("now", NOW), **values))
    assert all(isinstance(each, SayOnly) for each in said)
    return [each for each in said if isinstance(each, SayOnly)]


def given_to(attendant: str, team: str = "sales", placement: int = 2, **values: Any) -> RoutedConversation:
    return conversation(status="open", assignee_id=attendant, team_id=team, placement=placement, **values)


# Greeting


def test_who_gets_somebody_is_greeted_once_in_a_stay_whoever_has_it_next() -> None:
    one = given_to("ana")
    (said,) = tell(one, event=event("conversation.assigned"))
    assert said.say == (Say("greeting", SALES.greeting or "", "greeting:k1:2"),)
    one.assignee_id, one.placement = "bia", 3
    had = Before(known=True, status="open", team_id="sales", assignee_id="ana", placement=2)
    assert tell(one, before=had, event=event("conversation.transferred")) == []
    one.status, one.assignee_id, one.placement = "closed", None, 4
    tell(one, before=had, event=event("conversation.closed"))
    one.status, one.assignee_id, one.placement = "open", "ana", 5
    assert len(tell(one, event=event("conversation.assigned"))) == 1, "another stay"


@pytest.mark.parametrize(
    ("greeting", "greetings", "language", "said"),
    [
        ("Oi", {"en": "Hello"}, "english", "Hello"),
        ("Oi", {"en": "Hello"}, "es", "Oi"),
        ("Oi", {"en": "Hello"}, None, "Oi"),
        ("Oi", {"pt-BR": "Olá"}, None, "Olá"),
        (None, {"en": "Hello", "pt-BR": "Olá"}, "es", "Olá"),
        (None, {"en": "Hello"}, "es", "Hello"),
        (None, {}, "es", None),
    ],
    ids=["theirs", "not_theirs", "not_known", "the_companys", "the_companys_for_another", "any", "none"],
)
def test_a_greeting_is_in_the_customers_language_where_there_is_one(
    greeting: str | None, greetings: Any, language: str | None, said: str | None
) -> None:
    team = replace(SALES, greeting=greeting, greetings=greetings)
    customer = Customer({"idioma": (language,)} if language else {})
    scene = Scene(
        given_to("ana"), WAITED, Tenant("t", teams={team.id: team}), NOW,
        event=event("conversation.assigned"), customer=customer,
    )  # fmt: skip
    assert [one.text for each in tell_customers(scene) if isinstance(each, SayOnly) for one in each.say] == (
        [said] if said else []
    )


NOT_GREETED = [
    ("no greeting is set", given_to("ana", "quiet"), WAITED, "conversation.assigned"),
    ("an attendant has spoken", given_to("ana", last_spoke="attendant"), WAITED, "conversation.assigned"),
    ("nothing has moved", given_to("ana", placement=1), WAITED, "conversation.updated"),
    ("it was so before routing knew it", given_to("ana"), Before(known=False), "conversation.updated"),
    ("everybody reads it", given_to("ana", public=True), WAITED, "conversation.assigned"),
    ("it waits", conversation(placement=2), WAITED, "conversation.queued"),
]


@pytest.mark.parametrize(("one", "before", "kind"), [case[1:] for case in NOT_GREETED], ids=[c[0] for c in NOT_GREETED])
def test_nobody_is_greeted_where(one: RoutedConversation, before: Before, kind: ConversationEventType) -> None:
    assert tell(one, NOTHING_TOLD, before=before, event=event(kind)) == []


def test_the_greeting_is_dropped_where_who_takes_it_answers_at_once() -> None:
    (taken,) = tell(given_to("ana"), event=event("conversation.assigned", Actor(type="attendant", id="ana")))
    (routed,) = tell(given_to("ana"), event=event("conversation.assigned"))
    assert (taken.strict, routed.strict) == (True, False)


# The place in the queue


def place(one: RoutedConversation, position: int, *, given: int = 0, **values: Any) -> list[SayOnly]:
    one.set_timer("telling", None)  # it has rung
    return tell(one, Telling(timedelta(minutes=10)), timer="telling", standing=Standing(position, given), **values)


def test_nothing_is_told_by_default() -> None:
    one = conversation()
    assert tell(one, NOTHING_TOLD, event=event("conversation.opened")) == []
    assert not one.timers


def test_the_place_is_told_a_moment_after_the_entry_and_then_every_ten_minutes_at_most() -> None:
    one = conversation()
    assert tell(one, event=event("conversation.opened")) == []
    assert one.timers["telling"] == NOW + SETTLES_AFTER
    (said,) = place(one, 3, given=6)
    assert said.say[0].values == {"position": "3", "wait": "cerca de 30 minutos"}
    assert one.timers["telling"] == NOW + timedelta(minutes=10)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_a_position_told_never_gets_worse_then_nothing_is_said(places: list[int]) -> None:
    one = conversation()
    told = [int(said.say[0].values["position"]) for position in places for said in place(one, position)]
    assert told == sorted(set(told), reverse=True)
    assert told[0] == places[0]
    assert min(told) == min(places)


def test_a_wait_that_is_not_known_is_not_told_as_none_at_all() -> None:
    (said,) = place(conversation(), 1)
    assert said.say[0].values == {"position": "1"}
    assert '{{wait|"' in said.say[0].text


def test_a_place_is_forgotten_when_the_wait_is_over() -> None:
    one = conversation()
    place(one, 2)
    one.status, one.assignee_id = "open", "ana"
    tell(one, event=event("conversation.assigned"))
    assert "telling" not in one.timers
    one.status, one.assignee_id = "queued", None
    assert len(place(one, 5)) == 1


@pytest.mark.parametrize("attendant_id", ["ana", None], ids=["given away", "into another queue"])
def test_no_place_is_told_to_somebody_who_is_on_their_way(attendant_id: str | None) -> None:
    one = conversation(pending=Pending("d", 1, attendant_id, "sales", NOW + timedelta(seconds=30)))
    assert place(one, 1) == []
    one.pending = None
    (said,) = place(one, 1)
    assert said.placed, "nor, if somebody has got it meanwhile"


@pytest.mark.parametrize(
    ("language", "begins"),
    [("Português", "Você está"), ("en", "You are number"), ("espanhol", "Está en la posición"), ("fr", "Você está")],
)
def test_customers_are_told_in_their_language(language: str, begins: str) -> None:
    (said,) = place(conversation(), 1, customer=Customer({"idioma": (language,)}))
    assert said.say[0].text.startswith(begins)


def test_the_companys_own_words_are_said_where_it_has_some() -> None:
    one = conversation()
    policy = Telling(timedelta(minutes=5), {"pt-BR": "Faltam {{position}}"})
    (said,) = tell(one, policy, timer="telling", standing=Standing(4))
    assert said.say[0].text == "Faltam {{position}}"


# That it takes longer


def test_who_waits_long_is_told_once_that_it_takes_longer() -> None:
    one = conversation(waiting_since=NOW - timedelta(minutes=5))
    tell(one, event=event("conversation.opened"))
    assert one.timers["overdue"] == NOW + timedelta(minutes=10)
    later = NOW + timedelta(minutes=10)
    (said,) = tell(one, timer="overdue", now=later)
    assert said.say[0].purpose == "queue_overdue"
    assert tell(one, event=event("conversation.updated"), now=later) == []
    assert "overdue" not in one.timers


# Words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.5, "1 minuto"), (4, "5 minutos"), (31, "45 minutos"), (60, "1 hora"), (80, "90 minutos"), (121, "3 horas")],
)
def test_a_wait_is_said_in_round_words_and_never_too_short(minutes: float, words: str) -> None:
    assert wait_in_words(timedelta(minutes=minutes), "pt-BR") == f"cerca de {words}"


def test_a_wait_has_no_end_in_words() -> None:
    assert wait_in_words(timedelta(hours=9), "en") == "more than 4 hours"


@given(st.integers(1, 500), st.integers(0, 500))
def test_an_estimate_is_never_nothing_and_grows_with_the_place(position: int, count: int) -> None:
    wait = estimated_wait(position, count)
    if count < 3:
        assert wait is None
        return
    later = estimated_wait(position + 1, count)
    assert wait is not None
    assert later is not None
    assert timedelta(0) < wait <= later
