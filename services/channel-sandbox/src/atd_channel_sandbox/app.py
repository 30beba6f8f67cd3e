"""Composition root: the fakes of all providers with phones in front of them."""

import mimetypes
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from atd_channel_sandbox.api import api_router
from atd_channel_sandbox.channels import Channels
from atd_channel_sandbox.channels.meta import MetaPhones
from atd_channel_sandbox.channels.meta_channels import CommentsChannel, PrivateChannel
from atd_channel_sandbox.channels.telegram import TelegramChannel
from atd_channel_sandbox.channels.whatsapp import WhatsAppChannel
from atd_channel_sandbox.company_listener import CompanyListener
from atd_channel_sandbox.connector import ChannelConnector
from atd_channel_sandbox.new_companies import NewCompanies
from atd_channel_sandbox.phones import Phones
from atd_channel_sandbox.receivers.middleware import ReceiverMiddleware
from atd_channel_sandbox.receivers.model import Receivers
from atd_channel_sandbox.receivers.own_endpoint import OwnEndpoint
from atd_channel_sandbox.security import PageSecurity
from atd_channel_sandbox.settings import SandboxSettings
from atd_channel_sandbox.state import SandboxState
from atd_channel_sandbox.storage import FileStore, Journal
from atd_testing.every_provider import create_fakes, mount, running
from atd_testing.whatsapp import create_fake_graph
from atd_testing.whatsapp.state import FakeState
from atd_testing.whatsapp.webhooks import WhatsAppWebhooks

SERVICE = "channel-sandbox"
STATIC = Path(__file__).parent / "static"


class Sandbox:
    """The application; tests in the same process look at `state`."""

    def __init__(self, app: FastAPI, state: SandboxState, receivers: Receivers, framed_by: Sequence[str]) -> None:
        self.page = app
        self.app = ReceiverMiddleware(
            PageSecurity(app, framed_by), receivers, lambda name: state.events.publish("receiver", {"name": name})
        )
        self.state = state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        await self.app(scope, receive, send)


def create_app(
    settings: SandboxSettings,
    *,
    webhook_client: httpx.AsyncClient | None = None,
    gateway: httpx.AsyncBaseTransport | None = None,
) -> Sandbox:
    """Build the sandbox.

    Args:
        settings: its settings.
        webhook_client: posts webhooks (default: over the network).
        gateway: reaches the public API (default: over the network).
    """
    journal = Journal(settings.sandbox_data)
    file_store = FileStore(settings.sandbox_data)
    webhooks = WhatsAppWebhooks(FakeState(), webhook_client)
    file_store.attach(webhooks.state.media)
    state = SandboxState(webhooks, journal)
    graph = create_fake_graph(webhooks=webhooks, listener=CompanyListener(state))
    telegram = TelegramChannel(state, settings.sandbox_data, webhook_client)
    meta = MetaPhones(state, settings.sandbox_data, f"http://{settings.host}:{settings.port}/meta", webhook_client)
    private = (PrivateChannel(meta, "messenger"), PrivateChannel(meta, "instagram"))
    channels = Channels((WhatsAppChannel(state, graph.app), telegram, *private, CommentsChannel(meta)))
    phones = Phones(state, channels)
    telegram.follow_connections(phones.company_connected)
    meta.follow_connections(phones.company_connected)
    receivers = Receivers()
    own_endpoint = OwnEndpoint(settings.sandbox_data, f"http://{settings.host}:{settings.port}", receivers)
    connector = ChannelConnector(settings, state, phones, channels, own_endpoint, gateway)
    telegram.show_companies()
    meta.show_companies()
    companies = NewCompanies(state, phones, settings.sandbox_data)
    for number_id, _ in state.messages.pairs():
        state.directory.company(number_id)

    played = {one.outbound: one.fake for one in channels.all()}
    fakes = {**create_fakes(but=tuple(played)), **played}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(fakes):
            await connector.start()
            yield
            state.events.close()
            await connector.stop()
        file_store.close()
        journal.close()

    app = FastAPI(title="Channel sandbox", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    _add_page(app, api_router(state, phones, companies, receivers, settings.sandbox_upload_bytes))
    mount(app, fakes)
    return Sandbox(app, state, receivers, settings.framed_by)


def _add_page(app: FastAPI, api: APIRouter) -> None:
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("audio/ogg", ".ogg")
    app.include_router(api)

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/receiver")
    async def receiver_page() -> FileResponse:
        return FileResponse(STATIC / "receiver.html", headers={"Cache-Control": "no-cache"})

    app.mount("/static", StaticFiles(directory=STATIC), name="static")
