"""What a channel service says of its provider's webhooks: whom a body names, what proves it, what it means. Pure."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import Reference
from atd_channelkit.webhooks.translation import Translation

A = TypeVar("A", bound=Account)

Headers = Mapping[bytes, bytes]
"""Of a request: names in lower case."""


@dataclass(slots=True)  # one for each webhook: frozen ones take three times as long to make
class ProvenAccounts(Generic[A]):
    """The accounts that a webhook's proof covers: whatever a body says of others is a problem.

    `first` is the account of the address, or one that the body names; `named` has those that it names.
    """

    first: A
    named: Mapping[Reference, Sequence[A]]


@dataclass(frozen=True, slots=True)
class Challenge:
    """A provider's check of a webhook address: which account's verify token it knows, and what it wants to hear."""

    token: Reference
    answer: bytes


def verify_token_reference(token: str) -> Reference:
    """A verify token as a reference of its account: its digest, so that the time of a look-up tells nothing of it."""
    return "verify_token", hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WebhookDescription:
    """For the OpenAPI document: the provider, the header that proves a body, the queries of a check of the address."""

    provider: str
    proof_header: str
    proof: str
    proof_pattern: str | None = None
    challenge: Mapping[str, str] = field(default_factory=dict)


Prove = Callable[[bytes, Headers, Iterable[bytes]], frozenset[bytes]]
"""Those of some secrets that prove a request (raw body, headers); compared in constant time."""


def in_header(name: str) -> Prove:
    """For providers that send the secret itself in a header."""
    key = name.lower().encode()

    def proving(_raw: bytes, headers: Headers, secrets: Iterable[bytes]) -> frozenset[bytes]:
        given = headers.get(key, b"")
        return frozenset([secret for secret in secrets if hmac.compare_digest(secret, given)])

    return proving


def names_nobody(_payload: Any) -> Sequence[Reference]:
    """For providers whose bodies name no account: the address does."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReader(Generic[A]):
    """Reads the webhooks of one provider. Every function is pure.

    Attributes:
        description: for the OpenAPI document.
        secrets: those that prove a webhook of an account at a moment.
        proving: those of them that prove a request.
        translate: what a decoded body says, in our words: `(payload, accounts, now, received_at)`; the last is when it
            arrived, if that was before `now`.
        named: the accounts that parts of a decoded body are about; whatever has another shape is passed over.
        mentioned: for providers with one address for all accounts (a Meta app), beside the one of each account: ids
            that stand in its bytes, so that their accounts' secrets can prove it. Anybody may send those bytes:
            it decodes nothing, and its work and its result are bounded. `None`: there is no such address.
        challenge: reads the provider's check of an address from its query; `None` for providers that make none.
    """

    description: WebhookDescription
    secrets: Callable[[A, datetime], Sequence[bytes]]
    proving: Prove
    translate: Callable[[Any, ProvenAccounts[A], datetime, datetime | None], Translation]
    named: Callable[[Any], Sequence[Reference]] = names_nobody
    mentioned: Callable[[bytes], Sequence[Reference]] | None = None
    challenge: Callable[[Mapping[str, str]], Challenge | None] | None = None
