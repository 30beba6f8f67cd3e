"""Whom a webhook body of Meta's names. Pure."""

from typing import Any

from atd_channelkit.accounts.spec import Reference
from atd_channelkit.webhooks.reader import NamedAccounts

NUMBER = "number"
BUSINESS_ACCOUNT = "business_account"
"""The kinds of reference of an account: how its index and the directory of accounts call them."""

NAMED_LIMIT = 1000
"""Meta puts at most 1000 updates into one body; more names than that are not looked at."""


def named_in(payload: Any) -> NamedAccounts:
    """The ids that a body carries where Meta puts them, in its order; whatever has another shape is passed over.

    A body is about its numbers, and about its business accounts too where a change names no number.
    """
    numbers: dict[Reference, None] = {}
    businesses: dict[Reference, None] = {}
    beyond_numbers = False
    for entry in _dicts(payload, "entry"):
        business = entry.get("id")
        if isinstance(business, str) and len(businesses) < NAMED_LIMIT:
            businesses[BUSINESS_ACCOUNT, business] = None
        for change in _dicts(entry, "changes"):
            value = change.get("value")
            metadata = value.get("metadata") if isinstance(value, dict) else None
            number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
            if not isinstance(number, str):
                beyond_numbers = True
            elif len(numbers) < NAMED_LIMIT:
                numbers[NUMBER, number] = None
    if beyond_numbers:
        return NamedAccounts((*numbers, *businesses))
    return NamedAccounts(tuple(numbers), tuple(businesses))


def _dicts(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
