"""Which events an endpoint asked for."""

import time
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from atd_webhook_dispatcher.domain.endpoint import Endpoint, Filters
from atd_webhook_dispatcher.domain.events import Event, Facts
from atd_webhook_dispatcher.domain.expressions import MOST_CHARACTERS, BadExpression, check_expression, compiled
from atd_webhook_dispatcher.domain.matching import is_wanted, matches, passes

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACTS = Facts(channel="whatsapp", account_id="a1", team_id="t1", type_id="y1", label_ids=frozenset({"l1", "l2"}))
SAID = {
    "id": "e1",
    "type": "message.received",
    "actor": {"type": "contact", "id": "c1"},
    "data": {
        "message": {
            "kind": "text",
            "text": "Segunda via do BOLETO",
            "error": None,
            "sequence": 7,
            "tags": [{"id": "g1", "name": "Prazo"}, {"id": "g2", "name": "VIP"}],
        },
        "conversation": {"channel": "whatsapp", "label_ids": ["l1", "l2"]},
    },
}


def event(facts: Facts = FACTS, body: Any = SAID, event_type: str = "message.received") -> Event:
    return Event(
        id="e1",
        type=event_type,
        tenant_id="t",
        occurred_at=NOW,
        recorded_at=NOW,
        thread="c",
        sequence=1,
        facts=facts,
        body=orjson.dumps(body),
    )


@pytest.mark.parametrize(
    ("patterns", "event_type", "wanted"),
    [
        (("*",), "contact.erased", True),
        (("message.*",), "message.received", True),
        (("message.*",), "messages.received", False),
        (("message.received",), "message.received", True),
        (("message.received",), "message.received.more", False),
        (("message.sent", "contact.*"), "contact.merged", True),
        ((), "contact.merged", False),
        (("message*",), "message.sent", False),
    ],
)
def test_types_are_asked_for_by_name_by_group_or_all(
    patterns: tuple[str, ...], event_type: str, *, wanted: bool
) -> None:
    assert is_wanted(patterns, event_type) is wanted


@pytest.mark.parametrize(
    ("filters", "passed"),
    [
        (Filters(), True),
        (Filters(channels=frozenset({"whatsapp", "telegram"})), True),
        (Filters(channels=frozenset({"telegram"})), False),
        (Filters(team_ids=frozenset({"t1"}), type_ids=frozenset({"y1"})), True),
        (Filters(team_ids=frozenset({"t1"}), type_ids=frozenset({"y2"})), False),
        (Filters(label_ids=frozenset({"l2", "l9"})), True),
        (Filters(label_ids=frozenset({"l9"})), False),
        (Filters(channels=frozenset({"whatsapp"}), expression="data.message.kind == 'audio'"), False),
    ],
)
def test_an_event_passes_where_each_given_filter_has_one_of_its_values(filters: Filters, *, passed: bool) -> None:
    assert passes(filters, event()) is passed


@pytest.mark.parametrize("kind", ["channels", "team_ids", "type_ids", "label_ids"])
def test_an_event_that_cannot_have_a_value_does_not_pass_a_filter_on_it(kind: str) -> None:
    online = event(Facts(), {"type": "attendant.online", "data": {}}, "attendant.online")
    assert passes(Filters(), online)
    filters: dict[str, Any] = {kind: frozenset({"x"})}
    assert not passes(Filters(**filters), online)


def test_type_and_filter_have_to_match_both() -> None:
    made: dict[str, Any] = {"created_at": NOW, "changed_at": NOW, "state_since": NOW, "reset_at": NOW}
    endpoint = Endpoint(
        id="e",
        tenant_id="t",
        url="https://example.com",
        event_types=("message.*",),
        filters=Filters(expression="type == 'message.received'"),
        **made,
    )
    assert matches(endpoint, event())
    assert not matches(endpoint, event(event_type="contact.updated"))


