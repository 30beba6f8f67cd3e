"""What is made on paper, wired: transcripts, exports, imports."""

from dataclasses import dataclass

from atd_conversation.commands import ContactCommands
from atd_conversation.domain.channels import Channels
from atd_conversation.files.thumbnails import Thumbnails
from atd_conversation.names_lookup import NamesLookup
from atd_conversation.papers.contact_data import ContactData
from atd_conversation.papers.erasing import Erasing
from atd_conversation.papers.exporting import ContactsExport
from atd_conversation.papers.importing import Importing
from atd_conversation.papers.preparing import Preparing
from atd_conversation.papers.retention import Retention
from atd_conversation.papers.transcripts.writer import TranscriptMaker, TranscriptWriter
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.erasing import Removal
from atd_conversation.store.importing import ImportMatches
from atd_conversation.store.imports import IMPORT_INDEXES, Imports
from atd_conversation.store.prepared_files import PREPARED_FILE_INDEXES, PreparedFiles
from atd_conversation.store.privacy import PRIVACY_INDEXES, Privacy
from atd_conversation.store.queries import Queries
from atd_conversation.store.records import Records
from atd_conversation.store.retention import Aged, RetentionRows
from atd_conversation.store.timeline import Timeline
from atd_conversation.store.transcripts import ThreadReader
from atd_conversation.store.unit import UnitStore
from atd_schemas.topics import PRIVACY_CONFIRMATIONS
from atd_servicekit.files import FileStore
from atd_servicekit.idempotency import Idempotency
from atd_servicekit.jobs import Jobs
from atd_servicekit.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Papers:
    """What the routes of papers are built from. `time_zone`: where no other is asked for."""

    threads: ThreadReader
    preparing: Preparing
    imports: Imports
    importing: Importing
    privacy: Privacy
    removal: Removal
    erasing: Erasing
    retention: Retention
    time_zone: str

    @classmethod
    def build(
        cls,
        runtime: Runtime,
        jobs: Jobs,
        queries: Queries,
        file_store: FileStore,
        thumbnails: Thumbnails,
        contacts: ContactCommands,
        settings_cache: SettingsCache,
        records: Records,
        store: UnitStore,
        channels: Channels,
        idempotency: Idempotency,
        time_zone: str,
    ) -> "Papers":
        """Wire everything, and let its jobs be done."""
        runtime.add_indexes(PREPARED_FILE_INDEXES)
        runtime.add_indexes(IMPORT_INDEXES)
        runtime.add_indexes(PRIVACY_INDEXES)
        database = runtime.mongo.db
        threads = ThreadReader(database)
        writer = TranscriptWriter(threads, Timeline(database), NamesLookup(settings_cache), thumbnails)
        preparing = Preparing(PreparedFiles(database), file_store, jobs, runtime.transaction, runtime.clock)
        preparing.make("transcript", TranscriptMaker(queries, writer))
        preparing.make("contacts", ContactsExport(queries, settings_cache))
        imports, matches = Imports(database), ImportMatches(database)
        importing = Importing(imports, matches, contacts, settings_cache, jobs, runtime.transaction, runtime.clock)
        privacy, removal = Privacy(database), Removal(database)
        preparing.make("contact_data", ContactData(records, removal, queries, threads, writer, file_store))
        erasing = Erasing(
            privacy,
            removal,
            matches,
            imports,
            idempotency,
            contacts,
            store,
            preparing,
            file_store,
            channels,
            jobs,
            runtime.transaction,
            runtime.clock,
        )
        runtime.consume(PRIVACY_CONFIRMATIONS, erasing)
        retention = Retention(
            RetentionRows(database),
            Aged(database),
            privacy,
            removal,
            queries,
            store,
            erasing,
            file_store,
            jobs,
            runtime.transaction,
            runtime.clock,
        )
        return cls(threads, preparing, imports, importing, privacy, removal, erasing, retention, time_zone)
