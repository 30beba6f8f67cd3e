"""Templates: listed, read from Meta as a whole, changed by webhooks. Each change and its event commit together."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from atd_channelkit.answers import Refused, Unsent
from atd_ingest_whatsapp.accounts import Account
from atd_ingest_whatsapp.templates.client import Catalogue
from atd_ingest_whatsapp.templates.model import (
    QUERY_WORDS_LIMIT,
    Listed,
    Saved,
    changed_event,
    from_list,
    from_note,
    gone,
    template_id,
    wants_list,
    words_of,
)
from atd_ingest_whatsapp.templates.store import DueSync, TemplateStore, Wanted
from atd_ingest_whatsapp.translate import Note, TemplateNote
from atd_schemas.topics import SETTINGS_CHANGES
from atd_servicekit.backoff import Backoff
from atd_servicekit.kafka import Outgoing
from atd_servicekit.runtime import Runtime

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document, Session

SYNC_ATTEMPTS = 8
"""Attempts of a sync that nobody waits for: about two hours of backoff, then it has failed."""

_ASK_AFTER_NOTE = timedelta(seconds=30)
"""Webhooks that only the list can complete come in swarms; Meta allows 200 management calls an hour."""

_BACKOFF = Backoff(first=timedelta(seconds=30), cap=timedelta(minutes=30), attempts=SYNC_ATTEMPTS)
_CLAIM = timedelta(minutes=5)
_POLL_SECONDS = 2.0
_CHUNK = 100

T = TypeVar("T")


class Lists(Protocol):
    """Reads the list of templates at the provider."""

    async def templates(self, account: Account) -> Catalogue | Refused | Unsent: ...


class Accounts(Protocol):
    """The accounts in use."""

    async def get_or_read(self, account_id: str) -> Account | None: ...


MarkRefused = Callable[[Account, Refused], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync found: templates at Meta, and how many of our copies changed or are gone."""

    synced: int
    changed: int
    deleted: int


