"""What people write down of a customer, beside what channels tell.

Nothing of it is proven and nobody is recognised by it: a phone that an attendant typed joins no contacts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from atd_schemas.views import BlockView, FieldValue, Named

LONGEST_NAME = 120
LONGEST_ADDRESS = 300
LONGEST_REASON = 300
DETAILS = ("phone", "email", "document", "birthday", "address")
"""The fields of a record beside the name and the custom fields, as the API names them."""


@dataclass(frozen=True, slots=True)
class Block:
    """That a customer is blocked. `by` is absent when it came with a record that was merged into this one."""

    at: datetime
    by: Named | None = None
    reason: str | None = None

    def view(self) -> BlockView:
        return BlockView(reason=self.reason, by=self.by, at=self.at)


class FieldChange(NamedTuple):
    """When a field changed last: the contact's version then, and who did it (None: the product or a channel)."""

    version: int
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What people wrote down. `fields` has the custom fields by their key; a date is `2026-03-01`.

    `named`: they gave the contact its name, and what a channel tells does not change it any more.
    """

    named: bool = False
    phone: str | None = None
    email: str | None = None
    document: str | None = None
    birthday: str | None = None
    address: str | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    def edited(self, wanted: Mapping[str, Any]) -> "Record":
        """The record with these values; of `fields` only those named change, and None removes one."""
        details = {name: wanted[name] for name in (*DETAILS, "named") if name in wanted}
        fields = dict(self.fields)
        for key, value in wanted.get("fields", {}).items():
            if value is None:
                fields.pop(key, None)
            else:
                fields[key] = value
        return replace(self, **details, fields=fields)
