"""What one line of a file says of a customer, and why it cannot be taken."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from atd_conversation.domain.contact_record import LONGEST_ADDRESS, LONGEST_NAME
from atd_conversation.domain.imports.columns import IGNORED, Column
from atd_conversation.domain.imports.rows import Row
from atd_conversation.domain.phones import number_of
from atd_conversation.domain.tax_numbers import tax_number
from atd_conversation.domain.typed_details import typed_date, typed_email, typed_phone

MAX_SHOWN = 100
"""Characters of a wrong value that the report repeats."""

_LONGEST_SIGN = 100
_LINE_BREAKS = re.compile(r"\s*[\r\n\t]+\s*")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")

Read = Callable[[str], Any]
"""Reads a cell that is not empty; None: it is wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line is not taken: `code`, the column it stands in, and what stands there."""

    code: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says: values by field, and under which keys the customer may be known already."""

    number: int
    values: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def line_of(row: Row, columns: Sequence[Column], readers: Mapping[str, Read]) -> Line:
    """The line of a row. A line with any problem is not taken at all."""
    if row.problem is not None:
        return Line(row.number, problems=(Problem(row.problem),))
    values: dict[str, Any] = {}
    problems = []
    for column in columns:
        cell = unguarded(row.cells[column.index]).strip() if column.index < len(row.cells) else ""
        if column.field == IGNORED or not cell:
            continue
        value = readers[column.field](cell)
        if value is None:
            problems.append(Problem(f"{_kind(column.field)}_invalid", column.name, cell[:MAX_SHOWN]))
        else:
            values[column.field] = value
    _join_names(values)
    if not problems and not values.keys() & {"name", "phone", "email", "document"}:
        problems.append(Problem("nobody"))
    return Line(row.number, values, () if problems else signs_of_values(values), tuple(problems))


def readers(more: Mapping[str, Read]) -> dict[str, Read]:
    """How each field's cells are read; `more`: those that this tenant's contacts have besides."""
    names = dict.fromkeys(("name", "first_name", "last_name"), read_name)
    details = {"document": tax_number, "birthday": read_birthday, "address": read_address}
    return {**names, "phone": read_phone, "email": typed_email, **details, **more}


def read_name(cell: str) -> str | None:
    """A name on one line."""
    return _one_line(cell, LONGEST_NAME)


def read_phone(cell: str) -> str | None:
    """E.164. What a spreadsheet adds (`'`, `tel:`) is no part of it; what it made of a number (`5,5E+12`) is wrong."""
    return typed_phone(cell.removeprefix("'").removeprefix("tel:").strip())


def read_birthday(cell: str) -> str | None:
    """A day as it is stored."""
    return typed_date(read_date(cell))


def read_address(cell: str) -> str | None:
    """An address on one line."""
    return _one_line(cell, LONGEST_ADDRESS)


def _one_line(cell: str, longest: int) -> str | None:
    text = _LINE_BREAKS.sub(" ", cell).strip()
    return None if len(text) > longest or any(unicodedata.category(one) == "Cc" for one in text) else text


def read_date(cell: str) -> str:
    """A day as Brazil or ISO 8601 writes it, as `2026-03-01`; anything else as it is."""
    found = _DAY_FIRST.fullmatch(cell.strip())
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else cell.strip()


def signs_of_values(values: Mapping[str, Any]) -> tuple[str, ...]:
    """By what two lines, or a line and a contact, are of one person: signs as records have them (`duplicates.py`)."""
    phone, email, document = values.get("phone"), values.get("email"), values.get("document")
    found = [f"p:{number_of(phone)}"] if phone else []
    found += [f"e:{email.strip().lower()}"] if email else []
    found += [f"d:{document}"] if document else []
    return tuple(sign[:_LONGEST_SIGN] for sign in found)


FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, "CSV injection"): an apostrophe in front of it.

    One that begins with apostrophes before such a sign gets one more, so that `unguarded` gives back what was there.
    """
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA_SIGNS) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_SIGNS) else cell


def _join_names(values: dict[str, Any]) -> None:
    first, last = values.pop("first_name", None), values.pop("last_name", None)
    if "name" not in values and (first or last):
        values["name"] = " ".join(part for part in (first, last) if part)[:LONGEST_NAME]


def _kind(column_field: str) -> str:
    return "field" if column_field.startswith("fields.") else column_field
