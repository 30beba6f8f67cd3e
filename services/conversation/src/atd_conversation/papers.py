"""What is made on paper, wired: transcripts, exports, imports."""

from dataclasses import dataclass

from atd_conversation.preparing import Preparing
from atd_conversation.store.prepared_files import PREPARED_FILE_INDEXES, PreparedFiles
from atd_conversation.store.queries import Queries
from atd_conversation.store.transcripts import ThreadReader
from atd_conversation.thumbnails import Thumbnails
from atd_conversation.transcripts.writer import TranscriptMaker, TranscriptWriter
from atd_servicekit.files import FileStore
from atd_servicekit.jobs import Jobs
from atd_servicekit.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Papers:
    """What the routes of papers are built from. `time_zone`: where no other is asked for."""

    threads: ThreadReader
    preparing: Preparing
    time_zone: str

    @classmethod
    def build(
        cls,
        runtime: Runtime,
        jobs: Jobs,
        queries: Queries,
        file_store: FileStore,
        thumbnails: Thumbnails,
        time_zone: str,
    ) -> "Papers":
        """Wire everything, and let its jobs be done."""
        runtime.add_indexes(PREPARED_FILE_INDEXES)
        database = runtime.mongo.db
        threads = ThreadReader(database)
        preparing = Preparing(PreparedFiles(database), file_store, jobs, runtime.transaction, runtime.clock)
        preparing.make("transcript", TranscriptMaker(queries, TranscriptWriter(threads, thumbnails)))
        return cls(threads, preparing, time_zone)
