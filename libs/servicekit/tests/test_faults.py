"""What an error is about: what is away, what is set up wrongly, what is wrong with one record."""

import asyncio
import base64
import errno
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import UnsupportedOperation
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from aiokafka import errors as kafka
from bson.errors import InvalidDocument
from pymongo import errors as mongo

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundContact, InboundMessage, InboundMessageData
from atd_schemas.topics import INBOUND_EVENTS, dead_letter_topic, encode
from atd_servicekit import consumer_state, consumer_watch
from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import SystemClock
from atd_servicekit.consuming import Record, Subscription
from atd_servicekit.errors import InfrastructureFault, PublishFailed, SetupFault
from atd_servicekit.faults import Fault, fault_of, is_retryable
from atd_servicekit.kafka import Outgoing
from atd_servicekit.metrics import Metrics
from atd_servicekit.tracing import Tracing


class PictureCannotBeRead(OSError):
    """As Pillow's `UnidentifiedImageError`."""


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (InfrastructureFault("away"), Fault.AWAY),
        (PublishFailed("no answer"), Fault.AWAY),
        (PublishFailed("too large", refused=True), Fault.RECORD),
        (PublishFailed("no such topic", setup=True), Fault.SETUP),
        (SetupFault("S3 answered 403 AccessDenied"), Fault.SETUP),
        (TimeoutError(), Fault.AWAY),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), Fault.AWAY),
        (BrokenPipeError(), Fault.AWAY),
        (OSError(errno.EHOSTUNREACH, "no route"), Fault.AWAY),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed"), Fault.AWAY),
        (socket.gaierror(socket.EAI_AGAIN, "name"), Fault.AWAY),
        (ssl.SSLEOFError(8, "cut off"), Fault.AWAY),
        (ssl.SSLCertVerificationError(1, "expired"), Fault.SETUP),
        (OSError(errno.ENOSPC, "No space left on device"), Fault.SETUP),
        (OSError(errno.EMFILE, "Too many open files"), Fault.SETUP),
        (PermissionError(errno.EACCES, "denied"), Fault.SETUP),
        (FileNotFoundError(errno.ENOENT, "a name of the record"), Fault.RECORD),
        (OSError(errno.ENAMETOOLONG, "a name of the record"), Fault.RECORD),
        (PictureCannotBeRead("cannot identify image file"), Fault.RECORD),
        (UnsupportedOperation("not readable"), Fault.RECORD),
        (kafka.KafkaConnectionError(), Fault.AWAY),
        (kafka.NotLeaderForPartitionError(), Fault.AWAY),
        (kafka.KafkaTimeoutError(), Fault.AWAY),
        (kafka.MessageSizeTooLargeError(), Fault.RECORD),
        (kafka.TopicAuthorizationFailedError(), Fault.SETUP),
        (kafka.SaslAuthenticationFailed(), Fault.SETUP),
        (kafka.InvalidTopicError(), Fault.SETUP),
        (kafka.UnknownTopicOrPartitionError(), Fault.SETUP),
        (mongo.ServerSelectionTimeoutError(), Fault.AWAY),
        (mongo.NotPrimaryError(), Fault.AWAY),
        (mongo.OperationFailure("lock", 24), Fault.AWAY),
        (mongo.OperationFailure("time", 262), Fault.AWAY),
        (mongo.OperationFailure("Authentication failed", 18), Fault.SETUP),
        (mongo.OperationFailure("not authorized", 13), Fault.SETUP),
        (mongo.OperationFailure("no space", 14031), Fault.SETUP),
        (mongo.BulkWriteError({"writeErrors": [{"code": 13}]}), Fault.SETUP),
        (mongo.ConfigurationError("retryable writes need a replica set"), Fault.SETUP),
        (mongo.BulkWriteError({"writeErrors": [{"code": 121}]}), Fault.RECORD),
        (mongo.BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64}]}), Fault.AWAY),
        (mongo.BulkWriteError({"writeErrors": [{"code": 121}], "writeConcernErrors": [{"code": 64}]}), Fault.RECORD),
        (mongo.OperationFailure("Document failed validation", 121), Fault.RECORD),
        (mongo.DocumentTooLarge("16 MB"), Fault.RECORD),
        (mongo.DuplicateKeyError("twice"), Fault.RECORD),
        (InvalidDocument("cannot encode"), Fault.RECORD),
        (ValueError("a mistake of ours"), Fault.RECORD),
    ],
    ids=lambda one: f"{type(one).__name__}-{one}"[:60] if isinstance(one, Exception) else one.name,
)
def test_an_error_is_sorted_by_what_happens_next(error: Exception, fault: Fault) -> None:
    assert fault_of(error) is fault


