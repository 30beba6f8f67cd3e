"""Loading what a batch of inbound events is about: a fixed number of queries, however large the batch."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pymongo import ReturnDocument

from atd_conversation.batch import Arrival, Batch, OfPerson
from atd_conversation.domain.channels import Channels
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.identities import identity_keys, keys_of_ids
from atd_conversation.domain.message import Message
from atd_conversation.store.documents import contact_of, conversation_of, current_of, message_of
from atd_conversation.store.indexes import (
    CONTACTS,
    CONVERSATIONS,
    COUNTERS,
    EARLY_CHANGES,
    EARLY_RECEIPTS,
    IDENTITIES,
    INBOX,
    MESSAGES,
)
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundContactChange, InboundEcho, InboundMessage, InboundReceipt

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document


OfAccount = OfPerson | InboundReceipt
"""Events that name a person on one account."""


def provider_key(account_id: str, external_id: str) -> str:
    """The row of `early_receipts` or `early_changes` about a provider's id.

    In `early_receipts` either a receipt waits for a message that is not known to have been sent yet (`status`,
    `failure`), or the row says which message of ours it is (`message_id`, `attempt`). Being one row, of a receipt that
    arrives and a send that is recorded at the same time one sees the other. In `early_changes` changes wait for their
    message: whoever wrote either looks for the other afterwards, and the later of both finds it.
    """
    return f"{account_id}:{external_id}"


@dataclass(slots=True)
class Loaded:
    """What the database knows of a batch. The decision changes these objects and hands them to the unit."""

    channels: Channels
    handled: set[str] = field(default_factory=set)
    contact_ids: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    current: dict[str, Conversation] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    sent_as: dict[tuple[str, str], Message] = field(default_factory=dict)
    early_receipts: "dict[str, Document]" = field(default_factory=dict)
    early_changes: "dict[str, Document]" = field(default_factory=dict)
    _keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _made_of: dict[str, str] = field(default_factory=dict)

    def made_of(self, event: OfPerson) -> str:
        """The id of the message that comes of an event, if any does; worked out once.

        It is the event's own for a remark, and for a message that was understood (see `InboundMessage`).
        """
        if isinstance(event, InboundMessage) and event.data.kind != "unsupported":
            return event.id
        message_id = self._made_of.get(event.id)
        if message_id is None:
            message_id = event.message_id() if isinstance(event, Arrival) else event.id
            self._made_of[event.id] = message_id
        return message_id

    def keys(self, event: OfPerson) -> tuple[str, ...]:
        """Every key under which the person may be known from now on, worked out once."""
        keys = self._keys.get(event.id)
        if keys is None:
            data = event.data
            key_of = self.channels.of(data.channel).key_of_id
            keys = identity_keys(key_of, event.tenant_id, data.channel, data.account_id, data.contact)
            self._keys[event.id] = keys
        return keys

    def known_by(self, event: OfPerson) -> tuple[str, ...]:
        """The keys that say who the person is: of somebody who goes by other ids now, those before."""
        if isinstance(event, InboundContactChange):
            return self.keys_of_ids(event, event.data.previous)
        return self.keys(event)

    def keys_of_ids(self, event: OfAccount, ids: Sequence[str]) -> tuple[str, ...]:
        """The keys of ids that belong to one person on the event's account."""
        data = event.data
        key_of = self.channels.of(data.channel).key_of_id
        return keys_of_ids(key_of, event.tenant_id, data.channel, data.account_id, ids)

    def contact_id_of(self, keys: Sequence[str]) -> str | None:
        """The contact that one of the keys names; the most certain key decides."""
        return next((self.contact_ids[key] for key in keys if key in self.contact_ids), None)

    def add_conversation(self, conversation: Conversation) -> None:
        self.conversations[conversation.id] = conversation
        if conversation.current:
            self.current[current_of(conversation.channel.account_id, conversation.contact.id)] = conversation

    def add_message(self, message: Message) -> None:
        known = self.messages.setdefault(message.id, message)
        if known.external_id is not None:
            self.sent_as[known.account_id, known.external_id] = known

    def take_stored_for_handled(self, batch: Batch) -> None:
        """An event whose message is there was handled, unless it says more of it than was understood then."""
        for event in batch.people:
            stored = self.messages.get(self.made_of(event))
            if stored is not None and not (isinstance(event, Arrival) and understands(event, stored)):
                self.handled.add(event.id)

    def target(self, account_id: str, external_id: str) -> Message | None:
        """The message that a provider calls so, whoever wrote it."""
        theirs = self.messages.get(provider_event_id(account_id, external_id, "message"))
        if theirs is not None:
            return theirs
        ours = self.sent_as.get((account_id, external_id))
        if ours is not None:
            return ours
        row = self.early_receipts.get(provider_key(account_id, external_id), {})
        return self.messages.get(row.get("message_id", ""))


def understands(event: Arrival, stored: Message) -> bool:
    """Whether the event says more of a stored message than was understood of it before."""
    return stored.kind == "unsupported" and stored.deleted_at is None and event.data.kind != "unsupported"


def senders(loaded: Loaded, people: Sequence[OfPerson]) -> Iterator[tuple[OfPerson, str, bool]]:
    """Each event with the contact that it will be taken for, and whether that is a contact already.

    Walks in the order of the batch: a message that tells two ids of one person decides about a later one that tells
    only one of them. Whoever writes for the first time goes by their first key; other news of strangers are left out,
    and so are messages that are there.
    """
    known = dict(loaded.contact_ids)
    contacts = set(loaded.contact_ids.values())
    for event in people:
        is_arrival = isinstance(event, Arrival)
        if is_arrival and loaded.messages and loaded.made_of(event) in loaded.messages:
            continue
        keys = loaded.keys(event)
        contact_id = next(
            (known[key] for key in (keys if is_arrival else loaded.known_by(event)) if key in known), None
        )
        if contact_id is None:
            if not is_arrival:
                continue
            contact_id = keys[0]
        for key in keys:
            known.setdefault(key, contact_id)
        yield event, contact_id, contact_id in contacts


