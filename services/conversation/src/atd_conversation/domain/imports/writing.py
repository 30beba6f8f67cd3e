"""Contacts as lines of a CSV file that opens right in a spreadsheet, and comes in again as it went out.

UTF-8 with a byte order mark, semicolons, CRLF: what Excel expects in Brazil and most of Europe. A phone is written with
spaces, which no spreadsheet takes for a number; other cells that look like formulas are guarded (`lines.guarded`).
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.imports.columns import guessed
from atd_conversation.domain.imports.custom import PREFIX, written_value
from atd_conversation.domain.imports.lines import guarded
from atd_conversation.domain.imports.records import known_values
from atd_conversation.domain.tax_numbers import formatted_document

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_HEADS = {
    "pt-BR": ("Nome", "Telefone", "E-mail", "CPF ou CNPJ", "Nascimento", "Endereço"),
    "en": ("Name", "Phone", "Email", "CPF ou CNPJ", "Birthday", "Address"),
    "es": ("Nombre", "Teléfono", "Correo", "CPF ou CNPJ", "Fecha de nacimiento", "Dirección"),
}
_FIELDS = ("name", "phone", "email", "document", "birthday", "address")
_BRAZIL, _BRAZILIAN_MOBILE = "+55", 14
_ONE_DIGIT, _TWO_DIGITS = ("1", "7"), 3


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of an export: fields, and what they are called."""

    fields: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, language: str, custom: Sequence[tuple[str, str]]) -> "Sheet":
        """`custom`: the tenant's own fields by key and label; one that would be taken for another goes by its key."""
        fields = (*_FIELDS, *(f"{PREFIX}{key}" for key, _ in custom))
        names = (*_HEADS[language], *(label for _, label in custom))
        more = [(f"{PREFIX}{key}", label) for key, label in custom]
        understood = guessed(names, more)
        return cls(
            fields,
            tuple(
                name if column.field == field else field
                for name, field, column in zip(names, fields, understood, strict=True)
            ),
        )

    def head(self) -> bytes:
        """The first line, after the byte order mark."""
        return BYTE_ORDER_MARK + _lines([[guarded(name) for name in self.names]])

    def lines(self, contacts: Iterable[Contact]) -> bytes:
        """One line for each contact."""
        return _lines([self._cells(contact) for contact in contacts])

    def _cells(self, contact: Contact) -> list[str]:
        values = known_values(contact)
        return [_cell(field, values[field]) if field in values else "" for field in self.fields]


def written_phone(e164: str) -> str:
    """The number with spaces: `+55 11 98888-7777`."""
    if e164.startswith(_BRAZIL) and len(e164) in (_BRAZILIAN_MOBILE, _BRAZILIAN_MOBILE - 1):
        return f"{e164[:3]} {e164[3:5]} {e164[5:-4]}-{e164[-4:]}"
    country = 1 if e164[1:2] in _ONE_DIGIT else _TWO_DIGITS - 1
    return f"{e164[: country + 1]} {e164[country + 1 :]}"


def _cell(field: str, value: object) -> str:
    if field == "phone":
        return written_phone(str(value))
    if field == "document":
        return formatted_document(str(value))
    return guarded(written_value(value))


def _lines(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
