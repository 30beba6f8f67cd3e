"""The composition root: what is Telegram's own is built here, and joined by channelkit."""

import asyncio
from collections.abc import Sequence

from fastapi import FastAPI

from atd_channelkit.app import ChannelBase, ChannelParts, create_channel_app
from atd_channelkit.connection import ProviderConnection
from atd_channelkit.sending.ledgers import FETCHES_AT_ONCE, CustomerFiles, Sending
from atd_channelkit.webhooks.intake import Intake
from atd_channelkit.webhooks.translation import SendProof
from atd_ingest_telegram.accounts.checker import BotChecker
from atd_ingest_telegram.accounts.model import Account
from atd_ingest_telegram.accounts.spec import SPEC
from atd_ingest_telegram.accounts.watch import BotExtension, BotWatch
from atd_ingest_telegram.bot_api import BotApi
from atd_ingest_telegram.clicks import ClickAnswers
from atd_ingest_telegram.client.client import TelegramClient
from atd_ingest_telegram.client.uploads import FileCalls
from atd_ingest_telegram.compose.files import UPLOAD_LIMIT
from atd_ingest_telegram.files import BotFiles, fetch_rules
from atd_ingest_telegram.metrics import METRICS, TelegramMetrics
from atd_ingest_telegram.polling.intake import PolledUpdates
from atd_ingest_telegram.polling.poller import Poller
from atd_ingest_telegram.polling.pollers import SHARDS, Pollers
from atd_ingest_telegram.polling.states import PollingStateStore
from atd_ingest_telegram.reader import READER
from atd_ingest_telegram.settings import Settings
from atd_ingest_telegram.token_filter import hide_tokens
from atd_servicekit.clock import Clock
from atd_servicekit.tracing import Tracing

POLLED_AT_ONCE = 1_000
"""Bots whose updates one process asks for."""

Base = ChannelBase[Account, Settings]


def create_app(settings: Settings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service as an ASGI application whose lifespan runs all of it; `app.state.runtime` is its runtime."""
    hide_tokens()
    description = "Telegram: updates of bots in, sends out"
    return create_channel_app(settings, SPEC, _build, description=description, clock=clock, tracing=tracing)


def _build(base: Base) -> ChannelParts[Account]:
    runtime, settings = base.runtime, base.settings
    api = BotApi(ProviderConnection("telegram", runtime, settings, settings.api_url))
    metrics = runtime.metrics.declare(TelegramMetrics, METRICS)
    clicks = ClickAnswers(api, metrics)
    polling = PollingStateStore(runtime.mongo.db, runtime.clock)
    return ChannelParts(
        checker=BotChecker(api),
        sending=_sending(base, api),
        reader=READER,
        extension=BotExtension(api, polling, settings.public_url),
        watch=BotWatch(api, polling, settings.public_url, runtime.clock),
        take_notes=clicks.take,
        components=(_pollers(base, polling, clicks, metrics),),
        background={"telegram-clicks": clicks.run},
    )


def _pollers(base: Base, states: PollingStateStore, clicks: ClickAnswers, metrics: TelegramMetrics) -> Pollers:
    """Asks for updates on a connection of its own: each bot holds one call open."""
    runtime, settings = base.runtime, base.settings
    api = BotApi(
        ProviderConnection("telegram-updates", runtime, settings, settings.api_url, max_connections=POLLED_AT_ONCE)
    )
    intake = Intake(runtime.producer, _confirm_nothing, clicks.take, settings.webhook_timeout)
    updates = PolledUpdates(intake, base.activity, runtime.clock)

    def make(account: Account, stopping: asyncio.Event) -> Poller:
        return Poller(
            account=account,
            api=api,
            take=updates.take,
            states=states,
            refused=base.needs_reconnection,
            metrics=metrics,
            clock=runtime.clock,
            stopping=stopping,
        )

    return Pollers(base.directory, runtime.leases("telegram-polling", SHARDS), make)


async def _confirm_nothing(_proofs: Sequence[SendProof]) -> None:
    """Telegram sends no receipts."""


def _sending(base: Base, api: BotApi) -> Sending[Account]:
    """Telegram never tells of a send whose answer was lost, so such a send is left to people."""
    runtime, settings = base.runtime, base.settings
    connection = ProviderConnection("telegram-uploads", runtime, settings, settings.api_url)
    files = FileCalls(BotApi(connection), settings.timeout)
    fetching = ProviderConnection(
        "telegram-files", runtime, settings, settings.api_url, max_connections=FETCHES_AT_ONCE
    )
    return Sending(
        customer_files=CustomerFiles(
            source=BotFiles(fetching, settings.api_url, settings.timeout), rules=fetch_rules(settings.api_url)
        ),
        client=TelegramClient(api, files, runtime.clock, settings.language),
        proves=False,
        streamed_limit=UPLOAD_LIMIT,
        pace=settings.pace,
    )
