"""Whom a webhook body of Meta's names. Pure."""

from dataclasses import dataclass, field
from typing import Any

NUMBER = "number"
BUSINESS_ACCOUNT = "business_account"
"""The kinds of reference of an account: how its index and the directory of accounts call them."""

NAMED_LIMIT = 1000
"""Meta puts at most 1000 updates into one body; more names than that are not looked at."""


@dataclass(slots=True)
class Named:
    """Whom a body names, in its order: the numbers it is about, and the business accounts.

    `beyond_numbers`: a change names no number, so that it is about a business account.
    """

    phone_number_ids: dict[str, None] = field(default_factory=dict)
    business_account_ids: dict[str, None] = field(default_factory=dict)
    beyond_numbers: bool = False


def named_in(payload: Any) -> Named:
    """The ids that a body carries where Meta puts them; whatever has another shape is passed over."""
    named = Named()
    for entry in _dicts(payload, "entry"):
        business = entry.get("id")
        if isinstance(business, str) and len(named.business_account_ids) < NAMED_LIMIT:
            named.business_account_ids[business] = None
        for change in _dicts(entry, "changes"):
            value = change.get("value")
            metadata = value.get("metadata") if isinstance(value, dict) else None
            number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
            if not isinstance(number, str):
                named.beyond_numbers = True
            elif len(named.phone_number_ids) < NAMED_LIMIT:
                named.phone_number_ids[number] = None
    return named


def _dicts(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
