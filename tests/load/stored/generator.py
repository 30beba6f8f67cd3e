"""Loads messages with their conversations and customers into an empty database, as the service would have stored them.

The documents are made by the service's own functions. Texts come from a pool, so that their terms are made once; the
indexes are built after the load, which takes a fraction of the time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from time import monotonic
from typing import Any
from uuid import UUID

from pymongo import MongoClient

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.store.documents import contact_document, conversation_document
from atd_conversation.store.indexes import CONTACTS, CONVERSATIONS, COUNTERS, INDEXES, MESSAGES
from atd_conversation.store.message_documents import message_document
from atd_schemas.views import AuthorView, ChannelRef, ContactRef, Named
from tests.load.stored.texts import texts, vocabulary

TENANTS = (("tenant-large", 0.8), ("tenant-middle", 0.15), ("tenant-small", 0.05))
"""The companies, and which part of all messages is theirs."""

ATTENDANTS = 100
LONG_THREAD = 40_000
DAYS = 365
NOW = datetime(2026, 11, 1, tzinfo=UTC)

_POOL = 200_000
_WORDS = 60_000
_PER_CONVERSATION = 20
_CHUNK = 2_000
_PROCESSES = 2
_INDEX_MEGABYTES = 2_000
_NAMES = ("Ana", "Bruno", "Carla", "Daniel", "Elisa", "Fábio", "Heitor", "Inês", "João", "Karina", "Luís", "Márcia")
_SURNAMES = ("Souza", "Lima", "Conceição", "Araújo", "Gonçalves", "Pereira", "Nóbrega", "Alves", "Muñoz", "Batista")


@dataclass(frozen=True, slots=True)
class Part:
    """What one process loads: so many messages of a tenant, whose conversations have numbers from `first` on."""

    url: str
    database: str
    tenant_id: str
    messages: int
    first: int
    seed: int


def load(url: str, database: str, messages: int) -> dict[str, float]:
    """Load everything; seconds of each step."""
    client: MongoClient[dict[str, Any]] = MongoClient(url)
    client.drop_database(database)
    began = monotonic()
    parts = list(_parts(url, database, messages))
    with get_context("spawn").Pool(_PROCESSES) as pool:
        pool.map(_load_part, parts, chunksize=1)
    loaded = monotonic()
    client.admin.command("setParameter", maxIndexBuildMemoryUsageMegabytes=_INDEX_MEGABYTES)
    for tenant_id, _ in TENANTS:
        client[database][COUNTERS].insert_one({"_id": tenant_id, "conversations": messages})
    for collection, models in INDEXES.items():
        if models:
            client[database][collection].create_indexes(models)
    return {"load": loaded - began, "indexes": monotonic() - loaded}


def sizes(url: str, database: str) -> dict[str, Any]:
    """Documents and bytes, by collection and index."""
    found: dict[str, Any] = {}
    client: MongoClient[dict[str, Any]] = MongoClient(url)
    for collection in (MESSAGES, CONVERSATIONS, CONTACTS):
        stats = client[database].command("collStats", collection)
        found[collection] = {
            "documents": stats["count"],
            "bytes": stats["size"],
            "on_disk": stats["storageSize"],
            "indexes": stats["indexSizes"],
        }
    return found


def _parts(url: str, database: str, messages: int) -> Iterator[Part]:
    for tenant_id, share in TENANTS:
        of_tenant = int(messages * share)
        for process in range(_PROCESSES):
            yield Part(url, database, tenant_id, of_tenant // _PROCESSES, process * 100_000_000, process)


def _load_part(part: Part) -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(part.url, w=1)
    db = client[part.database]
    pool = _pool(part)
    chance = random.Random(f"{part.tenant_id}{part.seed}")
    rows: dict[str, list[dict[str, Any]]] = {CONTACTS: [], CONVERSATIONS: [], MESSAGES: []}
    contact: Contact | None = None
    written, number = 0, part.first
    while written < part.messages:
        number += 1
        length = min(1 + int(chance.expovariate(1 / _PER_CONVERSATION)), part.messages - written)
        if number == part.first + 1 and part.messages > 2 * LONG_THREAD and part.seed == 0:
            length = LONG_THREAD
        opened = NOW - timedelta(days=DAYS) * (1 - written / part.messages)
        if contact is None or number % 2:
            contact = _contact(part.tenant_id, number, chance, opened)
            rows[CONTACTS].append(contact_document(contact))
        written += length
        conversation = _conversation(part.tenant_id, number, contact, chance, opened)
        _talk(rows[MESSAGES], conversation, length, pool, chance, is_last=part.messages - written < part.messages / 200)
        rows[CONVERSATIONS].append(conversation_document(conversation))
        if len(rows[MESSAGES]) >= _CHUNK:
            _write(db, rows)
    _write(db, rows)


def _write(db: Any, rows: dict[str, list[dict[str, Any]]]) -> None:
    for collection, documents in rows.items():
        if documents:
            db[collection].insert_many(documents, ordered=False)
            documents.clear()


def _pool(part: Part) -> list[dict[str, Any]]:
    """Documents of messages, to which only time and place are missing."""
    size = min(_POOL, max(part.messages // 2, 1_000))
    seed = part.seed + 100 * [tenant_id for tenant_id, _ in TENANTS].index(part.tenant_id)
    found = []
    for text in texts(size, seed, vocabulary(_WORDS)):
        message = Message(
            id="",
            tenant_id=part.tenant_id,
            conversation_id="",
            account_id="account",
            direction="inbound",
            kind="text",
            text=text,
            author=AuthorView(type="contact", id="", name=""),
            occurred_at=NOW,
            recorded_at=NOW,
        )
        found.append(message_document(message, 0))
    return found


def _contact(tenant_id: str, number: int, chance: random.Random, now: datetime) -> Contact:
    name = f"{chance.choice(_NAMES)} {chance.choice(_SURNAMES)} {chance.choice(_SURNAMES)}"
    phone = f"+55119{number % 100_000_000:08}"
    return Contact(_id(chance), tenant_id, name, name, phone, now, email=f"c{number}@exemplo.com.br")


def _conversation(
    tenant_id: str, number: int, contact: Contact, chance: random.Random, opened: datetime
) -> Conversation:
    attendant = int(chance.paretovariate(1.0)) % ATTENDANTS  # few have much, many have little
    return Conversation(
        id=_id(chance),
        tenant_id=tenant_id,
        number=number,
        status="closed",
        channel=ChannelRef(kind="whatsapp", account_id="account", name="Loja"),
        contact=ContactRef(id=contact.id, name=contact.name),
        recipient="5511999999999",
        profile_name=contact.name,
        opened_at=opened,
        last_activity_at=opened,
        assignee=Named(id=f"attendant-{attendant}", name=f"Atendente {attendant}"),
        current=False,
    )


def _talk(
    rows: list[dict[str, Any]],
    conversation: Conversation,
    length: int,
    pool: list[dict[str, Any]],
    chance: random.Random,
    *,
    is_last: bool,
) -> None:
    """The messages of a conversation, a few minutes apart, in turns."""
    at = conversation.opened_at
    contact, assignee = conversation.contact, conversation.assignee
    assert assignee is not None
    sides = (
        ("inbound", {"type": "contact", "id": contact.id, "name": contact.name}),
        ("outbound", {"type": "attendant", "id": assignee.id, "name": assignee.name}),
    )
    for sequence in range(2, length + 2):
        at += timedelta(seconds=chance.randint(5, 400) if length < LONG_THREAD else 700)
        direction, author = sides[chance.random() > 0.55]
        at = min(at, NOW)
        row = {**chance.choice(pool), "_id": _id(chance), "conversation_id": conversation.id, "author": author}
        row.update(
            direction=direction,
            occurred_at=at,
            recorded_at=at,
            sequence=sequence,
            number=conversation.number,
            external_id=f"wamid.{row['_id']}",
            status="delivered" if direction == "outbound" else None,
        )
        rows.append(row)
    conversation.last_activity_at = at
    conversation.sequence = length + 1
    if is_last:
        conversation.status = chance.choice(("open", "open", "queued", "snoozed", "closed"))
        conversation.unread_count = chance.choice((0, 1, 3))
        conversation.waiting_since = at if conversation.unread_count else None
        conversation.current = conversation.status != "closed" and bool(conversation.number % 2)  # one of a customer's
    if conversation.status == "queued":
        conversation.assignee = None
    if conversation.status == "closed":
        conversation.closed_at = at


def _id(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))
