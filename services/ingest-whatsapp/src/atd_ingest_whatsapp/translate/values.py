"""What single values of WhatsApp's JSON mean, beside those of every channel (`atd_channelkit.webhooks.values`)."""

import base64
import binascii
import re
from typing import Any

from atd_channelkit.webhooks.values import LABEL_LIMIT

_WRITTEN_PHONE = re.compile(r"\+[0-9][0-9 ().\-\u00a0\u2010-\u2013]*")
_PHONE_DIGITS = range(7, 16)  # E.164: at most 15 digits
_SHA256_BYTES = 32


def phone_of(wa_id: str | None) -> str | None:
    """E.164 of a `wa_id`, which is the number without `+`."""
    if wa_id and wa_id.isascii() and wa_id.isdigit() and len(wa_id) in _PHONE_DIGITS:
        return f"+{wa_id}"
    return None


def phone_written(value: Any) -> str | None:
    """E.164 of a phone as people write it, with `+` and the country's code (`+55 11 98765-0006`)."""
    written = value.strip() if isinstance(value, str) and len(value) <= LABEL_LIMIT else ""
    if not _WRITTEN_PHONE.fullmatch(written):
        return None
    return phone_of("".join(c for c in written if c.isdecimal()))


def sha256_of(value: Any) -> str | None:
    """A SHA-256 in hex; webhooks write it in base64, answers in hex."""
    if not isinstance(value, str):
        return None
    try:
        digest = bytes.fromhex(value) if len(value) == 2 * _SHA256_BYTES else base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        return None
    return digest.hex() if len(digest) == _SHA256_BYTES else None