def test_a_start_waits_for_what_is_away_and_for_topics_and_for_nothing_else() -> None:
    assert is_retryable(kafka.KafkaConnectionError())
    assert is_retryable(kafka.UnknownTopicOrPartitionError())
    assert not is_retryable(mongo.OperationFailure("Authentication failed", 18))
    assert not is_retryable(OSError(errno.ENOSPC, "No space left on device"))


class Dead:
    """Takes dead letters, or refuses them with `error`."""

    def __init__(self) -> None:
        self.letters: list[Outgoing] = []
        self.answered = True
        self.error: Exception | None = None

    async def publish(self, records: Sequence[Outgoing]) -> None:
        if self.error is not None:
            raise self.error
        self.letters += records


NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def raw(offset: int, text: str) -> "ConsumerRecord[bytes, bytes]":
    event = InboundMessage(
        id=uuid7(),
        tenant_id="t",
        occurred_at=NOW,
        recorded_at=NOW,
        source="test",
        subject="c",
        data=InboundMessageData(
            account_id="a",
            account_name="Loja",
            channel="whatsapp",
            external_id=str(offset),
            contact=InboundContact(external_id="c"),
            kind="text",
            text=text,
        ),
    )
    value = encode(event)
    return ConsumerRecord(INBOUND_EVENTS.name, 0, offset, 0, 0, b"k", value, None, 1, len(value), ())


def subscription(dead: Dead, handler: Callable[[Sequence[Record[Any]]], Any]) -> Subscription:
    return Subscription(
        service="conversation",
        topic=INBOUND_EVENTS,
        group="conversation",
        handler=handler,
        producer=dead,  # type: ignore[arg-type]  # publishes, and nothing else is asked of it
        metrics=Metrics(),
        tracing=Tracing.from_endpoint("conversation", None),
        clock=SystemClock(),
        stopping=asyncio.Event(),
        backoff=Backoff.of_seconds(0.001, 0.001, attempts=3),
    )


async def problem(found: Subscription) -> str:
    try:
        await found.check()
    except InfrastructureFault as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left"), mongo.OperationFailure("Authentication failed", 18)]
)
async def test_a_wrong_setup_puts_no_record_aside_and_is_told(error: Exception) -> None:
    dead, broken, handled = Dead(), [True], list[str]()

    async def handle(records: Sequence[Record[Any]]) -> None:
        if broken[0]:
            raise error
        handled.extend(record.event.data.text for record in records)

    found = subscription(dead, handle)
    batch = [raw(0, "a"), raw(1, "b")]
    with pytest.raises(type(error)):
        await found.handle(batch)
    assert dead.letters == []
    assert await problem(found) == f"no record can be handled: {type(error).__name__}"
    assert b"atd_setup_faults_total{" in found.metrics.render()
    broken[0] = False
    await found.handle(batch)
    assert handled == ["a", "b"]
    assert "no record" not in await problem(found)


async def test_an_error_of_the_system_about_one_record_puts_that_one_aside_alone() -> None:
    dead, handled = Dead(), list[str]()

    async def handle(records: Sequence[Record[Any]]) -> None:
        texts = [record.event.data.text for record in records]
        if "bad" in texts:
            raise PictureCannotBeRead("cannot identify image file")
        handled.extend(texts)

    await subscription(dead, handle).handle([raw(0, "a"), raw(1, "bad"), raw(2, "b")])
    assert handled == ["a", "b"]
    (letter,) = dead.letters
    assert letter.topic == dead_letter_topic("conversation").name
    assert base64.b64encode(raw(1, "bad").value or b"")[:20] in letter.value