class InboundLoader:
    """Reads for the consumer of `inbound.events.v1`. Every query is by `_id` or by a unique index."""

    def __init__(self, database: "Database", channels: Channels) -> None:
        self._db = database
        self._channels = channels

    async def load(self, batch: Batch, *, thorough: bool = False) -> Loaded:
        """`thorough` also takes a message that is stored for handled: the inbox forgets, and topics can be replayed.

        Not so one that was not understood when it came, and is now.
        """
        loaded = Loaded(self._channels)
        loaded.handled = await self._ids(INBOX, batch.event_ids)
        if thorough:
            await self._load_stored(loaded, batch)
        await self._load_people(loaded, batch)
        await self._load_messages(loaded, batch)
        missing = {m.conversation_id for m in loaded.messages.values()} - loaded.conversations.keys()
        for row in await self._find(CONVERSATIONS, "_id", missing):
            loaded.add_conversation(conversation_of(row))
        return loaded

    async def early_changes(self, batch: Batch) -> "dict[str, Document]":
        """The changes that wait for a message that the batch made known, or that the batch left waiting."""
        keys = {provider_key(*name) for name in batch.names()}
        return {row["_id"]: row for row in await self._find(EARLY_CHANGES, "_id", keys)}

    async def _load_stored(self, loaded: Loaded, batch: Batch) -> None:
        for row in await self._find(MESSAGES, "_id", {loaded.made_of(event) for event in batch.people}):
            loaded.add_message(message_of(row))
        loaded.take_stored_for_handled(batch)

    async def _load_people(self, loaded: Loaded, batch: Batch) -> None:
        people = [event for event in batch.people if event.id not in loaded.handled]
        keys = {key for receipt in batch.receipts for key in loaded.keys_of_ids(receipt, receipt.data.aliases)}
        for event in people:
            keys.update(loaded.keys(event))
            if isinstance(event, InboundContactChange):
                keys.update(loaded.known_by(event))
        for row in await self._find(IDENTITIES, "_id", keys):
            loaded.contact_ids[row["_id"]] = row["contact_id"]
        places: dict[str, set[str | None]] = {}
        wanted: set[str] = set()
        for event, contact_id, exists in senders(loaded, people):
            if not exists:
                continue
            places.setdefault(current_of(event.data.account_id, contact_id), set()).add(event.data.contact.name)
            is_plain = isinstance(event, Arrival) and event.data.contact.claimed is None
            if not is_plain or not loaded.contact_ids.keys() >= set(loaded.keys(event)):
                wanted.add(contact_id)
        for row in await self._find(CONVERSATIONS, "current_of", places.keys()):
            loaded.add_conversation(conversation_of(row))
        await self._load_contacts(loaded, places, wanted)

    async def _load_contacts(self, loaded: Loaded, places: "dict[str, set[str | None]]", wanted: set[str]) -> None:
        """Only who tells a new id, claims something, has no conversation here yet, or goes by another name now.

        Of the others the conversation says all that is needed.
        """
        for place, names in places.items():
            conversation = loaded.current.get(place)
            if conversation is None or names - {conversation.profile_name, None}:
                wanted.add(place.partition(":")[2])
        for row in await self._find(CONTACTS, "_id", wanted):
            loaded.contacts[row["_id"]] = contact_of(row)

    async def _load_messages(self, loaded: Loaded, batch: Batch) -> None:
        """Messages that the batch tells of, changes or quotes; found by our id or by the provider's."""
        arrivals = batch.arrivals()
        echoes = {(e.data.account_id, e.data.external_id) for e in arrivals if isinstance(e, InboundEcho)}
        targets = {(c.data.account_id, c.data.target_external_id) for c in batch.changes}
        told = {(r.data.account_id, r.data.external_id) for r in batch.receipts if r.data.external_id}
        quoted = {(e.data.account_id, e.data.reply_to_external_id) for e in arrivals if e.data.reply_to_external_id}
        ours = {r.data.message_id for r in batch.receipts if r.data.message_id}
        ours |= {provider_event_id(*target, "message") for target in targets} | {f.data.message_id for f in batch.files}
        for row in await self._find(EARLY_RECEIPTS, "_id", {provider_key(*name) for name in told | targets | echoes}):
            loaded.early_receipts[row["_id"]] = row
            if "message_id" in row:
                ours.add(row["message_id"])
        for row in await self._find(MESSAGES, "_id", ours):
            loaded.add_message(message_of(row))
        await self._load_sent_as(loaded, (told | targets | echoes | quoted) - loaded.sent_as.keys())
        unknown = {provider_key(*target) for target in targets if loaded.target(*target) is None}
        for row in await self._find(EARLY_CHANGES, "_id", unknown):
            loaded.early_changes[row["_id"]] = row

    async def _load_sent_as(self, loaded: Loaded, names: set[tuple[str, str]]) -> None:
        by_account: dict[str, set[str]] = {}
        for account_id, external_id in names:
            by_account.setdefault(account_id, set()).add(external_id)
        if not names:
            return
        of_each = [{"account_id": account_id, "sent_as": {"$in": list(ids)}} for account_id, ids in by_account.items()]
        query = of_each[0] if len(of_each) == 1 else {"$or": of_each}
        for row in await self._db[MESSAGES].find(query).limit(len(names)).to_list(len(names)):
            loaded.add_message(message_of(row))

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
