"""MongoDB: the client, transactions that retry, indexes. The only module that makes a client."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from pymongo import (
    AsyncMongoClient,
    DeleteOne,
    IndexModel,
    InsertOne,
    ReadPreference,
    ReplaceOne,
    UpdateOne,
    timeout,
)
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
)
from pymongo.read_concern import ReadConcern
from pymongo.results import BulkWriteResult
from pymongo.write_concern import WriteConcern

from atd_servicekit.backoff import Backoff
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.metrics import Metrics
from atd_servicekit.wait_for import install as mend_wait_for

Document = dict[str, Any]
Client = AsyncMongoClient[Document]
Database = AsyncDatabase[Document]
Collection = AsyncCollection[Document]
Session = AsyncClientSession

T = TypeVar("T")

Operation = InsertOne[Document] | ReplaceOne[Document] | UpdateOne | DeleteOne

_MAJORITY = WriteConcern("majority", wtimeout=10_000)
_SNAPSHOT = ReadConcern("snapshot")

_AWAY = (AutoReconnect, ConnectionFailure, NetworkTimeout, NotPrimaryError, ServerSelectionTimeoutError)
_RETRY_LABELS = ("TransientTransactionError", "UnknownTransactionCommitResult", "RetryableWriteError")

_NAMESPACE_EXISTS = 48
_WRITE_CONFLICT = 112

MONGODB_GRACE = timedelta(seconds=15)
"""How long MongoDB may be away before the process counts as not ready: longer than the election of a new primary.

