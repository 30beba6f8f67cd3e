"""aiokafka's idempotent producer, to be replaced when its state is lost.

It uses aiokafka's private parts, whose minor version is pinned in `pyproject.toml`. `tests/test_producer_recovery.py`
fails when a version of it no longer works this way. Why each of this is needed:
`docs/adr/0015-a-broken-producer-is-replaced.md`.
"""

import asyncio
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    KafkaError,
    LeaderNotAvailableError,
    NotLeaderForPartitionError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    ProducerFenced,
    UnknownProducerId,
)

from atd_schemas.topics import MAX_DEAD_LETTER_BYTES
from atd_servicekit.aiokafka_client import prepare_client
from atd_servicekit.kafka_connection import KafkaConnection

_BATCH_BYTES = 512 * 1024
_LAST_EPOCH = 2**15 - 1
_CLOSE_SECONDS = 2.0

_STATE_ERRORS = (
    OutOfOrderSequenceNumber,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    ProducerFenced,
    UnknownProducerId,
    ProducerClosed,
    NotLeaderForPartitionError,  # as the end of a batch, not of one try: it was dropped
    LeaderNotAvailableError,
)


@dataclass(frozen=True, slots=True)
class ProducerLimits:
    """Times of one producer, in seconds."""

    request: float = 15.0
    """A broker that does not answer for longer is connected to anew."""

    delivery: float = 150.0
    """How long a batch waits for a leader of its partition; longer than any caller waits for its records."""

    start: float = 30.0
    """Connecting, and getting a producer id."""

    silent: float = 45.0
    """Without anything written and any answer for so long, a new connection is tried, from the bootstrap servers."""

    last_chance: float = 5.0
    """How long a silent producer may still come to life when the new connection is there."""


@dataclass(frozen=True, slots=True)
class ProducerIdentity:
    """By what the brokers know a producer. Of two with one id they refuse the one with the lower epoch."""

    producer_id: int
    epoch: int

    def successor(self) -> "ProducerIdentity | None":
        """The next epoch of the same id; `None` when they are used up."""
        return ProducerIdentity(self.producer_id, self.epoch + 1) if self.epoch < _LAST_EPOCH else None


class IdempotentProducer(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka ships no type information
    """Producer with acks=all whose batches, once they have a sequence number, are not dropped before their time.

    Args:
        identity: takes over this id and epoch; `None` asks Kafka for a new id.
    """

    def __init__(
        self,
        kafka: KafkaConnection,
        client_id: str,
        limits: ProducerLimits,
        identity: ProducerIdentity | None = None,
    ) -> None:
        super().__init__(
            **kafka.client_options(),
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            max_batch_size=_BATCH_BYTES,
            max_request_size=MAX_DEAD_LETTER_BYTES,
            request_timeout_ms=int(limits.request * 1000),
            retry_backoff_ms=50,
            metadata_max_age_ms=60_000,
        )
        self._limits = limits
        self._message_accumulator._batch_ttl = limits.delivery
        prepare_client(self.client)
        self._sender.client = _SenderClient(self.client, self._message_accumulator)
        if identity is not None:
            self._txn_manager.set_pid_and_epoch(identity.producer_id, identity.epoch)

    async def start(self) -> None:
        """Connect. Raises `KafkaError` when no broker answers, `TimeoutError` when it takes too long."""
        try:
            async with asyncio.timeout(self._limits.start):
                await super().start()
        except BaseException:
            await self.discard()
            raise

    def _partition(
        self, topic: str, partition: int | None, _key: object, _value: object, key: bytes, _serialized_value: bytes
    ) -> int:
        """Of a record. aiokafka would make lists of all partitions, and of those with a leader, for each record."""
        return partition_of(key, len(self._metadata.partitions_for_topic(topic))) if partition is None else partition

    @property
    def identity(self) -> ProducerIdentity:
        """Its id and epoch, once it has started."""
        return ProducerIdentity(self._txn_manager.producer_id, self._txn_manager.producer_epoch)

    def lost_state(self, error: KafkaError) -> bool:
        """Whether nothing more can be written to some partition, or to any, after `error` was the end of a batch."""
        task = self._sender.sender_task
        return isinstance(error, _STATE_ERRORS) or self._closed or task is None or task.done()

    @property
    def hears_brokers(self) -> bool:
        """Whether a broker has described the cluster lately. aiokafka calls a topic unknown when none has, too."""
        heard_at = self.client.cluster._last_successful_refresh_ms / 1000
        return bool(time.time() - heard_at < self._limits.request / 2)  # it asked for at least `request`

    async def close(self, seconds: float) -> None:
        """Write what is waiting, for so long at the most, and close."""
        flushing = asyncio.ensure_future(self.flush())
        await asyncio.wait([flushing], timeout=seconds)
        flushing.cancel()
        await self.discard()

    async def discard(self) -> None:
        """Close without writing what is waiting: it fails with `ProducerClosed`. Raises nothing."""
        self._closed = self._message_accumulator._closed = True
        sending = self._sender.sender_task
        if sending is not None:
            sending.cancel()  # ends when its requests have, which closing the connections brings about
        client = self.client
        if client._sync_task is not None and client._sync_task.done():
            client._sync_task = None  # it died: awaiting it would raise why, and leave the connections open
        with suppress(Exception):
            await asyncio.wait_for(client.close(), _CLOSE_SECONDS)
        client.force_metadata_update = _closed_for_good  # nobody would answer those who wait for it
        if client._md_update_fut is not None and not client._md_update_fut.done():
            client._md_update_fut.set_result(False)
        if sending is not None:
            await asyncio.wait([sending], timeout=_CLOSE_SECONDS)
        self._fail_all()

    def _fail_all(self) -> None:
        accumulator = self._message_accumulator
        queued = [batch for batches in accumulator._batches.values() for batch in batches]
        accumulator._pending_batches.update(queued)  # from where each is removed when it is done
        accumulator._batches.clear()
        accumulator.fail_all(ProducerClosed())
        for batch in queued:
            batch._drain_waiter.exception()  # nobody need have waited for it


class _SenderClient:
    """The client as the sending task has it, which waits for metadata while the partition of a batch has no leader.

    It waits for new batches as well: those of other partitions need not wait until metadata may be asked for again.
    """

    def __init__(self, client: Any, accumulator: Any) -> None:
        self._client = client
        self._accumulator = accumulator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def force_metadata_update(self) -> "asyncio.Future[None]":
        either: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def end(one: "asyncio.Future[Any]") -> None:
            error = None if one.cancelled() else one.exception()
            if not either.done():
                either.set_result(None) if error is None else either.set_exception(error)

        self._client.force_metadata_update().add_done_callback(end)
        self._accumulator.waiter().add_done_callback(end)
        return either


def _closed_for_good() -> "asyncio.Future[bool]":
    future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    future.set_exception(ProducerClosed())
    future.exception()  # nobody need wait for it
    return future


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, the same in every process of ours (CRC-32: aiokafka's murmur2 is Python, and slow)."""
    return zlib.crc32(key) % partitions
