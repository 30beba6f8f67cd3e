"""The service on real servers, beside a stand-in of the Graph API, and a reader of what it publishes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from atd_channelkit.answers import Uncertain
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.app import create_app
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.settings import Settings
from atd_schemas.topics import INBOUND_COMMENTS, INBOUND_EVENTS, INBOUND_UNPARSED, Topic
from atd_servicekit.runtime import Runtime
from atd_testing.meta import FakeMeta, webhooks
from atd_testing.providers import serving
from atd_testing.service import RunningService, Servers
from atd_testing.topics import TopicReader

APP_SECRET = "example-app-secret"
MANAGER = ("channels:read", "channels:manage")
TAILED: tuple[Topic, ...] = (INBOUND_EVENTS, INBOUND_COMMENTS, INBOUND_UNPARSED)
PATIENT = {"webhook_timeout": timedelta(minutes=1)}
"""A loaded machine may be slow to write to Kafka."""

Kind = Literal["messenger", "facebook", "instagram"]
Answer = Callable[[Request], Awaitable[Any]]


@dataclass(slots=True)
class Graph:
    """Answers what the tests say, by path; `asked` has the paths that were asked for."""

    url: str = ""
    nodes: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Begin again for another test."""
        self.nodes.clear()
        self.asked.clear()

    async def answer(self, request: Request) -> Any:
        """A node, what a test's function says, or Meta's error of a node that is not there."""
        path = request.url.path.split("/", 2)[-1]
        self.asked.append(path)
        found = self.nodes.get(path)
        if path == "me":
            token = request.headers["authorization"].removeprefix("Bearer ")
            page, _, instagram = token.partition("/")
            linked = {"id": instagram, "username": "loja"}
            return {"id": page, "name": "Loja Centro", "instagram_business_account": linked}
        if callable(found):
            return await found(request)
        if found is None:
            error = {"message": "Unsupported get request", "type": "GraphMethodException", "code": 100}
            return JSONResponse({"error": {**error, "error_subcode": 33}}, 400)
        return found


def account(kind: Kind, number: int, **ids: Any) -> Account:
    """An account of one tenant, for what needs no server."""
    return Account(
        id=f"0192d1a0-0000-7000-8000-00000000000{number}",
        tenant_id="tenant-1",
        kind=kind,
        name=f"Loja {number}",
        status="active",
        version=1,
        app_secret=APP_SECRET.encode(),
        access_token=SecretStr("token"),
        verify_token=SecretStr("verify"),
        **ids,
    )


@pytest.fixture(scope="session")
def messenger() -> Account:
    return account("messenger", 1, page_id="300100200300400")


@pytest.fixture(scope="session")
def comments() -> Account:
    return account("facebook", 2, page_id="300100200300400")


@pytest.fixture(scope="session")
def instagram() -> Account:
    return account("instagram", 3, instagram_id="17840000000000001", page_id="300100200300400")


@asynccontextmanager
async def serving_graph() -> AsyncIterator[Graph]:
    """Serve a `Graph`, which takes every path and method."""
    graph, app = Graph(), FastAPI()
    app.add_api_route("/{path:path}", graph.answer, methods=["GET", "POST", "DELETE"], response_model=None)
    async with serving(app) as url:
        graph.url = url
        yield graph


class InProcess:
    """A connection to a fake in this process."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response | Uncertain:
        """See `ProviderConnection`."""
        try:
            return await self._http.request(method, f"/{path}", **options)
        except httpx.HTTPError as error:
            return Uncertain(type(error).__name__)


@pytest_asyncio.fixture
async def graph_of() -> AsyncIterator[Callable[[FakeMeta], GraphApi]]:
    """Calls a fake of Meta in this process, in the name of accounts."""
    async with AsyncExitStack() as stack:

        def connected(fake: FakeMeta) -> GraphApi:
            http = httpx.AsyncClient(transport=httpx.ASGITransport(app=fake), base_url="http://fake")
            stack.push_async_callback(http.aclose)
            connection: Any = InProcess(http)
            return GraphApi(connection, connection, "v25.0")

        yield connected


@dataclass(slots=True)
class Service:
    """A running service, and how tests talk to it."""

    running: RunningService
    settings: Settings
    graph: Graph
    tail: TopicReader
    tenant: str = "tenant-1"

    @property
    def client(self) -> httpx.AsyncClient:
        return self.running.http

    @property
    def runtime(self) -> Runtime:
        return self.running.runtime

    def headers(self, tenant_id: str | None = None, permissions: tuple[str, ...] = MANAGER) -> dict[str, str]:
        return self.running.headers(tenant_id or self.tenant, permissions)

    async def connect(self, kind: Kind, page_id: str | None = None, **more: Any) -> dict[str, Any]:
        """A new account of a page, or of the Instagram account that is linked to it."""
        page = page_id or str(uuid4().int)[:15]
        secrets = {"app_secret": more.pop("app_secret", APP_SECRET)}
        credentials: dict[str, Any] = {"page_id": page, "page_access_token": page, **secrets}
        if kind == "instagram":
            own = more.pop("instagram_id", str(uuid4().int)[:17])
            credentials = {"page_id": page, "instagram_id": own, "access_token": f"{page}/{own}", **secrets}
        body = {"kind": kind, "name": "Loja Centro", "credentials": credentials}
        answer = await self.client.post("/api/v1/channels", json=body, headers=self.headers(more.get("tenant_id")))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def deliver(self, address: str, raw: bytes, secret: str = APP_SECRET) -> httpx.Response:
        """A webhook, signed."""
        headers = webhooks.signed_headers(raw, secret)
        return await self.client.post(f"/webhooks/meta{address}", content=raw, headers=headers)

    async def of_account(self, account_id: str, number: int) -> list[Any]:
        """The first events of an account, once there are `number`."""
        return await self.tail.matching(number, lambda event: _is_of(event, account_id))


def _is_of(event: Any, account_id: str) -> bool:
    return bool(event.type.startswith("inbound.") and event.data.account_id == account_id)


@asynccontextmanager
async def starting(servers: Servers) -> AsyncIterator[Callable[..., Awaitable[Service]]]:
    async with AsyncExitStack() as stack:

        async def start_one(graph: Graph | None = None, **settings: Any) -> Service:
            beside = await stack.enter_async_context(serving_graph()) if graph is None else graph
            urls = {"api_url": beside.url, "instagram_url": beside.url}
            given = {**urls, "account_refresh": timedelta(hours=1), **PATIENT, **settings}
            made = servers.settings("ingest-meta", Settings, **given)
            if "mongodb_database_prefix" not in settings:  # else another service's, which may run
                stack.push_async_callback(servers.release, made)
            running = await stack.enter_async_context(servers.running(create_app(made), made))
            reader = await stack.enter_async_context(running.reading(*TAILED))
            return Service(running, made, beside, reader)

        yield start_one


@pytest_asyncio.fixture(loop_scope="module")
async def run(servers: Servers) -> Callable[..., Any]:
    """Runs a service of the test's own within a block."""

    @asynccontextmanager
    async def running(**settings: Any) -> AsyncIterator[Service]:
        async with starting(servers) as start_one:
            yield await start_one(**settings)

    return running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_service(servers: Servers) -> AsyncIterator[Service]:
    async with starting(servers) as start_one:
        yield await start_one()


@pytest_asyncio.fixture(loop_scope="module")
async def service(shared_service: Service) -> Service:
    """The module's running service, with a tenant of this test's own and a stand-in that has forgotten everything."""
    shared_service.graph.forget()
    return replace(shared_service, tenant=f"tenant-{uuid4()}")