Webhooks are taken meanwhile, because their accounts are known; a channel service without any ready process takes none.
"""

_SETUP_CODES = frozenset(
    {
        11,  # UserNotFound
        13,  # Unauthorized
        18,  # AuthenticationFailed
        20,  # IllegalOperation: transactions on a server without a replica set
        100,  # UnsatisfiableWriteConcern
        334,  # UnsupportedMechanism
        8000,  # AtlasError: credentials, or a limit of the cluster
        14031,  # OutOfDiskSpace
    }
)
_AWAY_CODES = frozenset(
    {
        24,  # LockTimeout
        43,  # CursorNotFound
        46,  # LockBusy
        133,  # FailedToSatisfyReadPreference
        134,  # ReadConcernMajorityNotAvailableYet
        202,  # NetworkInterfaceExceededTimeLimit
        262,  # ExceededTimeLimit
    }
)

TRANSACTION_BACKOFF = Backoff.of_seconds(0.005, 1.0, attempts=12)
"""Between tries of a transaction, before its fault is raised: about five seconds in all."""

_INDEX_SECONDS = 86_400.0
"""MongoDB gives up the building of an index whose client has a deadline that is over, and begins anew."""

_PACKED = {"wiredTiger": {"configString": "block_compressor=zstd"}}
"""A third smaller than by default for rows that are alike, and slower to write by a few per cent."""

_COMMIT_BACKOFF = Backoff.of_seconds(0.05, 1.0, attempts=12)


def is_away(error: BaseException) -> bool:
    """Whether the error says that MongoDB is away or slow, and nothing about our data."""
    if isinstance(error, (*_AWAY, ExecutionTimeout, WriteConcernError)):
        return True
    if isinstance(error, BulkWriteError):  # what was written is not on a majority yet
        details = error.details or {}
        if details.get("writeConcernErrors") and not details.get("writeErrors"):
            return True
    if isinstance(error, OperationFailure) and error.code in _AWAY_CODES:
        return True
    return isinstance(error, PyMongoError) and any(error.has_error_label(label) for label in _RETRY_LABELS)


def is_wrong_setup(error: BaseException) -> bool:
    """Whether MongoDB refuses everything of the kind until somebody repairs it: credentials, rights, space."""
    if isinstance(error, BulkWriteError):
        details = error.details or {}
        return any(one.get("code") in _SETUP_CODES for one in details.get("writeErrors", ()))
    return isinstance(error, ConfigurationError) or (isinstance(error, OperationFailure) and error.code in _SETUP_CODES)


def is_conflict(error: BaseException) -> bool:
    """Whether a transaction ended because another one wrote the same document first."""
    return isinstance(error, OperationFailure) and error.code == _WRITE_CONFLICT


@dataclass(frozen=True, slots=True)
class Write:
    """Operations on one collection, to be made in one command. `ordered`: the first error ends it."""

    collection: str
    operations: Sequence[Operation]
    ordered: bool = False

    @classmethod
    def inserts(cls, collection: str, documents: Sequence[Document]) -> "Write":
        """Insert these documents."""
        return cls(collection, [InsertOne(document) for document in documents])


@dataclass(frozen=True, slots=True)
class Read:
    """A query of one collection. `limit`: documents at the most, which come in one answer."""

    collection: str
    query: Document
    limit: int
    fields: Document | None = None

    @classmethod
    def of_ids(cls, collection: str, ids: Iterable[object], fields: Document | None = None) -> "Read":
        """The documents with these ids."""
        wanted = list(ids)
        return cls(collection, {"_id": {"$in": wanted}}, len(wanted), fields)


async def read_all(database: Database, session: Session, reads: Sequence[Read]) -> list[list[Document]]:
    """Make the queries within the transaction of `session`, and return what each found; nothing where `limit` is 0."""
    return [await _found(database, session, read) if read.limit else [] for read in reads]


async def _found(database: Database, session: Session, read: Read) -> list[Document]:
    cursor = database[read.collection].find(
        read.query, read.fields, limit=read.limit, batch_size=read.limit, session=session
    )
    return await cursor.to_list()


async def write_all(database: Database, session: Session | None, writes: Sequence[Write]) -> list[BulkWriteResult]:
    """Make the writes in their order within the transaction of `session`, or of none; the result of each.

    Raises what the first of them raises.
    """
    return [
        await database[write.collection].bulk_write(write.operations, ordered=write.ordered, session=session)
        for write in writes
    ]


class Mongo:
    """One process's connection to its own database. Connects lazily; every operation has a deadline.

    `timeout_ms` bounds each operation, server selection included.
    """

    def __init__(
        self, url: str, database: str, metrics: Metrics, *, app_name: str = "", timeout_ms: int = 10_000
    ) -> None:
        mend_wait_for()
        self.client: Client = AsyncMongoClient(
            url,
            appname=app_name or database,
            tz_aware=True,
            tzinfo=UTC,
            serverSelectionTimeoutMS=5_000,
            connectTimeoutMS=5_000,
            socketTimeoutMS=30_000,
            timeoutMS=timeout_ms,
            retryWrites=True,
            retryReads=True,
            w="majority",
            maxPoolSize=50,
        )
        self.db: Database = self.client.get_database(
            database,
            codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
            write_concern=WriteConcern("majority"),
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )
        self._metrics = metrics

    async def ping(self) -> None:
        """Ask the primary for an answer. Raises `InfrastructureFault` when there is none."""
        try:
            await self.client.admin.command("ping")
        except PyMongoError as error:
            code = error.details.get("codeName") if isinstance(error, OperationFailure) and error.details else None
            raise InfrastructureFault(f"MongoDB does not answer: {code or type(error).__name__}") from error

    async def transaction(self, work: Callable[[Session], Awaitable[T]], *, retry_conflicts: bool = True) -> T:
        """Run `work` in one transaction (snapshot, majority) and commit it.

        `work` may run several times: it reads what it needs inside, and has no effect outside. Elections are retried
        by `TRANSACTION_BACKOFF`, and so are conflicts unless the caller has its own way; then the last error is raised.
        """
        for attempt in itertools.count(1):
            try:
                return await self._attempt(work)
            except PyMongoError as error:
                seconds = TRANSACTION_BACKOFF.seconds(attempt)
                if seconds is None or not self._worth_a_retry(error) or (is_conflict(error) and not retry_conflicts):
                    raise
                self._metrics.transaction_retries.inc()
            await asyncio.sleep(seconds)
        raise AssertionError("unreachable: the loop returns or raises")

    async def _attempt(self, work: Callable[[Session], Awaitable[T]]) -> T:
        async with self.client.start_session() as session:
            await session.start_transaction(_SNAPSHOT, _MAJORITY, ReadPreference.PRIMARY)
            try:
                result = await work(session)
            except BaseException:
                if session.in_transaction:
                    await session.abort_transaction()
                raise
            await self._commit(session)
            return result

    async def _commit(self, session: Session) -> None:
        for attempt in itertools.count(1):
            try:
                await session.commit_transaction()
                return
            except PyMongoError as error:
                seconds = _COMMIT_BACKOFF.seconds(attempt)
                if seconds is None or not error.has_error_label("UnknownTransactionCommitResult"):
                    raise
            await asyncio.sleep(seconds)

    @staticmethod
    def _worth_a_retry(error: PyMongoError) -> bool:
        return error.has_error_label("TransientTransactionError")

    async def ensure_indexes(
        self, indexes: Mapping[str, Sequence[IndexModel]], packed: frozenset[str] = frozenset()
    ) -> None:
        """Create the collections and indexes that are missing, one by one; existing ones cost nothing.

        On a large collection that takes minutes. Those of `packed` are made with a stronger compression.
        """
        existing = set(await self.db.list_collection_names())
        for collection, models in indexes.items():
            if collection not in existing:
                await self._create(collection, packed=collection in packed)
            if models:
                with timeout(_INDEX_SECONDS):
                    await self.db[collection].create_indexes(list(models))

    async def _create(self, collection: str, *, packed: bool) -> None:
        options: dict[str, Any] = {"storageEngine": _PACKED} if packed else {}
        try:
            await self.db.create_collection(collection, check_exists=False, **options)  # the server knows better
        except OperationFailure as error:
            if error.code != _NAMESPACE_EXISTS:  # another process was faster
                raise

    async def close(self) -> None:
        await self.client.close()
