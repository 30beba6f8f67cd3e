"""The raw path's consumer: per batch one transaction with the product's documents, produce, delete, commit.

No logic: nothing is read, parsed or decided. It finds a message's number and takes the record's key as conversation.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import zlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from bson import ObjectId
from pymongo import AsyncMongoClient, UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from atd_schemas.ids import uuid7
from tests.load.raw import app
from tests.load.raw.shapes import COLLECTIONS, Document, Shapes, load
from tests.load.traffic import number_in, text_of

TOPIC = "bench.raw.out"
_SHARDS = 8  # as many documents as the product's outbox gets of one batch
_BATCH_RECORDS = 500
_BATCH_BYTES = 512 * 1024
_IDLE_POLL_MS = 5


class RawConsumer:
    """Writes and publishes what the product would have for the same webhooks."""

    def __init__(self, shapes: Shapes, mongodb_url: str, database: str) -> None:
        self._shapes = shapes
        self._client: AsyncMongoClient[Document] = AsyncMongoClient(mongodb_url, w="majority", tz_aware=True)
        self._db = self._client[database]
        self._sequences: dict[str, int] = defaultdict(int)
        self._changes = shapes.conversation_changes

    async def prepare(self) -> None:
        """Collections and indexes."""
        for name in COLLECTIONS:
            await self._db.create_collection(name)
            for index in self._shapes.indexes[name]:
                await self._db[name].create_index([tuple(pair) for pair in index["keys"]], **index["options"])

    async def handle(self, batch: Sequence[ConsumerRecord[bytes, bytes]], producer: AIOKafkaProducer) -> None:
        """One batch: write in one transaction, publish, forget."""
        now = datetime.now(UTC)
        messages: list[Document] = []
        conversations: dict[str, UpdateOne] = {}
        shards: dict[int, list[Document]] = defaultdict(list)
        for record in batch:
            conversation_id = f"raw-{record.key.decode():>032}"
            text = text_of(number_in(record.value))
            messages.append(self._message(conversation_id, text, now))
            conversations[conversation_id] = self._conversation(conversation_id, text, now)
            key = conversation_id.encode()
            shards[zlib.crc32(key) % _SHARDS].append(self._outgoing(key, text))
        inbox = [{"_id": uuid7(), "at": now} for _ in batch]
        outbox: list[Document] = [
            {"_id": ObjectId(), "shard": shard, "order": 0, "part": 0, "at": now, "records": records}
            for shard, records in shards.items()
        ]
        await self._write(messages, list(conversations.values()), inbox, outbox)
        sends = [
            await producer.send(r["t"], value=r["v"], key=r["k"], headers=r["h"]) for o in outbox for r in o["records"]
        ]
        await asyncio.gather(*sends)
        await self._db["outbox"].delete_many({"_id": {"$in": [each["_id"] for each in outbox]}})

    async def _write(
        self, messages: list[Document], updates: list[UpdateOne], inbox: list[Document], outbox: list[Document]
    ) -> None:
        async with (
            self._client.start_session() as session,
            await session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
        ):
            await self._db["inbox"].insert_many(inbox, ordered=False, session=session)
            await self._db["conversations"].bulk_write(updates, ordered=False, session=session)
            await self._db["messages"].insert_many(messages, ordered=False, session=session)
            await self._db["outbox"].insert_many(outbox, ordered=False, session=session)

    def _message(self, conversation_id: str, text: str, now: datetime) -> Document:
        self._sequences[conversation_id] += 1
        return {
            **self._shapes.message,
            "_id": uuid7(),
            "conversation_id": conversation_id,
            "text": text,
            "recorded_at": now,
            "external_id": f"wamid.{uuid7()}",
            "sequence": self._sequences[conversation_id],
        }

    def _conversation(self, conversation_id: str, text: str, now: datetime) -> UpdateOne:
        changes = {
            **self._changes,
            "current_of": conversation_id,
            "last_activity_at": now,
            "last_message": {**self._changes["last_message"], "preview": text},
            "sequence": self._sequences[conversation_id],
        }
        fixed = {"tenant_id": "raw", "number": int(conversation_id[4:]), "opened_at": now}
        return UpdateOne({"_id": conversation_id}, {"$set": changes, "$setOnInsert": fixed}, upsert=True)

    def _outgoing(self, key: bytes, text: str) -> Document:
        """The product's event with another text of the same length."""
        event = self._shapes.event
        old = text_of(number_in(event)).encode()
        value = event.replace(old, text.encode())
        return {"t": TOPIC, "k": key, "v": value, "h": [tuple(pair) for pair in self._shapes.headers]}


async def run(bootstrap_servers: str, mongodb_url: str, database: str, shapes: Shapes) -> None:
    """Consume until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    raw = RawConsumer(shapes, mongodb_url, database)
    await raw.prepare()
    common: dict[str, Any] = {"bootstrap_servers": bootstrap_servers}
    producer = AIOKafkaProducer(**common, acks="all", enable_idempotence=True, max_batch_size=_BATCH_BYTES)
    consumer = AIOKafkaConsumer(
        app.TOPIC, **common, group_id="bench-raw", enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await producer.start()
    await consumer.start()
    while not stopping.is_set():
        found = await consumer.getmany(timeout_ms=_IDLE_POLL_MS, max_records=_BATCH_RECORDS)
        batch = [record for records in found.values() for record in records]
        if batch:
            await raw.handle(batch, producer)
            await consumer.commit()
    await consumer.stop()
    await producer.stop()


if __name__ == "__main__":
    uvloop.run(
        run(
            os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            os.environ["MONGODB_URL"],
            os.environ["BENCH_DATABASE"],
            load(Path(sys.argv[1])),
        )
    )
