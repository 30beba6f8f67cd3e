"""What the kit promises when a process is killed at any moment: nothing is lost, nothing has its effect twice."""

import asyncio
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from atd_schemas.ids import uuid7
from atd_schemas.inbound import InboundContact, InboundMessage, InboundMessageData
from atd_schemas.topics import dead_letter_topic, encode
from atd_servicekit.kafka import Outgoing, Producer
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_testing.keys import key_variables
from atd_testing.processes import ManagedProcess
from atd_testing.waiting import eventually

EVENTS, CUSTOMERS = 120, 6
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

LIVES = {
    "one": ("in the transaction:3", "published:4"),
    "two": ("committed:2", "sent:20"),
    "three": ("added to the ledger:2", "claimed:20"),
}
"""Where each process of a service dies, one after the other; the last one lives."""


def event(number: int) -> InboundMessage:
    customer = f"customer-{number % CUSTOMERS}"
    return InboundMessage(
        id=uuid7(),
        tenant_id="t",
        occurred_at=NOW,
        recorded_at=NOW,
        source="test",
        subject=customer,
        data=InboundMessageData(
            account_id="a",
            account_name="Loja",
            channel="whatsapp",
            external_id=str(number),
            contact=InboundContact(external_id=customer),
            kind="text",
            text=str(number),
        ),
    )


class Service:
    """The toy service, its topics and its database."""

    def __init__(self, name: str, kafka: str, mongodb_url: str, prefix: str, folder: Path, port: int) -> None:
        self.name = f"toy-{uuid7()}"
        self.events = [event(number) for number in range(EVENTS)]
        self._kafka = kafka
        self._folder = folder / name
        database = prefix + self.name.replace("-", "_")
        self.mongo = Mongo(mongodb_url, database, Metrics())
        self._env = {
            **os.environ,
            **key_variables("conversation"),
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "MONGODB_URL": mongodb_url,
            "ATD_MONGODB_DATABASE_PREFIX": prefix,
            "ATD_PORT": str(port),
            "ATD_TOY": self.name,
        }

    async def prepare(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        topics = {f"{self.name}.in": 2, f"{self.name}.out": 2, dead_letter_topic(self.name).name: 1}
        await admin.create_topics([NewTopic(name, partitions, 1) for name, partitions in topics.items()])
        await admin.close()

    def life(self, die_at: str) -> ManagedProcess:
        program = Path(__file__).with_name("toy_service.py")
        env: Mapping[str, str] = {**self._env, "ATD_DIE_AT": die_at}
        return ManagedProcess(self.name, [sys.executable, program], log_file=self._folder / "toy.log", env=env)

    async def publish(self, events: list[InboundMessage]) -> None:
        producer = Producer(self._kafka, "test")
        await producer.start()
        await producer.publish([Outgoing(f"{self.name}.in", each.subject.encode(), encode(each)) for each in events])
        await producer.stop()

    async def passed(self) -> list[Any]:
        """Every record of the second topic, in order of its partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka, enable_auto_commit=False)
        await consumer.start()
        try:
            numbers = await consumer._client.fetch_all_metadata()
            places = list(numbers.available_partitions_for_topic(f"{self.name}.out"))
            parts = [TopicPartition(f"{self.name}.out", number) for number in places]
            consumer.assign(parts)
            await consumer.seek_to_beginning(*parts)
            ends = await consumer.end_offsets(parts)
            found: list[Any] = []
            while any([await consumer.position(part) < ends[part] for part in parts]):
                batch = await consumer.getmany(timeout_ms=200)
                found += [record for records in batch.values() for record in records]
            return found
        finally:
            await consumer.stop()

    async def in_doubt(self) -> set[str]:
        """Rows that the receiver has and whose end was not written down: they may be sent again."""
        rows = [call["row"] async for call in self.mongo.db.received.find()]
        unfinished = self.mongo.db["sends_rows"].find({"_id": {"$in": rows}, "state": {"$ne": "done"}})
        return {row["_id"] async for row in unfinished}

    async def all_done(self) -> bool:
        db = self.mongo.db
        done = await db["sends_rows"].count_documents({"state": "done"})
        return done == EVENTS and await db.outbox.count_documents({}) == 0


@pytest.mark.faults
@pytest.mark.integration
@pytest.mark.timeout(600)
async def test_a_service_that_is_killed_anywhere_loses_nothing_and_doubles_no_effect(
    kafka_bootstrap: str, mongodb_url: str, tmp_path: Path, unused_port: Callable[[], int]
) -> None:
    prefix = f"test_{uuid7()[-12:]}_"
    services = [Service(name, kafka_bootstrap, mongodb_url, prefix, tmp_path, unused_port()) for name in LIVES]
    try:
        await asyncio.gather(*(_live(service, LIVES[name]) for name, service in zip(LIVES, services, strict=True)))
    finally:
        for service in services:
            await service.mongo.client.drop_database(service.mongo.db.name)
            await service.mongo.close()


async def _live(service: Service, deaths: tuple[str, ...]) -> None:
    await service.prepare()
    await service.publish(service.events[: EVENTS // 2])
    may_repeat: Counter[str] = Counter()
    for die_at in deaths:
        process = service.life(die_at)
        await asyncio.to_thread(process.start)
        await _death_of(process, die_at)
        assert process.returncode == -9, process.log_tail()
        in_doubt = await service.in_doubt()
        assert len(in_doubt) <= CUSTOMERS, "one at a time is sent to each customer"
        may_repeat.update(in_doubt)
    await service.publish(service.events[EVENTS // 2 :])
    last = service.life("")
    await asyncio.to_thread(last.start)
    try:
        await eventually(service.all_done, timeout=180, message="everything is sent")
        await _check(service, may_repeat)
    finally:
        assert await asyncio.to_thread(last.stop), "it stops in order"


async def _death_of(process: ManagedProcess, where: str) -> None:
    await eventually(lambda: not process.running, message=f"the death {where}")


async def _check(service: Service, may_repeat: Counter[str]) -> None:
    db = service.mongo.db
    ids = [each.id for each in service.events]
    effects = [row["event"] async for row in db.effects.find()]
    assert sorted(effects) == sorted(ids), "each event has its effect once"
    counts = {row["_id"]: row["count"] async for row in db.customers.find()}
    assert counts == Counter(each.subject for each in service.events)
    by_customer: dict[str, list[str]] = defaultdict(list)
    for each in service.events:
        by_customer[each.subject].append(each.id)
    told: dict[str, dict[str, None]] = defaultdict(dict)
    for record in await service.passed():
        headers = {name: value.decode() for name, value in record.headers}
        told[record.key.decode().rpartition(":")[2]][headers["ce_id"]] = None
    assert {who: list(seen) for who, seen in told.items()} == by_customer, "published in order, none left out"
    sent: dict[str, list[str]] = defaultdict(list)
    async for call in db.received.find().sort("_id"):
        sent[call["customer"]].append(call["row"])
    assert {who: list(dict.fromkeys(rows)) for who, rows in sent.items()} == by_customer, "sent in order"
    repeated = Counter(row for rows in sent.values() for row in rows) - Counter(ids)
    assert repeated <= may_repeat, "only what was being sent at a death is sent again"
