"""Consuming in batches: commit after the effect, one bad record fails alone.

A subscription hands its handler a batch of parsed records. The offsets are committed when the handler has
returned, a few times a second (`faststream_broker.py`). `faults.py` says what an error is about. Faults of the
infrastructure are retried with backoff and then left to Kafka (the batch comes again); so is a wrong set-up, which
readiness, a metric and the log tell. Any other error makes the handler run record by record, and the record that raises
goes to `<service>.dead-letter.v1` with reason and origin, while the others have their effect.
"""

import asyncio
import base64
import itertools
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from opentelemetry.trace import Span, SpanKind
from pydantic import ValidationError

from atd_schemas.dead_letters import DeadLetter, DeadLetterData
from atd_schemas.ids import uuid5
from atd_schemas.topics import Topic, adapter, dead_letter_topic
from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.consumer_state import ConsumerState
from atd_servicekit.consumer_watch import ConsumerWatch
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.faults import Fault, fault_of
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.metrics import Metrics
from atd_servicekit.tracing import Tracing, traceparent_of

E = TypeVar("E")

RawRecord: TypeAlias = "ConsumerRecord[bytes, bytes]"
BatchHandler = Callable[[Sequence["Record[Any]"]], Awaitable[None]]
Parse = Callable[[bytes], Any]
"""Makes the event of a record, with its `id` and `type`, where the topic's own schema would do more than is needed."""

PassesOver = Callable[[bytes], bool]
"""Whether a record, as it came, is certainly nothing to its handler: then it is not even parsed."""

MAX_RECORDS = 500
"""Records in one batch at the most."""

STUCK_SECONDS = 180.0
"""A batch in hand for longer makes the process count as dead: retries end after about 40 seconds."""

LONGEST_REST_SECONDS = 2.0
"""After a batch, however long it took, of a subscription with a `share`."""

BACKOFF = Backoff.of_seconds(0.1, 8.0, attempts=11)
"""Of a batch while the infrastructure is away: then it is handed back to Kafka, and comes again."""


@dataclass(frozen=True, slots=True)
class Record(Generic[E]):
    """One parsed record and where it came from."""

    event: E
    topic: str
    partition: int
    offset: int
    key: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    traceparent: str | None = None


