"""The store that the settings name."""

from collections.abc import Callable

from atd_servicekit.clock import Clock, SystemClock
from atd_servicekit.files.deduplicated import DeduplicatedStore
from atd_servicekit.files.gridfs import GridFsStore
from atd_servicekit.files.settings import FileStoreSettings
from atd_servicekit.files.store import FileStore
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo


def create_file_store(
    settings: FileStoreSettings, metrics: Metrics | None = None, *, clock: Clock | None = None
) -> DeduplicatedStore:
    """A component, connected to nothing before it is started. The service's `Metrics` count its retries too."""
    url, database, counted = settings.mongodb_url.get_secret_value(), settings.files_database, metrics or Metrics()
    clock = clock or SystemClock()

    def connect() -> Mongo:
        return Mongo(url, database, counted, app_name="atd-files")

    return DeduplicatedStore(_objects(settings, connect, clock), connect, clock, counted)


def _objects(settings: FileStoreSettings, connect: Callable[[], Mongo], clock: Clock) -> FileStore:
    location = settings.s3_location()
    if location is None:
        return GridFsStore(connect, clock)
    # The S3 client is large (some 30 MB of memory): only who keeps files there pays for it.
    from atd_servicekit.files.s3 import S3Store  # noqa: PLC0415

    return S3Store(location)
