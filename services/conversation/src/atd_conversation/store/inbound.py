"""Loading what a batch of inbound events is about: a fixed number of queries, however large the batch."""

from collections.abc import Collection, Sequence
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
    """Where a receipt waits for a message that is not known to have been sent yet."""
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

    def contact_id_of(self, keys: Sequence[str]) -> str | None:
        """The contact that one of the keys names; the most certain key decides."""
        return next((self.contact_ids[key] for key in keys if key in self.contact_ids), None)

    def add_conversation(self, conversation: Conversation) -> None:
        self.conversations[conversation.id] = conversation
        if conversation.current:
            self.current[current_of(conversation.channel.account_id, conversation.contact.id)] = conversation


class InboundLoader:
    """Reads for the consumer of `inbound.events.v1`. Every query is by `_id` or by a unique index."""

    def __init__(self, database: "Database") -> None:
        self._db = database

    async def load(
        self, messages: Sequence[InboundMessage], receipts: Sequence[InboundReceipt], event_ids: Collection[str]
    ) -> Loaded:
        loaded = Loaded()
        loaded.handled = {row["_id"] for row in await self._find(INBOX, "_id", event_ids, projection={"_id": 1})}
        if messages:
            await self._load_senders(loaded, [m for m in messages if m.id not in loaded.handled])
        await self._load_messages(loaded, messages, receipts)
        missing = {m.conversation_id for m in loaded.messages.values()} - loaded.conversations.keys()
        for row in await self._find(CONVERSATIONS, "_id", missing):
            loaded.add_conversation(conversation_of(row))
        return loaded

    async def _load_senders(self, loaded: Loaded, messages: Sequence[InboundMessage]) -> None:
        keys_of = [(m, identity_keys(m.tenant_id, m.data.channel, m.data.account_id, m.data.contact)) for m in messages]
        every_key = {key for _, keys in keys_of for key in keys}
        for row in await self._find(IDENTITIES, "_id", every_key):
            loaded.contact_ids[row["_id"]] = row["contact_id"]
        places: dict[str, set[str | None]] = {}
        for m, keys in keys_of:
            contact_id = loaded.contact_id_of(keys)
            if contact_id is not None:
                places.setdefault(current_of(m.data.account_id, contact_id), set()).add(m.data.contact.name)
        for row in await self._find(CONVERSATIONS, "current_of", places.keys()):
            loaded.add_conversation(conversation_of(row))
        await self._load_contacts(loaded, places)

    async def _load_contacts(self, loaded: Loaded, places: "dict[str, set[str | None]]") -> None:
        """Only who has no conversation here yet, or goes by another name now: the rest is in the conversation."""
        wanted = set()
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
        ours = {r.data.message_id for r in receipts if r.data.message_id}
        for row in await self._find(MESSAGES, "_id", ours):
            self._add(loaded, message_of(row))
        theirs = {(r.data.account_id, r.data.external_id) for r in receipts if r.data.external_id}
        quoted = {(m.data.account_id, m.data.reply_to_external_id) for m in messages if m.data.reply_to_external_id}
        by_account: dict[str, set[str]] = {}
        for account_id, external_id in (theirs | quoted) - loaded.sent_as.keys():
            by_account.setdefault(account_id, set()).add(external_id or "")
        for account_id, external_ids in by_account.items():
            query = {"account_id": account_id, "sent_as": {"$in": list(external_ids)}}
            for row in await self._db[MESSAGES].find(query).limit(len(external_ids)).to_list(len(external_ids)):
                self._add(loaded, message_of(row))
        if theirs:
            keys = {receipt_key(account_id, external_id or "") for account_id, external_id in theirs}
            for row in await self._find(EARLY_RECEIPTS, "_id", keys):
                loaded.early_receipts[row["_id"]] = row

    @staticmethod
    def _add(loaded: Loaded, message: Message) -> None:
        known = loaded.messages.setdefault(message.id, message)
        if known.external_id is not None:
            loaded.sent_as[known.account_id, known.external_id] = known

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
