"""The accounts in memory: what a webhook needs is found without asking MongoDB.

All accounts in use are in memory (about 1 kB each). A change is read again when `settings.changes.v1` tells of it, and
at every `refresh` anyway. An id or reference that is not in memory is looked up once and remembered as unknown for a
short while; lookups are rate limited, so that a flood of invented ids does not reach MongoDB.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.spec import Reference
from atd_channelkit.accounts.store import AccountSource
from atd_servicekit.clock import Clock
from atd_servicekit.crypto import CannotDecrypt
from atd_servicekit.rates import Rate, RateLimiter

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

UNKNOWN_FOR = timedelta(seconds=5)
UNKNOWN_LIMIT = 10_000
WHOLE_EVERY = 20
"""Every so many refreshes all accounts are read, not only those that changed lately."""
LOOKUPS = Rate(per_second=20.0, burst=40)
LOOKUP_BATCH = 50
"""References of one body that are looked up; providers name few in one body."""

_OVERLAP = timedelta(minutes=2)  # another process's clock, or a commit that took its time
_ID = "id"

A = TypeVar("A", bound=Account)


class AccountDirectory(Generic[A]):
    """Accounts by id and by reference. A component; `refresh` and `reload` keep it true."""

    def __init__(
        self,
        source: AccountSource,
        opener: "Callable[[Document], A]",
        references: Callable[[A], Iterable[Reference]],
        clock: Clock,
    ) -> None:
        """`opener` decrypts; it may raise `CannotDecrypt`. `references` says by what an account is found."""
        self._source = source
        self._open = opener
        self._references = references
        self._clock = clock
        self._by_id: dict[str, A] = {}
        self._by_reference: dict[Reference, tuple[A, ...]] = {}
        self._unknown: dict[Reference, float] = {}
        self._lookups = RateLimiter(LOOKUPS)
        self._read_at: datetime | None = None
        self._refreshes = 0
        # One read at a time: an older answer must not bring back what a newer one has dropped.
        self._reading = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._by_id)

    def all(self) -> Sequence[A]:
        """The accounts in memory."""
        return tuple(self._by_id.values())

    def get(self, account_id: str) -> A | None:
        """The account if it is in memory."""
        return self._by_id.get(account_id)

    def referenced(self, reference: Reference) -> Sequence[A]:
        """The accounts in memory that have this reference, the one that was read last first."""
        return self._by_reference.get(reference, ())

    async def find(self, account_id: str) -> A | None:
        """The account, looked up when it is not in memory and the rate allows it."""
        found = self._by_id.get(account_id)
        if found is None and self._may_look_up([(_ID, account_id)]):
            await self.reload([account_id])
            found = self._by_id.get(account_id)
            if found is None:
                self._remember_unknown((_ID, account_id))
        return found

    async def get_or_read(self, account_id: str) -> A | None:
        """The account, read without a limit when it is not in memory: for ids of our own making."""
        if account_id not in self._by_id:
            await self.reload([account_id])
        return self._by_id.get(account_id)

    def known(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[A]] | None:
        """The accounts of these references when all of them are in memory."""
        known = self._by_reference
        found = {one: known[one] for one in references if one in known}
        return found if len(found) == len(references) else None

    async def find_referenced(self, references: Sequence[Reference]) -> Mapping[Reference, Sequence[A]]:
        """The accounts of these references, looked up as in `find`; those that nobody has are left out."""
        found = self.known(references)
        if found is not None:
            return found
        known = self._by_reference
        missing = [one for one in references if one not in known and not self._known_as_unknown(one)][:LOOKUP_BATCH]
        if missing and self._may_look_up(missing):
            async with self._reading:
                self._take(await self._source.with_references(missing))
            for one in missing:
                if one not in known:
                    self._remember_unknown(one)
        return {one: known[one] for one in references if one in known}

    async def start(self) -> None:
        """Read every account in use."""
        await self._read_since(None)

    async def stop(self) -> None:
        """Nothing to do; the directory is a component for the sake of its start."""

    async def refresh(self) -> list[str]:
        """Read what has changed since the last time; the ids of those that may send, or are gone."""
        self._refreshes += 1
        if self._read_at is None or self._refreshes % WHOLE_EVERY == 0:
            return await self._read_whole()
        documents = await self._read_since(self._read_at - _OVERLAP)
        return [one["_id"] for one in documents if one["deleted"] or one["status"] != "needs_reconnection"]

    async def _read_whole(self) -> list[str]:
        """Read every account and drop those that are gone: the ids of those that may send now, or are gone.

        A change is found by its time, and the clock of who wrote it may have been behind.
        """
        began = self._clock.now()
        async with self._reading:
            known = {one.id: one.version for one in self._by_id.values()}
            documents = await self._source.changed_since(None)
            self._take(documents)
            gone = known.keys() - {one["_id"] for one in documents}
            for account_id in gone:
                self._drop(self._by_id[account_id])
        self._read_at = began
        changed = [one for one in documents if known.get(one["_id"]) != one["version"]]
        return [*gone, *(one["_id"] for one in changed if one["status"] != "needs_reconnection")]

    async def _read_since(self, moment: datetime | None) -> "Sequence[Document]":
        began = self._clock.now()
        async with self._reading:
            documents = await self._source.changed_since(moment)
            self._take(documents)
        self._read_at = began
        return documents

    async def reload(self, account_ids: Sequence[str]) -> None:
        """Read these accounts again, because they are said to have changed."""
        async with self._reading:
            self._take(await self._source.with_ids(account_ids))

    def _take(self, documents: "Iterable[Document]") -> None:
        for document in documents:
            account_id = document["_id"]
            known = self._by_id.get(account_id)
            if known is not None and known.version >= document["version"]:
                continue
            if known is not None:
                self._drop(known)
            if not document["deleted"]:
                try:
                    self._add(self._open(document))
                except CannotDecrypt as error:
                    structlog.get_logger().error("account.unreadable", account_id=account_id, reason=str(error))

    def _add(self, account: A) -> None:
        self._by_id[account.id] = account
        self._unknown.pop((_ID, account.id), None)
        for one in self._references(account):
            self._by_reference[one] = (account, *self._by_reference.get(one, ()))
            self._unknown.pop(one, None)

    def _drop(self, account: A) -> None:
        del self._by_id[account.id]
        for one in self._references(account):
            left = tuple(other for other in self._by_reference.get(one, ()) if other.id != account.id)
            if left:
                self._by_reference[one] = left
            else:
                self._by_reference.pop(one, None)

    def _known_as_unknown(self, key: Reference) -> bool:
        return self._unknown.get(key, 0.0) > self._clock.monotonic()

    def _may_look_up(self, keys: Sequence[Reference]) -> bool:
        if all(self._known_as_unknown(key) for key in keys):
            return False
        return self._lookups.take("", self._clock.monotonic()) == 0.0

    def _remember_unknown(self, key: Reference) -> None:
        self._unknown.pop(key, None)
        while len(self._unknown) >= UNKNOWN_LIMIT:
            del self._unknown[next(iter(self._unknown))]  # the oldest: a dict keeps the order of insertion
        self._unknown[key] = self._clock.monotonic() + UNKNOWN_FOR.total_seconds()
