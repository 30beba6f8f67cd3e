"""What the webhooks of all channels of Meta have in common: the proof of a body, and the check of an address. Pure.

A body is proven by HMAC-SHA256 over its raw bytes with the app secret, which several accounts may share.
Source: Meta's webhook reference, "Validating payloads": header `X-Hub-Signature-256: sha256=<64 hex digits>`.
The bytes are hashed as they came, never JSON that was written again.
"""

import hmac
from collections.abc import Iterable, Mapping

from atd_channelkit.webhooks.reader import Challenge, Headers, WebhookDescription, verify_token_reference

SIGNATURE_HEADER = b"x-hub-signature-256"

_PREFIX = b"sha256="
_HEX_DIGITS = 64

META_WEBHOOKS = WebhookDescription(
    provider="Meta",
    proof_header="X-Hub-Signature-256",
    proof="`sha256=` and the HMAC-SHA256 of the raw body with the app secret, in hex",
    proof_pattern="^sha256=[0-9a-f]{64}$",
    challenge={
        "hub.mode": "`subscribe`",
        "hub.verify_token": "The verify token of the account",
        "hub.challenge": "Comes back as it is",
    },
)


def proving(raw: bytes, headers: Headers, secrets: Iterable[bytes]) -> frozenset[bytes]:
    """Those of the app secrets that prove a request."""
    return proving_secrets(raw, headers.get(SIGNATURE_HEADER), secrets)


def challenge(query: Mapping[str, str]) -> Challenge | None:
    """Meta's check of an address, made whenever the address or the verify token is saved."""
    if query.get("hub.mode") != "subscribe":
        return None
    token = verify_token_reference(query.get("hub.verify_token", ""))
    return Challenge(token, query.get("hub.challenge", "").encode())


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
