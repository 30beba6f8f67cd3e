"""Custom fields in a file: how a cell is read by the type of its field, and written so that it is read the same."""

import re
from collections.abc import Mapping
from typing import Any

from atd_conversation.domain.custom_fields import FieldDefinition, WrongValue, checked_value
from atd_conversation.domain.imports.lines import Read, read_date
from atd_servicekit.text_folding import folded

PREFIX = "fields."
"""What the name of a custom field begins with among the fields that a column can fill."""

_YES = frozenset({"sim", "s", "si", "yes", "y", "true", "verdadeiro", "verdadero", "1", "x"})
_NO = frozenset({"nao", "n", "no", "false", "falso", "0"})
_BETWEEN_CHOICES = re.compile(r"\s*[|;]\s*")


def custom_readers(definitions: Mapping[str, FieldDefinition]) -> dict[str, Read]:
    """How the columns of custom fields are read; those that are archived cannot be filled."""
    return {f"{PREFIX}{key}": _reader(one) for key, one in definitions.items() if not one.archived}


def read_number(cell: str) -> int | float | None:
    """A number with a decimal comma or point; both at once: the last one is decimal."""
    text = cell.strip().replace("\u00a0", "").replace(" ", "")
    if "," in text and text.rfind(",") > text.rfind("."):
        text = text.replace(".", "").replace(",", ".")
    else:
        text = text.replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def written_value(value: Any) -> str:
    """The cell of a value."""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, float):
        return repr(value).replace(".", ",") if "e" not in repr(value) else repr(value)
    return "|".join(value) if isinstance(value, tuple | list) else str(value)


def _reader(definition: FieldDefinition) -> Read:
    def read(cell: str) -> Any:
        try:
            return checked_value(definition, _plain(definition, cell))
        except WrongValue:
            return None

    return read


def _plain(definition: FieldDefinition, cell: str) -> Any:
    """The cell as the API would give it."""
    match definition.type:
        case "number":
            return read_number(cell)
        case "date":
            return read_date(cell)
        case "yes_no":
            word = folded(cell.strip())
            return True if word in _YES else False if word in _NO else cell
        case "choice":
            return _option(definition, cell)
        case "choices":
            return [_option(definition, one) for one in _BETWEEN_CHOICES.split(cell.strip()) if one]
        case _:
            return cell


def _option(definition: FieldDefinition, cell: str) -> str:
    """The option that is meant, whatever its case and accents."""
    exact = cell.strip()
    same = (one for one in definition.options if folded(one) == folded(exact))
    return exact if exact in definition.options else next(same, exact)
