"""The language of variables: values go in, everything else stays the same to the character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.variables import (
    VARIABLES,
    check_variables,
    first_name,
    mistakes_in,
)
from atd_servicekit.text_variables import MAX_DEFAULT, MAX_FILLED, MAX_VARIABLES, filled, parsed

VALUES = {"contact.name": "Ana Conceição", "contact.first_name": "Ana", "conversation.number": "1042"}

PLAIN = [
    "",
    "Olá",
    "- um\n- dois\n\n\n- três\n",
    "a_b_c e 2 * 3 * 4",
    "  começo e fim  \n",
    "👩‍👩‍👧‍👦 👍🏽 🇧🇷 1️⃣",
    "{ uma } } e }} e {a}",
    "linha 1\r\nlinha 2\u2028fim",
    "\n".join(f"{number}. linha 👨🏿‍🚒" for number in range(1, 31)),
]


@pytest.mark.parametrize("text", PLAIN)
def test_text_without_variables_stays_the_same_characters(text: str) -> None:
    assert filled(text, VALUES).text == text
    assert mistakes_in(text) == ()


@given(st.text().filter(lambda text: "{{" not in text))
def test_any_text_without_two_opening_braces_stays_the_same(text: str) -> None:
    assert filled(text, VALUES).text == text


@given(st.text())
def test_any_text_at_all_is_read_and_filled(text: str) -> None:
    read = parsed(text)
    assert all(0 <= one.start < len(text) for one in read.broken)
    assert mistakes_in(text) or len(filled(text, {}).text) <= len(text)


@given(st.text(max_size=MAX_DEFAULT))
def test_a_default_can_be_any_text(default: str) -> None:
    written = default.replace("\\", "\\\\").replace('"', '\\"')
    assert filled(f'a{{{{contact.phone|"{written}"}}}}z', {}).text == f"a{default}z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Olá {{contact.first_name}}!", "Olá Ana!"),
        ('Olá {{contact.first_name|"cliente"}}!', "Olá Ana!"),
        ('Olá {{ contact.first_name | "cliente" }}!', "Olá Ana!"),
        ('Olá {{attendant.name|"nossa equipe"}}!', "Olá nossa equipe!"),
        ('{{attendant.name|""}}.', "."),
        ('{{attendant.name|"diz \\"oi\\" \\\\"}}', 'diz "oi" \\'),
        ("{{contact.name}}{{conversation.number}}", "Ana Conceição1042"),
        ('{{"{{"}}contact.name}}', "{{contact.name}}"),
        ("{{attendant.name}}.", "."),
        ('{{attendant.name|"}}"}}', "}}"),
    ],
)
def test_values_go_where_their_variables_stand(text: str, expected: str) -> None:
    assert mistakes_in(text) == ()
    assert filled(text, VALUES).text == expected


def test_a_value_is_not_read_as_variables() -> None:
    assert filled("{{contact.name}}", {"contact.name": "{{attendant.name}}"}).text == "{{attendant.name}}"


def test_missing_values_without_default_are_named_once() -> None:
    text = '{{contact.phone}} {{contact.phone}} {{attendant.name|"equipe"}} {{contact.name}} {{contact.email|""}}'
    found = filled(text, VALUES)
    assert found.missing == ("contact.phone",)
    assert [part.text for part in found.parts if part.variable] == ["", "", "equipe", "Ana Conceição", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Olá {{contact.email}}!", "Olá!"),
        ("Olá, {{contact.email}}!", "Olá!"),
        ("Olá, {{contact.email}}, tudo bem?", "Olá, tudo bem?"),
        ("Olá {{contact.email}} e bem-vindo", "Olá e bem-vindo"),
        ("{{contact.email}}, seu pedido chegou", "seu pedido chegou"),
        ("{{contact.email}} chegou", "chegou"),
        ("Olá, {{contact.email}}\nRecebemos", "Olá,\nRecebemos"),
        ("Olá {{contact.email}} \r\nRecebemos", "Olá \r\nRecebemos"),
        ("Obrigado, {{contact.email}}", "Obrigado"),
        ("Pedido ({{contact.email}}).", "Pedido ()."),
        ("¡Hola {{contact.email}}!", "¡Hola!"),
        ("Olá {{contact.email}} {{contact.phone}}!", "Olá!"),
        ("Olá {{contact.email}}{{contact.phone}}, oi", "Olá, oi"),
        ('Olá {{contact.email|""}}!', "Olá!"),
        ("Olá {{contact.email}} :)", "Olá :)"),
        ("a{{contact.email}}b", "ab"),
        ("1\n{{contact.email}} 2", "1\n2"),
    ],
)
def test_where_nothing_is_put_in_no_gap_is_left(text: str, expected: str) -> None:
    assert filled(text, VALUES).text == expected


@pytest.mark.parametrize("text", ["Olá {{contact.email}} !", "Olá, {{contact.email}}, oi"])
def test_the_parts_keep_what_stands_around_a_gap_for_who_fills_it_in(text: str) -> None:
    parts = filled(text, VALUES).parts
    assert "".join(f"{{{{{one.variable}}}}}" if one.missing else one.text for one in parts) == text


@pytest.mark.parametrize("blank", ["", "  ", "\n", None])
def test_a_blank_value_takes_the_default(blank: str | None) -> None:
    assert filled('{{contact.name|"cliente"}}', {"contact.name": blank}).text == "cliente"


def test_a_value_as_long_as_a_page_is_cut() -> None:
    assert len(filled("{{contact.name}}", {"contact.name": "a" * 5000}).text) == MAX_FILLED


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("Olá {{contact.nome}}", "unknown_variable", 1, 5),
        ("Olá\n\n  {{cliente}}", "unknown_variable", 3, 3),
        ("{{contact.fields.}}", "broken_variable", 1, 1),
        ("{{contact.fields.a.b}}", "unknown_variable", 1, 1),
        ("Olá {{contact.name", "broken_variable", 1, 5),
        ("Olá {{contact.name}", "broken_variable", 1, 5),
        ("Olá {{}}", "broken_variable", 1, 5),
        ("Olá {{", "broken_variable", 1, 5),
        ("Olá {{{contact.name}}}", "broken_variable", 1, 5),
        ("{{contact.name|cliente}}", "broken_variable", 1, 1),
        ('{{contact.name|"cliente}}', "broken_variable", 1, 1),
        ("{{contact.name|}}", "broken_variable", 1, 1),
        ("{{contact name}}", "broken_variable", 1, 1),
        ('{{"a"', "broken_variable", 1, 1),
        (f'{{{{contact.name|"{"a" * (MAX_DEFAULT + 1)}"}}}}', "broken_variable", 1, 1),
        ("👩‍👩‍👧‍👦\r\n{{x}}", "unknown_variable", 2, 1),
    ],
)
def test_what_is_unknown_or_broken_is_named_with_its_place(text: str, code: str, line: int, column: int) -> None:
    first = mistakes_in(text)[0]
    assert (first.code, first.line, first.column) == (code, line, column)
    with pytest.raises(Refusal) as refused:
        check_variables(text, "body")
    assert refused.value.code == code
    assert refused.value.field_name == "body"
    assert f"line {line}, column {column}" in refused.value.detail


def test_every_mistake_is_found_in_the_order_of_the_text() -> None:
    found = mistakes_in("{{a}} {{ {{contact.name}} {{b}}")
    assert [(one.code, one.name) for one in found] == [
        ("unknown_variable", "a"),
        ("broken_variable", None),
        ("unknown_variable", "b"),
    ]


def test_customers_own_fields_are_known_by_their_key() -> None:
    text = '{{contact.fields.plan|"básico"}}'
    assert mistakes_in(text) == ()
    assert mistakes_in(text, {"plan"}) == ()
    assert mistakes_in(text, set())[0].name == "contact.fields.plan"
    assert filled(text, {"contact.fields.plan": "ouro"}).text == "ouro"


def test_more_variables_than_allowed_are_refused_at_the_first_surplus_one() -> None:
    assert mistakes_in("{{contact.name}}" * MAX_VARIABLES) == ()
    surplus = mistakes_in("{{contact.name}}" * (MAX_VARIABLES + 1))
    assert [(one.code, one.start) for one in surplus] == [("too_many", MAX_VARIABLES * len("{{contact.name}}"))]


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_can_be_saved_and_filled(name: str) -> None:
    assert mistakes_in(f"{{{{{name}}}}}") == ()
    assert filled(f"{{{{{name}}}}}", {name: "valor"}).text == "valor"


@pytest.mark.parametrize(
    ("name", "first"),
    [("Ana Conceição", "Ana"), (" ~ João  Silva", "João"), ("🌻 Li", "Li"), ("+55 11", None), ("", None), (None, None)],
)
def test_the_first_name_is_the_first_word_with_a_letter(name: str | None, first: str | None) -> None:
    assert first_name(name) == first
