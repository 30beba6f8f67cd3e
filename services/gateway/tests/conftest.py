"""A whole gateway on real sockets, with real Kafka and MongoDB, and services behind it that a test chooses.

One gateway with the default settings serves all tests of a run, and a second one stands for another process. Tests
keep apart by tenant: each makes its own people. What needs other settings starts a gateway of its own with `start`,
on the same database. All of them run in one event loop, so the modules that use them set
`pytestmark = pytest.mark.asyncio(loop_scope="session")`.
"""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
import websockets
from aiokafka import TopicPartition
from argon2 import PasswordHasher
from websockets.typing import Subprotocol

from atd_gateway.app import Apps, create_apps
from atd_gateway.domain.attendants import Visibility
from atd_gateway.seed import add_attendant
from atd_gateway.server import Servers
from atd_gateway.settings import GatewaySettings, services_behind
from atd_gateway.store.people import Attendant, MongoPeople, Tenant
from atd_schemas.ids import uuid5, uuid7
from atd_schemas.topics import CONVERSATION_EVENTS, Topic
from atd_servicekit.broadcast import Broadcast
from atd_servicekit.kafka import Outgoing
from atd_testing.keys import service_keys
from atd_testing.topics import TopicReader, create_topics
from atd_testing.waiting import PATIENCE_SECONDS, eventually

PASSWORD = "correct horse battery staple"


def protocols(token: str) -> list[Subprotocol]:
    return [Subprotocol("atd.v1"), Subprotocol(f"bearer.{token}")]


@cache
def password_hash() -> str:
    """The hash of `PASSWORD`, with parameters that cost nothing to check; made once."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Person:
    """An attendant of a test, and how to act as them."""

    def __init__(self, gateway: "LiveGateway", attendant: Attendant) -> None:
        self.gateway = gateway
        self.attendant = attendant
        self.tenant_id = attendant.tenant_id
        self.tokens: dict[str, Any] = {}

    async def sign_in(self) -> "Person":
        body = {"email": self.attendant.email, "password": PASSWORD}
        answer = await self.gateway.http.post("/api/v1/auth/login", json=body, headers=own_address())
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        return self

    @property
    def token(self) -> str:
        return str(self.tokens["access_token"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def listen(self, since: str | None = None, **options: Any) -> Any:
        """A WebSocket that has sent its token as a subprotocol."""
        url = self.gateway.ws_url + (f"?since={since}" if since else "")
        options.setdefault("close_timeout", 0.1)  # whoever leaves does not read what is still on its way
        return websockets.connect(url, subprotocols=protocols(self.token), proxy=None, **options)


def own_address() -> dict[str, str]:
    """A header by which the request counts for an address of its own (test gateways trust loopback as a proxy)."""
    return {"X-Forwarded-For": f"2001:db8::{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}"}


class LiveGateway:
    """A gateway under test."""

    def __init__(self, apps: Apps, settings: GatewaySettings, port: int, internal_port: int) -> None:
        self.apps = apps
        self.settings = settings
        self.url = f"http://127.0.0.1:{port}"
        self.ws_url = f"ws://127.0.0.1:{port}/ws"
        self.internal_url = f"http://127.0.0.1:{internal_port}"
        self.http = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=60)
        self.people = MongoPeople(apps.runtime.mongo.db)
        self.servers: Servers

    async def person(
        self, *, tenant: str | None = None, role: str = "admin", name: str = "Ana", visibility: Visibility = "all"
    ) -> Person:
        """A new attendant, signed in; of a new tenant unless one is named."""
        runtime = self.apps.runtime
        now = runtime.clock.now()
        tenant_id = tenant or uuid7()
        await self.people.add_tenant(Tenant(tenant_id, f"Tenant {tenant_id[-6:]}", now))
        attendant_id = uuid7()
        attendant = Attendant(
            id=attendant_id,
            tenant_id=tenant_id,
            email=f"{attendant_id}@example.com",
            name=name,
            role=role,
            password_hash=password_hash(),
            created_at=now,
            visibility=visibility,
        )
        await add_attendant(runtime, self.people, attendant)
        return await Person(self, attendant).sign_in()

    async def publish(self, *events: dict[str, Any], topic: Topic = CONVERSATION_EVENTS) -> None:
        """Write events to Kafka as their service does."""
        await self.apps.runtime.producer.publish(
            [Outgoing(topic.name, one["subject"].encode(), orjson.dumps(one)) for one in events]
        )

    def reading(self, *topics: Topic) -> AbstractAsyncContextManager[TopicReader]:
        """Read what is written to some topics within the block, and nothing of what was done before it."""
        return TopicReader.reading(self.settings.kafka_bootstrap_servers, *topics, after=self.apps.runtime.mongo.db)

    async def caught_up(self, topic: Topic = CONVERSATION_EVENTS) -> None:
        """Returns when everything that is in a topic now has been read."""
        readers = [one for one in self.apps.runtime.components if isinstance(one, Broadcast)]
        reader = next(one for one in readers if one.topic == topic)
        places = [TopicPartition(topic.name, partition) for partition in reader.positions]
        ends = await reader._started().end_offsets(places)
        await eventually(
            lambda: all(reader.positions[place.partition] >= end for place, end in ends.items()),
            message="the topic is read",
        )


def make_event(tenant_id: str, name: str, sequence: int, **more: Any) -> dict[str, Any]:
    """A record of `conversation.events.v1` of the tenant's conversation `name` (found again in the data)."""
    text = more.pop("text", f"message {sequence}")
    return {
        "id": uuid7(),
        "type": "message.received",
        "version": 1,
        "tenant_id": tenant_id,
        "occurred_at": "2026-03-01T12:00:00.000Z",
        "recorded_at": "2026-03-01T12:00:00.000Z",
        "source": "conversation",
        "subject": uuid5(tenant_id, name),
        "sequence": sequence,
        "causation_id": None,
        "actor": {"type": "contact", "id": "k1", "name": "Zoë"},
        "data": {"conversation_id": name, "message": {"id": uuid7(), "text": text}, "changed": []},
        **more,
    }


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    return make_event


