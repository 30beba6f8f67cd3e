"""Which accounts a request speaks for: those that hold a secret that proves it.

A part of a body belongs to the account that it names when that account holds a secret that proved the body, whatever
the address. The same rule holds when a kept body is read again: its proof is the account that it was kept for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import Reference
from atd_channelkit.webhooks.reader import Headers, ProvenAccounts, WebhookReader
from atd_servicekit.problems import not_found, unauthenticated

SECRETS_LIMIT = 16
"""Different secrets that one body is tried with; a Meta app has one, and one more while it is replaced."""

A = TypeVar("A", bound=Account)
A_co = TypeVar("A_co", bound=Account, covariant=True)


class ReferencedAccounts(Protocol[A_co]):
    """Finds accounts by what bodies call them."""

    async def find_referenced(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[A_co]]: ...


@dataclass(frozen=True, slots=True)
class AccountProof(Generic[A]):
    """Finds the accounts that a body names and its proof covers."""

    reader: WebhookReader[A]
    accounts: ReferencedAccounts[A]

    def secrets_of_request(self, raw: bytes, headers: Headers, account: A, now: datetime) -> frozenset[bytes]:
        """The secrets of `account` that prove a request to its own address. Raises `Problem` 401 when none does."""
        proving = self.reader.proving(raw, headers, self.reader.secrets(account, now))
        if not proving:
            raise unauthenticated("Missing or invalid signature: it does not match any secret of this account.")
        return proving

    async def at_own_address(
        self, payload: Any, account: A, proving: frozenset[bytes], now: datetime
    ) -> ProvenAccounts[A]:
        """The proven accounts of a body that arrived at the address of `account`."""
        references = self.reader.named(payload).about
        if not references:
            return ProvenAccounts(account, {})
        found = await self.accounts.find_referenced(references)
        return ProvenAccounts(account, self._covered(found, account, proving, now))

    async def at_shared_address(self, payload: Any, raw: bytes, headers: Headers, now: datetime) -> ProvenAccounts[A]:
        """The proven accounts of a body that arrived at the address of all: whom it names decides who can prove it.

        Raises `Problem` 404 when it names nobody that is connected, 401 when no secret of those proves it.
        """
        named = self.reader.named(payload)
        found = await self.accounts.find_referenced((*named.about, *named.senders))
        candidates = {one.id: one for accounts in found.values() for one in accounts}
        if not candidates:
            raise not_found("The body names no account that is connected here.")
        secrets = dict.fromkeys(secret for one in candidates.values() for secret in self.reader.secrets(one, now))
        proving = self.reader.proving(raw, headers, list(secrets)[:SECRETS_LIMIT])
        if not proving:
            raise unauthenticated(
                "Missing or invalid signature: it does not match any secret of the accounts in the body."
            )
        first = next(one for one in candidates.values() if self._holds(one, proving, now))
        about = {reference: found[reference] for reference in named.about if reference in found}
        return ProvenAccounts(first, self._covered(about, first, proving, now))

    def _covered(
        self, found: Mapping[Reference, Sequence[A]], first: A, proving: frozenset[bytes], now: datetime
    ) -> Mapping[Reference, Sequence[A]]:
        """The accounts of each reference that hold a proving secret; `first` comes first where it is among them."""
        covered: dict[Reference, Sequence[A]] = {}
        for reference, accounts in found.items():
            if kept := [one for one in accounts if one.id == first.id or self._holds(one, proving, now)]:
                if len(kept) > 1:
                    kept.sort(key=lambda one: one.id != first.id)
                covered[reference] = kept
        return covered

    def _holds(self, account: A, proving: frozenset[bytes], now: datetime) -> bool:
        return not proving.isdisjoint(self.reader.secrets(account, now))
