"""Records that Kafka refuses for good: they stop their own key and topic, and nothing else.

A topic that does not exist, or that we may not write, is stopped as a whole. A row with such records is published
without them, and stays with what was left out; later records of the same key and topic follow it there. From time to
time they are tried again, in order: a limit can be raised, a topic be created.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiokafka.errors import InvalidTopicError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError

from atd_servicekit.backoff import Backoff
from atd_servicekit.errors import PublishFailed
from atd_servicekit.kafka import Outgoing
from atd_servicekit.outbox.rows import Row
from atd_servicekit.outbox.stored_rows import StoredRows

_TOPIC_ERRORS = (InvalidTopicError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError)
_RETRY = Backoff.of_seconds(10.0, 300.0)

Publish = Callable[[Sequence[Outgoing]], Awaitable[None]]


def is_topic_error(error: PublishFailed) -> bool:
    """Whether a topic was not found, or is not for us. While no broker answers, a topic is not found either."""
    return isinstance(error.__cause__, _TOPIC_ERRORS)


class RefusedRecords:
    """The keys and topics of one shard that are stopped, and their rows."""

    def __init__(self, shard: int, stored_rows: StoredRows, publish: Publish) -> None:
        self._shard = shard
        self._stored_rows = stored_rows
        self._publish = publish
        self._stopped: set[tuple[str, bytes]] = set()
        self._stopped_topics: set[str] = set()
        self._tries = 0
        self._retry_at = 0.0
        self._known = False
        self.rows = 0

    def stops(self, record: Outgoing) -> bool:
        """Whether an earlier record of this key and topic, or the topic, was refused."""
        return (record.topic, record.key) in self._stopped or record.topic in self._stopped_topics

    @property
    def stops_any(self) -> bool:
        """Whether any key or topic is stopped."""
        return bool(self._stopped or self._stopped_topics)

    @property
    def due(self) -> bool:
        """Whether the stored ones are to be read and tried (again)."""
        return not self._known or (self.rows > 0 and time.monotonic() >= self._retry_at)

    def forget(self) -> None:
        """Another process may have published the shard meanwhile: begin with what is stored."""
        self._stopped.clear()
        self._stopped_topics.clear()
        self._known = False
        self._tries = 0

    def refuse(self, row: Row, record: Outgoing, error: PublishFailed) -> None:
        """Stop the record's key and topic; `keep` stores the row."""
        row.refused.append(record)
        self._stop(row, record, error)
        self._retry_later()

    def refuse_topic(self, topic: str, error: PublishFailed) -> None:
        """Stop a topic. Its records are to be added to `refused` of their rows, and the rows to be kept."""
        self._stop_topic(topic, error)
        self._retry_later()

    def _retry_later(self) -> None:
        self._tries = 0
        self._retry_at = time.monotonic() + _RETRY.longest(1).total_seconds()

    def _stop_topic(self, topic: str, error: PublishFailed) -> None:
        self._stopped_topics.add(topic)
        structlog.get_logger().error("relay.topic_refused", topic=topic, error=type(error.__cause__).__name__)

    def _stop(self, row: Row, record: Outgoing, error: PublishFailed) -> None:
        """No key in the log: what it names is not for this kit to know."""
        self._stopped.add((record.topic, record.key))
        structlog.get_logger().error(
            "relay.record_refused",
            topic=record.topic,
            row=str(row.id),
            bytes=len(record.value),
            error=type(error.__cause__).__name__,
        )

    async def keep(self, row: Row) -> None:
        """Store what is left of a published row."""
        await self._stored_rows.keep_refused(row)
        self.rows += 1

    async def retry(self) -> None:
        """Try what is stored, in order. Raises `PublishFailed` when Kafka is away; then it is due again."""
        self._tries += 1
        self._retry_at = time.monotonic() + _RETRY.longest(self._tries).total_seconds()
        before, self._stopped = self._stopped, set()
        self._stopped_topics.clear()
        self._known, self.rows = False, 0
        published = []
        async for row in self._stored_rows.refused(self._shard):
            await self._retry_row(row, before)
            if not row.refused:
                published.append(row.id)
                continue
            if len(row.refused) < len(row.records):
                await self._stored_rows.keep_refused(row)
            self.rows += 1
        if published:
            await self._stored_rows.delete(published)
        self._known = True

    async def _retry_row(self, row: Row, known: set[tuple[str, bytes]]) -> None:
        for record in row.records:
            if self.stops(record):
                row.refused.append(record)
                continue
            try:
                await self._publish([record])
            except PublishFailed as error:
                if not error.refused and not is_topic_error(error):
                    raise
                row.refused.append(record)
                if not error.refused:
                    self._stop_topic(record.topic, error)
                    continue
                self._stopped.add((record.topic, record.key))
                if (record.topic, record.key) not in known:
                    self._stop(row, record, error)
