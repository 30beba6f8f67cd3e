"""The kit's promises on a real Kafka and a real MongoDB."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaTimeoutError

from atd_schemas.dead_letters import DeadLetter
from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundContact, InboundEvent, InboundMessage, InboundMessageData
from atd_schemas.topics import Topic, dead_letter_topic, encode
from atd_servicekit import broadcast, consumer_state, consuming, lifecycle
from atd_servicekit import runtime as runtime_module
from atd_servicekit.backoff import Backoff
from atd_servicekit.broadcast import Broadcast
from atd_servicekit.errors import InfrastructureFault, PublishFailed
from atd_servicekit.kafka import Outgoing
from atd_servicekit.outbox import relay
from atd_servicekit.runtime import Runtime
from atd_servicekit.settings import ServiceSettings
from atd_testing.app import running
from atd_testing.keys import IDENTITY_PUBLIC_KEY
from atd_testing.waiting import eventually

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def message(text: str, customer: str = "5511999990000") -> InboundMessage:
    return InboundMessage(
        id=uuid7(),
        tenant_id="t1",
        occurred_at=NOW,
        recorded_at=NOW,
        source="test",
        subject=f"a1:{customer}",
        data=InboundMessageData(
            account_id="a1",
            account_name="Loja",
            channel="whatsapp",
            external_id=uuid7(),
            contact=InboundContact(external_id=customer),
            kind="text",
            text=text,
        ),
    )


@pytest.fixture
async def topic(kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> Topic:
    """A topic of this test alone, and the dead letters of the service that reads it."""
    from atd_schemas import topics  # noqa: PLC0415 - patched below

    made = Topic(
        name=f"test.{uuid7()}",
        owner="test",
        key="subject",
        schema=InboundEvent,
        producers=("test",),
        consumers=("test",),
        retention=topics.INBOUND_EVENTS.retention,
        partitions=2,
    )
    monkeypatch.setattr(consuming, "adapter", lambda _topic: topics.adapter(topics.INBOUND_EVENTS))
    await create(kafka_bootstrap, made.name, 2)
    await create(kafka_bootstrap, dead_letter_topic(made.name).name, 1)
    return made


async def create(bootstrap: str, name: str, partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, partitions, 1)])
    await admin.close()


@pytest.fixture
async def runtime(kafka_bootstrap: str, mongodb_url: str, database_name: str, topic: Topic) -> Runtime:
    settings = ServiceSettings(
        kafka_bootstrap_servers=kafka_bootstrap,
        mongodb_url=mongodb_url,  # type: ignore[arg-type]  # pydantic makes the secret
        mongodb_database_prefix=f"{database_name[:20]}_",
        port=0,
        identity_public_keys=IDENTITY_PUBLIC_KEY,
    )
    return Runtime.build(topic.name, settings)


async def test_no_answer_sends_a_client_to_the_address_of_this_process() -> None:
    settings = ServiceSettings(
        kafka_bootstrap_servers="127.0.0.1:1",
        mongodb_url="mongodb://127.0.0.1:1",  # type: ignore[arg-type]  # pydantic makes the secret
        port=0,
        identity_public_keys=IDENTITY_PUBLIC_KEY,
    )
    app = Runtime.build("test", settings).create_app("test", [])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://10.0.0.1:8110") as client:
        assert (await client.get("/livez")).status_code == 200
        behind_a_slash = await client.get("/livez/")
    assert (behind_a_slash.status_code, behind_a_slash.headers.get("location")) == (404, None)


async def produce(runtime: Runtime, topic: Topic, values: Sequence[bytes]) -> None:
    await runtime.producer.publish([Outgoing(topic.name, b"k", value) for value in values])


async def read_all(bootstrap: str, name: str, expected: int) -> list[Any]:
    consumer = AIOKafkaConsumer(
        name, bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        found: list[Any] = []
        async with asyncio.timeout(60):
            while len(found) < expected:
                batch = await consumer.getmany(timeout_ms=200)
                found += [record for records in batch.values() for record in records]
        return found
    finally:
        await consumer.stop()


async def test_a_poison_record_is_dead_lettered_alone_with_reason_and_origin(
    runtime: Runtime, topic: Topic, kafka_bootstrap: str
) -> None:
    seen: list[str] = []

    async def handle(records: Sequence[consuming.Record[InboundMessage]]) -> None:
        for record in records:
            if record.event.data.text == "poison":
                raise ValueError("secret words")
        seen.extend(record.event.data.text or "" for record in records)

    ancient = encode(message("old")).replace(b"2026-03-01T12:00:00.000Z", b"0001-01-01T00:00:00+10:00", 1)
    runtime.consume(topic, handle, group=topic.name)
    async with running(runtime.create_app("test", [])):
        await produce(
            runtime,
            topic,
            [encode(message("one")), b"not json", encode(message("poison")), ancient, encode(message("two"))],
        )
        await eventually(lambda: seen == ["one", "two"], message="both good records are handled, in order")
        letters = await read_all(kafka_bootstrap, dead_letter_topic(topic.name).name, 3)

    events = [DeadLetter.model_validate_json(record.value) for record in letters]
    assert sorted((e.data.offset, e.data.error, e.data.topic) for e in events) == [
        (1, "invalid", topic.name),
        (2, "ValueError", topic.name),
        (3, "invalid", topic.name),  # a moment before the year 1
    ]
    assert b"not json" in [base64.b64decode(event.data.value) for event in events]
    assert not [event for event in events if "secret words" in event.data.detail]
    assert [record.key for record in letters] == [b"k"] * 3


async def test_no_two_topics_share_a_group(runtime: Runtime, topic: Topic) -> None:
    async def handle(records: Sequence[consuming.Record[InboundMessage]]) -> None: ...

    other = replace(topic, name=f"{topic.name}.other")
    groups = [runtime.consume(one, handle).group for one in (topic, other)]
    assert groups == [f"{runtime.service}.{one.name}" for one in (topic, other)]


async def test_an_infrastructure_fault_is_retried_and_nothing_is_dead_lettered(runtime: Runtime, topic: Topic) -> None:
    tries = 0
    seen: list[str] = []

    async def handle(records: Sequence[consuming.Record[InboundMessage]]) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise InfrastructureFault("away")
        seen.extend(record.event.data.text or "" for record in records)

    subscription = runtime.consume(topic, handle, group=topic.name)
    # it ends after two, so that the batch also comes again from Kafka
    subscription.backoff = Backoff.of_seconds(0.01, 0.01, attempts=3)
    async with running(runtime.create_app("test", [])):
        await produce(runtime, topic, [encode(message("one")), encode(message("two"))])
        await eventually(lambda: seen == ["one", "two"])
    rendered = runtime.metrics.render().decode()
    assert "atd_records_dead_lettered_total{" not in rendered


async def test_a_batch_is_handled_again_by_a_new_process_when_it_was_not_committed(
    runtime: Runtime, topic: Topic
) -> None:
    fails = 0

    async def fail(_: Sequence[consuming.Record[InboundMessage]]) -> None:
        nonlocal fails
        fails += 1
        raise InfrastructureFault("away")

    first = runtime.consume(topic, fail, group=topic.name)
    first.backoff = Backoff.of_seconds(0.01, 0.01, attempts=1)
    async with running(runtime.create_app("test", [])):
        await produce(runtime, topic, [encode(message("one"))])
        await eventually(lambda: fails > 0, message="the batch was tried")

    seen: list[str] = []

    async def handle(records: Sequence[consuming.Record[InboundMessage]]) -> None:
        seen.extend(record.event.data.text or "" for record in records)

    second = Runtime.build(topic.name, runtime.settings)
    second.consume(topic, handle, group=topic.name)
    async with running(second.create_app("test", [])):
        await eventually(lambda: seen == ["one"])


async def test_state_and_its_events_commit_together_and_are_published_in_order(
    runtime: Runtime, topic: Topic, kafka_bootstrap: str
) -> None:
    runtime.use_outbox()
    runtime.add_indexes({"things": []})
    async with running(runtime.create_app("test", [])):
        for number in range(20):

            async def work(session: Any, number: int = number) -> None:
                await runtime.mongo.db.things.insert_one({"number": number}, session=session)
                record = Outgoing(topic.name, b"k", str(number).encode(), [("ce_id", b"x")])
                await runtime.outbox.add(session, [record], order=number)

            await runtime.transaction(work)

        async def undone(session: Any) -> None:
            await runtime.outbox.add(session, [Outgoing(topic.name, b"k", b"never")], order=21)
            raise ValueError("rolled back")

        with pytest.raises(ValueError, match="rolled back"):
            await runtime.transaction(undone)
        records = await read_all(kafka_bootstrap, topic.name, 20)
        assert [record.value for record in records] == [str(number).encode() for number in range(20)]
        assert records[0].headers == (("ce_id", b"x"),)

        async def empty() -> bool:
            return await runtime.mongo.db.outbox.count_documents({}) == 0

        await eventually(empty, message="the outbox is empty")


async def test_two_processes_share_the_shards_and_one_takes_over_when_the_other_stops(
    runtime: Runtime, topic: Topic
) -> None:
    other = Runtime.build(topic.name, runtime.settings)
    other.instance = "other"
    await runtime.mongo.ping()
    one, two = runtime.leases("work", 8), other.leases("work", 8)
    await one.tick()
    assert one.owned == frozenset(range(8))
    assert one.alone
    await two.tick()
    assert two.owned == frozenset()
    await one.tick()
    await two.tick()
    assert len(one.owned) == len(two.owned) == 4
    assert not one.owned & two.owned
    with two.holding(two.owned):
        await one.stop()
        await two.tick()
    assert two.owned == frozenset(range(8))
    assert {two.term(shard) for shard in range(8)} == {1}
    assert {one.term(shard) for shard in two.owned} == {1}
    await two.stop()
    await one.tick()
    assert {one.term(shard) for shard in range(8)} == {2}, "taken again: another process had them in between"
    await one.stop()
    await runtime.mongo.close()
    await other.mongo.close()


async def test_readiness_tells_what_is_missing_and_liveness_does_not_depend_on_it(
    runtime: Runtime, topic: Topic
) -> None:
    async with running(runtime.create_app("test", [])) as client:
        assert (await client.get("/livez")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "problems": {}})

        async def away() -> None:
            raise InfrastructureFault("kaputt")

        runtime.health.add_check("mongodb", away)
        await runtime.health.ask()
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["problems"]) == (503, {"mongodb": "InfrastructureFault: kaputt"})
        assert (await client.get("/livez")).status_code == 200
        assert "atd_http_requests" in (await client.get("/metrics")).text
        assert (await client.get("/asyncapi.json")).json()["asyncapi"].startswith("3.")


async def test_the_lag_after_a_restart_counts_what_was_not_handled_before_anything_is(
    runtime: Runtime, topic: Topic
) -> None:
    seen = 0
    handled = asyncio.Event()
    stuck = asyncio.Event()

    async def handle(records: Sequence[consuming.Record[InboundMessage]]) -> None:
        nonlocal seen
        seen += len(records)
        handled.set()

    async def hang(_: Sequence[consuming.Record[InboundMessage]]) -> None:
        await stuck.wait()

    runtime.consume(topic, handle, group=topic.name)
    async with running(runtime.create_app("test", [])) as client:
        await produce(runtime, topic, [encode(message(f"{n}")) for n in range(3)])
        await eventually(lambda: seen == 3)
        lag = f'atd_consumer_lag{{group="{topic.name}",topic="{topic.name}"}}'
        assert f"{lag} 0.0" in (await client.get("/metrics")).text

    second = Runtime.build(topic.name, runtime.settings)
    second.consume(topic, hang, group=topic.name)
    async with running(second.create_app("test", [])) as client:
        await produce(second, topic, [encode(message(f"{n}")) for n in range(5)])

        async def shown() -> bool:
            return f"{lag} 5.0" in (await client.get("/metrics")).text

        await eventually(shown, message="the lag is right although nothing was handled")
        assert (await client.get("/readyz")).status_code == 200
        stuck.set()


async def test_readiness_tells_of_a_producer_a_consumer_and_a_relay_that_cannot_work(
    runtime: Runtime, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def handle(records: Sequence[consuming.Record[InboundMessage]]) -> None:
        seen.extend(record.event.data.text or "" for record in records)

    monkeypatch.setattr(lifecycle, "KAFKA_GRACE", timedelta(0))
    runtime.use_outbox()
    runtime.consume(topic, handle, group=topic.name)
    async with running(runtime.create_app("test", [])) as client:
        await produce(runtime, topic, [encode(message("one"))])
        await eventually(lambda: seen == ["one"])
        assert (await client.get("/readyz")).status_code == 200

        monkeypatch.setattr(consumer_state, "FETCH_SECONDS", -1.0)  # as if the brokers had not answered for longer
        monkeypatch.setattr(relay, "STUCK_SECONDS", -1.0)
        monkeypatch.setattr(runtime.producer, "_producer", _DeadProducer())
        with pytest.raises(PublishFailed):
            await produce(runtime, topic, [encode(message("two"))])
        await runtime.health.ask()
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert set(answer.json()["problems"]) == {"kafka", f"consumer {topic.name}", "outbox"}
        assert (await client.get("/livez")).status_code == 200
        text = (await client.get("/metrics")).text
        assert 'atd_publish_failures_total{error="KafkaTimeoutError"} 1.0' in text
        monkeypatch.undo()
        await produce(runtime, topic, [encode(message("three"))])
        await runtime.health.ask()
        assert (await client.get("/readyz")).status_code == 200


class _DeadProducer:
    """As aiokafka's producer when no broker acknowledges."""

    async def send(self, *_: Any, **__: Any) -> Any:
        raise KafkaTimeoutError

    def lost_state(self, _: Exception) -> bool:
        return False


