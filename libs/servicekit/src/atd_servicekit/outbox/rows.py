"""Rows of the outbox: in memory, and as they are stored."""

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bson import ObjectId
from pymongo import IndexModel

from atd_servicekit.kafka import Outgoing

if TYPE_CHECKING:
    from atd_servicekit.mongo import Document

OUTBOX = "outbox"
OUTBOX_SHARDS = 4
"""Divides the partitions of the topics of events, 12, by the same checksum: no two shards write to one partition."""

OUTBOX_INDEXES = {OUTBOX: [IndexModel([("shard", 1), ("order", 1), ("part", 1), ("_id", 1)])]}

ROW_BYTES = 4 * 1024 * 1024
"""What a row holds at most (unless one record is larger), far from MongoDB's limit of 16 MB."""

_RECORD_OVERHEAD = 256


@dataclass(slots=True)
class Row:
    """The records of one shard that one transaction left, or a part of them.

    `before` has for each key the order at which its aggregate was read (0: it is new); a key that is missing was not
    told. `refused` are those of the records that Kafka does not take. `size` is about what they take, in bytes.
    """

    id: ObjectId
    shard: int
    order: int
    part: int
    at: datetime
    records: Sequence[Outgoing]
    before: Mapping[bytes, int] = field(default_factory=dict)
    refused: list[Outgoing] = field(default_factory=list)
    keys: set[bytes] = field(init=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.keys = {record.key for record in self.records}
        self.size = sum([record_size(record) for record in self.records])


@dataclass(frozen=True, slots=True)
class ListedRow:
    """What a list of stored rows says of one: enough to know its place, and whether memory has it."""

    id: ObjectId
    at: datetime


def rows_of(records: Sequence[Outgoing], order: int, at: datetime, before: Mapping[bytes, int]) -> list[Row]:
    """Divide the records of a transaction into rows, in order."""
    shards: dict[int, list[Outgoing]] = defaultdict(list)
    for record in records:
        shards[shard_of_key(record.key)].append(record)
    return [
        Row(ObjectId(), shard, order, part, at, chunk, before)
        for shard, found in shards.items()
        for part, chunk in enumerate(_chunks(found))
    ]


def shard_of_key(key: bytes) -> int:
    """The shard of a key, the same in every process."""
    return zlib.crc32(key) % OUTBOX_SHARDS


def refused_shard(shard: int) -> int:
    """The number under which a shard's rows with refused records are stored: below zero, where no relay lists them."""
    return -1 - shard


def record_size(record: Outgoing) -> int:
    """About what it takes in memory and in Kafka, in bytes."""
    return len(record.value) + len(record.key) + _RECORD_OVERHEAD


def stored(row: Row, writer: ObjectId) -> "Document":
    """The document of a row; `writer` names the process."""
    return {
        "_id": row.id,
        "shard": row.shard,
        "order": row.order,
        "part": row.part,
        "at": row.at,
        "by": writer,
        "records": stored_records(row.records),
    }


def stored_records(records: Sequence[Outgoing]) -> "list[Document]":
    """The records as a row's document has them."""
    return [{"t": record.topic, "k": record.key, "v": record.value, "h": record.headers} for record in records]


def read_row(document: "Document") -> Row:
    """The row of a document. A row of refused records has the shard that it came from."""
    shard = document["shard"]
    records = [Outgoing(r["t"], r["k"], r["v"], [(n, v) for n, v in r["h"]]) for r in document["records"]]
    shard = shard if shard >= 0 else refused_shard(shard)
    return Row(document["_id"], shard, document["order"], document["part"], document["at"], records)


def _chunks(records: Sequence[Outgoing]) -> list[list[Outgoing]]:
    chunks: list[list[Outgoing]] = [[]]
    size = 0
    for record in records:
        weight = record_size(record)
        if size and size + weight > ROW_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(record)
        size += weight
    return chunks
