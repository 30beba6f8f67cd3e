"""Serving the fake on a real port from within a test: connections can be cut, timeouts are real."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import uvicorn

from atd_testing.whatsapp.app import FakeGraph, create_fake_graph

START_DEADLINE_SECONDS = 10.0


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the test run owns the signals


@dataclass(frozen=True, slots=True)
class ServedFake:
    """A fake that listens; `url` is its base, as `ATD_WHATSAPP_API_URL` takes it."""

    url: str
    graph: FakeGraph


@contextlib.asynccontextmanager
async def serving_fake_graph(graph: FakeGraph | None = None, port: int = 0) -> AsyncIterator[ServedFake]:
    """Serve `graph` (a new one by default) on 127.0.0.1 until the block ends; port 0 picks a free one."""
    graph = graph or create_fake_graph()
    config = uvicorn.Config(graph, host="127.0.0.1", port=port, log_level="warning", lifespan="on")
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(START_DEADLINE_SECONDS):
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.01)
    bound = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield ServedFake(f"http://127.0.0.1:{bound}", graph)
    finally:
        server.should_exit = True
        await task
