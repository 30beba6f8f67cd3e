"""The composition root: everything of the service is built and joined here."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx
from fastapi import FastAPI
from starlette.routing import Route

from atd_ingest_whatsapp.account_use import AccountUse
from atd_ingest_whatsapp.api import channels_router, internal_router
from atd_ingest_whatsapp.api_templates import templates_router
from atd_ingest_whatsapp.channel_service import ChannelService, Followers
from atd_ingest_whatsapp.client import GraphClient
from atd_ingest_whatsapp.credentials import open_account
from atd_ingest_whatsapp.directory import AccountDirectory
from atd_ingest_whatsapp.fetcher import NEW_ADDRESSES, Fetcher
from atd_ingest_whatsapp.fetching import SIZE_LIMIT
from atd_ingest_whatsapp.graph import GraphConnection
from atd_ingest_whatsapp.handlers import SettingsReader, outbound_handler
from atd_ingest_whatsapp.health import HEALTH_INDEXES, HealthStore
from atd_ingest_whatsapp.media import UPLOAD_INDEXES, UPLOADS_AT_ONCE, MediaUploads, UploadStore
from atd_ingest_whatsapp.media_client import MediaClient, longest_transfer
from atd_ingest_whatsapp.openapi import describe_webhooks
from atd_ingest_whatsapp.pace import Pace
from atd_ingest_whatsapp.redrive import Redriver
from atd_ingest_whatsapp.sender import Sender
from atd_ingest_whatsapp.sending import Policy
from atd_ingest_whatsapp.settings import Settings
from atd_ingest_whatsapp.store import ACCOUNT_INDEXES, AccountStore
from atd_ingest_whatsapp.template_client import TemplateClient
from atd_ingest_whatsapp.template_service import TemplateService
from atd_ingest_whatsapp.template_store import TEMPLATE_INDEXES, TemplateStore
from atd_ingest_whatsapp.translate import Note, Proof
from atd_ingest_whatsapp.webhook import Intake, NoteDown, WebhookEndpoint, serve_directly
from atd_schemas.topics import OUTBOUND_WHATSAPP, SETTINGS_CHANGES
from atd_servicekit.clock import Clock
from atd_servicekit.files import FileStore, create_file_store
from atd_servicekit.http_client import create_http_client
from atd_servicekit.idempotency import IDEMPOTENCY_INDEXES
from atd_servicekit.identity import Public
from atd_servicekit.ledger import Ledger, ledger_indexes
from atd_servicekit.lifecycle import Component
from atd_servicekit.middleware import RequestContext
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing

SERVICE = "ingest-whatsapp"
SENDS = "sends"
FETCHES = "fetches"
SEND_SHARDS = 32
SENDS_AT_ONCE = 256
FETCHES_AT_ONCE = 32
"""Each holds up to two megabytes."""
APP_WEBHOOK = "/webhooks/whatsapp"
ACCOUNT_WEBHOOK = "/webhooks/whatsapp/{account_id}"

_LONGEST_TURN = timedelta(seconds=15)
"""Beside the calls themselves: waiting for one's turn under the rate of the number."""

_CHECKS_AT_ONCE = 16
_LISTS_AT_ONCE = 8

_SIGNED = Public("Meta's signature over the body, or the verify token, is checked instead")