class TemplateService:
    """The use cases of templates. `run` reads due lists, and is kept running in the background."""

    def __init__(
        self, runtime: Runtime, store: TemplateStore, lists: Lists, accounts: Accounts, mark_refused: MarkRefused
    ) -> None:
        self._runtime = runtime
        self._store = store
        self._lists = lists
        self._accounts = accounts
        self._mark_refused = mark_refused

    async def page(
        self,
        tenant_id: str,
        account_id: str,
        *,
        q: str | None,
        statuses: Sequence[str],
        after: tuple[str, str] | None,
        limit: int,
    ) -> "Sequence[Document]":
        """Up to `limit` copies by name and language; `q` has beginnings of words of name and body."""
        words = [] if q is None else words_of(q)[:QUERY_WORDS_LIMIT]
        if q is not None and not words:
            return []
        return await self._store.page(Wanted(tenant_id, account_id, words, statuses), after, limit)

    async def sync(self, account: Account) -> Synced | Refused | Unsent:
        """Make our copies what Meta's list says. A refused token marks the account."""
        at = self._runtime.clock.now().replace(microsecond=0)  # webhooks are dated to the second
        catalogue = await self._lists.templates(account)
        if isinstance(catalogue, Refused):
            if catalogue.failure == "token":
                await self._mark_refused(account, catalogue)
            return catalogue
        if isinstance(catalogue, Unsent):
            return catalogue
        listed = {template_id(account.id, one.name, one.language): one for one in catalogue.templates}
        changed = sum([await self._take_listed(account, dict(part), at) for part in _chunks(list(listed.items()))])
        deleted = 0
        if catalogue.complete:
            ours = await self._store.names(account.tenant_id, account.id)
            missing = [one for one in ours if one not in listed]
            deleted = sum([await self._take_gone(part, at) for part in _chunks(missing)])
        return Synced(len(listed), changed, deleted)

    async def note(self, notes: Sequence[Note]) -> None:
        """Take what webhooks say; repeats and what is older change nothing."""
        by_account: dict[str, list[TemplateNote]] = defaultdict(list)
        for note in notes:
            if isinstance(note, TemplateNote):
                by_account[note.account.id].append(note)
        for account_id, of_account in by_account.items():
            for part in _chunks(of_account):
                if await self._take_notes(part):
                    await self._store.ask(None, account_id, self._runtime.clock.now() + _ASK_AFTER_NOTE)

    async def run(self) -> None:
        """Read due lists, one after the other, for ever."""
        while True:
            while await self.run_due():
                pass
            with suppress(TimeoutError):
                await asyncio.wait_for(self._store.asked.wait(), _POLL_SECONDS)
            self._store.asked.clear()

    async def run_due(self) -> bool:
        """Do the sync that is due longest, if there is one."""
        now = self._runtime.clock.now()
        sync = await self._store.claim(now, now + _CLAIM)
        if sync is None:
            return False
        account = await self._accounts.get_or_read(sync.account_id)
        answer = None if account is None else await self.sync(account)
        tenant_id = None if account is None else account.tenant_id
        await self._finish(sync, answer, structlog.get_logger().bind(tenant_id=tenant_id, account_id=sync.account_id))
        return True

    async def _finish(self, sync: DueSync, answer: Synced | Refused | Unsent | None, log: Any) -> None:
        temporary = isinstance(answer, Unsent) or (
            isinstance(answer, Refused) and answer.failure in ("transient", "throttle")
        )
        attempt = sync.attempts + 1
        if temporary and not _BACKOFF.ends_after(attempt):
            return await self._store.again(sync, self._runtime.clock.now() + _BACKOFF.longest(attempt))
        if isinstance(answer, Synced):
            log.info("templates.synced", synced=answer.synced, changed=answer.changed, deleted=answer.deleted)
        elif answer is not None:
            code = answer.code if isinstance(answer, Refused) else "unreachable"
            log.warning("templates.sync_failed", code=code, attempt=attempt)
        return await self._store.done(sync)

    async def _take_listed(self, account: Account, listed: dict[str, Listed], at: datetime) -> int:
        async def work(session: "Session") -> int:
            now = self._runtime.clock.now()
            before = await self._store.with_ids(session, list(listed))
            return await self._save(
                session, [from_list(before.get(key), one, account, at, now) for key, one in listed.items()], now
            )

        return await self._runtime.transaction(work)

    async def _take_gone(self, ids: Sequence[str], at: datetime) -> int:
        async def work(session: "Session") -> int:
            now = self._runtime.clock.now()
            before = await self._store.with_ids(session, ids)
            saved = [one for row in before.values() if (one := gone(row, at, now)) is not None]
            return await self._save(session, saved, now)

        return await self._runtime.transaction(work)

    async def _take_notes(self, notes: Sequence[TemplateNote]) -> bool:
        """Write what the notes change; whether only Meta's list can tell the rest."""

        async def work(session: "Session") -> bool:
            now = self._runtime.clock.now()
            ids = [template_id(note.account.id, note.name, note.language) for note in notes]
            copies = dict(await self._store.with_ids(session, list(dict.fromkeys(ids))))
            saved: dict[str, Saved] = {}
            incomplete = False
            for key, note in zip(ids, notes, strict=True):
                before = copies.get(key)
                incomplete = incomplete or wants_list(before, note)
                if before is not None:
                    one = from_note(before, note, now)
                    visible = one.visible or (key in saved and saved[key].visible)
                    copies[key], saved[key] = one.document, Saved(one.document, visible)
            await self._save(session, list(saved.values()), now)
            return incomplete

        return await self._runtime.transaction(work)

    async def _save(self, session: "Session", saved: Sequence[Saved], now: datetime) -> int:
        """Write copies and tell of those that changed visibly; how many those are."""
        told = [one.document for one in saved if one.visible]
        order = max((one["order"] for one in told), default=0)
        for one in told:
            one["order"] = order
        await self._store.save(session, [one.document for one in saved])
        records = [Outgoing.of(SETTINGS_CHANGES, changed_event(one, now)) for one in told]
        if records:
            await self._runtime.outbox.add(session, records, order=order)
        return len(told)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
