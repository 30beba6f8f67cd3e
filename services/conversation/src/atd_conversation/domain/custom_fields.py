"""Custom fields of customers' records: what a tenant defined, and the values that fit."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from atd_conversation.domain.catalogue import TenantSettings
from atd_conversation.domain.catalogue_kinds import CONTACT_FIELD
from atd_conversation.domain.typed_details import typed_date, typed_email, typed_link, typed_phone
from atd_schemas.views import FieldValue

FieldType = Literal["text", "number", "date", "yes_no", "choice", "choices", "link", "email", "phone"]

LONGEST_TEXT = 2_000
LARGEST_NUMBER = 10**15
"""What a client can hold exactly, decimals aside."""


class WrongValue(ValueError):
    """The value does not fit the field; the text says what would."""


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One custom field. `options` are the values that a choice can have; who is `archived` takes no new values."""

    key: str
    type: FieldType
    required: bool = False
    options: tuple[str, ...] = ()
    archived: bool = False


def definitions_of(settings: TenantSettings) -> dict[str, FieldDefinition]:
    """The custom fields of a tenant by key, archived ones too."""
    found = {}
    for item in settings.of(CONTACT_FIELD).values():
        values = item.values
        options = tuple(option["value"] for option in values.get("options", ()))
        found[values["key"]] = FieldDefinition(
            values["key"], values["type"], values.get("required", False), options, archived=item.archived
        )
    return found


def checked_fields(
    definitions: Mapping[str, FieldDefinition], given: Mapping[str, Any]
) -> tuple[dict[str, FieldValue | None], dict[str, str]]:
    """The values as they are stored, and by key what is wrong with those that do not fit."""
    values: dict[str, FieldValue | None] = {}
    wrong: dict[str, str] = {}
    for key, value in given.items():
        definition = definitions.get(key)
        try:
            if definition is None:
                raise WrongValue("is not a custom field")
            values[key] = checked_value(definition, value)
        except WrongValue as error:
            wrong[key] = str(error)
    return values, wrong


def missing_fields(definitions: Mapping[str, FieldDefinition], given: Collection[str]) -> dict[str, str]:
    """The required fields that a new record lacks."""
    wanted = (one for one in definitions.values() if one.required and not one.archived)
    return {one.key: "is required" for one in wanted if one.key not in given}


def checked_value(definition: FieldDefinition, value: Any) -> FieldValue | None:
    """The value as it is stored; None, an empty text and an empty list take it away. Raises `WrongValue`."""
    if value is None or value in ("", []) or (isinstance(value, str) and not value.strip()):
        if definition.required:
            raise WrongValue("is required")
        return None
    if definition.archived:
        raise WrongValue("is archived and takes no new values")
    return _CHECKS[definition.type](definition, value)


def _text(_: FieldDefinition, value: Any) -> FieldValue:
    if not isinstance(value, str):
        raise WrongValue("must be a text")
    text = value.strip()
    if len(text) > LONGEST_TEXT:
        raise WrongValue(f"must have at most {LONGEST_TEXT} characters")
    return text


def _number(_: FieldDefinition, value: Any) -> FieldValue:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise WrongValue("must be a number")
    if abs(value) > LARGEST_NUMBER:
        raise WrongValue("must be between -10^15 and 10^15")
    return int(value) if value == int(value) else value


def _yes_no(_: FieldDefinition, value: Any) -> FieldValue:
    if not isinstance(value, bool):
        raise WrongValue("must be true or false")
    return value


def _choice(definition: FieldDefinition, value: Any) -> FieldValue:
    if not isinstance(value, str) or value not in definition.options:
        raise WrongValue("must be one of the options")
    return value


def _choices(definition: FieldDefinition, value: Any) -> FieldValue:
    if not isinstance(value, list | tuple) or any(one not in definition.options for one in value):
        raise WrongValue("must be a list of options")
    return tuple(one for one in definition.options if one in value)


def _typed(read: Callable[[str], str | None], wanted: str) -> Callable[[FieldDefinition, Any], FieldValue]:
    def check(_: FieldDefinition, value: Any) -> FieldValue:
        found = read(value) if isinstance(value, str) else None
        if found is None:
            raise WrongValue(wanted)
        return found

    return check


_CHECKS: Mapping[FieldType, Callable[[FieldDefinition, Any], FieldValue]] = {
    "text": _text,
    "number": _number,
    "date": _typed(typed_date, "must be a date such as 2026-03-01"),
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "link": _typed(typed_link, "must be a link such as https://example.com"),
    "email": _typed(typed_email, "must be an e-mail address"),
    "phone": _typed(typed_phone, "must be a phone number, with its area code"),
}
