"""Signs requests as Standard Webhooks 1.0 says, and turns secrets over.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: the signature is HMAC-SHA256
over `<webhook-id>.<webhook-timestamp>.<body>`, one for each secret that signs, so that receivers may change over in
their own time.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from atd_webhook_dispatcher.domain.endpoint import SigningSecret

SECRET_BYTES = 32
"""Of random bytes in a secret; the specification wants 24 to 64."""

OLD_SECRET_SIGNS = timedelta(hours=24)
"""How long a secret signs on after it was rotated."""

MOST_SECRETS = 10
"""Secrets that sign at the same time: each makes the header 48 characters longer."""

_PREFIX = "whsec_"


class TooManySecrets(ValueError):
    """`MOST_SECRETS` sign already: old ones have to end first."""


def secret_text(key: bytes) -> str:
    """`whsec_…`, as it is shown once and as receivers' libraries take it, of `SECRET_BYTES` random bytes."""
    return _PREFIX + base64.b64encode(key).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret's text. Raises `ValueError`, which does not repeat it."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("the secret is not base64") from None


def rotated(secrets: Sequence[SigningSecret], sealed: str, now: datetime) -> tuple[SigningSecret, ...]:
    """The secrets after a rotation: `sealed` is the new one, and signs first.

    The one before it signs `OLD_SECRET_SIGNS` from now; those before that keep the time of their own rotation. Raises
    `TooManySecrets`.
    """
    old = (replace(one, until=now + OLD_SECRET_SIGNS) if one.until is None else one for one in secrets)
    kept = still_signing(tuple(old), now)
    if len(kept) >= MOST_SECRETS:
        raise TooManySecrets(f"at most {MOST_SECRETS} secrets sign at the same time")
    return (SigningSecret(sealed, created_at=now), *kept)


def still_signing(secrets: Iterable[SigningSecret], now: datetime) -> tuple[SigningSecret, ...]:
    """Those that sign now."""
    return tuple(one for one in secrets if one.until is None or one.until > now)


def signature(keys: Iterable[bytes], event_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`. `timestamp` (seconds since 1970) is that of this attempt."""
    signed = b"%b.%d.%b" % (event_id.encode(), timestamp, body)
    return " ".join(f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}" for key in keys)
