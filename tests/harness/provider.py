"""Meta, as far as delivering goes: signed webhooks, each repeated until it is answered 200."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp

from atd_testing.whatsapp.builders import signed_headers, text_webhook, wamid
from tests.harness.people import Account

_PAUSE_SECONDS = 0.1
_ANSWER_SECONDS = 15.0


class Provider:
    """Delivers webhooks of one account to `url`. An asynchronous context manager.

    `accepted` counts webhooks that were answered 200, `answers` every answer by status (0: none came).
    """

    def __init__(self, url: str, account: Account) -> None:
        self._url = url
        self.account = account
        self.accepted = 0
        self.answers: Counter[int] = Counter()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> int:
        """Deliver a body once: the status of the answer, or 0 when none came. Signed unless `headers` are given."""
        assert self._session is not None
        headers = signed_headers(body, self.account.app_secret) if headers is None else headers
        try:
            async with self._session.post(self._url, data=body, headers=headers) as answer:
                await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0
        self.answers[status] += 1
        return status

    async def deliver(self, body: bytes) -> None:
        """Deliver a body until it is answered 200."""
        while await self.post(body) != 200:  # noqa: ASYNC110 - no event tells when it would be taken
            await asyncio.sleep(_PAUSE_SECONDS)
        self.accepted += 1

    async def write(
        self, customer: str, texts: Sequence[str], *, name: str = "Ana Souza", pace_seconds: float = 0.0
    ) -> None:
        """One customer writes these texts: the next goes out when the one before was accepted."""
        for text in texts:
            began = time.monotonic()
            message_id = wamid(f"{self.account.id}/{customer}/{text}")
            now = datetime.now(UTC)
            number = self.account.phone_number_id
            await self.deliver(text_webhook(number, text, now, sender=customer, message_id=message_id, name=name))
            await asyncio.sleep(max(0.0, began + pace_seconds - time.monotonic()))

    async def write_all(self, scripts: Mapping[str, Sequence[str]], *, pace_seconds: float = 0.0) -> None:
        """Every customer writes at once, each in order."""
        async with asyncio.TaskGroup() as group:
            for customer, texts in scripts.items():
                group.create_task(self.write(customer, texts, pace_seconds=pace_seconds))
