"""Between the fields of a file and those of a customer's record."""

from collections.abc import Mapping
from typing import Any

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.imports.custom import PREFIX

_SHOWN = ("name", "document", "birthday", "address")


def edit_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a line as an edit of a record."""
    plain = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
    custom = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
    return {**plain, "fields": custom} if custom else plain


def known_values(contact: Contact) -> dict[str, Any]:
    """What is recorded of a customer, by the names of a file's fields; what is only claimed is not."""
    record = contact.record
    found: dict[str, Any] = {
        "name": contact.name,
        "phone": contact.shown_phone,
        "email": contact.shown_email,
        "document": record.document,
        "birthday": record.birthday,
        "address": record.address,
        **{f"{PREFIX}{key}": value for key, value in record.fields.items()},
    }
    return {name: value for name, value in found.items() if value is not None}


def is_as_imported(contact: Contact, after: Mapping[str, Any]) -> bool:
    """Whether a record is as the import made it: nobody has changed it, and no channel told more of it."""
    return contact.values() == dict(after) and not contact.absorbed
