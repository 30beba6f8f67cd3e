"""What single values of a provider's JSON mean, and how much of one is taken. Pure.

A customer, or whoever can write in a customer's name, chooses these values: each has a bound, and nothing that is
made of them can be refused by a store further on (no integer beyond 64 bits, no key with `$` or NUL).
"""

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

ID_LIMIT = 512
"""Ids of providers have up to about 140 characters."""

NAME_LIMIT = 256
"""Channels allow 25 to 128; a body that repeats a long name must not become many long events."""

TEXT_LIMIT = 65_536
"""Characters of a text or caption; no channel carries more."""

LABEL_LIMIT = 1024
"""Characters of anything short: a title, a place, a name on a card."""

LINK_LIMIT = 4096
FILE_NAME_LIMIT = 255

_EXTENSION_LIMIT = 16
_LARGEST_INTEGER = 2**63 - 1
_DEPTH_LIMIT = 8
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))  # control, format (text direction too) and line separators


def id_of(value: Any) -> str | None:
    """An id of a provider's: a text of sensible length."""
    return value if isinstance(value, str) and 0 < len(value) <= ID_LIMIT else None


def is_blank(text: str) -> bool:
    """Whether nobody would see anything of it."""
    return not text or text.isspace()


def label_of(value: Any, limit: int = LABEL_LIMIT) -> str | None:
    """A short text; nothing when it is empty or none."""
    return value[:limit] if isinstance(value, str) and value else None


def link_of(value: Any) -> str | None:
    """A web address of sensible length."""
    fits = isinstance(value, str) and len(value) <= LINK_LIMIT and value.lower().startswith(("https://", "http://"))
    return value if fits else None


def number_of(value: Any) -> int | float | None:
    """A number that JSON, Python and MongoDB can hold alike."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER else None


def file_name_of(value: Any) -> str | None:
    """The name of a file as it was sent, without folders and hidden characters, at most 255 characters long.

    Of a longer one the extension stays.
    """
    if not isinstance(value, str):
        return None
    last = value.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in last if unicodedata.category(c) not in _HIDDEN).strip()
    if name in ("", ".", ".."):
        return None
    if len(name) > FILE_NAME_LIMIT:
        stem, dot, extension = name.rpartition(".")
        tail = dot + extension if stem and len(extension) <= _EXTENSION_LIMIT else ""
        name = name[: FILE_NAME_LIMIT - len(tail)] + tail
    return name


def storable(value: Any, depth: int = 0) -> Any:
    """The value with nothing in it that a document could not hold: as text, where it had to become another.

    Deeper than eight levels everything is left out.
    """
    if isinstance(value, Mapping):
        if depth >= _DEPTH_LIMIT:
            return None
        return {_key(key): storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return None if depth >= _DEPTH_LIMIT else [storable(item, depth + 1) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST_INTEGER:
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _key(key: str) -> str:
    clean = key[:LABEL_LIMIT].replace("\0", "")
    return f"_{clean[1:]}" if clean.startswith("$") else clean


def shown(value: Any) -> str:
    """A provider's keyword for a problem: short, and only when it is a text."""
    return f"'{plain(value)}'" if isinstance(value, str) else "missing" if value is None else type(value).__name__


def plain(text: str, limit: int = 40) -> str:
    """A provider's keyword, short and printable."""
    return "".join(c if c.isprintable() else "?" for c in text[:limit])
