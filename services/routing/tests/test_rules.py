"""Assignment rules: what a condition is true of, what a chain of rules does, and when it is done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_routing.domain.conversation import RoutedConversation
from atd_routing.domain.customers import Customer, kept_fields, language_of
from atd_routing.domain.decisions import Queue, SetFields
from atd_routing.domain.rules.applying import apply
from atd_routing.domain.rules.circles import circles
from atd_routing.domain.rules.facts import Facts, holds
from atd_routing.domain.rules.model import Condition, Rule, in_order
from atd_routing.domain.rules.part import WAIT_FOR_WORDS, assignment_rules
from atd_routing.domain.scene import Before, Scene
from atd_routing.domain.teams import Team
from atd_routing.domain.tenant import Tenant
from atd_schemas.conversation import ConversationChanged, ConversationEventType, MessageChanged
from atd_schemas.envelope import SYSTEM, Actor
from atd_servicekit.text_words import Said

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA = Actor(type="attendant", id="ana", name="Ana")
CUSTOMER = Actor(type="contact", id="c1")
SALES, SUPPORT = Team("sales", "Vendas"), Team("support", "Suporte")


def facts(**values: Any) -> Facts:
    return Facts(**{"channel": "whatsapp", "account_id": "a1", **values})


def about(name: Any, *values: str, field: str | None = None, negated: bool = False) -> Condition:
    return Condition(name, values, field, negated)


BRUNO = Customer(fields={"plan": ("Ouro",), "idioma": ("English",), "vip": ("true",)})

CONDITIONS = [
    (about("channel", "whatsapp", "telegram"), facts(), True),
    (about("channel", "telegram"), facts(), False),
    (about("account", "a1"), facts(), True),
    (about("label", "l1", "l2"), facts(label_ids=frozenset({"l2"})), True),
    (about("label", "l1"), facts(), False),
    (about("label", "l1", negated=True), facts(), True),
    (about("type", "t1"), facts(type_id="t1"), True),
    (about("type", "t1"), facts(), False),
    (about("word", "segunda via"), facts(said=Said.of("Quero a SEGUNDA  VÍA do boleto")), True),
    (about("word", "boleto"), facts(said=Said.of("boletos")), False),
    (about("word", "ligação"), facts(said=Said.of("a ligacao caiu")), True),
    (about("word", "oi"), facts(), False),
    (about("hours", "outside"), facts(inside_hours=lambda _account, _team: False), True),
    (about("hours", "inside"), facts(inside_hours=lambda _account, team: team is None), True),
    (about("field", "ouro", "prata", field="plan"), facts(customer=BRUNO), True),
    (about("field", "bronze", field="plan"), facts(customer=BRUNO), False),
    (about("field", "ouro", field="other"), facts(customer=BRUNO), False),
    (about("field", "true", field="vip"), facts(customer=BRUNO), True),
    (about("language", "en"), facts(customer=BRUNO), True),
    (about("language", "pt-BR"), facts(customer=BRUNO), False),
    (about("language", "pt-BR"), facts(), False),
    (about("language", "pt-BR", negated=True), facts(), True),
    (about("priority", "high", "urgent"), facts(priority="urgent"), True),
    (about("customer", "returning"), facts(returning=True), True),
    (about("customer", "new"), facts(), True),
    (about("team", "sales"), facts(team_id="sales"), True),
]


@pytest.mark.parametrize(("condition", "given_facts", "true"), CONDITIONS)
def test_a_condition_is_true_of_what_it_names(condition: Condition, given_facts: Facts, true: bool) -> None:
    assert holds(condition, given_facts) is true
    assert holds(replace(condition, negated=not condition.negated), given_facts) is not true


@pytest.mark.parametrize(("match", "true"), [("all", False), ("any", True)], ids=["all of them", "any of them"])
def test_conditions_are_combined_by_all_or_any(match: Literal["all", "any"], true: bool) -> None:
    rule = Rule("r", "R", match=match, conditions=(about("channel", "whatsapp"), about("type", "t1")), team_id="sales")
    assert bool(apply([rule], facts()).rules) is true


def test_the_first_rule_that_is_true_and_does_not_go_on_is_the_last_one() -> None:
    rules = in_order(
        (
            Rule("2", "second", position=2, team_id="support"),
            Rule("1", "first", position=1, team_id="sales"),
            Rule("0", "switched off", position=0, enabled=False, team_id="other"),
        )
    )
    applied = apply(rules, facts())
    assert [one.id for one in applied.rules] == ["1"]
    assert applied.facts.team_id == "sales"
    assert apply(rules, facts(), already=applied.ids).rules == ()


@pytest.mark.parametrize("turned", [False, True], ids=["makes a later one true", "makes an earlier one true"])
def test_a_rule_that_goes_on_makes_another_true_wherever_that_stands(turned: bool) -> None:
    marks = Rule("marks", "M", position=5 if turned else 1, label_ids=("vip",), goes_on=True)
    goes = Rule("goes", "G", position=3, conditions=(about("label", "vip"),), team_id="sales")
    applied = apply(in_order((marks, goes)), facts())
    assert [one.id for one in applied.rules] == ["marks", "goes"]
    assert applied.facts.team_id == "sales"


def one_of(name: str, *values: str) -> st.SearchStrategy[Condition]:
    return st.builds(about, st.just(name), st.sampled_from(values), negated=st.booleans())


RULES = st.builds(
    Rule,
    id=st.uuids().map(str),
    name=st.just("R"),
    position=st.integers(0, 9),
    match=st.sampled_from(["all", "any"]),
    conditions=st.lists(
        st.one_of(
            st.builds(
                Condition, st.just("priority"), st.tuples(st.sampled_from(["low", "high"])), st.none(), st.booleans()
            ),
            st.builds(Condition, st.just("type"), st.tuples(st.sampled_from(["t1", "t2"])), st.none(), st.booleans()),
            st.builds(Condition, st.just("label"), st.tuples(st.sampled_from(["l1", "l2"])), st.none(), st.booleans()),
            st.builds(Condition, st.just("team"), st.tuples(st.sampled_from(["a", "b"])), st.none(), st.booleans()),
        ),
        max_size=3,
    ).map(tuple),
    team_id=st.sampled_from([None, "a", "b"]),
    priority=st.sampled_from([None, "low", "high"]),
    type_id=st.sampled_from([None, "t1", "t2"]),
    label_ids=st.sampled_from([(), ("l1",), ("l2",)]),
    goes_on=st.booleans(),
)


@given(st.lists(RULES, max_size=8, unique_by=lambda one: one.id))
def test_rules_that_trigger_each_other_or_themselves_are_each_applied_once_and_end(rules: list[Rule]) -> None:
    ordered = in_order(tuple(rules))
    first = apply(ordered, facts())
    assert len(first.rules) == len({one.id for one in first.rules})
    again = apply(ordered, first.facts, already=first.ids)
    assert again.rules == (), "the same chain looked at again does nothing"


def test_rules_that_lead_to_each_other_are_told_as_a_circle() -> None:
    up = Rule("up", "Up", conditions=(about("priority", "high"),), priority="urgent", goes_on=True)
    down = Rule("down", "Down", conditions=(about("priority", "urgent"),), priority="high", goes_on=True)
    beside = Rule("beside", "Beside", conditions=(about("priority", "urgent"),), team_id="sales", goes_on=True)
    assert circles([up, down, beside]) == (("up", "down"),)
    assert circles([up, replace(down, goes_on=False)]) == (), "whoever does not go on leads nowhere"
    assert circles([up, replace(down, enabled=False)]) == ()


def test_a_circle_of_three_is_found_and_a_rule_leads_never_to_itself() -> None:
    ring = [
        Rule("1", "1", conditions=(about("label", "c"),), label_ids=("a",), goes_on=True),
        Rule("2", "2", conditions=(about("label", "a"),), label_ids=("b",), goes_on=True),
        Rule("3", "3", conditions=(about("label", "b"),), label_ids=("c",), goes_on=True),
    ]
    assert circles(ring) == (("1", "2", "3"),)
    itself = Rule("4", "4", match="any", conditions=(about("priority", "urgent"),), priority="urgent", goes_on=True)
    assert circles([itself]) == ()


@pytest.mark.parametrize(
    ("said", "language"),
    [("pt", "pt-BR"), ("PT_BR", "pt-BR"), ("Português", "pt-BR"), ("en-US", "en"), ("Español", "es"), ("fr", None)],
)
def test_a_language_is_known_by_its_code_or_its_name(said: str, language: str | None) -> None:
    assert language_of(said) == language


def test_what_is_kept_of_a_customers_fields_is_bounded_text() -> None:
    kept = kept_fields(
        {"vip": True, "age": 31, "choices": ("a", "b"), "long": "x" * 999} | {f"z{n}": n for n in range(99)}
    )
    assert kept["vip"] == ("true",)
    assert kept["age"] == ("31",)
    assert kept["choices"] == ("a", "b")
    assert len(kept["long"][0]) == 200
    assert len(kept) == 50


def test_a_customer_is_returning_who_had_a_conversation_before_this_one() -> None:
    had = Customer(first_opened_at=NOW)
    assert had.is_returning(NOW + timedelta(days=1))
    assert not had.is_returning(NOW)
    assert not Customer().is_returning(NOW)


# When rules are looked at


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
        "placement": 1,
    }
    return RoutedConversation(**{**base, **values})


def event(
    kind: ConversationEventType, *, actor: Actor = CUSTOMER, changed: tuple[str, ...] = ()
) -> ConversationChanged:
    """The parts look at its type, its actor and at what changed."""
    view = {
        "id": "k1",
        "number": 1,
        "status": "queued",
        "channel": {"kind": "whatsapp", "account_id": "a1", "name": "Loja"},
        "contact": {"id": "c1", "name": "Caio"},
        "opened_at": NOW,
        "last_activity_at": NOW,
    }
    return ConversationChanged.model_validate(
        {**_envelope(kind), "actor": actor, "data": {"conversation": view, "changed": changed}}
    )


def message(text: str) -> MessageChanged:
    view = {
        "id": "m1",
        "conversation_id": "k1",
        "direction": "inbound",
        "kind": "text",
        "text": text,
        "author": {"type": "contact", "id": "c1"},
        "occurred_at": NOW,
        "recorded_at": NOW,
    }
    return MessageChanged.model_validate(
        {**_envelope("message.received"), "actor": CUSTOMER, "data": {"conversation_id": "k1", "message": view}}
    )


def _envelope(kind: str) -> dict[str, Any]:
    return {
        "id": "e",
        "type": kind,
        "tenant_id": "t",
        "occurred_at": NOW,
        "recorded_at": NOW,
        "source": "conversation",
        "subject": "k1",
    }


NEW = Before(known=False)
WAITED = Before(known=True, status="queued", placement=1)


def scene(of: RoutedConversation, *rules: Rule, before: Before = NEW, **values: Any) -> Scene:
    teams = {one.id: one for one in (SALES, SUPPORT)}
    return Scene(of, before, Tenant("t", teams=teams, rules=rules), NOW, **values)


EVERYTHING = Rule("all", "Tudo", team_id="sales")
BOLETO = Rule("boleto", "Boleto", conditions=(about("word", "boleto"),), team_id="support", priority="high")


def test_a_new_conversation_goes_to_the_team_of_the_first_rule_that_is_true() -> None:
    one = conversation()
    decisions = assignment_rules(scene(one, EVERYTHING, event=event("conversation.opened")))
    assert decisions == [Queue("rule", team=SALES.named, rule=EVERYTHING.named)]


def test_rules_about_words_wait_for_the_message_that_opened_the_conversation() -> None:
    one, rules = conversation(), (BOLETO, replace(EVERYTHING, position=9))
    assert assignment_rules(scene(one, *rules, event=event("conversation.opened"))) == ()
    assert one.timers
    decisions = assignment_rules(scene(one, *rules, before=WAITED, event=message("Segunda via do BOLETO?")))
    assert decisions == [
        Queue("rule", team=SUPPORT.named, rule=BOLETO.named),
        SetFields(priority="high", rule=BOLETO.named),
    ]
    assert not one.timers
    assert assignment_rules(scene(one, *rules, before=WAITED, event=message("boleto"))) == ()


def test_where_no_message_follows_rules_are_looked_at_all_the_same() -> None:
    one, rules = conversation(), (BOLETO, replace(EVERYTHING, position=9))
    assignment_rules(scene(one, *rules, event=event("conversation.opened")))
    assert one.timers == {"rules": NOW + WAIT_FOR_WORDS}
    one.set_timer("rules", None)
    decisions = assignment_rules(scene(one, *rules, before=WAITED, timer="rules"))
    assert [type(each) for each in decisions] == [Queue]


def test_there_is_no_event_without_a_change() -> None:
    one = conversation(team_id="support", priority="high", type_id="t1", label_ids=("vip",))
    same = replace(BOLETO, conditions=(), type_id="t1", label_ids=("vip",))
    assert assignment_rules(scene(one, same, event=event("conversation.reopened", actor=ANA))) == []


def test_a_type_that_was_set_by_hand_stays() -> None:
    one = conversation(type_id="t9")
    rule = Rule("r", "R", type_id="t1", label_ids=("vip",))
    decisions = assignment_rules(scene(one, rule, event=event("conversation.reopened", actor=ANA)))
    assert decisions == [SetFields(label_ids=("vip",), rule=rule.named)]


def test_a_conversation_that_somebody_has_is_never_taken_away_by_a_rule() -> None:
    one, urgent = conversation(status="open", assignee_id="ana"), replace(EVERYTHING, priority="urgent")
    decisions = assignment_rules(scene(one, urgent, event=event("conversation.opened", actor=ANA)))
    assert decisions == [SetFields(priority="urgent", rule=EVERYTHING.named)]
    assert one.wanted is None


VIP = Rule("vip", "VIP", conditions=(about("label", "vip"),), team_id="sales")


def test_a_label_put_on_while_it_waits_makes_only_rules_about_labels_count() -> None:
    one = conversation(team_id="support", label_ids=("vip",))
    rules = (EVERYTHING, replace(VIP, position=1))
    changed = event("conversation.updated", actor=ANA, changed=("labels",))
    decisions = assignment_rules(scene(one, *rules, before=WAITED, event=changed))
    assert decisions == [Queue("rule", team=SALES.named, rule=VIP.named)]


def test_the_echo_of_what_rules_did_triggers_none_of_them_again() -> None:
    marks = Rule("marks", "M", label_ids=("vip",), goes_on=True)
    up = Rule("up", "Up", position=1, conditions=(about("label", "vip"),), priority="urgent", goes_on=True)
    one = conversation()
    opened = assignment_rules(scene(one, marks, up, event=event("conversation.opened")))
    assert len(opened) == 2
    one.label_ids, one.priority = ("vip",), "low"  # and somebody made it less urgent meanwhile
    echo = event("conversation.updated", actor=SYSTEM, changed=("labels",))
    assert assignment_rules(scene(one, marks, up, before=WAITED, event=echo)) == []
    by_hand = event("conversation.updated", actor=ANA, changed=("labels",))
    assert assignment_rules(scene(one, marks, up, before=WAITED, event=by_hand)) == [
        SetFields(priority="urgent", rule=up.named)
    ]


CAME_BACK = [
    (Before(known=True, status="open", assignee_id="ana", placement=1), None, True),
    (Before(known=True, status="queued", team_id="sales", placement=1), None, True),
    (Before(known=True, status="bot", placement=1), None, True),
    (Before(known=True, status="open", assignee_id="ana", placement=1), "support", False),
    (Before(known=True, status="queued", placement=1), None, False),
]


@pytest.mark.parametrize(
    ("before", "team_id", "looked_at"),
    CAME_BACK,
    ids=["from an attendant", "out of a team", "from a bot", "to a team", "it was there"],
)
def test_rules_are_looked_at_when_it_comes_back_to_the_queue_of_all(
    before: Before, team_id: str | None, looked_at: bool
) -> None:
    one = conversation(placement=2, team_id=team_id, ruled=frozenset({"all", "*"}))
    decisions = assignment_rules(scene(one, EVERYTHING, before=before, event=event("conversation.unassigned")))
    assert bool(decisions) is looked_at


def test_a_rule_names_an_attendant_only_who_has_not_given_it_away() -> None:
    rule = Rule("r", "R", team_id="sales", attendant_id="ana")
    one = conversation()
    assert assignment_rules(scene(one, rule, event=event("conversation.opened"))) == [
        Queue("rule", team=SALES.named, rule=rule.named)
    ]
    assert one.wanted == "ana"
    again = conversation(not_for=frozenset({"ana"}))
    assignment_rules(scene(again, rule, event=event("conversation.opened")))
    assert again.wanted is None


def test_a_rule_with_a_team_that_is_gone_leaves_it_where_it_is() -> None:
    one = conversation()
    assert assignment_rules(scene(one, Rule("r", "R", team_id="gone"), event=event("conversation.opened"))) == []


def test_closing_ends_what_rules_were_about_to_do() -> None:
    one = conversation(status="closed", timers={"rules": NOW + timedelta(seconds=1)}, wanted="ana")
    assert assignment_rules(scene(one, EVERYTHING, before=WAITED, event=event("conversation.closed"))) == ()
    assert not one.timers
    assert one.wanted is None
