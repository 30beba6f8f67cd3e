"""Which accounts a request speaks for: those that hold a secret that proves it.

A part of a body belongs to the account that it names when that account holds a secret that proved the body, whatever
the address. The same rule holds when a kept body is read again: its proof is the account that it was kept for.

A body is decoded only when it is proven. Until then anybody may have sent it, so what is done with its bytes is
bounded: at most `SECRETS_LIMIT` secrets are tried, those of a large body outside the event loop.
"""

import asyncio
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

LARGE_BODY_BYTES = 256 * 1024
"""From here on, signatures are checked in a thread: a signature of the largest body takes 2 to 4 ms."""

A = TypeVar("A", bound=Account)
A_co = TypeVar("A_co", bound=Account, covariant=True)


class ReferencedAccounts(Protocol[A_co]):
    """Finds accounts by what bodies call them."""

    def known(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[A_co]] | None: ...

    async def find_referenced(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[A_co]]: ...


@dataclass(frozen=True, slots=True)
class AccountProof(Generic[A]):
    """Finds the accounts that a request's proof covers."""

    reader: WebhookReader[A]
    accounts: ReferencedAccounts[A]

    async def at_own_address(self, raw: bytes, headers: Headers, account: A, now: datetime) -> frozenset[bytes]:
        """The secrets of `account` that prove a request to its own address. Raises `Problem` 401 when none does."""
        proving = await self._proving(raw, headers, self.reader.secrets(account, now))
        if not proving:
            raise unauthenticated("Missing or invalid signature: it does not match any secret of this account.")
        return proving

    async def at_shared_address(self, raw: bytes, headers: Headers, now: datetime) -> tuple[A, frozenset[bytes]]:
        """The first account in a body that can prove it, and the secrets that do: for the address of all.

        Raises `Problem` 404 when nobody in it is connected, 401 when no secret of those proves it.
        """
        mentioned = () if self.reader.mentioned is None else self.reader.mentioned(raw)
        found = await self.accounts.find_referenced(mentioned)
        candidates = {one.id: one for accounts in found.values() for one in accounts if one.proven}
        if not candidates:
            raise not_found("The body names no account that is connected here.")
        secrets = dict.fromkeys(secret for one in candidates.values() for secret in self.reader.secrets(one, now))
        proving = await self._proving(raw, headers, list(secrets)[:SECRETS_LIMIT])
        if not proving:
            raise unauthenticated(
                "Missing or invalid signature: it does not match any secret of the accounts in the body."
            )
        return next(one for one in candidates.values() if self._holds(one, proving, now)), proving

    async def covered(self, payload: Any, first: A, proving: frozenset[bytes], now: datetime) -> ProvenAccounts[A]:
        """The accounts that a proven and decoded body names and that hold a proving secret.

        `first`: of the address, or the one that proved the body.
        """
        references = self.reader.named(payload)
        if not references:
            return ProvenAccounts(first, {})
        found = self.accounts.known(references)
        if found is None:
            found = await self.accounts.find_referenced(references)
        covered: dict[Reference, Sequence[A]] = {}
        for reference, accounts in found.items():
            if len(accounts) == 1 and accounts[0] is first:
                covered[reference] = accounts
            elif kept := [one for one in accounts if one.id == first.id or self._covers(one, proving, now)]:
                kept.sort(key=lambda one: one.id != first.id)
                covered[reference] = kept
        return ProvenAccounts(first, covered)

    async def _proving(self, raw: bytes, headers: Headers, secrets: Sequence[bytes]) -> frozenset[bytes]:
        if len(raw) < LARGE_BODY_BYTES:
            return self.reader.proving(raw, headers, secrets)
        return await asyncio.to_thread(self.reader.proving, raw, headers, secrets)

    def _covers(self, account: A, proving: frozenset[bytes], now: datetime) -> bool:
        return account.proven and self._holds(account, proving, now)

    def _holds(self, account: A, proving: frozenset[bytes], now: datetime) -> bool:
        return not proving.isdisjoint(self.reader.secrets(account, now))
