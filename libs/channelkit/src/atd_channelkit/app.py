"""Joins a channel service from its parts: what is the same for every channel is built here, once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, FastAPI
from pymongo import IndexModel

from atd_channelkit.accounts.access import AccountAccess
from atd_channelkit.accounts.api import channels_router, reseal_router
from atd_channelkit.accounts.changes import AccountChanges
from atd_channelkit.accounts.credentials import Credentials
from atd_channelkit.accounts.directory import AccountDirectory
from atd_channelkit.accounts.model import Account
from atd_channelkit.accounts.service import AccountExtension, ChannelService, Checker, NoExtension
from atd_channelkit.accounts.spec import ChannelSpec
from atd_channelkit.accounts.store import AccountStore, account_indexes
from atd_channelkit.accounts.watch import AccountWatch
from atd_channelkit.accounts.watcher import WATCH_INDEXES, Watcher, WatchStore
from atd_channelkit.answers import Refused
from atd_channelkit.metrics import METRICS, ChannelMetrics
from atd_channelkit.sending.ledgers import ChannelLedgers, Sending
from atd_channelkit.settings import ChannelServiceSettings
from atd_channelkit.webhooks.activity import WebhookActivity
from atd_channelkit.webhooks.endpoint import Webhooks
from atd_channelkit.webhooks.intake import Complete, Intake, TakeNotes, as_it_is, no_notes
from atd_channelkit.webhooks.reader import WebhookReader
from atd_channelkit.webhooks.redrive import Redrive, redrive_router
from atd_channelkit.webhooks.routes import add_webhooks
from atd_schemas.topics import SETTINGS_CHANGES, outbound_topic
from atd_servicekit.clock import Clock
from atd_servicekit.files import FileStore, create_file_store
from atd_servicekit.lifecycle import Component
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing

A = TypeVar("A", bound=Account)
S = TypeVar("S", bound=ChannelServiceSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBase(Generic[A, S]):
    """What the parts of a channel service are built on."""

    runtime: Runtime
    settings: S
    spec: ChannelSpec[A]
    directory: AccountDirectory[A]
    files: FileStore
    activity: WebhookActivity
    """For channels that ask for what webhooks would bring: they note when something came."""

    needs_reconnection: Callable[[A, Refused], Any]
    """`async (account, refused) -> bool`: marks an account whose credentials were refused; false when it changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelParts(Generic[A]):
    """What a channel service brings.

    Attributes:
        checker: asks the provider whether credentials work.
        sending: sends messages; fetches and uploads files if the channel has them.
        reader: reads webhooks; `None` for a channel whose provider sends none.
        extension: what changes in the transactions of accounts.
        watch: tells the provider of accounts, and sees what is wrong with them there; `None` where neither is done.
        take_notes: takes what webhooks say of the channel's own state.
        complete: adds to a translation what its body does not say, or keeps events back, within two seconds.
        routers: more routes, which use the accounts' service.
        components: started before the ledgers, in this order.
        indexes: collections beside those of channelkit.
        background: loops that are kept running, by name.
    """

    checker: Checker[A]
    sending: Sending[A]
    reader: WebhookReader[A] | None = None
    extension: AccountExtension[A] = field(default_factory=NoExtension)
    watch: AccountWatch[A] | None = None
    take_notes: TakeNotes = no_notes
    complete: Complete = as_it_is
    routers: Sequence[Callable[[ChannelService[A]], APIRouter]] = ()
    components: Sequence[Component] = ()
    indexes: Sequence[Mapping[str, Sequence[IndexModel]]] = ()
    background: Mapping[str, Callable[[], Any]] = field(default_factory=dict)


