"""The composition root: what is Telegram's own is built here, and joined by channelkit."""

from fastapi import FastAPI

from atd_channelkit.app import ChannelBase, ChannelParts, create_channel_app
from atd_channelkit.connection import ProviderConnection
from atd_channelkit.sending.ledgers import Sending
from atd_ingest_telegram.accounts.checker import BotChecker
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.accounts.spec import SPEC
from atd_ingest_telegram.bot_api import BotApi
from atd_ingest_telegram.client.client import TelegramClient
from atd_ingest_telegram.client.uploads import FileCalls
from atd_ingest_telegram.compose.files import UPLOAD_LIMIT
from atd_ingest_telegram.reader import READER
from atd_ingest_telegram.settings import Settings
from atd_servicekit.clock import Clock
from atd_servicekit.tracing import Tracing

Base = ChannelBase[Account, Settings]


def create_app(settings: Settings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service as an ASGI application whose lifespan runs all of it; `app.state.runtime` is its runtime."""
    description = "Telegram: updates of bots in, sends out"
    return create_channel_app(settings, SPEC, _build, description=description, clock=clock, tracing=tracing)


def _build(base: Base) -> ChannelParts[Account]:
    api = BotApi(ProviderConnection("telegram", base.runtime, base.settings, base.settings.api_url))
    return ChannelParts(
        checker=BotChecker(api),
        sending=_sending(base, api),
        reader=READER,
    )


def _sending(base: Base, api: BotApi) -> Sending[Account]:
    """Telegram never tells of a send whose answer was lost, so such a send is left to people."""
    runtime, settings = base.runtime, base.settings
    connection = ProviderConnection("telegram-uploads", runtime, settings, settings.api_url)
    files = FileCalls(BotApi(connection), settings.timeout)
    return Sending(
        client=TelegramClient(api, files, runtime.clock, settings.language),
        proves=False,
        streamed_limit=UPLOAD_LIMIT,
        pace=settings.pace,
    )
