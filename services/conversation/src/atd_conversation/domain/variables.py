"""The variables of quick and automatic replies (`atd_servicekit.text_variables` reads and fills texts)."""

from collections.abc import Collection

from atd_conversation.domain.refusals import Refusal
from atd_servicekit.text_variables import Mistake
from atd_servicekit.text_variables import mistakes_in as mistakes_where

FIELDS = "contact.fields."
"""What stands before the key of a customer's own field."""

VARIABLES: tuple[str, ...] = (
    "contact.name",
    "contact.first_name",
    "contact.phone",
    "contact.email",
    "conversation.number",
    "attendant.name",
    "attendant.first_name",
    "channel.name",
)
"""Every variable there is, without customers' own fields, in the order in which a person is offered them."""


def mistakes_in(text: str, custom_fields: Collection[str] | None = None) -> tuple[Mistake, ...]:
    """Everything that keeps a text from being saved, in the order of the text.

    `custom_fields` are the keys of the company's own fields of customers; None: any key is taken.
    """
    return mistakes_where(text, lambda name: _is_known(name, custom_fields))


def check_variables(text: str, field_name: str, custom_fields: Collection[str] | None = None) -> None:
    """Raises `Refusal` `broken_variable`, `unknown_variable` or `too_many`, which names the first place."""
    for mistake in mistakes_in(text, custom_fields):
        place = f"line {mistake.line}, column {mistake.column}"
        raise Refusal(mistake.code, f"{place}: {mistake.detail}", field_name)


def first_name(name: str | None) -> str | None:
    """The first word of a name that has a letter in it."""
    return next((word for word in (name or "").split() if any(one.isalpha() for one in word)), None)


def _is_known(name: str, custom_fields: Collection[str] | None) -> bool:
    if name.startswith(FIELDS):
        key = name.removeprefix(FIELDS)
        return "." not in key and (custom_fields is None or key in custom_fields)
    return name in VARIABLES
