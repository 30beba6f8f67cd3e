"""FastStream's Kafka broker with a consumer of ours: the only module that relies on a private surface of FastStream.

`KafkaBroker` has no parameter for the class of its consumers, so `_connect` replaces the builder in its configuration.
`tests/test_faststream_broker.py` fails when a version of FastStream no longer takes it from there; its minor version
is pinned in `pyproject.toml`.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, Protocol, cast

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from atd_servicekit.aiokafka_client import abandon_consumer, prepare_client
from atd_servicekit.kafka_connection import KafkaConnection

Polled = dict[TopicPartition, list[ConsumerRecord]]
Operation = Literal["poll", "commit"]

_POLL_MS = 1_000
_LAST_COMMIT_SECONDS = 10.0

COMMIT_SECONDS = 0.25
"""Between two commits of a consumer, at the least."""


class OnConsumerError(Protocol):
    """Is told of every error that a consumer gets from Kafka; FastStream would only write it to its own log."""

    def __call__(self, topics: Sequence[str], group: str, operation: Operation, error: KafkaError) -> None: ...


class ObservedConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka ships no type information
    """Waits in one poll until there are records, commits a few times a second, reports errors of polls and commits.

    What was consumed is committed when its handler has returned: at once after a while without a commit, else together
    with what follows within `COMMIT_SECONDS`. A commit costs Kafka as much as a record does, and small batches come
    fifty times a second. The next batch is handed out meanwhile; the one after that waits for the answer. So what had
    its effect in a quarter of a second, and two batches, come again after a kill or to whoever gets the partition.

    FastStream's batch subscriber sleeps after an empty poll for as long as it polled: a short poll keeps the process
    busy at rest (100 polls a second took 9 % of a core), a long one delays the first record.
    """

    def __init__(self, *topics: str, on_error: OnConsumerError, group_id: str | None = None, **options: Any) -> None:
        super().__init__(*topics, group_id=group_id, **options)
        prepare_client(self._client)
        self._on_error = on_error
        self._group = group_id or ""
        self._handled: tuple[Any, Any] = (None, None)  # the assignment, and the offsets to commit
        self._committing: asyncio.Task[None] | None = None
        self._asked = False  # whether the commit under way has left, and takes no later offsets along
        self._commit_due = 0.0  # of `time.monotonic()`
        self._leaving = asyncio.Event()
        self.created_at = time.monotonic()
        self.poll_error: KafkaError | None = None
        """Of the last poll; `None` when it went well."""
        self.polls_fail_since: float | None = None
        """Of `time.monotonic()`: since when every poll has failed."""

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Polled:
        while True:
            wait_ms = max(timeout_ms, _POLL_MS)
            try:
                found: Polled = await super().getmany(*partitions, timeout_ms=wait_ms, max_records=max_records)
            except KafkaError as error:
                self.poll_error = error
                if self.polls_fail_since is None:
                    self.polls_fail_since = time.monotonic()
                self._report("poll", error)
                raise
            self.poll_error = self.polls_fail_since = None
            if found:
                return found

    async def commit(self, offsets: Any = None) -> None:
        """Have `offsets` committed, or what is consumed just now, when the next commit is due.

        Waits for the answer of one that has left.
        """
        subscription = self._subscription.subscription
        assignment = None if subscription is None else subscription.assignment
        if assignment is None:  # the group is being rebalanced: what was handled comes again, to whoever gets it
            return
        offsets = offsets or assignment.all_consumed_offsets()
        if self._committing is not None and self._asked:
            await asyncio.wait([self._committing])
        self._handled = assignment, offsets
        if self._committing is None or self._committing.done():
            self._asked = False
            self._committing = asyncio.create_task(self._commit(), name="commit")

    async def _commit(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._leaving.wait(), self._commit_due - time.monotonic())
        assignment, offsets = self._handled
        if not assignment.active:
            return
        self._commit_due = time.monotonic() + COMMIT_SECONDS
        self._asked = True
        try:
            await super().commit(offsets)
        except KafkaError as error:
            self._report("commit", error)

    async def stop(self) -> None:
        """End the last commit, and leave the group. Closes its connections even if it raises."""
        self._leaving.set()
        try:
            if self._committing is not None:
                await asyncio.wait([self._committing], timeout=_LAST_COMMIT_SECONDS)
            await super().stop()
        except BaseException:
            await self.abandon()  # it does nothing when it is stopped again
            raise

    async def abandon(self) -> None:
        """End what `stop` could not (see `abandon_consumer`)."""
        if self._committing is not None:
            self._committing.cancel()
        await abandon_consumer(self)

    def _report(self, operation: Operation, error: KafkaError) -> None:
        self._on_error(sorted(self.subscription()), self._group, operation, error)


class _Broker(KafkaBroker):
    """FastStream's broker whose subscribers use `ObservedConsumer`."""

    def __init__(self, kafka: KafkaConnection, *, on_error: OnConsumerError, **options: Any) -> None:
        super().__init__(list(kafka.servers), security=_security(kafka), **options)
        self._on_error = on_error

    async def _connect(self) -> Callable[..., AIOKafkaConsumer]:
        builder = cast("partial[AIOKafkaConsumer]", await super()._connect())
        observed = partial(ObservedConsumer, on_error=self._on_error, **builder.keywords)
        self.config.broker_config.builder = observed
        return observed


_SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def _security(kafka: KafkaConnection) -> BaseSecurity | None:
    """The same connection in FastStream's words."""
    encrypted = kafka.ssl_context is not None
    if kafka.sasl is None:
        return BaseSecurity(ssl_context=kafka.ssl_context, use_ssl=True) if encrypted else None
    return _SASL[kafka.sasl.mechanism](
        username=kafka.sasl.username,
        password=kafka.sasl.password,
        ssl_context=kafka.ssl_context,
        use_ssl=encrypted,
    )


def create_broker(kafka: KafkaConnection | str, client_id: str, on_error: OnConsumerError) -> KafkaBroker:
    """Build the broker, for consuming only; `consuming.py` sets the rest for each subscription.

    Its handlers get what their decoder returns, without injection by annotations: that takes 130 to 400 µs a batch.
    """
    return _Broker(
        KafkaConnection.of(kafka),
        on_error=on_error,
        client_id=client_id,
        consumer_only=True,
        allow_auto_create_topics=False,
        graceful_timeout=20.0,
        logger=None,
        apply_types=False,
    )