async def test_what_is_passed_over_is_neither_parsed_nor_handled_and_counts_as_done() -> None:
    dead, handled = Dead(), list[str]()

    async def handle(records: Sequence[Record[Any]]) -> None:
        handled.extend(record.event.data.text for record in records)

    found = subscription(dead, handle)
    found.passes_over = lambda value: b"not for us" in value
    broken = raw(3, "c")
    broken.value = b"{ not for us"
    await found.handle([raw(0, "a"), raw(1, "not for us"), raw(2, "b"), broken])
    await found.handle([raw(4, "not for us")])
    assert (handled, dead.letters) == (["a", "b"], [])
    assert b'atd_records_handled_total{group="conversation",topic="inbound.events.v1"} 5.0' in found.metrics.render()


@pytest.mark.parametrize(("share", "took", "rests"), [(0.25, 0.1, [0.3]), (0.5, 30.0, [2.0]), (1.0, 30.0, [])])
async def test_a_reader_of_what_can_wait_rests_after_each_batch_for_its_part_of_the_time(
    monkeypatch: pytest.MonkeyPatch, share: float, took: float, rests: list[float]
) -> None:
    now, rested = [0.0], []

    async def handle(_: Sequence[Record[Any]]) -> None:
        now[0] += took

    async def rest(_: Subscription, seconds: float) -> None:
        rested.append(round(seconds, 3))

    monkeypatch.setattr(Subscription, "_pause", rest)
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    found = subscription(Dead(), handle)
    found.share = share
    await found.handle([raw(0, "a")])
    assert rested == rests


async def test_a_dead_letter_topic_that_is_missing_is_told() -> None:
    dead = Dead()
    dead.error = PublishFailed("no such topic", setup=True)

    async def handle(_: Sequence[Record[Any]]) -> None:
        raise ValueError

    found = subscription(dead, handle)
    with pytest.raises(PublishFailed):
        await found.handle([raw(0, "a")])
    assert await problem(found) == "no record can be handled: PublishFailed"
    dead.error = None
    await found.handle([raw(0, "a")])
    assert len(dead.letters) == 1
    assert "no record" not in await problem(found)


async def nothing(_: Sequence[Record[Any]]) -> None:
    return


def polling(found: Subscription, partitions: set[int]) -> None:
    """A consumer that polls, and that has not been a member of its group since long ago."""
    consumer = SimpleNamespace(
        partitions_for_topic=lambda _: partitions, created_at=0.0, poll_error=None, polls_fail_since=None
    )
    found._look_after(SimpleNamespace(tasks=[SimpleNamespace(done=lambda: False)], consumer=consumer))


async def test_a_consumer_that_is_lost_while_kafka_answers_needs_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_state, "JOIN_SECONDS", -1.0)
    monkeypatch.setattr(consumer_watch, "LOST_SECONDS", -1.0)
    dead = Dead()
    found = subscription(dead, nothing)
    polling(found, {0})
    assert found.alive()
    assert (await problem(found)).startswith("not a member of its group")
    assert not found.alive()
    dead.answered = False
    assert found.alive(), "Kafka is away for everybody"
    dead.answered = True
    monkeypatch.setattr(consumer_state, "JOIN_SECONDS", 60.0)
    found._state._joined_changed_at = time.monotonic()
    assert await problem(found) == ""
    assert found.alive()


async def test_a_topic_that_is_gone_is_told_and_is_no_reason_to_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_watch, "LOST_SECONDS", -1.0)
    found = subscription(Dead(), nothing)
    polling(found, set())
    assert (await problem(found)).startswith(f"topic {INBOUND_EVENTS.name} does not exist")
    assert found.alive()
