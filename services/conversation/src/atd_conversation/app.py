"""The composition root: everything the service is made of, wired once."""

from collections.abc import Callable, Mapping
from functools import partial

from fastapi import FastAPI

from atd_conversation.api import routers
from atd_conversation.api.parts import Customers, Parts
from atd_conversation.automations import Automations
from atd_conversation.commands import Commands, ContactCommands, MessageCommands
from atd_conversation.commands.catalogues import CatalogueCommands, ItemRules
from atd_conversation.commands.decisions import Decisions
from atd_conversation.commands.marking import Marking
from atd_conversation.commands.private_replies import PrivateReplies
from atd_conversation.commands.replies import keeping_files
from atd_conversation.commands.retiring import marking_rules
from atd_conversation.commands.scheduled import JOB as SCHEDULED_JOB
from atd_conversation.commands.scheduled import ScheduledCommands
from atd_conversation.commands.snoozing import Snoozing
from atd_conversation.commands.unsent import DraftCommands
from atd_conversation.domain.automation.settings import check_automatic_reply
from atd_conversation.domain.catalogue_kinds import AUTOMATIC_REPLY, KINDS, REPLY
from atd_conversation.domain.channels import CHANNEL_RULES, ChannelRules, Channels
from atd_conversation.domain.replies import check_reply
from atd_conversation.due_messages import DueMessages
from atd_conversation.files.thumbnails import Thumbnails
from atd_conversation.files.uploads import Uploads
from atd_conversation.handlers import AttendantsHandler, InboundHandler, RoutingHandler, SettingsHandler
from atd_conversation.marks import Marks
from atd_conversation.metrics import METRICS, ConversationMetrics
from atd_conversation.names_lookup import NamesLookup
from atd_conversation.own_frames import OwnFrames
from atd_conversation.papers.parts import Papers
from atd_conversation.settings import ConversationSettings
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.availability import Availability
from atd_conversation.store.catalogues import Catalogues
from atd_conversation.store.contact_attendants import ContactAttendants
from atd_conversation.store.contact_notes import ContactNotes
from atd_conversation.store.decisions import DecisionLoader
from atd_conversation.store.directory import Directory
from atd_conversation.store.earlier_files import EarlierFiles
from atd_conversation.store.files import Files
from atd_conversation.store.inbound import InboundLoader
from atd_conversation.store.indexes import INDEXES
from atd_conversation.store.late_work import add_now_and_then
from atd_conversation.store.message_search import MessageSearch
from atd_conversation.store.message_terms import MessageTerms
from atd_conversation.store.queries import Queries
from atd_conversation.store.records import Records
from atd_conversation.store.scheduled import ScheduledMessages
from atd_conversation.store.sights import Sights
from atd_conversation.store.strands import Strands
from atd_conversation.store.teams import Teams
from atd_conversation.store.unit import UnitStore
from atd_conversation.store.unsent import UnsentDrafts
from atd_schemas.topics import (
    ATTENDANT_EVENTS,
    INBOUND_COMMENTS,
    INBOUND_EVENTS,
    OUTBOUND_BY_CHANNEL,
    ROUTING_DECISIONS,
    SETTINGS_CHANGES,
    Topic,
)
from atd_servicekit.clock import Clock
from atd_servicekit.files import DeduplicatedStore, create_file_store, create_scanner
from atd_servicekit.runtime import Runtime
from atd_servicekit.tracing import Tracing

SERVICE = "conversation"

_COMMENTS_AT_ONCE = 50
"""So many public comments are decided in one go."""

_COMMENTS_SHARE = 0.5
"""Of its time, in which a process is at work for public comments."""


