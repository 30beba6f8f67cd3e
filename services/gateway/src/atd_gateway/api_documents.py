"""Fetches the API documents of the services on demand, caches and merges them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import orjson
import structlog

from atd_gateway.domain.asyncapi import describe_topics
from atd_gateway.domain.openapi import CannotMerge, merge_openapi
from atd_gateway.domain.routes import RouteTable
from atd_gateway.realtime.streams import Topics
from atd_schemas.envelope import rfc3339
from atd_schemas.topics import registry
from atd_servicekit.clock import Clock
from atd_servicekit.problems import Problem, unavailable

Document = dict[str, Any]

FRESH_SECONDS = 60.0
"""How long a fetched document is used without asking again."""

RETRY_SECONDS = 5.0
"""The same of one that could not be fetched."""

_TIMEOUT_SECONDS = 2.0


@dataclass(slots=True)
class _CachedDocument:
    """The last document of one service; `tried_at` is monotonic, `stale` means that the last try failed."""

    document: Document | None = None
    fetched_at: datetime | None = None
    tried_at: float = -1e9
    stale: bool = True
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ApiDocuments:
    """The merged OpenAPI and AsyncAPI documents. Of a service that is unavailable, the last known one is used."""

    def __init__(
        self,
        origins: Mapping[str, str],
        client: httpx.AsyncClient,
        table: RouteTable,
        kinds: Mapping[str, Sequence[str]],
        clock: Clock,
        topics: Topics,
        own: Callable[[], Document],
        needs_token: Callable[[str], bool],
    ) -> None:
        """`own` makes the gateway's own OpenAPI document; `kinds` are the kinds of channel of each service."""
        self._origins = origins
        self._client = client
        self._table = table
        self._kinds = kinds
        self._clock = clock
        self._topics = topics
        self._own = own
        self._needs_token = needs_token
        self._cached: dict[tuple[str, str], _CachedDocument] = {}

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        await self._client.aclose()

    async def openapi(self) -> Document:
        """The document of everything under the public origin, never a part of it.

        Of a service that does not answer, its last document is used, with a note. Raises `Problem` 503 when it has not
        answered since this process started, 500 when the documents do not fit together.
        """
        cached = await self._all("/openapi.json")
        missing = [name for name, one in cached.items() if one.document is None]
        if missing:
            raise unavailable(f"The API documents of {', '.join(missing)} cannot be read; try again shortly.")
        services = {name: one.document for name, one in cached.items() if one.document is not None}
        try:
            merged = merge_openapi(self._own(), services, self._table, self._kinds, self._needs_token)
        except CannotMerge as error:
            structlog.get_logger().error("documents.cannot_merge", reason=str(error))
            raise Problem(
                500, "internal", f"The API documents of the services contradict each other: {error}."
            ) from error
        notes = _notes(cached)
        if notes:
            merged["info"] = {**merged["info"], "x-incomplete": notes}
            merged["info"]["description"] += "\n\n**Note:** " + " ".join(notes)
        return merged

    async def asyncapi(self) -> Document:
        """The document of every topic and of the WebSocket."""
        cached = await self._all("/asyncapi.json")
        running = {name: one.document for name, one in cached.items()}
        return describe_topics(
            registry(),
            running,
            streamed=[topic.name for topic in self._topics.streamed],
            transient=[topic.name for topic in self._topics.transient],
            note=" ".join(["Every topic, from the registry.", *_notes(cached)]),
        )

    async def _all(self, path: str) -> dict[str, _CachedDocument]:
        found = await asyncio.gather(*(self._one(service, path) for service in self._origins))
        return dict(zip(self._origins, found, strict=True))

    async def _one(self, service: str, path: str) -> _CachedDocument:
        cached = self._cached.setdefault((service, path), _CachedDocument())
        async with cached.lock:
            age = self._clock.monotonic() - cached.tried_at
            if age >= (RETRY_SECONDS if cached.stale else FRESH_SECONDS):
                await self._fetch(service, path, cached)
        return cached

    async def _fetch(self, service: str, path: str, cached: _CachedDocument) -> None:
        cached.tried_at = self._clock.monotonic()
        cached.stale = True
        try:
            answer = await self._client.get(self._origins[service] + path, timeout=_TIMEOUT_SECONDS)
            answer.raise_for_status()
            document = orjson.loads(answer.content)
        except (httpx.HTTPError, ValueError) as error:
            structlog.get_logger().warning("documents.unavailable", upstream=service, error=type(error).__name__)
            return
        if isinstance(document, dict):
            cached.document, cached.fetched_at, cached.stale = document, self._clock.now(), False


def _notes(cached: Mapping[str, _CachedDocument]) -> list[str]:
    notes = []
    for service, one in cached.items():
        if one.document is None:
            notes.append(f"The service {service} is unavailable; its part is missing.")
        elif one.stale and one.fetched_at is not None:
            notes.append(f"The service {service} is unavailable; its part is as of {rfc3339(one.fetched_at)}.")
    return notes
