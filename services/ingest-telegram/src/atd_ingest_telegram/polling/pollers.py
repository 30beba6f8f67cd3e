"""The pollers of this process: one for each bot whose updates are asked for, in one process at a time."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.polling.poller import Poller
from atd_servicekit.leases import ShardLeases, shard_of
from atd_servicekit.tasks import SupervisedTask, cancel_and_wait

SHARDS = 16
LOOKED_EVERY_SECONDS = 1.0
STOPPED_WITHIN = timedelta(seconds=10)
"""Longer than a batch takes to be saved and confirmed."""


class Accounts(Protocol):
    """The accounts in memory."""

    def all(self) -> Sequence[Account]: ...


MakePoller = Callable[[Account, asyncio.Event], Poller]


@dataclass(slots=True)
class _Running:
    account: Account
    stopping: asyncio.Event
    task: asyncio.Task[None]


@dataclass(slots=True)
class Pollers:
    """Starts and stops pollers as accounts and leases come and go. A component."""

    accounts: Accounts
    leases: ShardLeases
    make: MakePoller
    _running: dict[str, _Running] = field(default_factory=dict)
    _supervisor: SupervisedTask | None = None

    async def start(self) -> None:
        """Take leases, and begin."""
        await self.leases.start()
        self._supervisor = SupervisedTask("telegram-pollers", self._run)
        await self._supervisor.start()

    async def stop(self) -> None:
        """Let every poller save and confirm what it has got, then give the leases back."""
        if self._supervisor is not None:
            await self._supervisor.stop()
        await self._end(list(self._running.values()))
        self._running.clear()
        await self.leases.stop()

    async def _run(self) -> None:
        while True:
            await self.look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOKED_EVERY_SECONDS):
                    await self.leases.wait_changed()

    async def look(self) -> None:
        """Stop the pollers of bots that are not this process's any more, or have changed, and start missing ones."""
        wanted = {one.id: one for one in self.accounts.all() if self._is_ours(one)}
        over = [
            one
            for account_id, one in self._running.items()
            if one.task.done() or account_id not in wanted or wanted[account_id].version != one.account.version
        ]
        await self._end(over)
        for one in over:
            del self._running[one.account.id]
        for account_id, account in wanted.items():
            if account_id not in self._running:
                self._begin(account)

    def _is_ours(self, account: Account) -> bool:
        """What customers write to a disabled account is taken too; refused credentials wait for new ones."""
        asked_for = account.long_polling and account.proven and account.status != "needs_reconnection"
        return asked_for and self.leases.owns(shard_of(account.id, SHARDS))

    def _begin(self, account: Account) -> None:
        stopping = asyncio.Event()
        task = asyncio.create_task(self._poll(self.make(account, stopping)), name=f"poller-{account.id}")
        self._running[account.id] = _Running(account, stopping, task)

    async def _poll(self, poller: Poller) -> None:
        """Nobody else gets the shard before the poller has ended."""
        with self.leases.holding(frozenset((shard_of(poller.account.id, SHARDS),))):
            try:
                await poller.run()
            except Exception as error:  # noqa: BLE001 - it is started again; one bot must not stop those of others
                structlog.get_logger().error(
                    "polling.failed", account_id=poller.account.id, error=type(error).__name__, exc_info=error
                )
                await asyncio.sleep(LOOKED_EVERY_SECONDS)

    async def _end(self, pollers: Sequence[_Running]) -> None:
        for one in pollers:
            one.stopping.set()
        if pollers:
            await asyncio.wait([one.task for one in pollers], timeout=STOPPED_WITHIN.total_seconds())
        for one in pollers:
            await cancel_and_wait(one.task)