def create_app(settings: Settings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service as an ASGI application whose lifespan runs all of it; `app.state.runtime` is its runtime."""
    runtime = Runtime.build(SERVICE, settings, clock=clock, tracing=tracing)
    store = AccountStore(runtime.mongo.db)
    directory = AccountDirectory(store, lambda row: open_account(runtime.cipher, row), runtime.clock)
    graph = GraphClient(_graph(runtime, settings, "whatsapp", SENDS_AT_ONCE + _CHECKS_AT_ONCE))
    sends = _Sends()
    told = _Told.build(runtime, settings)
    followers = Followers(sends, directory, told.copies, told.health)
    service = ChannelService(runtime, store, graph, followers, secret_overlap=settings.whatsapp_secret_overlap)
    templates = TemplateService(runtime, told.copies, told.lists, directory, service.needs_reconnection)
    use = AccountUse(directory, service.needs_reconnection)
    files = _Files.build(runtime, settings)
    sender = Sender(
        use=use,
        client=graph,
        media=files.uploads,
        publisher=runtime.producer,
        pace=Pace(settings.whatsapp_messages_per_second, runtime.clock),
        policy=Policy(settings.whatsapp_uncertain_after, settings.whatsapp_send_until),
        clock=runtime.clock,
        tracing=runtime.tracing,
    )
    sends.ledger = _ledger(runtime, settings, sender)
    sends.fetches = _fetches(runtime, settings, use, files)
    intake = Intake(runtime.producer, sends.confirm, told.note_down(templates), settings.whatsapp_webhook_timeout)
    _start_in_order(runtime, settings, [files.store, files.uploads], directory, sends)
    runtime.background("template-sync", templates.run)
    routers = [
        channels_router(runtime, service),
        templates_router(service, templates),
        internal_router(Redriver(directory, intake, runtime.clock)),
    ]
    app = runtime.create_app("ingest-whatsapp", routers, description="WhatsApp: webhooks in, sends and receipts out")
    _add_webhooks(app, runtime, directory, intake)
    return app


def _add_webhooks(app: FastAPI, runtime: Runtime, directory: AccountDirectory, intake: Intake) -> None:
    """As routes, which say what they need and refuse other methods; and past the routes, for speed."""
    of_app, of_account = (
        _SIGNED.mark(WebhookEndpoint(path, directory, intake, runtime.metrics, runtime.clock))
        for path in (APP_WEBHOOK, ACCOUNT_WEBHOOK)
    )
    for endpoint in (of_app, of_account):
        app.router.routes.append(Route(endpoint.path, endpoint, methods=["GET", "POST"]))
    describe_webhooks(app)

    def in_context(endpoint: WebhookEndpoint) -> RequestContext:
        return RequestContext(endpoint, runtime.metrics, runtime.tracing)

    app.middleware_stack = serve_directly(app.build_middleware_stack(), in_context(of_app), in_context(of_account))


class _Sends:
    """The ledgers as the other parts use them; set once they are built, because they need them."""

    ledger: Ledger
    fetches: Ledger

    async def resume(self, group: str) -> None:
        await self.ledger.resume(group)
        await self.fetches.resume(group)

    async def confirm(self, proofs: Sequence[Proof]) -> None:
        """A body proves sends of its own accounts alone, whatever ids stand in it."""
        by_account: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for one in proofs:
            by_account[one.account_id][one.row_id] = {"external_id": one.external_id}
        for account_id, results in by_account.items():
            await self.ledger.resolve_many(results, group=account_id)


def _graph(runtime: Runtime, settings: Settings, name: str, connections: int) -> GraphConnection:
    """A connection to the Graph API, named so in metrics. What must not delay each other has one each. A component."""

    def connect() -> httpx.AsyncClient:
        return create_http_client(
            name,
            runtime.metrics,
            timeout=settings.whatsapp_timeout,
            max_connections=connections,
            trace_headers=False,
        )

    connection = GraphConnection(connect, settings.whatsapp_api_url, settings.whatsapp_api_version)
    runtime.add_component(connection)
    return connection


@dataclass(frozen=True, slots=True)
class _Files:
    """Where files are, at Meta and here."""

    store: FileStore
    client: MediaClient
    uploads: MediaUploads

    @classmethod
    def build(cls, runtime: Runtime, settings: Settings) -> "_Files":
        store = create_file_store(settings, runtime.metrics, clock=runtime.clock)
        connection = _graph(runtime, settings, "whatsapp-files", UPLOADS_AT_ONCE + FETCHES_AT_ONCE)
        client = MediaClient(connection, settings.whatsapp_timeout)
        uploads = MediaUploads(UploadStore(runtime.mongo.db), store, client, runtime.clock)
        return cls(store, client, uploads)


@dataclass(frozen=True, slots=True)
class _Told:
    """What Meta tells of our own state: copies of templates, the lists that they come from, and the health."""

    copies: TemplateStore
    lists: TemplateClient
    health: HealthStore

    @classmethod
    def build(cls, runtime: Runtime, settings: Settings) -> "_Told":
        connection = _graph(runtime, settings, "whatsapp-templates", _LISTS_AT_ONCE)
        lists = TemplateClient(connection, timeout=settings.whatsapp_templates_timeout)
        return cls(TemplateStore(runtime.mongo.db), lists, HealthStore(runtime))

    def note_down(self, templates: TemplateService) -> NoteDown:
        async def note_down(notes: Sequence[Note]) -> None:
            await templates.note(notes)
            await self.health.note(notes)

        return note_down


def _fetches(runtime: Runtime, settings: Settings, use: AccountUse, files: _Files) -> Ledger:
    """A ledger of its own, so that large files delay no message. A file that is fetched twice is the same file."""
    api = httpx.URL(settings.whatsapp_api_url)
    fetcher = Fetcher(use, files.client, files.store, runtime.producer, api, runtime.clock, runtime.tracing)
    return Ledger(
        runtime.mongo.db,
        FETCHES,
        runtime.leases(FETCHES, SEND_SHARDS),
        fetcher.attempt,
        runtime.clock,
        runtime.metrics,
        on_finished=fetcher.report,
        concurrency=FETCHES_AT_ONCE,
        concurrency_per_group=settings.whatsapp_fetches_per_account,
        send_timeout=(1 + NEW_ADDRESSES) * 2 * longest_transfer(SIZE_LIMIT, settings.whatsapp_timeout),
        uncertain_for=timedelta(0),
    )


def _ledger(runtime: Runtime, settings: Settings, sender: Sender) -> Ledger:
    return Ledger(
        runtime.mongo.db,
        SENDS,
        runtime.leases(SENDS, SEND_SHARDS),
        sender.attempt,
        runtime.clock,
        runtime.metrics,
        on_finished=sender.report,
        concurrency=SENDS_AT_ONCE,
        concurrency_per_group=settings.whatsapp_concurrency_per_account,
        send_timeout=2
        * (longest_transfer(SIZE_LIMIT, settings.whatsapp_timeout) + settings.whatsapp_timeout + _LONGEST_TURN),
        uncertain_for=settings.whatsapp_uncertain_after,
    )


def _start_in_order(
    runtime: Runtime,
    settings: Settings,
    files: Sequence[Component],
    directory: AccountDirectory,
    sends: _Sends,
) -> None:
    async def keep_fresh() -> None:
        """Should a change event or the resuming after it have been missed."""
        while True:
            await asyncio.sleep(settings.whatsapp_account_refresh.total_seconds())
            for account_id in await directory.refresh():
                await sends.resume(account_id)

    for indexes in (
        ACCOUNT_INDEXES,
        ledger_indexes(SENDS),
        ledger_indexes(FETCHES),
        UPLOAD_INDEXES,
        TEMPLATE_INDEXES,
        HEALTH_INDEXES,
        IDEMPOTENCY_INDEXES,
    ):
        runtime.add_indexes(indexes)
    for component in files:
        runtime.add_component(component)
    runtime.use_outbox()
    runtime.broadcast(SETTINGS_CHANGES, SettingsReader(directory), from_beginning=False)
    runtime.add_component(directory)
    runtime.background("account-refresh", keep_fresh)
    runtime.add_component(sends.ledger)
    runtime.add_component(sends.fetches)
    runtime.consume(OUTBOUND_WHATSAPP, outbound_handler(sends.ledger, sends.fetches))
