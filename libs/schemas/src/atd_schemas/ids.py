"""Identifiers: UUIDv7 for what we make, UUIDv5 for what a provider made.

UUIDv7 (RFC 9562, section 5.7) sorts by time. UUIDv5 (section 5.5) of a provider's own identifier makes
the provider's duplicate the same event, whatever process received it and whenever.
"""

import hashlib
import os
import time
from uuid import UUID

# The namespace of every deterministic id. Changing it would make every duplicate a new event.
_NAMESPACE = UUID("0192d1a0-5c1e-7f6b-9a53-3f1d7f1c2b9e").bytes

_VERSION_7 = 0x7000
_VERSION_5 = 0x5000
_VARIANT = 0x8000


def _format(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def uuid7(unix_ms: int | None = None) -> str:
    """A new UUIDv7 as a string of 36 characters; `unix_ms` (milliseconds) defaults to the present time."""
    if unix_ms is None:
        unix_ms = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    high = _VERSION_7 | (random >> 68)
    low = (_VARIANT << 48) | (random & 0x3FFF_FFFF_FFFF_FFFF)
    return _format(f"{unix_ms:012x}{high:04x}{low:016x}")


def uuid5(*parts: str) -> str:
    """The same id for the same parts, on every machine and for ever.

    Parts are joined by a unit separator, so that `("a", "bc")` and `("ab", "c")` differ.
    """
    digest = hashlib.sha1(_NAMESPACE + "\x1f".join(parts).encode(), usedforsecurity=False).digest()
    high = _VERSION_5 | (int.from_bytes(digest[6:8], "big") & 0x0FFF)
    low = (_VARIANT << 48) | (int.from_bytes(digest[8:16], "big") & 0x3FFF_FFFF_FFFF_FFFF)
    return _format(f"{digest[:6].hex()}{high:04x}{low:016x}")


def provider_event_id(account_id: str, external_id: str, kind: str) -> str:
    """The id of an event that a provider sent: account, the provider's own id, and what happened to it."""
    return uuid5("provider", account_id, external_id, kind)
