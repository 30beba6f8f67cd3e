"""Serves the fake on a real port inside a test: connections can be cut, timeouts are real."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from atd_testing.providers import serving
from atd_testing.telegram.app import FakeBotApi, create_fake_bot_api


@dataclass(frozen=True, slots=True)
class ServedBotApi:
    """A fake that listens; `url` is its base, as `ATD_TELEGRAM_API_URL` takes it."""

    url: str
    api: FakeBotApi


@contextlib.asynccontextmanager
async def serving_fake_bot_api(api: FakeBotApi | None = None, port: int = 0) -> AsyncIterator[ServedBotApi]:
    """Serve `api` (a new one by default) on 127.0.0.1 until the block ends; port 0 picks a free one."""
    api = api or create_fake_bot_api()
    async with serving(api, port) as url:
        yield ServedBotApi(url, api)
