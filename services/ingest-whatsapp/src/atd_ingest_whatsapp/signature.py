"""Proof that Meta sent a webhook body: HMAC-SHA256 over the raw bytes with the app secret.

Source: Meta's webhook reference, "Validating payloads": header `X-Hub-Signature-256: sha256=<64 hex digits>`.
The bytes are hashed as they came, never JSON that was written again.
"""

import hmac
from collections.abc import Iterable

SIGNATURE_HEADER = b"x-hub-signature-256"

_PREFIX = b"sha256="
_HEX_DIGITS = 64


def proving_secrets(raw: bytes, header: bytes | None, secrets: Iterable[bytes]) -> frozenset[bytes]:
    """The app secrets with which `header` is the signature of `raw`; none of them for a missing or odd header.

    Every secret is tried, each compared in constant time.
    """
    given = _digest_of(header)
    if given is None:
        return frozenset()
    return frozenset([secret for secret in secrets if hmac.compare_digest(hmac.digest(secret, raw, "sha256"), given)])


def _digest_of(header: bytes | None) -> bytes | None:
    if header is None or not header.startswith(_PREFIX) or len(header) != len(_PREFIX) + _HEX_DIGITS:
        return None
    try:
        return bytes.fromhex(header[len(_PREFIX) :].decode("ascii"))
    except ValueError:
        return None
