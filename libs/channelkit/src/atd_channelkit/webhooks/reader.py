"""What a channel service says of its provider's webhooks: whom a body names, what proves it, what it means. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import Reference
from atd_channelkit.webhooks.translation import Translation

A = TypeVar("A", bound=Account)

Headers = Mapping[bytes, bytes]
"""Of a request: names in lower case."""


@dataclass(frozen=True, slots=True)
class NamedAccounts:
    """The accounts that a body names.

    `about`: those that parts of the body are about. `senders`: others of the same provider account, whose secrets can
    prove a body that arrives at the shared address.
    """

    about: tuple[Reference, ...] = ()
    senders: tuple[Reference, ...] = ()


NOBODY = NamedAccounts()
"""For providers whose bodies name no account: the address does."""


@dataclass(frozen=True, slots=True)
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
    challenge: Mapping[str, str] | None = None


class WebhookReader(Protocol[A]):
    """Reads the webhooks of one provider. Every method is pure."""

    @property
    def description(self) -> WebhookDescription: ...

    @property
    def shared_address(self) -> bool:
        """Whether one address serves all accounts (a Meta app), beside the one for each account."""
        ...

    def secrets(self, account: A, now: datetime) -> Sequence[bytes]:
        """The secrets that prove a webhook of this account."""
        ...

    def proving(self, raw: bytes, headers: Headers, secrets: Iterable[bytes]) -> frozenset[bytes]:
        """Those of `secrets` that prove the request; compared in constant time."""
        ...

    def named(self, payload: Any) -> NamedAccounts:
        """The accounts that a decoded body names; whatever has another shape is passed over."""
        ...

    def translate(
        self, payload: Any, accounts: ProvenAccounts[A], now: datetime, received_at: datetime | None
    ) -> Translation:
        """What a decoded body says. `received_at`: when it came, if that was before `now`."""
        ...

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """The check of an address; `None` when the request is none, or the provider makes none."""
        ...