async def test_readiness_tells_of_a_reader_that_hears_nothing(
    runtime: Runtime, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    values: list[bytes | None] = []

    async def take(records: Sequence[ConsumerRecord[bytes, bytes]]) -> None:
        values.extend(record.value for record in records)

    monkeypatch.setattr(runtime_module, "KAFKA_GRACE", timedelta(0))
    runtime.add_component(Broadcast(runtime.settings.kafka_bootstrap_servers, topic, take, from_beginning=True))
    async with running(runtime.create_app("test", [])) as client:
        await runtime.producer.publish([Outgoing(topic.name, b"k", b"one")])
        await eventually(lambda: values == [b"one"])
        await eventually(lambda: _ready(client), message="every partition was asked")
        monkeypatch.setattr(consumer_state, "FETCH_SECONDS", -1.0)
        await runtime.health.ask()
        answer = await client.get("/readyz")
        assert (answer.status_code, list(answer.json()["problems"])) == (503, [f"reader {topic.name}"])
        # It connects anew, and goes on where it was.
        reader: Any = runtime.components[0]
        first = reader._consumer

        async def late(*_: Any) -> None:
            raise TimeoutError

        first._fetcher.close = late  # what a request says that was under way while the process was frozen
        monkeypatch.setattr(broadcast, "LOST_SECONDS", -1.0)
        await runtime.producer.publish([Outgoing(topic.name, b"k", b"two")])
        await eventually(lambda: reader._consumer is not first, message="another consumer")
        monkeypatch.setattr(broadcast, "LOST_SECONDS", 60.0)
        monkeypatch.setattr(consumer_state, "FETCH_SECONDS", 30.0)
        await runtime.producer.publish([Outgoing(topic.name, b"k", b"three")])
        await eventually(lambda: values == [b"one", b"two", b"three"])
        await eventually(lambda: _ready(client), message="ready again")
        await eventually(first._client._sync_task.done, message="the first one asks for nothing any more")
        assert not any(one.connected() for one in first._client._conns.values())


async def _ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200
