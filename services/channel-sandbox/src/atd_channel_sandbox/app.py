"""Composition root: the fake Graph API with phones in front of it."""

import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from atd_channel_sandbox.api import api_router
from atd_channel_sandbox.bus import Bus
from atd_channel_sandbox.connecting import Connecting
from atd_channel_sandbox.journal import Journal, Shelf
from atd_channel_sandbox.phones import Phones, World
from atd_channel_sandbox.security import PageSecurity
from atd_channel_sandbox.settings import SandboxSettings
from atd_channel_sandbox.threads import Threads
from atd_testing.whatsapp import create_fake_graph
from atd_testing.whatsapp.state import FakeState
from atd_testing.whatsapp.webhooks import WhatsAppWebhooks

SERVICE = "channel-sandbox"
STATIC = Path(__file__).parent / "static"


class Sandbox:
    """The application; tests in the same process look at `phones`."""

    def __init__(self, app: FastAPI, phones: Phones, connecting: Connecting) -> None:
        self.page = app
        self.app = PageSecurity(app)
        self.phones = phones
        self.connecting = connecting

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        await self.app(scope, receive, send)


def create_app(
    settings: SandboxSettings,
    *,
    webhook_client: httpx.AsyncClient | None = None,
    gateway: httpx.AsyncBaseTransport | None = None,
) -> Sandbox:
    """The sandbox; `webhook_client` posts webhooks, `gateway` reaches the public API (by default both the network)."""
    journal = Journal(settings.sandbox_data)
    shelf = Shelf(settings.sandbox_data)
    made: list[Phones] = []

    def listening(state: FakeState, webhooks: WhatsAppWebhooks) -> Phones:
        shelf.attach(state.media)
        made.append(Phones(World(state, webhooks, Threads(), Bus()), journal))
        return made[0]

    graph = create_fake_graph(webhook_client=webhook_client, listening=listening)
    phones = made[0]
    connecting = Connecting(settings, phones, gateway)
    phones.know_companies()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with graph.app.router.lifespan_context(graph.app):
            await connecting.start()
            yield
            phones.world.bus.close()
            await connecting.stop()
        shelf.close()
        journal.close()

    app = FastAPI(title="Channel sandbox", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    _add_page(app, phones, settings)
    app.mount("", graph.app)
    return Sandbox(app, phones, connecting)


def _add_page(app: FastAPI, phones: Phones, settings: SandboxSettings) -> None:
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("audio/ogg", ".ogg")
    app.include_router(api_router(phones, settings.sandbox_upload_bytes))

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    app.mount("/static", StaticFiles(directory=STATIC), name="static")
