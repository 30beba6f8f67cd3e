"""Asks for the updates of one bot, until it is told to stop.

Telegram keeps updates until a later call names an offset beyond them. So the offset moves only when Kafka has what was
got: whoever dies in between gets the same updates again, which give the same events with the same ids.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx
import structlog

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.bot_api import BotApi
from atd_ingest_telegram.metrics import TelegramMetrics
from atd_ingest_telegram.translate.updates import ALLOWED_UPDATES
from atd_ingest_telegram.translate.values import number_id
from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.errors import InfrastructureFault

BATCH = 100
"""Updates of one call; Telegram's own limit."""

HELD_SECONDS = 25
"""How long Telegram holds a call for which it has nothing; it allows 50."""

_ANSWER_SECONDS = 10
_CONFIRM_SECONDS = 3
TROUBLE = Backoff.of_seconds(1, 60)
CONFLICT = Backoff.of_seconds(5, 300)
"""Two who ask cut each other off at every call: the longer the other goes on, the less often we do."""

_CONFLICT = "409"


class ConflictStates(Protocol):
    """Remembers that somebody else asked for updates too."""

    async def conflicted(self, account_id: str, at: datetime) -> None: ...


TakeUpdates = Callable[[Account, Sequence[Any]], Awaitable[None]]
"""Makes updates durable; raises `InfrastructureFault` or `TimeoutError` when they must come again."""

MarkRefused = Callable[[Account, Refused], Awaitable[Any]]


@dataclass(slots=True, kw_only=True)
class Poller:
    """The loop of one bot. `stopping` ends it: what was got is saved and confirmed first."""

    account: Account
    api: BotApi
    take: TakeUpdates
    states: ConflictStates
    refused: MarkRefused
    metrics: TelegramMetrics
    clock: Clock
    stopping: asyncio.Event
    offset: int = 0
    troubles: int = 0
    conflicts: int = 0

    async def run(self) -> None:
        """Ask for updates until told to stop."""
        while not self.stopping.is_set() and not await self._webhook_removed():
            await self._wait(self._trouble())
        while not self.stopping.is_set():
            await self.turn()
        await self._confirm()

    async def _webhook_removed(self) -> bool:
        """Whether Telegram delivers no more, or refuses to stop: with a webhook every call of ours is a conflict."""
        answer = await self.api.call(self.account, "deleteWebhook", {"drop_pending_updates": False})
        passes = isinstance(answer, Refused) and answer.passes
        return not (passes or isinstance(answer, Unsent | Uncertain))

    async def turn(self) -> None:
        """One call, and what comes of it: the updates are saved, or it is waited for a while."""
        answer = await self._ask()
        if answer is None:
            return None
        if isinstance(answer, Refused | Unsent | Uncertain):
            return await self._refused(answer)
        updates = answer if isinstance(answer, list) else []
        self.metrics.telegram_polls.labels("updates" if updates else "nothing").inc()
        self.conflicts = 0
        if not updates:
            self.troubles = 0
            return None
        try:
            await self.take(self.account, updates)
        except (InfrastructureFault, TimeoutError, OSError) as error:
            self.metrics.telegram_polls.labels("unsaved").inc()
            self._log("polling.unsaved", error=type(error).__name__)
            return await self._wait(self._trouble())
        self.troubles = 0
        self.offset = (
            max(
                (number for one in updates if isinstance(one, dict) and (number := number_id(one.get("update_id")))),
                default=self.offset - 1,
            )
            + 1
        )
        return None

    async def _ask(self) -> Any | None:
        """The updates from the offset on; `None` when it was told to stop meanwhile."""
        call = asyncio.create_task(self._get_updates(HELD_SECONDS, BATCH))
        stop = asyncio.create_task(self.stopping.wait())
        try:
            await asyncio.wait((call, stop), return_when=asyncio.FIRST_COMPLETED)
            return call.result() if call.done() else None
        finally:
            for task in (call, stop):
                task.cancel()
            await asyncio.gather(call, stop, return_exceptions=True)

    async def _get_updates(self, held: int, limit: int) -> Any:
        asked = {"offset": self.offset, "limit": limit, "timeout": held, "allowed_updates": list(ALLOWED_UPDATES)}
        return await self.api.call(self.account, "getUpdates", asked, timeout=httpx.Timeout(held + _ANSWER_SECONDS))

    async def _confirm(self) -> None:
        """Tell Telegram what was saved, so that whoever asks next does not get it again."""
        if self.offset:
            try:
                async with asyncio.timeout(_CONFIRM_SECONDS):
                    await self._get_updates(0, 1)
            except TimeoutError:
                return

    async def _refused(self, answer: Refused | Unsent | Uncertain) -> None:
        if isinstance(answer, Refused) and answer.code == _CONFLICT:
            self.metrics.telegram_polls.labels("conflict").inc()
            self.conflicts += 1
            self._log("polling.conflict", times=self.conflicts)
            await self.states.conflicted(self.account.id, self.clock.now())
            return await self._wait(CONFLICT.seconds(self.conflicts))
        if isinstance(answer, Refused):
            self.metrics.telegram_polls.labels("refused").inc()
            self._log("polling.refused", code=answer.code)
            if answer.suspends:
                await self.refused(self.account, answer)
            asked = None if answer.wait is None else answer.wait.backoff.seconds(1)
            return await self._wait(max(asked or 0.0, self._trouble()))
        self.metrics.telegram_polls.labels("unreachable").inc()
        self._log("polling.unreachable", reason=answer.reason)
        return await self._wait(self._trouble())

    def _trouble(self) -> float:
        self.troubles += 1
        return TROUBLE.seconds(self.troubles) or 0.0

    async def _wait(self, seconds: float | None) -> None:
        """Wait, or until told to stop."""
        try:
            async with asyncio.timeout(seconds or 0.0):
                await self.stopping.wait()
        except TimeoutError:
            return

    def _log(self, event: str, **fields: Any) -> None:
        structlog.get_logger().warning(
            event, account_id=self.account.id, tenant_id=self.account.tenant_id, channel="telegram", **fields
        )
