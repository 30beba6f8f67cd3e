"""Looking into and writing to Kafka directly, beside the services."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from atd_schemas.topics import CONSUMING_SERVICES, dead_letter_topic


async def produce(bootstrap_servers: str, topic: str, key: bytes, values: list[bytes]) -> list[tuple[int, int]]:
    """Write these values under one key; partition and offset of each."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all")
    await producer.start()
    try:
        done = [await producer.send_and_wait(topic, value, key=key) for value in values]
        return [(one.partition, one.offset) for one in done]
    finally:
        await producer.stop()


async def dead_letters(bootstrap_servers: str, *, since: datetime | None = None) -> list[dict[str, Any]]:
    """Every dead letter of every service that was put aside at `since` (UTC) or later, as JSON."""
    letters = [
        orjson.loads(value)
        for service in CONSUMING_SERVICES
        for value in await read_all(bootstrap_servers, dead_letter_topic(service).name)
    ]
    return [one for one in letters if since is None or datetime.fromisoformat(one["recorded_at"]) >= since]


async def read_all(bootstrap_servers: str, topic: str) -> list[bytes]:
    """The values of all records of a topic, partition by partition."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap_servers, enable_auto_commit=False, group_id=None)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        ends = await consumer.end_offsets(places)
        await consumer.seek_to_beginning(*places)
        found: dict[TopicPartition, list[bytes]] = {place: [] for place in places}
        while any([await consumer.position(place) < ends[place] for place in places]):
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                found[place] += [record.value or b"" for record in records]
        return [value for values in found.values() for value in values]
    finally:
        await consumer.stop()


def origin(letter: dict[str, Any]) -> tuple[str, int, int]:
    """Topic, partition and offset of the record in a dead letter."""
    data = letter["data"]
    return data["topic"], data["partition"], data["offset"]


def content(letter: dict[str, Any]) -> bytes:
    """The record in a dead letter."""
    return base64.b64decode(letter["data"]["value"])
