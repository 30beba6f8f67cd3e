"""Composition root: what the service is made of."""

from fastapi import FastAPI

from atd_message_counts.api import router
from atd_message_counts.handlers import MessageCounter
from atd_message_counts.settings import MessageCountsSettings
from atd_message_counts.store import Counts
from atd_schemas.topics import INBOUND_EVENTS
from atd_servicekit.runtime import Runtime

SERVICE = "message-counts"


def create_app(settings: MessageCountsSettings) -> FastAPI:
    """The whole service, connected to nothing until its lifespan begins."""
    runtime = Runtime.build(SERVICE, settings)
    runtime.add_indexes({"counts": []})
    counts = Counts(runtime.mongo.db)
    runtime.consume(INBOUND_EVENTS, MessageCounter(counts, runtime.use_inbox(), runtime.transaction).handle)
    app = runtime.create_app("Message counts", [router])
    app.state.counts = counts
    return app
