"""The composition root: what is Meta's own is built here, and joined by channelkit."""

from fastapi import FastAPI

from atd_channelkit.app import ChannelBase, ChannelParts, create_channel_app
from atd_channelkit.connection import ProviderConnection
from atd_channelkit.sending.ledgers import Sending
from atd_ingest_meta.accounts.model import Account
from atd_ingest_meta.accounts.spec import SPEC
from atd_ingest_meta.graph.api import GraphApi
from atd_ingest_meta.graph.checks import GraphChecker
from atd_ingest_meta.graph.client import GraphClient
from atd_ingest_meta.reader import READER
from atd_ingest_meta.settings import Settings
from atd_servicekit.clock import Clock
from atd_servicekit.tracing import Tracing

Base = ChannelBase[Account, Settings]


def create_app(settings: Settings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service as an ASGI application whose lifespan runs all of it; `app.state.runtime` is its runtime."""
    description = "Messenger, page comments and Instagram: webhooks in, sends and receipts out"
    return create_channel_app(settings, SPEC, _build, description=description, clock=clock, tracing=tracing)


def _build(base: Base) -> ChannelParts[Account]:
    graph = _graph(base)
    return ChannelParts(checker=GraphChecker(graph), sending=Sending(client=GraphClient(graph)), reader=READER)


def _graph(base: Base) -> GraphApi:
    settings = base.settings
    return GraphApi(
        ProviderConnection("meta", base.runtime, settings, settings.api_url),
        ProviderConnection("meta-instagram", base.runtime, settings, settings.instagram_url),
        settings.api_version,
    )