def create_channel_app(
    settings: S,
    spec: ChannelSpec[A],
    build: Callable[[ChannelBase[A, S]], ChannelParts[A]],
    *,
    description: str = "",
    clock: Clock | None = None,
    tracing: Tracing | None = None,
) -> FastAPI:
    """The service as an ASGI application whose lifespan runs all of it; `app.state.runtime` is its runtime.

    `build` makes the channel's own parts.
    """
    runtime = Runtime.build(spec.service.name, settings, clock=clock, tracing=tracing)
    store = AccountStore(runtime.mongo.db, spec.indexed)
    credentials = Credentials(runtime.cipher, spec)
    directory = AccountDirectory(store, credentials.open, spec.references, runtime.clock)
    files = create_file_store(settings, runtime.metrics, clock=runtime.clock)
    activity = WebhookActivity(store, runtime.clock)
    late = _Late[A]()
    parts = build(
        ChannelBase(
            runtime=runtime,
            settings=settings,
            spec=spec,
            directory=directory,
            files=files,
            activity=activity,
            needs_reconnection=late.needs_reconnection,
        )
    )
    access = AccountAccess(directory, late.needs_reconnection)
    metrics = runtime.metrics.declare(ChannelMetrics, METRICS)
    ledgers = ChannelLedgers(runtime, settings, spec.service.name, access, files, parts.sending, metrics)
    late.service = service = ChannelService(
        runtime=runtime,
        settings=settings,
        spec=spec,
        store=store,
        credentials=credentials,
        directory=directory,
        checker=parts.checker,
        resume=ledgers.resume,
        extension=parts.extension,
        watcher=_watcher(runtime, settings, directory, late, parts.watch),
    )
    runtime.on_start(service.watch_all)
    _start_in_order(runtime, settings, spec, directory, files, ledgers, parts)
    _prove_accounts(runtime, settings, spec, store, service)
    if service.watcher is not None:
        runtime.background("account-watch", service.watcher.run)
    routers = [channels_router(service), reseal_router(service), *(make(service) for make in parts.routers)]
    webhooks = (
        None
        if parts.reader is None
        else _webhooks(runtime, settings, spec, activity, directory, ledgers, parts, parts.reader, metrics)
    )
    if webhooks is not None:
        routers.append(redrive_router(Redrive(webhooks)))
    app = runtime.create_app(spec.service.name, routers, description=description or spec.service.does)
    if webhooks is not None and spec.webhook_path is not None:
        add_webhooks(app, spec.webhook_path, webhooks, runtime.metrics, runtime.tracing)
    return app


class _Late(Generic[A]):
    """The accounts' service for parts that it is built from."""

    service: ChannelService[A]

    async def needs_reconnection(self, account: A, refused: Refused) -> bool:
        return await self.service.needs_reconnection(account, refused)


def _watcher(
    runtime: Runtime,
    settings: ChannelServiceSettings,
    directory: AccountDirectory[A],
    late: _Late[A],
    watch: AccountWatch[A] | None,
) -> Watcher[A] | None:
    if watch is None:
        return None
    watcher = Watcher(
        WatchStore(runtime.mongo.db),
        watch,
        directory.get_or_read,
        late.needs_reconnection,
        runtime.clock,
        settings.public_url,
        settings.account_refresh,
    )
    runtime.add_indexes(WATCH_INDEXES)
    return watcher


def _webhooks(
    runtime: Runtime,
    settings: ChannelServiceSettings,
    spec: ChannelSpec[A],
    activity: WebhookActivity,
    directory: AccountDirectory[A],
    ledgers: ChannelLedgers[A],
    parts: ChannelParts[A],
    reader: WebhookReader[A],
    metrics: ChannelMetrics,
) -> Webhooks[A]:
    runtime.background("webhook-activity", activity.run)
    return Webhooks(
        channel=spec.service.outbound or spec.service.name,
        source=spec.service.name,
        reader=reader,
        directory=directory,
        intake=Intake(runtime.producer, ledgers.confirm, parts.take_notes, settings.webhook_timeout, parts.complete),
        answers=metrics.webhook_answers,
        activity=activity,
        clock=runtime.clock,
    )


def _prove_accounts(
    runtime: Runtime,
    settings: ChannelServiceSettings,
    spec: ChannelSpec[A],
    store: AccountStore,
    service: ChannelService[A],
) -> None:
    async def adopt() -> None:
        await store.adopt(spec.unique)

    async def prove() -> None:
        while True:
            await asyncio.sleep(settings.account_refresh.total_seconds())
            await service.prove_pending()

    runtime.on_start(adopt)
    if spec.unique is not None:
        runtime.background("account-proofs", prove)


def _start_in_order(
    runtime: Runtime,
    settings: ChannelServiceSettings,
    spec: ChannelSpec[A],
    directory: AccountDirectory[A],
    files: FileStore,
    ledgers: ChannelLedgers[A],
    parts: ChannelParts[A],
) -> None:
    async def keep_fresh() -> None:
        """In case a change event, or the resuming after it, was missed."""
        while True:
            await asyncio.sleep(settings.account_refresh.total_seconds())
            for account_id in await directory.refresh():
                await ledgers.resume(account_id)

    for indexes in (account_indexes(spec), *parts.indexes):
        runtime.add_indexes(indexes)
    runtime.add_component(files)
    ledgers.add_uploads()
    for component in parts.components:
        runtime.add_component(component)
    runtime.use_outbox()
    runtime.broadcast(SETTINGS_CHANGES, AccountChanges(spec.service.channels, directory), from_beginning=False)
    runtime.add_component(directory)
    runtime.background("account-refresh", keep_fresh)
    ledgers.run(outbound_topic(spec.service))
    for name, run in parts.background.items():
        runtime.background(name, run)
