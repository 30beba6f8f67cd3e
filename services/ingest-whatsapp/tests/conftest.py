"""The service on real servers, beside a fake Graph API, and a reader of what it publishes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI
from pydantic import SecretStr

from atd_ingest_whatsapp.app import create_app
from atd_ingest_whatsapp.settings import Settings
from atd_schemas.topics import INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES, Topic, adapter
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing
from atd_testing.app import running
from atd_testing.identity import identity_headers
from atd_testing.keys import service_keys
from atd_testing.topics import create_topics
from atd_testing.waiting import eventually
from atd_testing.whatsapp import ServedFake, builders, serving_fake_graph

APP_SECRET = "example-app-secret"
Start = Callable[..., Awaitable["Service"]]
MANAGER = ("channels:read", "channels:manage")


class TopicTail:
    """What has been written to some topics since it was opened."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._events: list[Any] = []
        self.headers: dict[str, dict[str, bytes]] = {}
        self._topics = {topic.name: topic for topic in (INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES)}

    async def read(self) -> list[Any]:
        """Everything so far, parsed, in the order of arrival."""
        found = await self._consumer.getmany(timeout_ms=50)
        for batch in found.values():
            for record in batch:
                event = adapter(self._topics[record.topic]).validate_json(record.value)
                assert record.key == event.key()
                self.headers[event.id] = dict(record.headers)
                assert self.headers[event.id]["ce_id"].decode() == event.id
                self._events.append(event)
        return self._events

    async def until(self, number: int, wanted: Callable[[Any], bool]) -> list[Any]:
        """The wanted events once there are at least `number` of them."""

        async def enough() -> list[Any]:
            found = [event for event in await self.read() if wanted(event)]
            return found if len(found) >= number else []

        return await eventually(enough, message=f"{number} events on Kafka")


@asynccontextmanager
async def tail(bootstrap: str) -> AsyncIterator[TopicTail]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(topic.name, number) for topic in TAILED for number in range(topic.partitions)]
        consumer.assign(places)
        for place, end in (await consumer.end_offsets(places)).items():
            consumer.seek(place, end)
        yield TopicTail(consumer)
    finally:
        await consumer.stop()


TAILED: tuple[Topic, ...] = (INBOUND_EVENTS, INBOUND_UNPARSED, SETTINGS_CHANGES)


@dataclass(slots=True)
class Service:
    """A running service, and how tests talk to it."""

    app: FastAPI
    client: httpx.AsyncClient
    settings: Settings
    fake: ServedFake
    tail: TopicTail
    tenant: str = "tenant-1"
    app_secret: str = APP_SECRET

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.state.runtime
        return runtime

    def headers(self, tenant_id: str | None = None, permissions: tuple[str, ...] = MANAGER) -> dict[str, str]:
        return identity_headers(tenant_id=tenant_id or self.tenant, permissions=permissions)

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
        return await self.tail.until(number, lambda event: _is_of(event, account_id))


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


@asynccontextmanager
async def starting(bootstrap: str, mongodb_url: str) -> AsyncIterator[Start]:
    await create_topics(bootstrap)
    async with AsyncExitStack() as stack:

        async def start_one(fake: ServedFake | None = None, tracing: Tracing | None = None, **settings: Any) -> Service:
            beside = await stack.enter_async_context(serving_fake_graph()) if fake is None else fake
            chosen = {
                "mongodb_database_prefix": f"test_{uuid4().hex}_",
                **service_keys("ingest-whatsapp"),
                "files_database": f"test_{uuid4().hex}",
                "whatsapp_api_url": beside.url,
                "whatsapp_account_refresh": timedelta(hours=1),
            }
            made = Settings(
                kafka_bootstrap_servers=bootstrap,
                mongodb_url=SecretStr(mongodb_url),
                **{**chosen, **settings},
            )
            app = create_app(made, tracing=tracing)
            client = await stack.enter_async_context(running(app))
            reader = await stack.enter_async_context(tail(bootstrap))
            return Service(app, client, made, beside, reader)

        yield start_one


@pytest_asyncio.fixture(loop_scope="module")
async def start(kafka_bootstrap: str, mongodb_url: str) -> AsyncIterator[Start]:
    """Starts services, each on a database of its own unless told otherwise, and stops them after the test."""
    async with starting(kafka_bootstrap, mongodb_url) as start_one:
        yield start_one


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_service(kafka_bootstrap: str, mongodb_url: str) -> AsyncIterator[Service]:
    async with starting(kafka_bootstrap, mongodb_url) as start_one:
        yield await start_one()


@pytest_asyncio.fixture(loop_scope="module")
async def service(shared_service: Service) -> Service:
    """The module's running service, with a tenant of this test's own and a fake that has forgotten everything."""
    shared_service.fake.graph.state.reset()
    return replace(shared_service, tenant=f"tenant-{uuid4()}")