@pytest.mark.parametrize(
    ("expression", "matched"),
    [
        ("data.message.kind == 'text'", True),
        ("data.message.text.matches('(?i)boleto')", True),
        ("data.message.text.contains('boleto') || type.startsWith('message.')", True),
        ("data.conversation.channel in ['whatsapp', 'telegram'] && data.message.sequence > 5", True),
        ("data.message.tags.exists(t, t.name == 'VIP')", True),
        ("size(data.message.tags.filter(t, t.name == 'VIP')) == 1 && data.message.tags.all(t, t.id != '')", True),
        ("'l2' in data.conversation.label_ids", True),
        ("has(data.message.referral)", False),
        ("data.message.referral == 'x'", False),
        ("!has(data.message.referral) && data['message']['kind'] == 'text'", True),
        ("data.message.text > 3", False),
        ("data.message.tags[9].name == 'VIP'", False),
        ("data.message.sequence / 0 == 1", False),
        ("data.message.error.contains('x')", False),
        ("data.message.text", False),
        ('actor.type == "contact" // by themselves', True),
        ("data.message.text.contains('\\'(') || \"all(\" == 'all('", True),
    ],
)
def test_an_expression_matches_and_what_cannot_be_evaluated_does_not(expression: str, *, matched: bool) -> None:
    assert passes(Filters(expression=expression), event()) is matched
    ready = compiled(expression)
    try:
        whole = ready.program.execute({"actor": None, **SAID}) is True
    except Exception:  # noqa: BLE001 - whatever the library has for it
        whole = False
    assert whole is matched, "the fields that it needs are enough"


def test_an_expression_of_a_version_that_knew_more_matches_nothing() -> None:
    assert not passes(Filters(expression="sha256(data.x) == 'y'"), event())


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("true" + " " * MOST_CHARACTERS, "longer than 1000"),
        ("data.message.", "line 1, column"),
        ("((((", "line 1, column"),
        ("", "line 1, column"),
        ("message.text == 'x'", "message is not a field of an event"),
        ("data.message.text.lowerAscii() == 'x'", "lowerAscii is not a function"),
        ("now() > timestamp('2026-01-01T00:00:00Z')", "now is not a function"),
        ("data.message.txt == 'x'", "data.message.txt is not a field"),
        ("has(data.message.txt)", "data.message.txt is not a field"),
        ("data.message.text", "must be true or false"),
        ("data.message.text + 1 == 'x'", "cannot be evaluated for any example"),
        ("data.message.tags.exists(t, t.nam == 'VIP')", "the field nam is missing"),
        ("data.message.tags.all(t, true) || [1].all(x, true) || [1].exists(x, true)", "more than 2 of"),
        ("data.message.tags.all(t, [1, 2].exists(x, x == 1))", "exists stands inside of another macro"),
        ("data.message.tags.map(t, t.name).all(x, [1].map(y, y) == x)", "inside of another|more than 2"),
        ("data.message.tags.all(t, t.name.matches('x'))", "matches stands inside of a macro"),
        ("data.message.text.matches(data.message.kind)", "must be a text in quotes"),
        ("data.message.text.matches('a' + 'b')", "must be a text in quotes"),
        ("matches(data.message.text, 'a')", "must be a text in quotes"),
        ("data.message.text.matches('(a{100}){100}')", "counted repetition"),
        ("data.message.text.matches('\\\\w\\\\w\\\\w\\\\w\\\\w')", "more than 4 classes"),
        (f"data.message.text.matches('{'a' * 60}')", "longer than 60"),
        ("data.message.text.matches('(')", "cannot be evaluated"),
    ],
)
def test_an_expression_that_cannot_be_used_is_refused_in_words(expression: str, words: str) -> None:
    with pytest.raises(BadExpression, match=words):
        check_expression(expression, lambda path: not path.endswith("txt"), [SAID])


def test_an_expression_needs_to_fit_one_example_only() -> None:
    contact = {"type": "contact.created", "data": {"contact": {"id": "c1"}}}
    assert check_expression("data.message.kind == 'audio'", lambda _path: True, [contact, SAID]).paths == (
        "data.message.kind",
    )


@pytest.mark.parametrize(
    "expression",
    [
        f"[{'0,' * 230}0].all(x, {'x==' + '1-1+' * 110 + '0'})",
        f"data.list.all(x, {'1+' * 450}1 > 0)",
        "data.text.matches('\\\\w+\\\\w+\\\\w+\\\\w+') && data.text.matches('(?i)[^a]*[^b]*[^c]*[^d]*[^e]*[^f]*$')",
        f"data.text.matches('{'(?i)' + 'é' * 50}')",
        f"[{'0,' * 230}0].exists(x, data.text.contains('yyyyyyyyyyyyyyyy'))",
    ],
)
def test_the_slowest_expressions_that_are_allowed_take_milliseconds(expression: str) -> None:
    """Processor time, the best of some: a busy machine does not count."""
    ready = compiled(expression)
    values = {"data": {"list": list(range(100)), "text": "x" * 4_000}}
    spent = []
    for _ in range(5):
        began = time.thread_time()
        ready.result(values)
        spent.append(time.thread_time() - began)
    assert min(spent) < 0.02, spent
