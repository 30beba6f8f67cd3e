"""The composition root: what is WhatsApp's own is built here, and joined by channelkit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx
from fastapi import FastAPI

from atd_channelkit.app import ChannelBase, ChannelParts, create_channel_app
from atd_channelkit.webhooks.translation import SendProof
from atd_ingest_whatsapp.account_use import AccountUse
from atd_ingest_whatsapp.accounts.extension import WhatsAppExtension
from atd_ingest_whatsapp.accounts.model import Account
from atd_ingest_whatsapp.accounts.spec import SPEC
from atd_ingest_whatsapp.client import GraphClient
from atd_ingest_whatsapp.fetcher import NEW_ADDRESSES, Fetcher
from atd_ingest_whatsapp.fetching import SIZE_LIMIT
from atd_ingest_whatsapp.graph import GraphConnection
from atd_ingest_whatsapp.handlers import outbound_handler
from atd_ingest_whatsapp.health import HEALTH_INDEXES, HealthStore
from atd_ingest_whatsapp.media import UPLOAD_INDEXES, UPLOADS_AT_ONCE, MediaUploads, UploadStore
from atd_ingest_whatsapp.media_client import MediaClient, longest_transfer
from atd_ingest_whatsapp.pace import Pace
from atd_ingest_whatsapp.reader import READER
from atd_ingest_whatsapp.sender import Sender
from atd_ingest_whatsapp.sending import Policy
from atd_ingest_whatsapp.settings import Settings
from atd_ingest_whatsapp.templates.api import templates_router
from atd_ingest_whatsapp.templates.client import TemplateClient
from atd_ingest_whatsapp.templates.service import TemplateService
from atd_ingest_whatsapp.templates.store import TEMPLATE_INDEXES, TemplateStore
from atd_ingest_whatsapp.translate import Note
from atd_schemas.topics import Topic
from atd_servicekit.clock import Clock
from atd_servicekit.files import FileStore, create_file_store
from atd_servicekit.http_client import create_http_client
from atd_servicekit.ledger import Ledger, ledger_indexes
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing

SENDS = "sends"
FETCHES = "fetches"
SEND_SHARDS = 32
SENDS_AT_ONCE = 256
FETCHES_AT_ONCE = 32
"""Each holds up to two megabytes."""

_LONGEST_TURN = timedelta(seconds=15)
"""Beside the calls themselves: waiting for one's turn under the rate of the number."""

_CHECKS_AT_ONCE = 16
_LISTS_AT_ONCE = 8

Base = ChannelBase[Account, Settings]


def create_app(settings: Settings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service as an ASGI application whose lifespan runs all of it; `app.state.runtime` is its runtime."""
    description = "WhatsApp: webhooks in, sends and receipts out"
    return create_channel_app(settings, SPEC, _build, description=description, clock=clock, tracing=tracing)


def _build(base: Base) -> ChannelParts[Account]:
    runtime, settings = base.runtime, base.settings
    graph = GraphClient(_graph(runtime, settings, "whatsapp", SENDS_AT_ONCE + _CHECKS_AT_ONCE))
    health = HealthStore(runtime)
    copies = TemplateStore(runtime.mongo.db)
    lists = TemplateClient(
        _graph(runtime, settings, "whatsapp-templates", _LISTS_AT_ONCE), timeout=settings.templates_timeout
    )
    templates = TemplateService(runtime, copies, lists, base.directory, base.needs_reconnection)
    files = _Files.build(runtime, settings)

    async def take_notes(notes: Sequence[Note]) -> None:
        await templates.note(notes)
        await health.note(notes)

    return ChannelParts(
        checker=graph,
        workers=_workers(base, graph, files),
        reader=READER,
        extension=WhatsAppExtension(copies, health, runtime.clock),
        take_notes=take_notes,
        routers=(lambda service: templates_router(service, templates),),
        components=(files.store, files.uploads),
        indexes=(ledger_indexes(SENDS), ledger_indexes(FETCHES), UPLOAD_INDEXES, TEMPLATE_INDEXES, HEALTH_INDEXES),
        background={"template-sync": templates.run},
    )


@dataclass(frozen=True, slots=True)
class _Workers:
    """The ledgers of sends and of fetches, and the handler that fills them."""

    runtime: Runtime
    sends: Ledger
    fetches: Ledger

    def run(self, commands: Topic) -> None:
        for ledger in (self.sends, self.fetches):
            self.runtime.add_component(ledger)
        self.runtime.consume(commands, outbound_handler(self.sends, self.fetches))

    async def resume(self, account_id: str) -> None:
        await self.sends.resume(account_id)
        await self.fetches.resume(account_id)

    async def confirm(self, proofs: Sequence[SendProof]) -> None:
        """A body proves sends of its own accounts alone, whatever ids stand in it."""
        by_account: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for one in proofs:
            by_account[one.account_id][one.row_id] = {"external_id": one.external_id}
        for account_id, results in by_account.items():
            await self.sends.resolve_many(results, group=account_id)


def _workers(base: Base, graph: GraphClient, files: "_Files") -> _Workers:
    use = AccountUse(base.directory, base.needs_reconnection)
    sends = _ledger(base, use, graph, files)
    fetches = _fetches(base.runtime, base.settings, use, files)
    return _Workers(base.runtime, sends, fetches)


def _graph(runtime: Runtime, settings: Settings, name: str, connections: int) -> GraphConnection:
    """A connection to the Graph API, named so in metrics. What must not delay each other has one each. A component."""

    def connect() -> httpx.AsyncClient:
        return create_http_client(
            name,
            runtime.metrics,
            timeout=settings.timeout,
            max_connections=connections,
            trace_headers=False,
        )

    connection = GraphConnection(connect, settings.api_url, settings.api_version)
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
        client = MediaClient(connection, settings.timeout)
        uploads = MediaUploads(UploadStore(runtime.mongo.db), store, client, runtime.clock)
        return cls(store, client, uploads)


def _fetches(runtime: Runtime, settings: Settings, use: AccountUse, files: _Files) -> Ledger:
    """A ledger of its own, so that large files delay no message. A file that is fetched twice is the same file."""
    api = httpx.URL(settings.api_url)
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
        concurrency_per_group=settings.fetches_per_account,
        send_timeout=(1 + NEW_ADDRESSES) * 2 * longest_transfer(SIZE_LIMIT, settings.timeout),
        uncertain_for=timedelta(0),
    )


def _ledger(base: Base, use: AccountUse, graph: GraphClient, files: _Files) -> Ledger:
    runtime, settings = base.runtime, base.settings
    sender = Sender(
        use=use,
        client=graph,
        media=files.uploads,
        publisher=runtime.producer,
        pace=Pace(settings.messages_per_second, runtime.clock),
        policy=Policy(settings.uncertain_after, settings.send_until),
        clock=runtime.clock,
        tracing=runtime.tracing,
    )
    return Ledger(
        runtime.mongo.db,
        SENDS,
        runtime.leases(SENDS, SEND_SHARDS),
        sender.attempt,
        runtime.clock,
        runtime.metrics,
        on_finished=sender.report,
        concurrency=SENDS_AT_ONCE,
        concurrency_per_group=settings.concurrency_per_account,
        send_timeout=2 * (longest_transfer(SIZE_LIMIT, settings.timeout) + settings.timeout + _LONGEST_TURN),
        uncertain_for=settings.uncertain_after,
    )