@pytest.fixture(scope="session")
def topics(kafka_bootstrap: str) -> str:
    asyncio.run(create_topics(kafka_bootstrap))
    return kafka_bootstrap


def write_client(root: Path) -> Path:
    """Write a small built client; its compressed files are none, so that a test sees which one is sent."""
    script = b"console.log('main');" * 10
    page = b"<!doctype html><html><head><script type=module src=/assets/main-a1.js></script></head><body></body></html>"
    files = {
        "index.html": page,
        "sw.js": b"// service worker",
        "manifest.webmanifest": b"{}",
        "assets/main-a1.js": script,
        "assets/main-a1.js.br": b"<br of main>",
        "assets/main-a1.js.gz": b"<gz of main>",
        "assets/main-a1.css": b"body{}",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.fixture(scope="session")
def make_client() -> Callable[[Path], Path]:
    return write_client


@pytest.fixture
def built_client(tmp_path: Path) -> Path:
    """The folder of a small built client."""
    root = tmp_path / "dist"
    root.mkdir()
    return write_client(root)


MakeSettings = Callable[..., GatewaySettings]


@pytest.fixture(scope="session")
def make_settings(topics: str, mongodb_url: str) -> MakeSettings:
    """Settings of gateways that share one database, as the processes of one installation do."""
    database = f"test_{uuid.uuid4().hex}"

    def make(**more: Any) -> GatewaySettings:
        values: dict[str, Any] = {
            "KAFKA_BOOTSTRAP_SERVERS": topics,
            "MONGODB_URL": mongodb_url,
            "mongodb_database_prefix": f"{database}_",
            **service_keys("gateway"),
            "host": "127.0.0.1",
            "shutdown_grace": timedelta(seconds=5),
            "trusted_proxies": "127.0.0.1",
            "ws_ring_events": 1000,
            "ws_heartbeat": timedelta(minutes=10),  # a test that is slow counts no frame of it
            "service_urls": {one.name: "http://127.0.0.1:9" for one in services_behind()},  # nobody listens there
            **more,
        }
        return GatewaySettings(**values)

    return make


@asynccontextmanager
async def run_gateway(settings: GatewaySettings, **wiring: Any) -> AsyncIterator[LiveGateway]:
    """A gateway with these settings; `wiring` as `create_apps` takes it."""
    apps = create_apps(settings, **wiring)
    public, internal = _listening(), _listening()
    servers = Servers(apps, settings)
    gateway = LiveGateway(apps, settings, public.getsockname()[1], internal.getsockname()[1])
    gateway.servers = servers
    running = asyncio.create_task(servers.run(([public], [internal])))
    try:
        await apps.runtime.wait_ready(2 * PATIENCE_SECONDS)
        yield gateway
    finally:
        await gateway.http.aclose()
        servers.end()
        await running


def _listening() -> socket.socket:
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    return found


Start = Callable[..., Awaitable[LiveGateway]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the gateway takes for too slow is not what a loaded machine takes."""
    monkeypatch.setattr("atd_gateway.realtime.connection.AUTH_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr("atd_gateway.realtime.connection._START_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr("atd_gateway.realtime.connection._TRANSIENT_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr("atd_gateway.realtime.resuming._REACH_SECONDS", PATIENCE_SECONDS)


class Starter:
    """Starts gateways with settings of their own; they end with the fixture that made it."""

    def __init__(self, make_settings: MakeSettings, stack: AsyncExitStack) -> None:
        self._make_settings = make_settings
        self._stack = stack

    async def __call__(self, *, wiring: dict[str, Any] | None = None, **settings: Any) -> LiveGateway:
        running = run_gateway(self._make_settings(**settings), **(wiring or {}))
        return await self._stack.enter_async_context(running)


@pytest_asyncio.fixture(loop_scope="session")
async def start(make_settings: MakeSettings) -> AsyncIterator[Start]:
    """Starts gateways for one test."""
    async with AsyncExitStack() as stack:
        yield Starter(make_settings, stack)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def start_for_module(make_settings: MakeSettings) -> AsyncIterator[Start]:
    """Starts gateways for the tests of one module."""
    async with AsyncExitStack() as stack:
        yield Starter(make_settings, stack)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gateway(make_settings: MakeSettings) -> AsyncIterator[LiveGateway]:
    """The gateway of the run."""
    async with run_gateway(make_settings()) as found:
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def second_gateway(make_settings: MakeSettings) -> AsyncIterator[LiveGateway]:
    """Another process of the same installation."""
    async with run_gateway(make_settings()) as found:
        yield found


class Listener:
    """Reads frames of a socket."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def frame(self, timeout: float = PATIENCE_SECONDS) -> dict[str, Any]:
        async with asyncio.timeout(timeout):
            found: dict[str, Any] = orjson.loads(await self.socket.recv())
            return found

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Frames up to and with the first of a type."""
        found = [await self.frame()]
        while found[-1]["type"] != kind:
            found.append(await self.frame())
        return found

    async def events(self, count: int) -> list[dict[str, Any]]:
        """The next events; frames about the connection are left out."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            frame = await self.frame()
            if "id" in frame:
                found.append(frame)
        return found

    async def closed(self) -> tuple[int, str]:
        """Code and reason, when the server closes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            with suppress(websockets.ConnectionClosed):
                async for _ in self.socket:
                    pass
        code, reason = self.socket.close_code, self.socket.close_reason
        return int(code or 1006), str(reason or "")


@pytest.fixture
def listening() -> type[Listener]:
    return Listener
