"""What channelkit must know of Meta's webhooks: whom a body names, what proves it, what it means. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from atd_channelkit.webhooks.reader import (
    Challenge,
    Headers,
    ProvenAccounts,
    WebhookDescription,
    WebhookReader,
    verify_token_reference,
)
from atd_channelkit.webhooks.translation import Translation
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.named import NUMBER, mentioned_in, named_in
from atd_ingest_whatsapp.signature import SIGNATURE_HEADER, proving_secrets
from atd_ingest_whatsapp.translate import Proven, translate

_DESCRIPTION = WebhookDescription(
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


def _secrets(account: Account, now: datetime) -> Sequence[bytes]:
    """The current app secret, and those replaced lately."""
    return account.app_secrets(now)


def _proving(raw: bytes, headers: Headers, secrets: Iterable[bytes]) -> frozenset[bytes]:
    return proving_secrets(raw, headers.get(SIGNATURE_HEADER), secrets)


def _translate(
    payload: Any, accounts: ProvenAccounts[Account], now: datetime, received_at: datetime | None
) -> Translation:
    numbers: dict[str, Account] = {}
    businesses: dict[str, Sequence[Account]] = {}
    for (kind, name), owners in accounts.named.items():
        if kind == NUMBER:
            numbers[name] = owners[0]
        else:
            businesses[name] = owners
    return translate(payload, Proven(numbers, businesses), now, received_at)


def _challenge(query: Mapping[str, str]) -> Challenge | None:
    """Meta's check, made whenever the address or the verify token is saved."""
    if query.get("hub.mode") != "subscribe":
        return None
    token = verify_token_reference(query.get("hub.verify_token", ""))
    return Challenge(token, query.get("hub.challenge", "").encode())


READER = WebhookReader(
    description=_DESCRIPTION,
    secrets=_secrets,
    proving=_proving,
    translate=_translate,
    named=named_in,
    mentioned=mentioned_in,
    challenge=_challenge,
)
"""A body is proven by the secret of the Meta app, which several numbers may share."""
