"""What the columns of a file are taken for, guessed by their names; a person has the last word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atd_conversation.domain.channels.brand_names import NAMES_OF_PHONES
from atd_servicekit.text_folding import folded

IGNORED = "ignore"
PLAIN_FIELDS = ("name", "first_name", "last_name", "phone", "email", "document", "birthday", "address")
"""What every tenant's contacts have. `first_name` and `last_name` are joined to a name."""

_NAMES: dict[str, tuple[str, ...]] = {
    "email": ("email", "e mail", "mail", "correo", "correo electronico", "endereco de email", "e mail address"),
    "phone": (
        *("phone", "telefone", "celular", "fone", "tel", "movel", "mobile", "telefono", "movil", *NAMES_OF_PHONES),
        *("numero", "phone number", "mobile phone", "telefone celular", "phone 1 value", "telefone 1", "contato"),
    ),
    "document": ("document", "documento", "cpf", "cnpj", "cpf cnpj", "cpf ou cnpj"),
    "birthday": ("birthday", "nascimento", "data de nascimento", "aniversario", "cumpleanos", "fecha de nacimiento"),
    "address": ("address", "endereco", "direccion"),
    "first_name": ("first name", "primeiro nome", "given name", "nombre de pila"),
    "last_name": ("last name", "sobrenome", "family name", "apellido", "apellidos"),
    "name": ("name", "nome", "nombre", "cliente", "nome completo", "full name", "nombre completo", "razao social"),
}
_BETWEEN_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place from 0, its name in the file, and the field that it fills."""

    index: int
    name: str
    field: str = IGNORED


def guessed(names: Sequence[str], more: Iterable[tuple[str, str]] = ()) -> tuple[Column, ...]:
    """The columns with the field that each looks like, no field twice; `more` are further (field, name)."""
    known = {_plain(name): field for field, spellings in _NAMES.items() for name in spellings}
    for field, name in more:
        known.setdefault(_plain(name), field)
        known.setdefault(_plain(field), field)
    taken: set[str] = set()
    columns = []
    for index, name in enumerate(names):
        field = known.get(_plain(name), IGNORED)
        if field in taken:
            field = IGNORED
        taken.add(field)
        columns.append(Column(index, name, field))
    return tuple(columns)


def _plain(name: str) -> str:
    return _BETWEEN_WORDS.sub(" ", folded(name)).strip()
