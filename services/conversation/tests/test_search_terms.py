"""By what a customer is found: every beginning that somebody would type, whatever accents, case and grouping."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.contact import Contact, Merge
from atd_conversation.domain.search_terms import (
    LONGEST_TERM,
    MOST_WORDS,
    asked_number,
    asked_terms,
    listed_as,
    terms_of,
)
from atd_servicekit.text_folding import folded
from atd_testing.inbound import NOON

ANA = Contact("k1", "t1", "Ana Conceição", "aninha 🌻", "+5511987654321", NOON, email="Ana.C@Exemplo.com.br")


def finds(question: str, contact: Contact = ANA) -> bool:
    terms = terms_of(contact)
    asked = asked_terms(question)
    return bool(asked) and all(any(term.startswith(one) for term in terms) for one in asked)


@pytest.mark.parametrize(
    "question",
    [
        "ana",
        "ANA",
        "conceicao",
        "Conceição",
        "concei a",
        "anin",
        "11 98765-4321",
        "(11) 9876",
        "+55 11 98765",
        "5511987654321",
        "98765-4321",
        "8765-4321",
        "ana.c@ex",
        " ana ",
    ],
)
def test_a_beginning_finds_the_customer(question: str) -> None:
    assert finds(question)


@pytest.mark.parametrize("question", ["", " ", "!?", "bia", "ana bia", "4321", "na", "@", "ana\x00@", "#55"])
def test_what_is_no_beginning_finds_nobody(question: str) -> None:
    assert not finds(question)


@pytest.mark.parametrize(
    ("phone", "national"),
    [
        ("+12025550123", "2025550123"),
        ("+351912345678", "912345678"),
        ("+442071838750", "2071838750"),
        ("+5491123456789", "91123456789"),
    ],
)
def test_a_phone_is_found_as_it_is_dialled_in_its_country(phone: str, national: str) -> None:
    assert finds(national, replace(ANA, phone=phone))


def test_whom_another_contact_goes_on_for_is_neither_found_nor_listed() -> None:
    merged = replace(ANA, merged=Merge(into="k2", at=NOON, cause="e"))
    assert terms_of(merged) == []
    assert listed_as(merged) is None


def test_a_list_is_sorted_by_the_folded_name_or_the_number_where_there_is_none() -> None:
    assert listed_as(ANA) == "ana conceicao"
    assert listed_as(replace(ANA, name=None)) == "+5511987654321"
    assert listed_as(replace(ANA, name=None, phone=None, email=None)) == ""


@pytest.mark.parametrize(
    ("question", "number"),
    [("42", 42), ("#42", 42), (" # 42 ", 42), ("ana", None), ("", None), ("4" * 16, None), ("٤٢", None)],
)
def test_a_conversation_number_is_digits(question: str, number: int | None) -> None:
    assert asked_number(question) == number


@given(st.text(), st.text(), st.text() | st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_terms_are_bounded_and_folding_twice_changes_nothing(name: str, profile: str, phone: str) -> None:
    contact = replace(ANA, name=name, profile_name=profile, phone=phone)
    terms = terms_of(contact)
    assert len(terms) <= 2 * MOST_WORDS + 10
    assert all(0 < len(term) <= LONGEST_TERM for term in terms)
    assert len(asked_terms(name)) <= MOST_WORDS
    assert folded(folded(name)) == folded(name)


@given(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=30))
def test_every_name_is_found_by_its_own_words(name: str) -> None:
    assert not asked_terms(name) or finds(name, replace(ANA, name=name, phone=None))