@dataclass(slots=True)
class Subscription:
    """Reads one topic as one group, batch by batch.

    `share`: the part of the time in which it may be at work. It rests after each batch, so that what can wait leaves
    processor and database to what cannot.
    """

    service: str
    topic: Topic
    group: str
    handler: BatchHandler
    producer: Producer
    metrics: Metrics
    tracing: Tracing
    clock: Clock
    stopping: asyncio.Event
    max_records: int = MAX_RECORDS
    backoff: Backoff = BACKOFF
    passes_over: PassesOver | None = None
    parse: Parse | None = None
    share: float = 1.0
    _event_of: Parse = field(init=False)
    _log: Any = field(init=False)
    _watch: ConsumerWatch | None = field(init=False, default=None)
    _wrong_setup: str | None = field(init=False, default=None)
    _state: ConsumerState = field(init=False, default_factory=lambda: ConsumerState(time.monotonic))

    def __post_init__(self) -> None:
        self._event_of = self.parse or adapter(self.topic).validate_json
        self._log = structlog.get_logger().bind(topic=self.topic.name, group=self.group)

    def attach(self, broker: KafkaBroker) -> None:
        """Declare the subscription on FastStream's broker, with the delivery promises."""
        subscriber = broker.subscriber(
            self.topic.name,
            batch=True,
            group_id=self.group,
            max_records=self.max_records,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            isolation_level="read_committed",
            session_timeout_ms=10_000,
            heartbeat_interval_ms=1_000,
            max_partition_fetch_bytes=2 * 1024 * 1024,
            decoder=_as_it_came,
            listener=self._state,
            title=f"{self.topic.name} ({self.group})",
            description=f"Keyed by {self.topic.key}",
        )
        subscriber(self._consume)
        self._look_after(subscriber)

    def _look_after(self, subscriber: Any) -> None:
        self._watch = ConsumerWatch(
            subscriber, self._state, lambda: self.producer.answered, self._count_replacement, self._log
        )

    async def watch(self) -> None:
        """Replace the consumer whenever it is lost (`consumer_watch.py`); runs as long as the process."""
        await self._attached().run()

    def _count_replacement(self) -> None:
        self.metrics.consumer_replacements.labels(self.topic.name, self.group).inc()

    async def _consume(self, raw: Any) -> None:
        await self.handle(raw)

    async def handle(self, raw: Sequence[RawRecord]) -> None:
        """Handle one batch. Raises only when the infrastructure stayed away: nothing is committed then."""
        started = time.perf_counter()
        self._state.begin_batch()
        spans: list[Span] = []
        try:
            over = self.passes_over
            wanted = raw if over is None else [one for one in raw if not over(one.value or b"")]
            records = [parsed for one in wanted if (parsed := await self._parse(one, spans)) is not None]
            if records:
                await self._run(records, raw)
        finally:
            self._state.end_batch()
            for span in spans:
                span.end()
        for partition, following in {one.partition: one.offset + 1 for one in raw}.items():
            self._state.handled(TopicPartition(self.topic.name, partition), following)
        labels = (self.topic.name, self.group)
        elapsed = time.perf_counter() - started
        self.metrics.records_handled.labels(*labels).inc(len(raw))
        self.metrics.batch_seconds.labels(*labels).observe(elapsed)
        self.metrics.batch_records.labels(*labels).observe(len(raw))
        self._log.info("batch.handled", records=len(raw), outcome="handled", duration_ms=round(elapsed * 1000, 1))
        if self.share < 1.0:
            await self._pause(min(elapsed * (1 / self.share - 1), LONGEST_REST_SECONDS))

    async def _parse(self, raw: RawRecord, spans: list[Span]) -> Record[Any] | None:
        try:
            event = self._event_of(raw.value or b"")
        except Exception as error:  # noqa: BLE001 - whatever a record does to its parser, the partition goes on
            await self._dead_letter(raw, "invalid", _describe(error))
            return None
        headers = {name: value.decode(errors="replace") for name, value in raw.headers}
        traceparent = headers.get("traceparent")
        if self.tracing.enabled:
            span = self.tracing.start(f"handle {event.type}", traceparent, SpanKind.CONSUMER)
            span.set_attributes({"messaging.system": "kafka", "messaging.destination.name": self.topic.name})
            spans.append(span)
            traceparent = traceparent_of(span) or traceparent
        return Record(event, raw.topic, raw.partition, raw.offset, raw.key or b"", headers, traceparent)

    async def _run(self, records: Sequence[Record[Any]], raw: Sequence[RawRecord]) -> None:
        try:
            await self._with_retries(records)
        except Exception as error:
            if fault_of(error) is not Fault.RECORD:
                raise
            self._log.warning("batch.split", records=len(records), error=type(error).__name__)
            by_place = {(one.partition, one.offset): one for one in raw}
            for record in records:
                await self._run_alone(record, by_place[record.partition, record.offset])

    async def _run_alone(self, record: Record[Any], raw: RawRecord) -> None:
        try:
            await self._with_retries([record])
        except Exception as error:
            if fault_of(error) is not Fault.RECORD:
                raise
            self._log.error(
                "record.failed",
                event_id=record.event.id,
                offset=record.offset,
                error=type(error).__name__,
                where="".join(traceback.format_tb(error.__traceback__)[-3:]),
            )
            await self._dead_letter(raw, type(error).__name__, _describe(error))

    async def _with_retries(self, records: Sequence[Record[Any]]) -> None:
        for attempt in itertools.count(1):
            try:
                await self.handler(records)
                self._wrong_setup = None
                return
            except Exception as error:
                delay = self.backoff.seconds(attempt)
                fault = fault_of(error)
                self._note_setup(fault, error)
                if fault is Fault.RECORD or delay is None or self.stopping.is_set():
                    raise
                self.metrics.records_failed.labels(self.topic.name, self.group).inc()
                self._log.warning(
                    "batch.retry", records=len(records), error=type(error).__name__, delay_s=round(delay, 3)
                )
            await self._pause(delay)

    def _note_setup(self, fault: Fault, error: Exception) -> None:
        """Nothing is put aside for a wrong set-up, and nothing goes on: it is said, until a batch is handled again."""
        if fault is not Fault.SETUP:
            self._wrong_setup = None
            return
        self._wrong_setup = type(error.__cause__ or error).__name__
        self.metrics.setup_faults.labels(self.topic.name, self.group, self._wrong_setup).inc()
        self._log.error("batch.wrong_setup", error=self._wrong_setup, detail=f"{error}"[:200])

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _dead_letter(self, raw: RawRecord, error: str, detail: str) -> None:
        now = self.clock.now()
        place = f"{raw.topic}/{raw.partition}/{raw.offset}"
        event = DeadLetter(
            id=uuid5("dead-letter", self.group, place),
            tenant_id="",
            occurred_at=now,
            recorded_at=now,
            source=self.service,
            subject=place,
            data=DeadLetterData(
                topic=raw.topic,
                partition=raw.partition,
                offset=raw.offset,
                group=self.group,
                key=base64.b64encode(raw.key).decode() if raw.key is not None else None,
                value=base64.b64encode(raw.value or b"").decode(),
                headers={name: value.decode(errors="replace") for name, value in raw.headers},
                error=error,
                detail=detail,
            ),
        )
        record = Outgoing.of(dead_letter_topic(self.service), event, key=raw.key or place.encode())
        await self._publish_with_retries(record)
        self.metrics.records_dead_lettered.labels(self.topic.name, self.group, error).inc()
        self._log.error("record.dead_lettered", offset=raw.offset, partition=raw.partition, error=error, detail=detail)

    async def _publish_with_retries(self, record: Outgoing) -> None:
        for attempt in itertools.count(1):
            try:
                await self.producer.publish([record])
                self._wrong_setup = None
                return
            except InfrastructureFault as error:
                delay = self.backoff.seconds(attempt)
                # What does not fit into the dead-letter topic is a fault of the topic: any record fits.
                self._note_setup(Fault.AWAY if fault_of(error) is Fault.AWAY else Fault.SETUP, error)
                if delay is None or self.stopping.is_set():
                    raise
            await self._pause(delay)

    def alive(self) -> bool:
        """Whether the loop that polls is running, and neither a batch nor the consumer has been stuck for long."""
        if self._watch is None or self.stopping.is_set():
            return True
        busy_since = self._state.busy_since
        stuck = busy_since is not None and time.monotonic() - busy_since > STUCK_SECONDS
        return not stuck and self._watch.alive()

    async def check(self) -> None:
        """Raise `InfrastructureFault` when the consumer cannot work (see `ConsumerState.problem`)."""
        if self._wrong_setup:
            raise InfrastructureFault(f"no record can be handled: {self._wrong_setup}")
        watch, consumer = self._attached(), self._consumer()
        if consumer is not None and not watch.replacing and not consumer.partitions_for_topic(self.topic.name):
            raise InfrastructureFault(f"topic {self.topic.name} does not exist: run `atd topics create`")
        watch.check()

    async def refresh_lag(self) -> None:
        """Set `consumer_lag` from Kafka; while Kafka does not answer the gauge keeps its value."""
        consumer = self._consumer()
        try:
            lag = 0 if consumer is None else await self._state.lag(consumer)
        except (KafkaError, TimeoutError) as error:
            self._log.warning("consumer.lag_unknown", error=type(error).__name__)
        else:
            self.metrics.consumer_lag.labels(self.topic.name, self.group).set(lag)

    def _consumer(self) -> Any:
        return None if self._watch is None else self._watch.subscriber.consumer

    def _attached(self) -> ConsumerWatch:
        if self._watch is None:
            raise InfrastructureFault("the consumer is not started")
        return self._watch


async def _as_it_came(message: "KafkaMessage") -> "tuple[RawRecord, ...]":
    raw = message.raw_message
    return raw if isinstance(raw, tuple) else (raw,)


def _describe(error: Exception) -> str:
    """Describe an error without any value of the record."""
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'record'}: {e['msg']}" for e in found[:5])
    return type(error).__name__
