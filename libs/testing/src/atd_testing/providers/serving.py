"""Serves an ASGI application on a real port inside a test: connections can be cut, timeouts are real."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

from atd_servicekit.serving import KEEP_ALIVE_SECONDS

START_DEADLINE_SECONDS = 60.0
_STEP_SECONDS = 0.005


class _Server(uvicorn.Server):
    """Ends as soon as its connections are closed: uvicorn alone looks ten times a second, twice for each server."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ended = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the test run owns the signals

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - it opened its own
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(_STEP_SECONDS)
        await self.lifespan.shutdown()


@contextlib.asynccontextmanager
async def serving(app: Any, port: int = 0) -> AsyncIterator[str]:
    """Serve `app` on 127.0.0.1 until the block ends, and yield its base URL; port 0 picks a free one."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(START_DEADLINE_SECONDS):
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(_STEP_SECONDS)
    bound = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{bound}"
    finally:
        server.ended.set()
        await task
