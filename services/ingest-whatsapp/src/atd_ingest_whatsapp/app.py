"""The composition root: what is WhatsApp's own is built here, and joined by channelkit."""

from collections.abc import Callable, Sequence
from functools import partial

import httpx
from fastapi import FastAPI

from atd_channelkit.app import ChannelBase, ChannelParts, create_channel_app
from atd_channelkit.media.source import read_media_hosts
from atd_channelkit.media.uploads import UPLOADS_AT_ONCE
from atd_channelkit.sending.ledgers import FETCHES_AT_ONCE, SENDS_AT_ONCE, CustomerFiles, FileUploads, Sending
from atd_ingest_whatsapp.accounts.extension import WhatsAppExtension
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.accounts.spec import SPEC
from atd_ingest_whatsapp.compose import find_unsendable
from atd_ingest_whatsapp.graph.client import GraphClient
from atd_ingest_whatsapp.graph.connection import GraphConnection
from atd_ingest_whatsapp.graph.file_rules import SIZE_LIMIT, UPLOADS_KEPT_FOR, fetch_rules
from atd_ingest_whatsapp.graph.files import GraphFiles
from atd_ingest_whatsapp.health import HEALTH_INDEXES, HealthStore
from atd_ingest_whatsapp.reader import READER
from atd_ingest_whatsapp.settings import Settings
from atd_ingest_whatsapp.templates.api import templates_router
from atd_ingest_whatsapp.templates.client import TemplateClient
from atd_ingest_whatsapp.templates.service import TemplateService
from atd_ingest_whatsapp.templates.store import TEMPLATE_INDEXES, TemplateStore
from atd_ingest_whatsapp.translate import Note
from atd_servicekit.clock import Clock
from atd_servicekit.customer_http_client import public_addresses_only
from atd_servicekit.http_client import ConnectorOptions, create_http_client
from atd_servicekit.tracing import Tracing

_CHECKS_AT_ONCE = 16
_LISTS_AT_ONCE = 8

Base = ChannelBase[Account, Settings]


def create_app(settings: Settings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service as an ASGI application whose lifespan runs all of it; `app.state.runtime` is its runtime."""
    description = "WhatsApp: webhooks in, sends and receipts out"
    return create_channel_app(settings, SPEC, _build, description=description, clock=clock, tracing=tracing)


def _build(base: Base) -> ChannelParts[Account]:
    runtime, settings = base.runtime, base.settings
    graph = GraphClient(_connection(base, "whatsapp", SENDS_AT_ONCE + _CHECKS_AT_ONCE))
    health = HealthStore(runtime)
    copies = TemplateStore(runtime.mongo.db)
    lists = TemplateClient(_connection(base, "whatsapp-templates", _LISTS_AT_ONCE), timeout=settings.templates_timeout)
    templates = TemplateService(runtime, copies, lists, base.directory, base.needs_reconnection)

    async def take_notes(notes: Sequence[Note]) -> None:
        await templates.note(notes)
        await health.note(notes)

    return ChannelParts(
        checker=graph,
        sending=_sending(base, graph),
        reader=READER,
        extension=WhatsAppExtension(copies, health, runtime.clock),
        take_notes=take_notes,
        routers=(lambda service: templates_router(service, templates),),
        indexes=(TEMPLATE_INDEXES, HEALTH_INDEXES),
        background={"template-sync": templates.run},
    )


def _sending(base: Base, graph: GraphClient) -> Sending[Account]:
    settings = base.settings
    rules = fetch_rules(settings.api_url, read_media_hosts(settings.media_hosts))
    own_host = httpx.URL(settings.api_url).host
    connection = _connection(
        base, "whatsapp-files", UPLOADS_AT_ONCE + FETCHES_AT_ONCE, partial(public_addresses_only, own_host)
    )
    files = GraphFiles(connection, settings.timeout)
    return Sending(
        client=graph,
        customer_files=CustomerFiles(source=files, rules=rules),
        uploads=FileUploads(
            uploader=files, kept_for=UPLOADS_KEPT_FOR, size_limit=SIZE_LIMIT, find_unsendable=find_unsendable
        ),
    )


def _connection(
    base: Base, name: str, connections: int, connector: Callable[[], ConnectorOptions] = ConnectorOptions
) -> GraphConnection:
    """A connection to the Graph API, named so in metrics. What must not delay each other has one each. A component."""
    runtime, settings = base.runtime, base.settings

    def connect() -> httpx.AsyncClient:
        return create_http_client(
            name,
            runtime.metrics,
            timeout=settings.timeout,
            max_connections=connections,
            trace_headers=False,
            connector=connector,
        )

    connection = GraphConnection(connect, settings.api_url, settings.api_version)
    runtime.add_component(connection)
    return connection
