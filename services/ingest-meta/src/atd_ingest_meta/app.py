"""The composition root: what is Meta's own is built here, and joined by channelkit."""

from functools import partial

import httpx
from fastapi import FastAPI

from atd_channelkit.app import ChannelBase, ChannelParts, create_channel_app
from atd_channelkit.connection import ProviderConnection
from atd_channelkit.media.source import read_media_hosts
from atd_channelkit.sending.ledgers import FETCHES_AT_ONCE, CustomerFiles, Sending
from atd_channelkit.sending.own_sends import OwnSends
from atd_ingest_meta.accounts.extension import MetaExtension
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.accounts.spec import SPEC
from atd_ingest_meta.completing import Completer
from atd_ingest_meta.file_links import FileLinks, files_router
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.checks import GraphChecker
from atd_ingest_meta.graph.client import GraphClient
from atd_ingest_meta.graph.comments import CommentSender
from atd_ingest_meta.graph.files import SENT_LIMIT, GraphFiles, fetch_rules
from atd_ingest_meta.graph.lookups import Lookups
from atd_ingest_meta.graph.messages import MessageSender
from atd_ingest_meta.graph.pace import Pace
from atd_ingest_meta.graph.subscriptions import PageAccounts, Subscriptions
from atd_ingest_meta.held import COMMENT_INDEXES, HELD, Comments, Holder
from atd_ingest_meta.policy import POLICY_INDEXES, PolicyNotes
from atd_ingest_meta.reader import READER
from atd_ingest_meta.sent import SENT_INDEXES, SentIds
from atd_ingest_meta.settings import Settings
from atd_servicekit.clock import Clock
from atd_servicekit.customer_http_client import public_addresses_only
from atd_servicekit.tracing import Tracing

Base = ChannelBase[Account, Settings]


def create_app(settings: Settings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service as an ASGI application whose lifespan runs all of it; `app.state.runtime` is its runtime."""
    description = "Messenger, page comments and Instagram: webhooks in, sends and receipts out"
    return create_channel_app(settings, SPEC, _build, description=description, clock=clock, tracing=tracing)


def _build(base: Base) -> ChannelParts[Account]:
    runtime = base.runtime
    graph = _graph(base, "meta")
    links = FileLinks(runtime.cipher, runtime.clock, base.settings.public_url)
    subscriptions = Subscriptions(
        graph=graph,
        accounts=PageAccounts(runtime.mongo.db),
        policies=PolicyNotes(runtime.mongo.db),
        clock=runtime.clock,
    )
    completer, holder = _inbound(base)
    return ChannelParts(
        checker=GraphChecker(graph, subscriptions),
        sending=_sending(base, graph, links),
        reader=READER,
        extension=MetaExtension(subscriptions),
        watch=subscriptions,
        routers=(lambda _service: files_router(links, base.files),),
        complete=completer.complete,
        take_notes=holder.take,
        components=(completer,),
        indexes=(SENT_INDEXES, COMMENT_INDEXES, POLICY_INDEXES),
    )


def _inbound(base: Base) -> tuple[Completer, Holder]:
    """What is found out beside webhooks, over connections of its own: it delays no send."""
    runtime, graph = base.runtime, _graph(base, "meta-look-up")
    completer = Completer(graph, base.directory, runtime.clock)
    holder = Holder(
        jobs=runtime.use_jobs(),
        directory=base.directory,
        comments=Comments(runtime.mongo.db, runtime.clock),
        policies=PolicyNotes(runtime.mongo.db),
        sent_ids=SentIds(runtime.mongo.db),
        own_sends=OwnSends(runtime.mongo.db),
        graph=graph,
        completer=completer,
        publisher=runtime.producer,
        clock=runtime.clock,
    )
    holder.jobs.handle(HELD, holder.handle)
    return completer, holder


def _graph(base: Base, name: str) -> GraphApi:
    settings = base.settings
    return GraphApi(
        ProviderConnection(name, base.runtime, settings, settings.api_url),
        ProviderConnection(f"{name}-instagram", base.runtime, settings, settings.instagram_base),
        settings.api_version,
    )


def _sending(base: Base, graph: GraphApi, links: FileLinks) -> Sending[Account]:
    runtime, settings = base.runtime, base.settings
    lookups = Lookups(graph, SentIds(runtime.mongo.db), runtime.clock)
    messages = MessageSender(
        graph=graph,
        links=links,
        lookups=lookups,
        pace=Pace(runtime.clock),
        clock=runtime.clock,
        timeout=settings.timeout,
    )
    comments = CommentSender(graph=graph, links=links, lookups=lookups)
    hosts = ProviderConnection(
        "meta-files",
        runtime,
        settings,
        settings.api_url,
        max_connections=FETCHES_AT_ONCE,
        connector=partial(public_addresses_only, httpx.URL(settings.api_url).host),
    )
    rules = fetch_rules(settings.api_url, read_media_hosts(settings.media_hosts))
    return Sending(
        client=GraphClient(graph=graph, messages=messages, comments=comments),
        customer_files=CustomerFiles(source=GraphFiles(graph, hosts, settings.timeout), rules=rules),
        streamed_limit=SENT_LIMIT,
        forget=Comments(runtime.mongo.db, runtime.clock).forget,
    )
