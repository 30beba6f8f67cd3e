"""Keeps the provider told of every account, and the accounts told of what is wrong there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import structlog
from pymongo import ASCENDING, IndexModel, ReturnDocument

from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.watch import AccountWatch, Missing, looked_at, watch_row
from atd_channelkit.answers import Refused, Works
from atd_servicekit.clock import Clock

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

WATCHED = "watched_accounts"
WATCH_INDEXES = {WATCHED: [IndexModel([("due_at", ASCENDING)], name="due")]}

_CLAIMED_FOR = timedelta(minutes=2)
"""How long one process has to look at an account that it took; longer than the calls that this takes."""

_AT_ONCE = 8
_BATCH = 500

A = TypeVar("A", bound=Account)

FindAccount = Callable[[str], Awaitable[A | None]]
MarkRefused = Callable[[A, Refused], Awaitable[bool]]


class WatchStore:
    """Rows `{_id: account, tenant_id, due_at, connect, tries, public_url, warnings, looked_at}`."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[WATCHED]

    async def ask(self, session: "Session | None", account_id: str, tenant_id: str, now: datetime) -> None:
        """Have the provider told of the account as soon as this is committed; what was known of it stands."""
        row = watch_row(account_id, tenant_id, now)
        await self._rows.update_one({"_id": row.pop("_id")}, {"$set": row}, upsert=True, session=session)

    async def ask_all(self, accounts: Sequence[tuple[str, str]], public_url: str, now: datetime) -> None:
        """Have the provider told of accounts (id, tenant) that it was told another address of, or none."""
        known = {"_id": {"$in": [one for one, _ in accounts]}, "public_url": public_url}
        told = {row["_id"] for row in await self._rows.find(known, {"_id": 1}).to_list(len(accounts) or 1)}
        for account_id, tenant_id in accounts:
            if account_id not in told:
                await self.ask(None, account_id, tenant_id, now)

    async def take_due(self, now: datetime) -> "Document | None":
        """One row whose time has come, which nobody else takes for a while."""
        row: Document | None = await self._rows.find_one_and_update(
            {"due_at": {"$lte": now}},
            {"$set": {"due_at": now + _CLAIMED_FOR}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return row

    async def find(self, account_id: str) -> "Document | None":
        """The row of an account."""
        row: Document | None = await self._rows.find_one({"_id": account_id})
        return row

    async def write(self, row: "Document", fields: Mapping[str, Any]) -> None:
        """Write what was found, unless it was asked for something else meanwhile."""
        await self._rows.update_one({"_id": row["_id"], "due_at": row["due_at"]}, {"$set": dict(fields)})

    async def forget(self, session: "Session | None", account_id: str) -> None:
        """Let go of an account that is disconnected."""
        await self._rows.delete_one({"_id": account_id}, session=session)

    async def shown(self, account_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The warnings of accounts, which the caller has found within its tenant."""
        rows = await self._rows.find({"_id": {"$in": list(account_ids)}}).to_list(len(account_ids) or 1)
        return {row["_id"]: {"warnings": row.get("warnings", []), "looked_at": row.get("looked_at")} for row in rows}


class Watcher(Generic[A]):
    """Looks at accounts whose time has come, some at once, in every process; each account in one of them."""

    def __init__(
        self,
        store: WatchStore,
        watch: AccountWatch[A],
        find: FindAccount[A],
        refused: MarkRefused[A],
        clock: Clock,
        public_url: str,
        every: timedelta,
    ) -> None:
        """`every`: how often rows are looked for that another process wrote."""
        self.store = store
        self._watch = watch
        self._find = find
        self._refused = refused
        self._clock = clock
        self._public_url = public_url
        self._every = every.total_seconds()
        self._asked = asyncio.Event()

    def look(self) -> None:
        """Begin at once with what was asked for."""
        self._asked.set()

    async def run(self) -> None:
        """Look at accounts, for ever. Raises PyMongo's errors: whoever keeps it running begins again."""
        while True:
            self._asked.clear()
            async with asyncio.TaskGroup() as group:
                for _ in range(_AT_ONCE):
                    group.create_task(self._take())
            try:
                async with asyncio.timeout(self._every):
                    await self._asked.wait()
            except TimeoutError:
                continue

    async def _take(self) -> None:
        while (row := await self.store.take_due(self._clock.now())) is not None:
            await self._look_at(row)

    async def look_now(self, account: A) -> None:
        """Tell the provider of an account, and look at it: what people do who press the button."""
        await self.store.ask(None, account.id, account.tenant_id, self._clock.now() + _CLAIMED_FOR)
        row = await self.store.find(account.id)
        if row is not None:
            await self._look_at(row)

    async def _look_at(self, row: "Document") -> None:
        account = await self._find(row["_id"])
        if account is None:
            await self.store.forget(None, row["_id"])
            return
        connected: Works | Missing | None = await self._watch.connect(account) if row["connect"] else None
        unreachable = connected is not None and not isinstance(connected, Works)
        found = () if unreachable else await self._watch.inspect(account)
        fields = looked_at(row, connected, found, self._clock.now())
        if isinstance(connected, Works):
            fields["public_url"] = self._public_url
        await self.store.write(row, fields)
        for answer in (connected, found):
            if isinstance(answer, Refused) and answer.suspends:
                await self._refused(account, answer)
        structlog.get_logger().info(
            "account.looked_at",
            account_id=account.id,
            tenant_id=account.tenant_id,
            connected=None if connected is None else type(connected).__name__.lower(),
            warnings=[one["code"] for one in fields.get("warnings", ())],
        )
