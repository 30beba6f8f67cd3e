"""Whom a webhook body of Meta's names. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from atd_channelkit.accounts.spec import Reference
from atd_ingest_meta.ids import meta_id

PAGE = "page"
INSTAGRAM = "instagram"
"""The kinds of reference of an account: how its index and the directory of accounts call them.

They are also what Meta calls the object of a body. A page can have two accounts, one for Messenger and one for its
comments.
"""

NAMED_LIMIT = 1000
"""Meta puts at most 1000 updates into one body; more names than that are not looked at."""

MENTIONED_LIMIT = 100
"""Places of ids that are looked at in a body that is not proven yet."""

_OBJECTS = frozenset((PAGE, INSTAGRAM))
_NAME = b'"id"'
_ID = re.compile(rb'\s{0,8}:\s{0,8}"?([0-9]{1,32})"?\s{0,8}(?:,\s{0,8}"(time|messaging|standby|changes|field)")?')
_AFTER_TIME = re.compile(rb'"time"\s{0,8}:\s{0,8}[0-9]{1,16}\s{0,8},\s{0,8}\Z')
_BEFORE = 64


def named_in(payload: Any) -> Sequence[Reference]:
    """The pages or Instagram accounts that a body is about, in its order; other shapes are passed over."""
    kind = payload.get("object") if isinstance(payload, dict) else None
    entries = payload.get("entry") if isinstance(payload, dict) else None
    if not isinstance(kind, str) or kind not in _OBJECTS or not isinstance(entries, list):
        return ()
    ids = (meta_id(entry.get("id")) for entry in entries[:NAMED_LIMIT] if isinstance(entry, dict))
    return tuple(dict.fromkeys((kind, one) for one in ids if one is not None))


def mentioned_in(raw: bytes) -> Sequence[Reference]:
    """Ids that stand in the bytes of a body where entries have theirs; else any ids, before anything is known of it.

    People have ids too, in other places: they are looked up only when nothing looks like the id of an entry. What a
    customer writes cannot look like one: quotes within a JSON text have a backslash before them.
    """
    of_entries: dict[str, None] = {}
    others: dict[str, None] = {}
    at = raw.find(_NAME)
    for _ in range(MENTIONED_LIMIT):
        if at < 0:
            break
        if (match := _ID.match(raw, at + len(_NAME))) is not None:
            is_of_entry = match[2] is not None or _AFTER_TIME.search(raw[max(at - _BEFORE, 0) : at]) is not None
            (of_entries if is_of_entry else others)[match[1].decode()] = None
        at = raw.find(_NAME, at + len(_NAME))
    return tuple((kind, one) for kind in (PAGE, INSTAGRAM) for one in of_entries or others)
