"""What the product writes for one message, taken from the product itself, so that the raw path writes the same.

After the product's first measurement one message, one conversation, the definitions of their indexes and one event
are read and kept in a file; the raw path copies them with other ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from bson import BSON, decode, encode
from bson.codec_options import CodecOptions
from pymongo import MongoClient

from atd_schemas.topics import CONVERSATION_EVENTS

Document = dict[str, Any]

COLLECTIONS = ("messages", "conversations", "inbox", "outbox")
_OUTBOX_SHARDS = 8
_INDEX_OPTIONS = ("unique", "partialFilterExpression", "expireAfterSeconds", "name")
# A conversation's fields that a new message leaves alone.
_FIXED = ("_id", "tenant_id", "number", "opened_at", "favourites")


@dataclass(frozen=True, slots=True)
class Shapes:
    """One of each, and the indexes by collection as `create_index` takes them."""

    message: Document
    conversation: Document
    event: bytes
    headers: Sequence[tuple[str, bytes]]
    indexes: Mapping[str, Sequence[Document]]

    @property
    def conversation_changes(self) -> Document:
        """What a new message sets on a conversation."""
        return {name: value for name, value in self.conversation.items() if name not in _FIXED}

    def sizes(self) -> dict[str, int]:
        """Bytes of each as it is stored or sent."""
        changes = len(BSON.encode(self.conversation_changes))
        return {"message": len(BSON.encode(self.message)), "conversation_changes": changes, "event": len(self.event)}


def save(shapes: Shapes, path: Path) -> None:
    """Keep the shapes as BSON, which knows dates."""
    fields = {
        "message": shapes.message,
        "conversation": shapes.conversation,
        "event": shapes.event,
        "headers": [list(pair) for pair in shapes.headers],
        "indexes": dict(shapes.indexes),
    }
    path.write_bytes(encode(fields))


def load(path: Path) -> Shapes:
    """The shapes that were kept."""
    found: Document = decode(path.read_bytes(), codec_options=CodecOptions(tz_aware=True))
    headers = [(name, value) for name, value in found["headers"]]
    return Shapes(found["message"], found["conversation"], found["event"], headers, found["indexes"])


def capture(mongodb_url: str, database: str, bootstrap_servers: str) -> Shapes:
    """Read the shapes from a product that has just handled messages.

    Raises:
        LookupError: when it has handled none.
    """
    with MongoClient[Document](mongodb_url, tz_aware=True) as client:
        db = client[database]
        message = db["messages"].find_one({"direction": "inbound"}, sort=[("recorded_at", -1)])
        if message is None:
            raise LookupError(f"there is no message in {database}")
        conversation = db["conversations"].find_one({"_id": message["conversation_id"]})
        assert conversation is not None
        indexes = {name: [_index(found) for found in db[name].list_indexes()] for name in COLLECTIONS}
    value, headers = asyncio.run(_last_event(bootstrap_servers))
    return Shapes(message, conversation, value, headers, indexes)


def _index(found: Mapping[str, Any]) -> Document:
    options = {name: found[name] for name in _INDEX_OPTIONS if name in found}
    return {"keys": [list(pair) for pair in found["key"].items()], "options": options}


async def _last_event(bootstrap_servers: str) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The last `message.received` of the product."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    await consumer.start()
    try:
        await consumer._client.fetch_all_metadata()
        places = [TopicPartition(CONVERSATION_EVENTS.name, n) for n in range(CONVERSATION_EVENTS.partitions)]
        consumer.assign(places)
        for place, end in (await consumer.end_offsets(places)).items():
            consumer.seek(place, max(0, end - 20))
        for _ in range(50):
            found = await consumer.getmany(timeout_ms=200)
            for record in (record for records in found.values() for record in reversed(records)):
                if b'"message.received"' in record.value:
                    return record.value, list(record.headers)
    finally:
        await consumer.stop()
    raise LookupError(f"there is no message.received in {CONVERSATION_EVENTS.name}")