def create_app(
    settings: ConversationSettings,
    *,
    channels: Mapping[str, ChannelRules] = CHANNEL_RULES,
    outbound: Mapping[str, Topic] = OUTBOUND_BY_CHANNEL,
    clock: Clock | None = None,
    tracing: Tracing | None = None,
) -> FastAPI:
    """The service, connected to nothing yet: its lifespan does that.

    `channels` has the rules of each kind of channel, `outbound` the topic that its service listens to.
    """
    served = Channels(channels, outbound)
    runtime = Runtime.build(SERVICE, settings, clock=clock, tracing=tracing)
    runtime.add_indexes(INDEXES)
    runtime.use_outbox()
    database = runtime.mongo.db
    inbox = runtime.use_inbox()
    store = UnitStore(database, inbox, runtime.outbox)
    catalogues = Catalogues(database, runtime.outbox)
    settings_cache = SettingsCache(catalogues, KINDS, runtime.clock)
    names = NamesLookup(settings_cache)
    directory, queries, files = Directory(database), Queries(database, names), Files(database)
    idempotency = runtime.use_idempotency()
    file_store = create_file_store(settings, runtime.metrics, clock=runtime.clock)
    uploads = Uploads(
        files,
        file_store,
        idempotency,
        runtime.clock,
        create_scanner(settings, runtime.metrics),
        limit=settings.storage_limit,
    )
    runtime.add_component(file_store)
    _add_background_work(runtime, queries, uploads, file_store)
    loader, automations = InboundLoader(database, inbox, served, names), Automations(settings_cache)
    _take_in(runtime, partial(InboundHandler, loader, store, runtime.transaction, runtime.clock, automations))
    teams, availability = Teams(database), Availability(database)
    runtime.consume(SETTINGS_CHANGES, SettingsHandler(directory, teams))
    runtime.consume(ATTENDANT_EVENTS, AttendantsHandler(availability))
    own_frames = OwnFrames(runtime.producer, runtime.clock)
    runtime.background("own-frames", own_frames.run)
    thumbnails, jobs = Thumbnails(file_store), runtime.use_jobs()
    rules = {
        **{kind: ItemRules() for kind in KINDS},
        **marking_rules(catalogues, jobs, runtime.clock),
        REPLY: ItemRules(check_reply, keeping_files(files, runtime.clock)),
        AUTOMATIC_REPLY: ItemRules(check_automatic_reply),
    }
    catalogue_commands = CatalogueCommands(catalogues, rules, runtime.clock)
    marking = Marking(catalogues, names, settings_cache)
    commands = Commands(queries, store, directory, files, served, runtime.clock, marking, automations)
    unsent, scheduled = UnsentDrafts(database), ScheduledMessages(database)
    scheduled_commands = ScheduledCommands(scheduled, commands, queries, store, directory, files, jobs, runtime.clock)
    jobs.handle(SCHEDULED_JOB, DueMessages(scheduled_commands, runtime.transaction, own_frames))
    records = Records(database, names)
    contact_commands = ContactCommands(records, store, served, runtime.clock)
    papers = Papers.build(
        runtime,
        jobs,
        queries,
        file_store,
        thumbnails,
        contact_commands,
        settings_cache,
        records,
        store,
        served,
        idempotency,
        settings.time_zone,
    )
    marks = Marks.build(runtime, queries, store, catalogues, catalogue_commands, settings_cache, names, marking, jobs)
    _take_decisions(runtime, store, directory, queries, names, marks, served, automations)
    parts = Parts(
        runtime=runtime,
        queries=queries,
        commands=commands,
        sights=Sights(database),
        search=MessageSearch(database, queries),
        zone=settings.zone,
        private_replies=PrivateReplies(
            queries, Strands(database, names), store, directory, served, runtime.clock, automations
        ),
        messages=MessageCommands(queries, store, directory, files, served, runtime.clock),
        directory=directory,
        teams=teams,
        availability=availability,
        idempotency=idempotency,
        files=files,
        uploads=uploads,
        file_store=file_store,
        thumbnails=thumbnails,
        channels=served,
        catalogues=catalogues,
        own_frames=own_frames,
        unsent=unsent,
        scheduled=scheduled,
        scheduled_commands=scheduled_commands,
        draft_commands=DraftCommands(unsent, queries, files, runtime.clock),
        catalogue_commands=catalogue_commands,
        settings_cache=settings_cache,
        jobs=jobs,
        marks=marks,
        snoozing=Snoozing(commands, jobs, runtime.transaction),
        papers=papers,
        customers=Customers(
            commands=contact_commands,
            records=records,
            notes=ContactNotes(database),
        ),
        automations=automations,
    )
    app = runtime.create_app("Conversation", routers(parts), description="Contacts, conversations and messages")
    app.state.parts = parts
    return app


def _take_in(runtime: Runtime, handler: Callable[[], InboundHandler]) -> None:
    """Public comments have a topic, a consumer and small batches of their own, so that nothing else waits for many."""
    runtime.consume(INBOUND_EVENTS, handler())
    runtime.consume(INBOUND_COMMENTS, handler(), max_records=_COMMENTS_AT_ONCE, share=_COMMENTS_SHARE)


def _take_decisions(
    runtime: Runtime,
    store: UnitStore,
    directory: Directory,
    queries: Queries,
    names: NamesLookup,
    marks: Marks,
    served: Channels,
    automations: Automations,
) -> None:
    """Do what routing decides."""
    decisions = Decisions(
        DecisionLoader(runtime.mongo.db, names),
        store,
        directory,
        queries.contacts.followed,
        marks.labels,
        served,
        automations,
        runtime.clock,
    )
    metrics = runtime.metrics.declare(ConversationMetrics, METRICS)
    runtime.consume(ROUTING_DECISIONS, RoutingHandler(decisions, runtime.transaction, metrics))


def _add_background_work(runtime: Runtime, queries: Queries, uploads: Uploads, file_store: DeduplicatedStore) -> None:
    """What goes on beside requests and records: clearing away, counting, completing documents of earlier versions."""
    runtime.background("sweep-uploads", uploads.sweep_forever)
    runtime.background("fold-counts", lambda: queries.view_counts.fold_forever(runtime.transaction))
    runtime.background("check-counts", queries.view_counts.check_forever)
    runtime.background("check-storage", file_store.check_forever)
    late = {
        "earlier-files": EarlierFiles(runtime.mongo.db, file_store).adopt,
        "contact-terms": queries.contacts.add_terms,
        "contact-attendants": ContactAttendants(runtime.mongo.db).add,
        "message-terms": MessageTerms(runtime.mongo.db).add,
    }
    for name, add in late.items():
        runtime.background(name, partial(add_now_and_then, name, add))
