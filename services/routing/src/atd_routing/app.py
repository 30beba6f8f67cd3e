"""The composition root: everything the service is made of, wired once."""

from fastapi import FastAPI

from atd_routing.settings import RoutingSettings
from atd_servicekit.clock import Clock
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing

SERVICE = "routing"


def create_app(settings: RoutingSettings, *, clock: Clock | None = None, tracing: Tracing | None = None) -> FastAPI:
    """The service, connected to nothing yet: its lifespan does that."""
    runtime = Runtime.build(SERVICE, settings, clock=clock, tracing=tracing)
    runtime.use_outbox()
    return runtime.create_app("Routing", [], description="Who gets which conversation, and when")
