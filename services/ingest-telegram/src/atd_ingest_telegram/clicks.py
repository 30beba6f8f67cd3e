"""Answers clicks: the button stops spinning, and the buttons go. Beside the path of webhooks, which it never holds up.

A click that is not answered spins for a few seconds more, and nothing else is lost: so what waits here is in memory,
has a bound, and is given up when the process ends. Whatever fails is counted and not tried again.
"""

import asyncio
from collections.abc import Sequence

import structlog

from atd_channelkit.answers import Refused, Uncertain, Unsent
from atd_ingest_telegram.bot_api import BotApi
from atd_ingest_telegram.metrics import TelegramMetrics
from atd_ingest_telegram.translate.notes import ClickNote

WAITING_LIMIT = 2_000
"""Clicks that wait at once; Telegram gives up an answer after a few seconds anyway."""

AT_ONCE = 8
TIMEOUT_SECONDS = 5.0


class ClickAnswers:
    """Takes notes of clicks, and answers them in the background."""

    def __init__(self, api: BotApi, metrics: TelegramMetrics) -> None:
        self._api = api
        self._metrics = metrics
        self._waiting: asyncio.Queue[ClickNote] = asyncio.Queue(WAITING_LIMIT)

    async def take(self, notes: Sequence[ClickNote]) -> None:
        """Have clicks answered. Never waits and never fails."""
        for note in notes:
            try:
                self._waiting.put_nowait(note)
            except asyncio.QueueFull:
                self._metrics.telegram_clicks.labels("given_up").inc()

    async def run(self) -> None:
        """Answer clicks, some at once, for ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            note = await self._waiting.get()
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    outcome = await self.answer(note)
            except TimeoutError:
                outcome = "timeout"
            except Exception as error:  # noqa: BLE001 - one click that fails must not stop those of all others
                structlog.get_logger().warning("click.failed", account_id=note.account.id, error=type(error).__name__)
                outcome = "failed"
            self._metrics.telegram_clicks.labels(outcome).inc()

    async def answer(self, note: ClickNote) -> str:
        """Answer one click, and take away the buttons that it was on. The outcome, for the metric."""
        told = await self._api.call(note.account, "answerCallbackQuery", {"callback_query_id": note.query_id})
        if note.chat_id is not None and note.message_id is not None:
            business = {"business_connection_id": note.business_connection_id} if note.business_connection_id else {}
            await self._api.call(
                note.account,
                "editMessageReplyMarkup",
                {
                    "chat_id": note.chat_id,
                    "message_id": note.message_id,
                    "reply_markup": {"inline_keyboard": [list(row) for row in note.keyboard]},
                    **business,
                },
            )
        return "refused" if isinstance(told, Refused | Unsent | Uncertain) else "answered"
