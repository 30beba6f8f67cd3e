"""Tracks one consumer of a group: its partitions, what it has handled, its lag, and whether it can work."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

JOIN_SECONDS = 60.0
"""A rebalance waits for batches of the other members; without partitions for longer, something is wrong."""

FETCH_SECONDS = 30.0
"""An idle consumer hears from the broker of each of its partitions twice a second."""

POLL_SECONDS = 15.0
"""Polls that have failed for as long will not work again by themselves."""

_LAG_SECONDS = 2.0


class FetchingConsumer(Protocol):
    """What `silent_partitions` asks of aiokafka's consumer."""

    def assignment(self) -> Collection[TopicPartition]: ...

    def last_poll_timestamp(self, partition: TopicPartition) -> int | None: ...


class GroupConsumer(FetchingConsumer, Protocol):
    """What is asked of the consumer of a group (`faststream_broker.ObservedConsumer`)."""

    created_at: float
    poll_error: KafkaError | None
    polls_fail_since: float | None

    async def committed(self, partition: TopicPartition) -> int | None: ...

    async def beginning_offsets(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]: ...

    async def end_offsets(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]: ...


class ConsumerState(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no type information
    """The state of one consumer. Times are seconds of `monotonic`, except where a name says milliseconds.

    It is the consumer's rebalance listener, and is told when a batch begins and ends.
    """

    def __init__(self, monotonic: Any) -> None:
        self._monotonic = monotonic
        self._next: dict[TopicPartition, int] = {}
        self._joined = False
        self._joined_changed_at = float(monotonic())
        self._idle_since = float(monotonic())
        self.busy_since: float | None = None
        """When the batch in hand was begun."""

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """The group is being rebalanced."""
        for partition in revoked:
            self._next.pop(partition, None)
        self._joined = False
        self._joined_changed_at = self._monotonic()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:  # noqa: ARG002 - aiokafka's
        """The group has divided its partitions; there may be none for this process."""
        self._next.clear()  # another process may have gone on with them meanwhile
        self._joined = True
        self._joined_changed_at = self._idle_since = self._monotonic()

    def left(self) -> None:
        """The consumer was stopped: whoever gets its partitions goes on at what is committed."""
        self._next.clear()
        self._joined = False
        self._joined_changed_at = self._idle_since = self._monotonic()

    def begin_batch(self) -> None:
        self.busy_since = self._monotonic()

    def end_batch(self) -> None:
        self.busy_since = None
        self._idle_since = self._monotonic()

    def handled(self, partition: TopicPartition, following: int) -> None:
        """Note the offset after the last record that was handled."""
        self._next[partition] = max(following, self._next.get(partition, 0))

    async def lag(self, consumer: GroupConsumer) -> int:
        """Records not yet handled, over all partitions assigned to this process.

        For a partition of which nothing was handled yet, the group's committed offset counts, or else its beginning.
        Raises `KafkaError`, or `TimeoutError` after two seconds.
        """
        async with asyncio.timeout(_LAG_SECONDS):
            assigned = list(consumer.assignment())
            if not assigned:
                return 0
            unknown = [partition for partition in assigned if partition not in self._next]
            # An answer of the brokers waits behind the fetch in hand, half a second: two questions, asked together.
            ends, starts = await asyncio.gather(consumer.end_offsets(assigned), _starts(consumer, unknown))
        for partition, offset in starts.items():
            self._next.setdefault(partition, offset)
        return sum(max(0, end - self._next.get(partition, end)) for partition, end in ends.items())

    def problem(self, consumer: GroupConsumer | None, now: float, now_ms: float) -> str | None:
        """Why this consumer cannot work; `None` when it can, as far as known. `now_ms`: milliseconds since 1970."""
        if consumer is None:
            return "the consumer is not started"
        if consumer.polls_fail_since is not None and now - consumer.polls_fail_since > POLL_SECONDS:
            return f"polling fails: {type(consumer.poll_error).__name__}"
        if not self._joined:
            seconds = now - max(self._joined_changed_at, consumer.created_at)
            return f"not a member of its group for {seconds:.0f} s" if seconds > JOIN_SECONDS else None
        if self.busy_since is not None or now - self._idle_since <= FETCH_SECONDS:
            return None  # while a batch is handled, what was fetched is not consumed, and nothing more is fetched
        return silent_partitions(consumer, now_ms)


async def _starts(consumer: GroupConsumer, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """Where the group goes on: what is committed, or else the beginning."""
    committed = await asyncio.gather(*(consumer.committed(partition) for partition in partitions))
    found = {one: offset for one, offset in zip(partitions, committed, strict=True) if offset is not None}
    new = [partition for partition in partitions if partition not in found]
    return found | dict(await consumer.beginning_offsets(new)) if new else found


def silent_partitions(consumer: FetchingConsumer, now_ms: float) -> str | None:
    """Whether brokers of assigned partitions have stopped answering fetches; `now_ms`: milliseconds since 1970."""
    silent = [partition for partition in consumer.assignment() if not _fetched(consumer, partition, now_ms)]
    return f"no answer for {FETCH_SECONDS:.0f} s from the brokers of {len(silent)} partitions" if silent else None


def _fetched(consumer: FetchingConsumer, partition: TopicPartition, now_ms: float) -> bool:
    at_ms = consumer.last_poll_timestamp(partition)
    return at_ms is not None and now_ms - at_ms <= FETCH_SECONDS * 1000
