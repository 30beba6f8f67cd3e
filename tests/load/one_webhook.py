"""What one text webhook costs in a process alone: the product's code from the request to Kafka, without either end.

No socket and no broker, so that it hardly depends on what else runs on the machine. In a process under load the same
work costs about twice as much, because between two requests the caches are used by others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any, cast

from fastapi import FastAPI
from pydantic import SecretStr

from atd_channelkit.accounts.directory import AccountDirectory
from atd_channelkit.accounts.store import AccountSource
from atd_channelkit.metrics import METRICS, ChannelMetrics
from atd_channelkit.webhooks.activity import Heard, WebhookActivity
from atd_channelkit.webhooks.endpoint import Webhooks
from atd_channelkit.webhooks.intake import Intake, no_notes
from atd_channelkit.webhooks.routes import add_webhooks
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.accounts.spec import references_of
from atd_ingest_whatsapp.reader import READER
from atd_schemas.ids import uuid7
from atd_servicekit.clock import SystemClock
from atd_servicekit.kafka import Outgoing
from atd_servicekit.logs import configure_logging
from atd_servicekit.metrics import Metrics
from atd_servicekit.tracing import Tracing
from atd_testing.whatsapp.builders import sign, text_webhook, wamid
from tests.load.traffic import text_of

_ACCOUNTS = 20
_REQUESTS = 1000
_ROUNDS = 40
_SECRET = "bench-app-secret"
_PATH = "/webhooks/whatsapp"


def measure() -> float:
    """Microseconds of processor for one request; the best of some rounds. Sets up logging as services do."""
    configure_logging("ingest-whatsapp", "json", "info")
    return asyncio.run(_measure())


async def _measure() -> float:
    accounts = [_account(number) for number in range(_ACCOUNTS)]
    app = await _application(accounts)
    requests = [_request(accounts[number % _ACCOUNTS], number) for number in range(_REQUESTS)]
    rounds = []
    for _ in range(_ROUNDS):
        began = process_time()
        for scope, body in requests:
            await app(_fresh(scope), _receiving(body), _expect_accepted)
        rounds.append((process_time() - began) / _REQUESTS * 1e6)
    return min(rounds)


def _account(number: int) -> Account:
    return Account(
        id=uuid7(),
        tenant_id=uuid7(),
        name=f"Loja {number}",
        status="active",
        version=1,
        phone_number_id=f"1000000000{number:05d}",
        business_account_id=f"2000000000{number:05d}",
        app_secret=_SECRET.encode(),
        access_token=SecretStr("nothing"),
        verify_token=SecretStr(f"verify-{number}"),
    )


class _Stored:
    """Gives the accounts to the directory; a document holds an account that needs no opening."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._documents = [
            {"_id": one.id, "version": 1, "deleted": False, "status": "active", "account": one} for one in accounts
        ]

    async def changed_since(self, moment: datetime | None) -> Sequence[dict[str, Any]]:
        del moment
        return self._documents


class _Nowhere:
    """Takes records and has acknowledged them."""

    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None:
        pass


class _NoMoments:
    async def heard(self, account_id: str, field: Heard, at: datetime) -> None: ...


async def _application(accounts: Iterable[Account]) -> Any:
    metrics, clock = Metrics(), SystemClock()
    source = cast(AccountSource, _Stored(accounts))
    directory = AccountDirectory[Account](source, lambda document: document["account"], references_of, clock)
    await directory.start()
    webhooks = Webhooks(
        channel="whatsapp",
        source="ingest-whatsapp",
        reader=READER,
        directory=directory,
        intake=Intake(_Nowhere(), no_notes, no_notes, timedelta(seconds=8)),
        answers=metrics.declare(ChannelMetrics, METRICS).webhook_answers,
        activity=WebhookActivity(_NoMoments(), clock),
        clock=clock,
    )
    app = FastAPI()
    add_webhooks(app, _PATH, webhooks, metrics, Tracing("bench", None))
    return app.middleware_stack


def _request(account: Account, number: int) -> tuple[dict[str, Any], bytes]:
    body = text_webhook(
        account.phone_number_id,
        text_of(number),
        datetime.now(UTC),
        sender=f"55119{10_000_000 + number:08d}",
        message_id=wamid(f"one-{number:08d}"),
        name=f"Cliente {number:05d}",
    )
    headers = [
        (b"host", b"127.0.0.1:8101"),
        (b"accept", b"*/*"),
        (b"user-agent", b"facebookexternalua"),
        (b"accept-encoding", b"deflate, gzip"),
        (b"content-type", b"application/json"),
        (b"x-hub-signature-256", sign(body, _SECRET).encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    path = f"{_PATH}/{account.id}"
    return {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}, body


def _fresh(scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, "state": {}}


def _receiving(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _expect_accepted(message: Any) -> None:
    if message["type"] == "http.response.start" and message["status"] != 200:
        raise RuntimeError(f"a webhook was answered {message['status']}")
