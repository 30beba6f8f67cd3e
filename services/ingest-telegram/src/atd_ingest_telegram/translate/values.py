"""What single values of Telegram's JSON mean. Pure."""

import re
from typing import Any

from atd_channelkit.webhooks.values import LABEL_LIMIT, NAME_LIMIT, Json

_LARGEST_ID = 2**63 - 1
"""Telegram's ids have up to 52 bits."""

_PHONE_DIGITS = re.compile(r"[0-9]{7,15}", re.ASCII)  # E.164: at most 15 digits
_BETWEEN_DIGITS = re.compile(r"[ ().\-\u00a0]")


def number_id(value: Any) -> int | None:
    """An id of a chat, a person or a message: an integer, negative for groups."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < abs(value) <= _LARGEST_ID:
        return None
    return value


def name_of(holder: Json) -> str | None:
    """What a person or a chat is called: the title, or first and last name."""
    parts = [holder.get(one) for one in ("title", "first_name", "last_name")]
    name = " ".join(one for one in parts if isinstance(one, str) and one).strip()
    return name[:NAME_LIMIT] or None


def username_of(holder: Json) -> str | None:
    """The username of a person or a chat, without `@`."""
    found = holder.get("username")
    return found[:NAME_LIMIT] if isinstance(found, str) and found else None


def phone_of(value: Any) -> str | None:
    """E.164 of a number as Telegram writes it: with the country's code, with or without `+`."""
    if not isinstance(value, str) or len(value) > LABEL_LIMIT:
        return None
    digits = _BETWEEN_DIGITS.sub("", value.strip().removeprefix("+"))
    return f"+{digits}" if _PHONE_DIGITS.fullmatch(digits) else None
