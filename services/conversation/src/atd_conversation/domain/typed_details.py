"""What people type of a customer: phone numbers, e-mail addresses, dates, links. Each becomes one spelling, or None."""

import re
from datetime import date

from atd_conversation.domain.phones import canonical_phone

LONGEST_PHONE = 40
LONGEST_EMAIL = 254
"""RFC 5321, 4.5.3.1.3."""

LONGEST_LINK = 2_000

_BETWEEN_DIGITS = re.compile(r"[\s()./-]+")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_BRAZIL = "+55"
_NATIONAL_DIGITS = (10, 11)
_AREA_CODES = frozenset(
    str(code)
    for code in (
        *(*range(11, 20), 21, 22, 24, 27, 28, 31, 32, 33, 34, 35, 37, 38, *range(41, 50), 51, 53, 54, 55),
        *(*range(61, 70), 71, 73, 74, 75, 77, 79, *range(81, 90), *range(91, 100)),
    )
)
"""Area codes in use (Anatel)."""

_BRAZILIAN = re.compile(r"(?:9[0-9]{8}|[2-5][0-9]{7})")
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE
)
_LINK = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def typed_phone(typed: str) -> str | None:
    """E.164 of what somebody types; without a country it is Brazilian. A Brazilian mobile gets its ninth digit."""
    if len(typed) > LONGEST_PHONE or not typed.isascii():
        return None
    number = _BETWEEN_DIGITS.sub("", typed)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if not number.startswith("+"):
        number = number.removeprefix("0")
        is_national = len(number) in _NATIONAL_DIGITS
        if not is_national and not (number.startswith("55") and len(number) - 2 in _NATIONAL_DIGITS):
            return None
        number = f"{_BRAZIL}{number}" if is_national else f"+{number}"
    if not _E164.fullmatch(number):
        return None
    number = canonical_phone(number)
    if number.startswith(_BRAZIL):
        return number if number[3:5] in _AREA_CODES and _BRAZILIAN.fullmatch(number[5:]) else None
    return number


def typed_email(typed: str) -> str | None:
    """The address without spaces around it, its domain in lower case."""
    address = typed.strip()
    name, _, domain = address.rpartition("@")
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        return None
    if name.startswith(".") or name.endswith(".") or ".." in name:
        return None
    return f"{name}@{domain.lower()}"


def typed_link(typed: str) -> str | None:
    """An address of the web: `https://…` or `http://…`."""
    link = typed.strip()
    return link if len(link) <= LONGEST_LINK and _LINK.fullmatch(link) else None


def typed_date(typed: str) -> str | None:
    """A day of the calendar as `2026-03-01`, from the year 1900 to 2199. It has no time zone."""
    if not _DATE.fullmatch(typed):
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return typed if 1900 <= day.year < 2200 else None  # noqa: PLR2004 - said above
