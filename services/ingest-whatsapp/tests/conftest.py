"""The service on real servers, beside a fake Graph API, and a reader of what it publishes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from fastapi import FastAPI

from atd_ingest_whatsapp.app import create_app
from atd_ingest_whatsapp.settings import Settings
from atd_schemas.topics import INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES, Topic
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing
from atd_testing.service import RunningService, Servers
from atd_testing.topics import TopicReader
from atd_testing.whatsapp import ServedFake, builders, serving_fake_graph

APP_SECRET = "example-app-secret"
Start = Callable[..., Awaitable["Service"]]
MANAGER = ("channels:read", "channels:manage")


TAILED: tuple[Topic, ...] = (INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES)


@dataclass(slots=True)
class Service:
    """A running service, and how tests talk to it."""

    running: RunningService
    settings: Settings
    fake: ServedFake
    tail: TopicReader
    tenant: str = "tenant-1"
    app_secret: str = APP_SECRET

    @property
    def client(self) -> httpx.AsyncClient:
        return self.running.http

    @property
    def app(self) -> FastAPI:
        return self.running.app

    @property
    def runtime(self) -> Runtime:
        return self.running.runtime

    def headers(self, tenant_id: str | None = None, permissions: tuple[str, ...] = MANAGER) -> dict[str, str]:
        return self.running.headers(tenant_id or self.tenant, permissions)

    async def connect(self, tenant_id: str | None = None, **credentials: Any) -> dict[str, Any]:
        """A new channel account."""
        answer = await self.client.post(
            "/api/v1/channels", json=new_channel(**credentials), headers=self.headers(tenant_id)
        )
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def deliver(self, address: str, raw: bytes, secret: str = APP_SECRET) -> httpx.Response:
        """A webhook, signed."""
        headers = builders.signed_headers(raw, secret)
        return await self.client.post(f"/webhooks/whatsapp{address}", content=raw, headers=headers)

    async def of_account(self, account_id: str, number: int) -> list[Any]:
        """The first events of an account, once there are `number`."""
        return await self.tail.matching(number, lambda event: _is_of(event, account_id))


def _is_of(event: Any, account_id: str) -> bool:
    return bool(event.type.startswith("inbound.") and event.data.account_id == account_id)


def new_channel(**credentials: Any) -> dict[str, Any]:
    return {
        "kind": "whatsapp",
        "name": "Loja Centro",
        "credentials": {
            "phone_number_id": str(uuid4().int)[:15],
            "business_account_id": "200300400500600",
            "access_token": "EAAG-token",
            "app_secret": APP_SECRET,
            **credentials,
        },
    }


PATIENT = {"webhook_timeout": timedelta(minutes=1)}
"""A loaded machine may be slow to write to Kafka."""


@asynccontextmanager
async def starting(servers: Servers) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def start_one(fake: ServedFake | None = None, tracing: Tracing | None = None, **settings: Any) -> Service:
            beside = await stack.enter_async_context(serving_fake_graph()) if fake is None else fake
            given = {"api_url": beside.url, "account_refresh": timedelta(hours=1), **PATIENT, **settings}
            made = servers.settings("ingest-whatsapp", Settings, **given)
            if "mongodb_database_prefix" not in settings:  # else another service's, which may run
                stack.push_async_callback(servers.release, made)
            running = await stack.enter_async_context(servers.running(create_app(made, tracing=tracing), made))
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
    """The module's running service, with a tenant of this test's own and a fake that has forgotten everything."""
    shared_service.fake.graph.state.reset()
    return replace(shared_service, tenant=f"tenant-{uuid4()}")
