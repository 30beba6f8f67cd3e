"""One service running in this process, on the Kafka and MongoDB of this pytest-xdist worker.

A service's conftest needs one fixture::

    @pytest_asyncio.fixture(scope="module", loop_scope="module")
    async def service(servers: Servers) -> AsyncIterator[RunningService]:
        settings = servers.settings("conversation", ConversationSettings)
        async with servers.running(create_app(settings), settings) as service:
            yield service

The tests of a module share it and keep apart by tenant: `TenantClient` is the API on behalf of a person of one.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from pymongo import AsyncMongoClient

from atd_schemas.envelope import Envelope
from atd_schemas.ids import uuid7
from atd_schemas.topics import Topic
from atd_servicekit.identity import LIFETIME
from atd_servicekit.kafka import Outgoing
from atd_servicekit.runtime import Runtime
from atd_servicekit.settings import ServiceSettings
from atd_testing.app import running
from atd_testing.databases import Databases, new_prefix
from atd_testing.identity import identity_headers
from atd_testing.inbound import record_of
from atd_testing.keys import service_keys
from atd_testing.problems import problem_of
from atd_testing.topics import TopicReader

S = TypeVar("S", bound=ServiceSettings)
_MOST_PAGES = 100
_SIGNED_FOR = LIFETIME.total_seconds() / 3


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses of this worker's servers. The topics of the registry exist on its Kafka."""

    kafka_bootstrap: str
    mongodb_url: str
    databases: Databases = field(default_factory=Databases)

    def settings(self, service: str, kind: Callable[..., S], **more: Any) -> S:
        """Settings of a service on these servers, with its keys, and databases that nobody else uses.

        `more` are other settings, and win. Hand them back with `release`.
        """
        prefix = new_prefix() if "mongodb_database_prefix" in more else self.databases.lend(service)
        values: dict[str, Any] = {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_bootstrap,
            "MONGODB_URL": self.mongodb_url,
            "mongodb_database_prefix": prefix,
            "files_database": f"{prefix}files",  # of services that store files; others ignore it
            **service_keys(service),
        }
        return kind(**values | more)

    @asynccontextmanager
    async def running(self, app: FastAPI, settings: ServiceSettings) -> AsyncIterator[RunningService]:
        """Run a service's app until the block ends, and yield it when it is ready."""
        async with running(app) as client:
            await self.databases.remember(self.mongodb_url, settings.mongodb_database_prefix)
            yield RunningService(app, client, settings, self)

    async def drop_databases(self, settings: ServiceSettings) -> None:
        """Remove what services with these settings have stored; they must have stopped."""
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(self.mongodb_url)
        async with client:
            for name in await client.list_database_names():
                if name.startswith(settings.mongodb_database_prefix):
                    await client.drop_database(name)

    async def release(self, settings: ServiceSettings) -> None:
        """Empty what services with these settings have stored, for the next ones; they must have stopped."""
        await self.databases.take_back(self.mongodb_url, settings.mongodb_database_prefix)


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that runs, and ways to reach it. `http` talks to its app directly, without a socket."""

    app: FastAPI
    http: httpx.AsyncClient
    settings: ServiceSettings
    servers: Servers

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.state.runtime
        return runtime

    @property
    def db(self) -> Any:
        """The service's own database."""
        return self.runtime.mongo.db

    def component(self, kind: type[Any]) -> Any:
        """The one component of a class that the composition root added. Raises `StopIteration` if there is none."""
        return next(one for one in self.runtime.components if isinstance(one, kind))

    def headers(self, tenant_id: str, permissions: Iterable[str], **identity: Any) -> dict[str, str]:
        """Headers of a request that the gateway passes on; `identity` as in `atd_testing.identity`."""
        return identity_headers(tenant_id=tenant_id, permissions=permissions, **identity)

    async def publish(self, topic: Topic, *events: Envelope, traceparent: str | None = None) -> None:
        """Write events to Kafka."""
        await self.runtime.producer.publish([Outgoing.of(topic, event, traceparent) for event in events])

    async def handle(self, topic: Topic, *events: Envelope) -> None:
        """Hand one batch to the service's handler of a topic directly, as its consumer would."""
        subscription = next(one for one in self.runtime._subscriptions if one.topic == topic)  # noqa: SLF001
        await subscription.handler([record_of(event, offset) for offset, event in enumerate(events)])
        self.runtime.outbox.committed()

    @asynccontextmanager
    async def reading(self, *topics: Topic) -> AsyncIterator[TopicReader]:
        """Read what is written to some topics within the block, and nothing of what was done before it."""
        async with TopicReader.reading(self.servers.kafka_bootstrap, *topics, after=self.db) as reader:
            yield reader


class TenantClient:
    """The API of a service on behalf of one person of a tenant; a new tenant unless one is given.

    Args:
        service: anything with the `http` and `headers` of a `RunningService`.
        tenant_id: None invents one that no other test uses.
        permissions: of the person.
        identity: more about the person, as in `atd_testing.identity`.
    """

    def __init__(
        self, service: Any, tenant_id: str | None = None, *, permissions: Iterable[str], **identity: Any
    ) -> None:
        self.service = service
        self.tenant = tenant_id or uuid7()
        self._signed = partial(service.headers, self.tenant, tuple(permissions), **identity)
        self._headers: dict[str, str] = self._signed()
        self._signed_at = time.monotonic()

    @property
    def headers(self) -> dict[str, str]:
        """Headers that say who this is; signed anew before they expire, for a module may share one person."""
        if time.monotonic() - self._signed_at > _SIGNED_FOR:
            self._headers, self._signed_at = self._signed(), time.monotonic()
        return self._headers

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """One request below `/api/v1`; `body` is JSON, `more` is as in httpx."""
        headers = {**self.headers, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        answer: httpx.Response = await self.service.http.request(method, f"/api/v1{path}", headers=headers, **more)
        return answer

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON at a path, which must be there."""
        answer = await self.ask("GET", path, params=params)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def do(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The JSON of an answer that must be a success; None when it has no content."""
        answer = await self.ask(method, path, body, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str, list[str]]:
        """Status, code and fields of an answer that must be a problem."""
        return problem_of(await self.ask(method, path, body, **more))

    async def pages(self, path: str, **params: Any) -> list[Any]:
        """The items of every page of a list, one after the other."""
        found: list[Any] = []
        cursor: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = await self.get(path, **params, **cursor)
            assert len(page["items"]) <= params.get("limit", 50)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}
        raise AssertionError(f"{path} has more than {_MOST_PAGES} pages")
