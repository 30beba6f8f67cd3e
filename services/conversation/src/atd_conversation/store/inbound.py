"""Loading what a batch of inbound events is about: a fixed number of queries, however large the batch."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pymongo import ReturnDocument

from atd_conversation.domain.contact import Contact, identity_keys
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.store.documents import contact_of, conversation_of, current_of, message_of
from atd_conversation.store.indexes import (
    CONTACTS,
    CONVERSATIONS,
    COUNTERS,
    EARLY_RECEIPTS,
    IDENTITIES,
    INBOX,
    MESSAGES,
)
from atd_schemas.inbound import InboundMessage, InboundReceipt

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document


def receipt_key(account_id: str, external_id: str) -> str:
    """The row of `early_receipts` about a provider's id.

    Either a receipt waits there for a message that is not known to have been sent yet (`status`, `failure`), or the row
    says which message of ours it is (`message_id`). Being one row, of a receipt that arrives and a send that is
    recorded at the same time one sees the other.
    """
    return f"{account_id}:{external_id}"


@dataclass(slots=True)
class Loaded:
    """What the database knows of a batch. The decision changes these objects and hands them to the unit."""

    handled: set[str] = field(default_factory=set)
    contact_ids: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    current: dict[str, Conversation] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    sent_as: dict[tuple[str, str], Message] = field(default_factory=dict)
    early_receipts: "dict[str, Document]" = field(default_factory=dict)
    _keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def keys(self, message: InboundMessage) -> tuple[str, ...]:
        """Every key under which the sender may be known, worked out once."""
        keys = self._keys.get(message.id)
        if keys is None:
            data = message.data
            keys = identity_keys(message.tenant_id, data.channel, data.account_id, data.contact)
            self._keys[message.id] = keys
        return keys

    def contact_id_of(self, keys: Sequence[str]) -> str | None:
        """The contact that one of the keys names; the most certain key decides."""
        return next((self.contact_ids[key] for key in keys if key in self.contact_ids), None)

    def add_conversation(self, conversation: Conversation) -> None:
        self.conversations[conversation.id] = conversation
        if conversation.current:
            self.current[current_of(conversation.channel.account_id, conversation.contact.id)] = conversation


def senders(loaded: Loaded, messages: Sequence[InboundMessage]) -> Iterator[tuple[InboundMessage, str, bool]]:
    """Each message with the contact that it will be taken for, and whether that is a contact already.

    Walks in the order of the batch: a message that tells two ids of one person decides about a later one that tells
    only one of them. Whoever is new goes by their first key.
    """
    known = dict(loaded.contact_ids)
    contacts = set(loaded.contact_ids.values())
    for message in messages:
        keys = loaded.keys(message)
        contact_id = next((known[key] for key in keys if key in known), keys[0])
        for key in keys:
            known.setdefault(key, contact_id)
        yield message, contact_id, contact_id in contacts


class InboundLoader:
    """Reads for the consumer of `inbound.events.v1`. Every query is by `_id` or by a unique index."""

    def __init__(self, database: "Database") -> None:
        self._db = database

    async def load(
        self,
        messages: Sequence[InboundMessage],
        receipts: Sequence[InboundReceipt],
        event_ids: Collection[str],
        *,
        thorough: bool = False,
    ) -> Loaded:
        """`thorough` also takes a message that is stored for handled: the inbox forgets, and topics can be replayed."""
        loaded = Loaded()
        loaded.handled = await self._ids(INBOX, event_ids)
        if thorough:
            loaded.handled |= await self._ids(MESSAGES, {m.id for m in messages})
        if messages:
            await self._load_senders(loaded, [m for m in messages if m.id not in loaded.handled])
        await self._load_messages(loaded, messages, receipts)
        missing = {m.conversation_id for m in loaded.messages.values()} - loaded.conversations.keys()
        for row in await self._find(CONVERSATIONS, "_id", missing):
            loaded.add_conversation(conversation_of(row))
        return loaded

    async def _load_senders(self, loaded: Loaded, messages: Sequence[InboundMessage]) -> None:
        for row in await self._find(IDENTITIES, "_id", {key for m in messages for key in loaded.keys(m)}):
            loaded.contact_ids[row["_id"]] = row["contact_id"]
        places: dict[str, set[str | None]] = {}
        wanted: set[str] = set()
        for m, contact_id, exists in senders(loaded, messages):
            if not exists:
                continue
            places.setdefault(current_of(m.data.account_id, contact_id), set()).add(m.data.contact.name)
            if not loaded.contact_ids.keys() >= set(loaded.keys(m)):
                wanted.add(contact_id)
        for row in await self._find(CONVERSATIONS, "current_of", places.keys()):
            loaded.add_conversation(conversation_of(row))
        await self._load_contacts(loaded, places, wanted)

    async def _load_contacts(self, loaded: Loaded, places: "dict[str, set[str | None]]", wanted: set[str]) -> None:
        """Only who tells a new id, has no conversation here yet, or goes by another name now.

        Of the others the conversation says all that is needed.
        """
        for place, names in places.items():
            conversation = loaded.current.get(place)
            if conversation is None or names - {conversation.profile_name, None}:
                wanted.add(place.partition(":")[2])
        for row in await self._find(CONTACTS, "_id", wanted):
            loaded.contacts[row["_id"]] = contact_of(row)

    async def _load_messages(
        self, loaded: Loaded, messages: Sequence[InboundMessage], receipts: Sequence[InboundReceipt]
    ) -> None:
        """Messages that receipts or quotes are about; a message is found by our id or by the provider's."""
        theirs = {(r.data.account_id, r.data.external_id) for r in receipts if r.data.external_id}
        ours = {r.data.message_id for r in receipts if r.data.message_id}
        for row in await self._find(EARLY_RECEIPTS, "_id", {receipt_key(*pair) for pair in theirs}):
            loaded.early_receipts[row["_id"]] = row
            if "message_id" in row:
                ours.add(row["message_id"])
        for row in await self._find(MESSAGES, "_id", ours):
            self._add(loaded, message_of(row))
        quoted = {(m.data.account_id, m.data.reply_to_external_id) for m in messages if m.data.reply_to_external_id}
        by_account: dict[str, set[str]] = {}
        for account_id, external_id in (theirs | quoted) - loaded.sent_as.keys():
            by_account.setdefault(account_id, set()).add(external_id)
        for account_id, external_ids in by_account.items():
            query = {"account_id": account_id, "sent_as": {"$in": list(external_ids)}}
            for row in await self._db[MESSAGES].find(query).limit(len(external_ids)).to_list(len(external_ids)):
                self._add(loaded, message_of(row))

    @staticmethod
    def _add(loaded: Loaded, message: Message) -> None:
        known = loaded.messages.setdefault(message.id, message)
        if known.external_id is not None:
            loaded.sent_as[known.account_id, known.external_id] = known

    async def _ids(self, collection: str, ids: "Collection[str]") -> set[str]:
        return {row["_id"] for row in await self._find(collection, "_id", ids, projection={"_id": 1})}

    async def _find(
        self, collection: str, name: str, values: "Collection[str]", projection: "Document | None" = None
    ) -> "list[Document]":
        """One query by a unique key, bounded by the number of values asked for."""
        if not values:
            return []
        cursor = self._db[collection].find({name: {"$in": list(values)}}, projection).limit(len(values))
        found: list[Document] = await cursor.to_list(len(values))
        return found

    async def next_numbers(self, tenant_id: str, count: int) -> range:
        """Reserve `count` conversation numbers of a tenant. A reservation that is not used leaves a gap."""
        row = await self._db[COUNTERS].find_one_and_update(
            {"_id": tenant_id}, {"$inc": {"conversations": count}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        last = row["conversations"]
        return range(last - count + 1, last + 1)
