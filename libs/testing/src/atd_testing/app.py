"""Running a service inside a test, without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from atd_testing.waiting import PATIENCE_SECONDS


@asynccontextmanager
async def running(app: FastAPI, *, timeout_seconds: float = 2 * PATIENCE_SECONDS) -> AsyncIterator[httpx.AsyncClient]:
    """Start the app's lifespan, wait until it is ready, and yield a client that talks to it directly."""
    async with app.router.lifespan_context(app):
        await app.state.runtime.wait_ready(timeout_seconds)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
