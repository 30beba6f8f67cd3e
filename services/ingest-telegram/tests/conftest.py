"""The service on real servers, beside a fake Bot API, and a reader of what it publishes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest_asyncio

from atd_ingest_telegram.app import create_app
from atd_ingest_telegram.settings import Settings
from atd_schemas.topics import INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES, Topic
from atd_servicekit.runtime import Runtime
from atd_testing.service import RunningService, Servers
from atd_testing.telegram import SECRET_HEADER, FakeState, ServedBotApi, serving_fake_bot_api
from atd_testing.topics import TopicReader
from atd_testing.waiting import eventually

Start = Callable[..., Awaitable["Service"]]
MANAGER = ("channels:read", "channels:manage")
TAILED: tuple[Topic, ...] = (INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES)
CHANNELS = "/api/v1/channels"


@dataclass(slots=True)
class Service:
    """A running service, and how tests talk to it."""

    running: RunningService
    settings: Settings
    served: ServedBotApi
    tail: TopicReader
    tenant: str = "tenant-1"

    @property
    def client(self) -> httpx.AsyncClient:
        return self.running.http

    @property
    def runtime(self) -> Runtime:
        return self.running.runtime

    @property
    def fake(self) -> FakeState:
        return self.served.api.state

    def headers(self, tenant_id: str | None = None, permissions: tuple[str, ...] = MANAGER) -> dict[str, str]:
        return self.running.headers(tenant_id or self.tenant, permissions)

    async def post(self, path: str, tenant_id: str | None = None, **options: Any) -> httpx.Response:
        return await self.client.post(f"{CHANNELS}{path}", headers=self.headers(tenant_id), **options)

    async def patch(self, account_id: str, changes: dict[str, Any]) -> httpx.Response:
        return await self.client.patch(f"{CHANNELS}/{account_id}", json=changes, headers=self.headers())

    async def read(self, account_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"{CHANNELS}/{account_id}", headers=self.headers())).json()
        return found

    async def connect(self, tenant_id: str | None = None, **more: Any) -> dict[str, Any]:
        """A new channel account, once Telegram was told of it."""
        answer = await self.post("", tenant_id, json=new_channel(**more))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        if not more.get("settings"):
            assert await eventually(lambda: self.registered(made))
        return made

    async def registered(self, made: dict[str, Any]) -> bool:
        """Whether the webhook of an account is registered at Telegram."""
        return str(self.fake.bot(int(made["bot_id"])).webhook.get("url", "")).endswith(made["id"])

    def secret(self, made: dict[str, Any]) -> str:
        """What Telegram was told to send along."""
        return str(self.fake.callbacks[made["bot_id"]].secret)

    async def deliver(self, made: dict[str, Any], update: Any, secret: str | None = None) -> httpx.Response:
        """An update, as Telegram posts it."""
        headers = {SECRET_HEADER: self.secret(made) if secret is None else secret, "Content-Type": "application/json"}
        raw = update if isinstance(update, bytes) else orjson.dumps(update)
        return await self.client.post(f"/webhooks/telegram/{made['id']}", content=raw, headers=headers)

    async def of_account(self, account_id: str, number: int) -> list[Any]:
        """The first events of an account, once there are `number`."""
        return await self.tail.matching(number, lambda event: _is_of(event, account_id))


def _is_of(event: Any, account_id: str) -> bool:
    return bool(event.type.startswith("inbound.") and event.data.account_id == account_id)


def new_token(bot_id: str | None = None) -> str:
    return f"{bot_id or str(uuid4().int)[:9]}:AA{uuid4().hex}"


def new_channel(bot_token: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "kind": "telegram",
        "name": "Loja Centro",
        "credentials": {"bot_token": bot_token or new_token()},
        **more,
    }


PATIENT = {"webhook_timeout": timedelta(minutes=1), "account_refresh": timedelta(hours=1)}
"""A loaded machine may be slow to write to Kafka."""


@asynccontextmanager
async def starting(servers: Servers) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def start_one(served: ServedBotApi | None = None, **settings: Any) -> Service:
            beside = await stack.enter_async_context(serving_fake_bot_api()) if served is None else served
            made = servers.settings("ingest-telegram", Settings, **{"api_url": beside.url, **PATIENT, **settings})
            if "mongodb_database_prefix" not in settings:  # else another service's, which may run
                stack.push_async_callback(servers.release, made)
            running = await stack.enter_async_context(servers.running(create_app(made), made))
            reader = await stack.enter_async_context(running.reading(*TAILED))
            return Service(running, made, beside, reader)

        yield start_one


@pytest_asyncio.fixture(loop_scope="module")
async def start(servers: Servers) -> AsyncIterator[Start]:
    """Starts services, each on a database of its own unless told otherwise, and stops them after the test."""
    async with starting(servers) as start_one:
        yield start_one


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_service(servers: Servers) -> AsyncIterator[Service]:
    async with starting(servers) as start_one:
        yield await start_one()


@pytest_asyncio.fixture(loop_scope="module")
async def service(shared_service: Service) -> Service:
    """The module's running service, with a tenant of this test's own."""
    return replace(shared_service, tenant=f"tenant-{uuid4()}")
