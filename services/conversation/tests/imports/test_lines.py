"""What a line says, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.imports.columns import Column
from atd_conversation.domain.imports.decisions import Known, decide, undo_of
from atd_conversation.domain.imports.lines import Line, Problem, guarded, line_of, readers, unguarded
from atd_conversation.domain.imports.rows import Row

COLUMNS = (Column(0, "Nome", "name"), Column(1, "Celular", "phone"), Column(2, "E-mail", "email"))
READERS = readers({})


def line(*cells: str, number: int = 2) -> Line:
    return line_of(Row(number, cells), COLUMNS, READERS)


def test_values_are_read_in_their_one_spelling() -> None:
    read = line("  Ana\nMaria ", "(11) 8888-7777", "Ana@Exemplo.COM")
    assert read.values == {"name": "Ana Maria", "phone": "+5511988887777", "email": "Ana@exemplo.com"}
    assert read.keys == ("p:+5511988887777", "e:ana@exemplo.com")
    assert not read.problems


@pytest.mark.parametrize("phone", ["123", "5,51199E+12", "11 1888-7777", "telefone", "+55 00 98888-7777", "1" * 60])
def test_a_wrong_phone_is_told_with_its_column_and_its_value(phone: str) -> None:
    read = line("Ana", phone, "ana@exemplo.com", number=17)
    assert (read.number, read.problems) == (17, (Problem("phone_invalid", "Celular", phone[:100]),))
    assert read.keys == ()


def test_a_line_of_nobody_is_refused() -> None:
    assert line("", " ", "").problems == (Problem("nobody"),)


def test_a_short_line_has_empty_cells_and_a_row_that_cannot_be_read_says_why() -> None:
    assert line("Ana").values == {"name": "Ana"}
    assert line_of(Row(3, (), "damaged"), COLUMNS, READERS).problems == (Problem("damaged"),)


def test_first_and_last_name_become_one() -> None:
    columns = (Column(0, "First", "first_name"), Column(1, "Last", "last_name"))
    assert line_of(Row(2, ("Ana", "Lima")), columns, READERS).values == {"name": "Ana Lima"}


ANA = Known("ana", {"name": "Ana", "phone": "+5511988887777", "email": None})
BETO = Known("beto", {"name": "Beto", "phone": None, "email": "b@b.co"}, line=5)


def test_somebody_unknown_is_created_whatever_the_rule() -> None:
    for rule in ("update", "skip", "create"):
        assert decide(line("Ana", "11988887777"), (), rule).outcome == "created"


def test_somebody_known_is_updated_skipped_or_created_by_the_rule() -> None:
    read = line("Ana Lima", "11988887777", "ana@b.co")
    updated = decide(read, (ANA,), "update")
    assert (updated.outcome, updated.changes) == ("updated", {"name": "Ana Lima", "email": "ana@b.co"})
    assert (decide(read, (ANA,), "skip").outcome, decide(read, (ANA,), "skip").code) == ("skipped", "duplicate")
    assert decide(read, (ANA,), "create").outcome == "created"


def test_what_people_are_recognised_by_is_never_replaced() -> None:
    read = line("Beto", "11977776666", "b@b.co")
    known = Known("beto", {"name": "Beto", "phone": "+5511988887777", "email": "b@b.co"}, line=5)
    decision = decide(read, (known,), "update")
    assert (decision.outcome, decision.kept, decision.same_as_line) == ("unchanged", ("phone",), 5)


def test_a_line_of_two_customers_is_refused() -> None:
    decision = decide(line("A", "11988887777", "b@b.co"), (ANA, BETO), "update")
    assert (decision.outcome, decision.code) == ("refused", "ambiguous")


def test_undoing_leaves_what_somebody_changed_since() -> None:
    before, written = {"name": "Ana", "email": None}, {"name": "Ana Lima", "email": "ana@b.co"}
    assert undo_of(before, written, {"name": "Ana L.", "email": "ana@b.co"}) == ({"email": None}, ("name",))
    assert undo_of(before, written, written) == (before, ())


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_comes_in_again_unchanged(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'=1", "''@", "'olá", "d'Ávila"])
def test_formulas_and_apostrophes_come_in_again_unchanged(text: str) -> None:
    assert unguarded(guarded(text)) == text
