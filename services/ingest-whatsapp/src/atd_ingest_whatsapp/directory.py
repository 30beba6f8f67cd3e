"""The accounts in memory: what a webhook needs is found without asking MongoDB.

All accounts in use are held (about 1 kB each). A change is read again when `settings.changes.v1` tells of it, and
every `refresh` anyway. An id that is not held is looked up once and remembered as unknown for a short while; lookups
are rationed, so that a flood of invented ids does not reach MongoDB.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.store import AccountSource
from atd_servicekit.clock import Clock
from atd_servicekit.crypto import CannotDecrypt

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

UNKNOWN_FOR = timedelta(seconds=5)
UNKNOWN_LIMIT = 10_000
LOOKUPS_PER_SECOND = 20.0
LOOKUPS_AT_ONCE = 40.0
LOOKUP_BATCH = 50
"""Ids of one body that are looked up; a body of Meta's names few numbers."""

_OVERLAP = timedelta(minutes=2)  # another process's clock, or a commit that took its time


class AccountDirectory:
    """Accounts by id, number and business account. A component; `refresh` and `reload` keep it true."""

    def __init__(self, source: AccountSource, opener: "Callable[[Document], Account]", clock: Clock) -> None:
        """`opener` decrypts; it may raise `CannotDecrypt`."""
        self._source = source
        self._open = opener
        self._clock = clock
        self._by_id: dict[str, Account] = {}
        self._by_number: dict[str, Account] = {}
        self._by_business: dict[str, dict[str, Account]] = {}
        self._verify_digests: dict[bytes, set[str]] = {}
        self._unknown: dict[str, float] = {}
        self._allowance = LOOKUPS_AT_ONCE
        self._allowed_at = clock.monotonic()
        self._read_at: datetime | None = None
        # One read at a time: an older answer must not bring back what a newer one has dropped.
        self._reading = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, account_id: str) -> Account | None:
        """The account if it is held."""
        return self._by_id.get(account_id)

    async def find(self, account_id: str) -> Account | None:
        """The account, looked up when it is not held and the ration allows it."""
        held = self._by_id.get(account_id)
        if held is None and self._may_look_up([account_id]):
            await self.reload([account_id])
            held = self._by_id.get(account_id)
            self._remember_unknown([account_id], self._by_id)
        return held

    async def get_or_read(self, account_id: str) -> Account | None:
        """The account, read without ration when it is not held: for ids of our own making."""
        if account_id not in self._by_id:
            await self.reload([account_id])
        return self._by_id.get(account_id)

    async def find_numbers(self, phone_number_ids: Iterable[str]) -> dict[str, Account]:
        """The accounts of these numbers by number, looked up as in `find`; unknown numbers are left out."""
        numbers = list(phone_number_ids)
        missing = [number for number in numbers if number not in self._by_number][:LOOKUP_BATCH]
        missing = [number for number in missing if not self._known_as_unknown(number)]
        if missing and self._may_look_up(missing):
            async with self._reading:
                self._take(await self._source.with_numbers(missing))
            self._remember_unknown(missing, self._by_number)
        return {number: self._by_number[number] for number in numbers if number in self._by_number}

    def of_business(self, business_account_ids: Iterable[str]) -> list[Account]:
        """The held accounts of these business accounts."""
        return [account for one in business_account_ids for account in self._by_business.get(one, {}).values()]

    def knows_verify_token(self, token: str) -> bool:
        """Whether any account has this verify token; found by its digest, so time tells nothing of the token."""
        return bool(self._verify_digests.get(_digest(token)))

    async def start(self) -> None:
        """Read every account in use."""
        await self._read_since(None)

    async def stop(self) -> None:
        """Nothing to do; the directory is a component for the sake of its start."""

    async def refresh(self) -> list[str]:
        """Read what has changed since the last time; the ids of those that may send, or are gone."""
        documents = await self._read_since(None if self._read_at is None else self._read_at - _OVERLAP)
        return [one["_id"] for one in documents if one["deleted"] or one["status"] != "needs_reconnection"]

    async def _read_since(self, moment: datetime | None) -> "Sequence[Document]":
        began = self._clock.now()
        async with self._reading:
            documents = await self._source.changed_since(moment)
            self._take(documents)
        self._read_at = began
        return documents

    async def reload(self, account_ids: Sequence[str]) -> None:
        """Read these accounts again, because they were said to have changed."""
        async with self._reading:
            self._take(await self._source.with_ids(account_ids))

    def _take(self, documents: "Iterable[Document]") -> None:
        for document in documents:
            account_id = document["_id"]
            held = self._by_id.get(account_id)
            if held is not None and held.version >= document["version"]:
                continue
            if held is not None:
                self._drop(held)
            if not document["deleted"]:
                try:
                    self._hold(self._open(document))
                except CannotDecrypt as error:
                    structlog.get_logger().error("account.unreadable", account_id=account_id, reason=str(error))

    def _hold(self, account: Account) -> None:
        self._by_id[account.id] = account
        self._by_number[account.phone_number_id] = account
        self._by_business.setdefault(account.business_account_id, {})[account.id] = account
        self._verify_digests.setdefault(_digest(account.verify_token.get_secret_value()), set()).add(account.id)
        self._unknown.pop(account.id, None)
        self._unknown.pop(account.phone_number_id, None)

    def _drop(self, account: Account) -> None:
        del self._by_id[account.id]
        if self._by_number.get(account.phone_number_id) is account:
            del self._by_number[account.phone_number_id]
        self._by_business.get(account.business_account_id, {}).pop(account.id, None)
        self._verify_digests.get(_digest(account.verify_token.get_secret_value()), set()).discard(account.id)

    def _known_as_unknown(self, key: str) -> bool:
        return self._unknown.get(key, 0.0) > self._clock.monotonic()

    def _may_look_up(self, keys: Sequence[str]) -> bool:
        if all(self._known_as_unknown(key) for key in keys):
            return False
        now = self._clock.monotonic()
        self._allowance = min(LOOKUPS_AT_ONCE, self._allowance + (now - self._allowed_at) * LOOKUPS_PER_SECOND)
        self._allowed_at = now
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True

    def _remember_unknown(self, keys: Iterable[str], known: dict[str, Account]) -> None:
        until = self._clock.monotonic() + UNKNOWN_FOR.total_seconds()
        for key in keys:
            if key in known:
                continue
            self._unknown.pop(key, None)
            while len(self._unknown) >= UNKNOWN_LIMIT:
                del self._unknown[next(iter(self._unknown))]  # the oldest: a dict keeps the order of insertion
            self._unknown[key] = until


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def same_token(given: str, expected: str) -> bool:
    """Comparison in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
