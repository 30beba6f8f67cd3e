"""CPF and CNPJ: check digits, letters, spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.tax_numbers import document_type, formatted_document, is_cnpj, is_cpf, tax_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("529.982.247-25", "52998224725"),
        ("52998224725", "52998224725"),
        (" 111 444 777 35 ", "11144477735"),
        ("11.222.333/0001-81", "11222333000181"),
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),  # the example of the Receita Federal
        ("12abc34501de35", "12ABC34501DE35"),
    ],
)
def test_a_number_is_taken_in_every_spelling(typed: str, number: str) -> None:
    assert tax_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        *("", "1", "529.982.247-26", "111.111.111-11", "00000000000000", "11.222.333/0001-82", "12ABC34501DE36"),
        *("12ABC34501DEA5", "5299822472\uff15", "529982247250", "x" * 41, "529982247-2", "Ana"),
    ],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert tax_number(typed) is None


def test_a_number_is_shown_with_its_punctuation() -> None:
    assert formatted_document("52998224725") == "529.982.247-25"
    assert formatted_document("12ABC34501DE35") == "12.ABC.345/01DE-35"
    assert (document_type("52998224725"), document_type("12ABC34501DE35")) == ("cpf", "cnpj")


@given(st.text("0123456789", min_size=9, max_size=9).filter(lambda one: len(set(one)) > 1))
def test_of_a_hundred_endings_one_makes_a_cpf(base: str) -> None:
    valid = [f"{base}{end:02}" for end in range(100) if is_cpf(f"{base}{end:02}")]
    assert len(valid) == 1
    assert tax_number(formatted_document(valid[0])) == valid[0]


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12).filter(lambda one: len(set(one)) > 1))
def test_of_a_hundred_endings_one_makes_a_cnpj(base: str) -> None:
    valid = [f"{base}{end:02}" for end in range(100) if is_cnpj(f"{base}{end:02}")]
    assert len(valid) == 1
    assert tax_number(formatted_document(valid[0]).lower()) == valid[0]
