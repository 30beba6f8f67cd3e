"""What people type of a customer becomes one spelling, or is refused; values of custom fields too."""

from typing import Any

import pytest

from atd_conversation.domain.custom_fields import FieldDefinition, WrongValue, checked_fields, checked_value
from atd_conversation.domain.typed_details import typed_date, typed_email, typed_link, typed_phone


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("(11) 98765-4321", "+5511987654321"),
        ("11 8765-4321", "+5511987654321"),  # a mobile of before 2016 gets its ninth digit
        ("011987654321", "+5511987654321"),
        ("+55 11 8765 4321", "+5511987654321"),
        ("5511987654321", "+5511987654321"),
        ("0055 (11) 3456-7890", "+551134567890"),
        ("(11) 3456-7890", "+551134567890"),
        ("+351 912 345 678", "+351912345678"),
        ("+1 (415) 555-2671", "+14155552671"),
    ],
)
def test_a_phone_is_taken_as_people_write_it(typed: str, number: str) -> None:
    assert typed_phone(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        *("", "1234", "98765-4321", "+5510987654321", "+551118765432", "+55119876543210", "+0123456789", "+1234567"),
        *("11 98765-4321 r. 2", "+" + "1" * 16, "\uff11\uff11987654321", "9" * 41),
    ],
)
def test_what_is_no_phone_is_refused(typed: str) -> None:
    assert typed_phone(typed) is None


@pytest.mark.parametrize(
    ("typed", "address"),
    [("ana@example.com", "ana@example.com"), (" Ana.Souza+x@Example.COM ", "Ana.Souza+x@example.com")],
)
def test_an_address_is_taken(typed: str, address: str) -> None:
    assert typed_email(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["", "ana", "ana@", "@x.com", "a b@x.com", "ana@x", ".a@x.com", "a..b@x.com", "a@x..com", "a@-x.com", "ç@x.com"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert typed_email(typed) is None


def test_a_date_is_a_day_of_the_calendar() -> None:
    assert typed_date("2024-02-29") == "2024-02-29"
    for wrong in (
        "2023-02-29",
        "29/02/2024",
        "2024-2-9",
        "1899-12-31",
        "2200-01-01",
        "2024-02-29T00:00:00Z",
        "20240229",
    ):
        assert typed_date(wrong) is None


def test_a_link_leads_into_the_web() -> None:
    assert typed_link(" https://example.com/a?b=ç#d ") == "https://example.com/a?b=ç#d"
    for wrong in ("javascript:alert(1)", "example.com", "https://", "https://a b", "data:text/html,x"):
        assert typed_link(wrong) is None


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("text", "  Olá  ", "Olá"),
        ("number", 3.0, 3),
        ("number", 1.5, 1.5),
        ("date", "1990-02-28", "1990-02-28"),
        ("yes_no", False, False),
        ("choice", "b", "b"),
        ("choices", ["c", "a", "a"], ("a", "c")),
        ("link", "https://x.com", "https://x.com"),
        ("email", "a@X.com", "a@x.com"),
        ("phone", "(11) 98765-4321", "+5511987654321"),
        ("text", "", None),
        ("choices", [], None),
        ("number", None, None),
    ],
)
def test_a_value_that_fits_is_stored(kind: Any, value: Any, stored: Any) -> None:
    found = checked_value(FieldDefinition("k", kind, options=("a", "b", "c")), value)
    assert (found, type(found)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("text", 3), ("text", "x" * 2001), ("number", "3"), ("number", True), ("number", float("nan"))),
        *(("number", 10**16), ("date", "28/02/1990"), ("yes_no", "sim"), ("yes_no", 1), ("choice", "d")),
        *(
            ("choice", ["a"]),
            ("choices", "a"),
            ("choices", ["a", "d"]),
            ("choices", [1]),
            ("link", "x"),
            ("email", "x"),
        ),
        *(("email", "x"), ("phone", "12"), ("text", {"a": 1}), ("choices", [{}])),
    ],
)
def test_a_value_that_does_not_fit_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(WrongValue):
        checked_value(FieldDefinition("k", kind, options=("a", "b", "c")), value)


def test_what_is_required_is_not_taken_away_and_what_is_archived_takes_nothing_new() -> None:
    definitions = {
        "plan": FieldDefinition("plan", "text", required=True),
        "old": FieldDefinition("old", "text", archived=True),
    }
    assert checked_fields(definitions, {"plan": " ", "old": "x", "none": 1}) == (
        {},
        {"plan": "is required", "old": "is archived and takes no new values", "none": "is not a custom field"},
    )
    assert checked_fields(definitions, {"old": None}) == ({"old": None}, {})
