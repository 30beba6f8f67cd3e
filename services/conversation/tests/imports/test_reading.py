"""How a CSV file is read: encoding, delimiter, rows, columns."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_conversation.domain.imports.columns import guessed
from atd_conversation.domain.imports.rows import MAX_COLUMNS, MAX_ROWS, Row, TooManyRows, rows_of
from atd_conversation.domain.imports.sniffing import MAX_FIELD, sniff

TEXT = "nome;telefone;email\r\nJoão \u2013 Conceição;11 98888-7777;joao@exemplo.com\r\n"


@pytest.mark.parametrize(
    ("data", "encoding", "bom"),
    [
        (TEXT.encode(), "utf-8", False),
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8", True),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le", True),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be", True),
        (TEXT.encode("utf-16-le"), "utf-16-le", False),
        (TEXT.encode("utf-16-be"), "utf-16-be", False),
        (TEXT.encode("windows-1252"), "windows-1252", False),
        (b"nome;email\r\nAna;ana@exemplo.com\r\n", "utf-8", False),
    ],
)
def test_the_encoding_is_found_and_the_dash_is_one(data: bytes, encoding: str, *, bom: bool) -> None:
    written = sniff(data)
    assert (written.encoding, written.bom, written.delimiter, written.header) == (encoding, bom, ";", True)
    rows = list(rows_of(data, written))
    assert rows[0].cells[0] == "nome"
    assert rows[1].problem is None
    if b"Ana" not in data:
        assert rows[1].cells[0] == "João \u2013 Conceição"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(encoding: str) -> None:
    data = "email,nome\nana@exemplo.com,Ana\n".encode(encoding)
    header = next(rows_of(data, sniff(data)))
    assert header.cells == ("email", "nome")
    assert [column.field for column in guessed(header.cells)] == ["email", "name"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_though_others_stand_in_the_texts(delimiter: str) -> None:
    rows = [["nome", "nota"], ['"Silva, Ana"', '"a; b"'], ["Beto", "c"], ["Caio", "d"]]
    data = "\n".join(delimiter.join(row) for row in rows).encode()
    assert sniff(data).delimiter == delimiter


def test_the_delimiter_that_excel_names_in_the_first_line_is_taken() -> None:
    data = b"sep=,\r\nnome,email\r\nAna,a@b.co\r\n"
    written = sniff(data)
    assert written.delimiter == ","
    assert [row.cells for row in rows_of(data, written)] == [("nome", "email"), ("Ana", "a@b.co")]


def test_a_quoted_line_break_begins_no_new_row_and_numbers_are_those_of_the_spreadsheet() -> None:
    data = b'nome;nota\n"Ana";"uma\nduas\r\nlinhas"\n\nBeto;"disse ""oi"""\n'
    assert list(rows_of(data, sniff(data))) == [
        Row(1, ("nome", "nota")),
        Row(2, ("Ana", "uma\nduas\r\nlinhas")),
        Row(4, ("Beto", 'disse "oi"')),
    ]


@pytest.mark.parametrize(
    ("data", "number", "problem"),
    [
        (b"nome;email\nAna;a@b.co\nBeto;\x81\xe3\n" + b"Jos\xe9;j@b.co\n" * 3, 3, "damaged"),
        ("nome;email\nJosé;a@b.co\nZoë;z@b.co\n".encode() + b"Jo\xe3o;j@b.co\n", 4, "damaged"),
        (b"nome;email\nAna\x00;a@b.co\n", 2, "damaged"),
        (b'nome;email\nAna;"a@b.co\nBeto;b@b.co\nCaio;c@b.co\n', 2, "quote_not_closed"),
        (b"nome\n" + b";" * MAX_COLUMNS + b"x\n", 2, "too_many_columns"),
        (b"nome;email\nAna;" + b"x" * (MAX_FIELD + 1) + b"\n", 2, "too_long"),
        (b'nome;email\nAna;"' + b"x\n" * 200_000, 2, "quote_not_closed"),
        (b"\xff\xfe" + "nome;email\nAna;a@b.co\n".encode("utf-16-le") + b"\x00\xd8;\x00b\x00\n\x00", 3, "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_by_line(data: bytes, number: int, problem: str) -> None:
    wrong = [(row.number, row.problem) for row in rows_of(data, sniff(data)) if row.problem]
    assert wrong == [(number, problem)]


def test_what_is_shown_of_a_damaged_line_can_be_stored() -> None:
    data = b"nome;email\nBeto;\x81\xe3\nJos\xe9;x\n"
    for row in rows_of(data, sniff(data, encoding="windows-1252")):
        "".join(row.cells).encode()


def test_a_file_without_a_header_is_told_by_its_values() -> None:
    assert sniff(b"Ana;ana@exemplo.com\nBeto;beto@exemplo.com\n").header is False
    assert sniff(b"Ana;11 98888-7777\n").header is False


def test_what_a_person_says_of_the_file_stands() -> None:
    written = sniff(TEXT.encode(), encoding="windows-1252", delimiter=",", header=False)
    assert (written.encoding, written.delimiter, written.header) == ("windows-1252", ",", False)


def test_a_file_with_too_many_rows_is_given_up() -> None:
    data = b"nome\n" + b"A\n" * (MAX_ROWS + 1)
    with pytest.raises(TooManyRows):
        list(rows_of(data, sniff(data)))


def test_fifty_thousand_lines_are_read() -> None:
    data = ("nome;nota\r\n" + '"Cliente";"uma\r\nduas"\r\n' * 50_000).encode("windows-1252")
    assert sum(1 for _ in rows_of(data, sniff(data))) == 50_001


def test_columns_are_guessed_by_their_names_in_three_languages_and_none_twice() -> None:
    names = ["E-mail", "Nome Completo", "Celular", "WhatsApp", "Cor", "CPF do titular"]
    columns = guessed(names, [("field:color", "cor"), ("document", "CPF do titular")])
    assert [one.field for one in columns] == ["email", "name", "phone", "ignore", "field:color", "document"]


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    rows = list(rows_of(data, sniff(data)))
    assert [row.number for row in rows] == sorted(row.number for row in rows)
    for row in rows:
        "".join(row.cells).encode()


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffd"), max_size=30)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8), st.sampled_from([";", ",", "\t"]))
def test_what_was_written_is_what_is_read(written: Any, delimiter: Any) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *written])
    data = file.getvalue().encode("utf-8-sig")
    read = list(rows_of(data, sniff(data, delimiter=delimiter)))
    assert [row.cells for row in read[1:]] == [row for row in written if any(cell.strip() for cell in row)]
    assert not any(row.problem for row in read)
