"""Whom a webhook body of Meta's names. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from atd_channelkit.accounts.spec import Reference

NUMBER = "number"
BUSINESS_ACCOUNT = "business_account"
"""The kinds of reference of an account: how its index and the directory of accounts call them."""

NAMED_LIMIT = 1000
"""Meta puts at most 1000 updates into one body; more names than that are not looked at."""

MENTIONED_LIMIT = 100
"""Places of each kind of id that are looked at in a body that is not proven yet."""

_IN_BYTES = ((NUMBER, b'"phone_number_id"'), (BUSINESS_ACCOUNT, b'"id"'))
_ID = re.compile(rb'\s{0,8}:\s{0,8}"([0-9]{1,32})"')


def named_in(payload: Any) -> Sequence[Reference]:
    """The ids that a body is about, where Meta puts them, in its order; whatever has another shape is passed over.

    Those of its numbers, and of its business accounts too where a change names no number.
    """
    numbers: dict[Reference, None] = {}
    beyond_numbers = False
    entries = _dicts(payload, "entry")
    for entry in entries:
        for change in _dicts(entry, "changes"):
            value = change.get("value")
            metadata = value.get("metadata") if isinstance(value, dict) else None
            number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
            if not isinstance(number, str):
                beyond_numbers = True
            elif len(numbers) < NAMED_LIMIT:
                numbers[NUMBER, number] = None
    if not beyond_numbers:
        return tuple(numbers)
    ids = (entry.get("id") for entry in entries[:NAMED_LIMIT])
    return (*numbers, *dict.fromkeys((BUSINESS_ACCOUNT, one) for one in ids if isinstance(one, str)))


def mentioned_in(raw: bytes) -> Sequence[Reference]:
    """Ids of numbers and business accounts that stand in the bytes of a body, before anything is known of it.

    What a customer writes cannot look like one: quotes within a JSON text have a backslash before them.
    """
    found: dict[Reference, None] = {}
    for kind, name in _IN_BYTES:
        at = raw.find(name)
        for _ in range(MENTIONED_LIMIT):
            if at < 0:
                break
            at += len(name)
            if (match := _ID.match(raw, at)) is not None:
                found[kind, match[1].decode()] = None
            at = raw.find(name, at)
    return tuple(found)


def _dicts(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
