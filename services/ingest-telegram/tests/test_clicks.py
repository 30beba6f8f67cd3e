"""Clicks are answered beside the path of webhooks: nothing of it waits, fails or grows without bound."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from atd_channelkit.answers import Refused
from atd_ingest_telegram import clicks
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.bot_api import BotApi
from atd_ingest_telegram.clicks import ClickAnswers
from atd_ingest_telegram.metrics import METRICS, TelegramMetrics
from atd_ingest_telegram.translate.notes import ClickNote
from atd_servicekit.metrics import Metrics
from atd_testing.waiting import PATIENCE_SECONDS, eventually

from .test_translate import ACCOUNT

pytestmark = pytest.mark.asyncio


class Api:
    def __init__(self, *, hang: bool = False, fail: bool = False, answer: Any = True) -> None:
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.hang, self.fail, self.answer = hang, fail, answer

    async def call(self, _account: Account, method: str, parameters: Mapping[str, Any]) -> Any:
        self.calls.append((method, parameters))
        if self.hang:
            await asyncio.sleep(3600)
        if self.fail:
            raise RuntimeError("a mistake of ours")
        return self.answer


def answers(api: Api) -> tuple[ClickAnswers, TelegramMetrics]:
    metrics = Metrics().declare(TelegramMetrics, METRICS)
    return ClickAnswers(cast("BotApi", api), metrics), metrics


def count(metrics: TelegramMetrics, outcome: str) -> float:
    return float(metrics.telegram_clicks.labels(outcome)._value.get())


NOTE = ClickNote(ACCOUNT, "4382", 5, 52, ((({"text": "Site", "url": "https://x.example"}),),), "bc-1")


@pytest.mark.proves("telegram", "click-answered-cleared")
async def test_a_click_is_answered_and_the_buttons_that_open_pages_stay() -> None:
    api = Api()
    taken, _ = answers(api)
    assert await taken.answer(NOTE) == "answered"
    assert api.calls == [
        ("answerCallbackQuery", {"callback_query_id": "4382"}),
        (
            "editMessageReplyMarkup",
            {
                "chat_id": 5,
                "message_id": 52,
                "reply_markup": {"inline_keyboard": [[{"text": "Site", "url": "https://x.example"}]]},
                "business_connection_id": "bc-1",
            },
        ),
    ]


async def test_of_a_click_whose_message_is_not_told_only_the_answer_is_sent() -> None:
    api = Api(answer=Refused("request", "query_too_old", "Bad Request: query is too old"))
    taken, _ = answers(api)
    assert await taken.answer(ClickNote(ACCOUNT, "4382")) == "refused"
    assert [method for method, _ in api.calls] == ["answerCallbackQuery"]


async def test_taking_never_waits_and_what_is_too_much_is_counted() -> None:
    taken, metrics = answers(Api(hang=True))
    await asyncio.wait_for(taken.take([NOTE] * (clicks.WAITING_LIMIT + 3)), PATIENCE_SECONDS)
    assert count(metrics, "given_up") == 3


@pytest.mark.parametrize(("trouble", "outcome"), [({"hang": True}, "timeout"), ({"fail": True}, "failed")])
async def test_an_answer_that_hangs_or_fails_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, trouble: dict[str, bool], outcome: str
) -> None:
    monkeypatch.setattr(clicks, "TIMEOUT_SECONDS", 0.01)
    taken, metrics = answers(Api(**trouble))
    running = asyncio.create_task(taken.run())
    await taken.take([NOTE] * 20)

    async def all_over() -> bool:
        return count(metrics, outcome) == 20

    assert await eventually(all_over)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
