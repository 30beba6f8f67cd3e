"""The composition root: everything the service is made of, wired once."""

from fastapi import FastAPI

from atd_schemas.services import WEBHOOK_DISPATCHER
from atd_servicekit.clock import Clock
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing
from atd_webhook_dispatcher.settings import WebhookDispatcherSettings
from atd_webhook_dispatcher.store.indexes import INDEXES, PACKED

SERVICE = WEBHOOK_DISPATCHER.name


def create_app(
    settings: WebhookDispatcherSettings, *, clock: Clock | None = None, tracing: Tracing | None = None
) -> FastAPI:
    """The service, connected to nothing yet: its lifespan does that."""
    runtime = Runtime.build(SERVICE, settings, clock=clock, tracing=tracing)
    runtime.add_indexes(INDEXES, packed=PACKED)
    return runtime.create_app("Webhooks", [], description="Tells external systems what happens")
