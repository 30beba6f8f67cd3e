"""Serves the fake Graph API on a real port inside a test."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from atd_testing.providers import serving
from atd_testing.whatsapp.app import FakeGraph, create_fake_graph


@dataclass(frozen=True, slots=True)
class ServedFake:
    """A fake that listens; `url` is its base, as `ATD_WHATSAPP_API_URL` takes it."""

    url: str
    graph: FakeGraph


@contextlib.asynccontextmanager
async def serving_fake_graph(graph: FakeGraph | None = None, port: int = 0) -> AsyncIterator[ServedFake]:
    """Serve `graph` (a new one by default) on 127.0.0.1 until the block ends; port 0 picks a free one."""
    graph = graph or create_fake_graph()
    async with serving(graph, port) as url:
        yield ServedFake(url, graph)
