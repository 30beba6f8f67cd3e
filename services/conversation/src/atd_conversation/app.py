"""The composition root: everything the service is made of, wired once."""

from fastapi import FastAPI

from atd_conversation.api import routers
from atd_conversation.api.parts import Parts
from atd_conversation.commands import Commands
from atd_conversation.handlers import InboundHandler, SettingsHandler
from atd_conversation.settings import ConversationSettings
from atd_conversation.store.directory import Directory
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.indexes import INDEXES
from atd_conversation.store.queries import Queries
from atd_conversation.store.unit import UnitStore
from atd_schemas.topics import INBOUND_EVENTS, SETTINGS_CHANGES
from atd_servicekit.clock import Clock
from atd_servicekit.idempotency import IDEMPOTENCY_INDEXES, Idempotency
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing

SERVICE = "conversation"


def create_app(
    settings: ConversationSettings, *, clock: Clock | None = None, tracing: Tracing | None = None
) -> FastAPI:
    """The service, connected to nothing yet: its lifespan does that."""
    runtime = Runtime.build(SERVICE, settings, clock=clock, tracing=tracing)
    runtime.add_indexes(INDEXES)
    runtime.add_indexes(IDEMPOTENCY_INDEXES)
    runtime.use_outbox()
    database = runtime.mongo.db
    store = UnitStore(database, runtime.outbox)
    directory = Directory(database)
    queries = Queries(database)
    runtime.consume(INBOUND_EVENTS, InboundHandler(InboundLoader(database), store, runtime.transaction, runtime.clock))
    runtime.consume(SETTINGS_CHANGES, SettingsHandler(directory))
    parts = Parts(
        runtime=runtime,
        queries=queries,
        commands=Commands(queries, store, directory, runtime.clock),
        directory=directory,
        idempotency=Idempotency(database, runtime.clock),
    )
    return runtime.create_app("Conversation", routers(parts), description="Contacts, conversations and messages")
