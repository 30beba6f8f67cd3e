"""Loading what a batch of inbound events is about: a fixed number of queries, however large the batch."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atd_conversation.domain.channels import Channels
from atd_conversation.domain.strands import current_of, place_of
from atd_conversation.intake.batch import Arrival, Batch, PersonEvent
from atd_conversation.intake.deletions import rows_of
from atd_conversation.intake.joining import joinable
from atd_conversation.intake.loaded import Loaded, openings_key, provider_key, senders
from atd_conversation.intake.spellings import Name, Told, keys_of, not_found, spell, spell_by_stored_ids, told_of
from atd_conversation.store.beside_echoes import load_beside_echoes
from atd_conversation.store.documents import contact_of, conversation_of
from atd_conversation.store.indexes import (
    CONTACTS,
    CONVERSATIONS,
    EARLY_CHANGES,
    EARLY_RECEIPTS,
    IDENTITIES,
    MESSAGES,
    POST_OPENINGS,
)
from atd_conversation.store.message_documents import message_of
from atd_conversation.store.names import NameSource, NoNames
from atd_conversation.store.reads import Reads
from atd_conversation.store.strands import next_numbers
from atd_schemas.ids import provider_event_id
from atd_schemas.inbound import InboundActivity, InboundContactChange, InboundEcho, InboundReachability
from atd_servicekit.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Collection

    from atd_servicekit.mongo import Database, Document, Session


MOST_IDS = 1_000
"""Identities of one contact, and"""

MOST_CONVERSATIONS = 1_000
"""conversations of the contacts that a batch joins, up to which they are joined: it is one transaction."""

_CONVERSATIONS_REACHED = 3
"""Conversations of a customer, the latest ones, whose messages a receipt until a moment is about;"""

_EVENTS_REACHED = 1_000
"""of each the messages within so many events, and"""

_MESSAGES_REACHED = 200
"""so many of those that are not read."""

_CONVERSATIONS_PICTURED = 20
"""Conversations of a customer, the latest ones, that show a new picture at once."""

_IDENTITIES_OF_ONE = 20
"""The most identities of one contact that messages are looked for by."""


class InboundLoader:
    """Reads for the consumer of `inbound.events.v1`. Every query is by `_id` or by a unique index."""

    def __init__(self, database: "Database", inbox: Inbox, channels: Channels, names: NameSource | None = None) -> None:
        self._db = database
        self._inbox = inbox
        self._channels = channels
        self._names = names or NoNames()

    async def load(self, session: "Session", batch: Batch, *, thorough: bool = False, answers: bool = False) -> Loaded:
        """Read inside the transaction of `session` what the batch is about.

        `thorough` also looks for new messages that are stored: those events were handled, unless they were not
        understood when they came, and are now. Without it a stored message makes the transaction fail when it is
        inserted again. `answers`: the messages of the batch are stored, and what they quote has come.
        """
        loaded = Loaded(self._channels)
        reads = Reads(self._db, session)
        loaded.handled = await self._inbox.handled(batch.noted_ids(), session)
        if thorough:
            await self._load_stored(reads, loaded, batch)
        await self._load_people(reads, loaded, batch)
        await self._load_messages(reads, loaded, batch, answers=answers)
        answered = {m.private_reply_to.message_id for m in loaded.messages.values() if m.private_reply_to}
        for row in await reads.find(MESSAGES, "_id", answered - loaded.messages.keys()):
            loaded.add_message(message_of(row))
        posts = {openings_key(event) for event in batch.arrivals() if event.data.thread and event.data.thread.public}
        loaded.openings = {row["_id"]: row for row in await reads.find(POST_OPENINGS, "_id", posts)}
        missing = {m.conversation_id for m in loaded.messages.values()} - loaded.conversations.keys()
        for row in await reads.find(CONVERSATIONS, "_id", missing):
            loaded.add_conversation(conversation_of(row))
        await self._load_proven(reads, loaded, batch)
        await self._load_pictured(reads, loaded, batch)
        await load_beside_echoes(reads, loaded, batch)
        if tenants := loaded.tenants_with_names():
            loaded.bind({tenant_id: await self._names.of(tenant_id) for tenant_id in tenants})
        return loaded

    async def early_changes(
        self, batch: Batch, left_waiting: "Collection[str]", other_names: "Collection[Name]"
    ) -> "dict[str, Document]":
        """The changes that wait for a message that the batch made known, or that the batch left waiting.

        `left_waiting` are the rows that it left, `other_names` further ids of its new messages.
        """
        keys = {provider_key(*name) for name in (*batch.names(), *other_names)} | set(left_waiting)
        return {row["_id"]: row for row in await Reads(self._db).find(EARLY_CHANGES, "_id", keys)}

    async def _load_stored(self, reads: Reads, loaded: Loaded, batch: Batch) -> None:
        for row in await reads.find(MESSAGES, "_id", {loaded.message_id_of(event) for event in batch.people}):
            loaded.add_message(message_of(row))
        loaded.take_stored_for_handled(batch)

    async def _load_people(self, reads: Reads, loaded: Loaded, batch: Batch) -> None:
        people = [event for event in batch.people if event.id not in loaded.handled]
        keys = {key for receipt in batch.receipts for key in loaded.keys_of_ids(receipt, receipt.data.aliases)}
        keys |= {key for one in batch.watermarks for key in loaded.owners(one)}
        for event in people:
            keys.update(loaded.keys(event))
            if (shared := loaded.shared_key(event)) is not None:
                keys.add(shared)
            if isinstance(event, InboundContactChange):
                keys.update(loaded.known_by(event))
        for row in await reads.find(IDENTITIES, "_id", keys):
            loaded.contact_ids[row["_id"]] = row["contact_id"]
        await self._load_known(reads, loaded, people)
        while loaded.redirect():
            await self._load_known(reads, loaded, people)

    async def _load_known(self, reads: Reads, loaded: Loaded, people: "list[PersonEvent]") -> None:
        """The conversations and contacts that these identities name."""
        places: dict[str, _Asked] = {}
        wanted: set[str] = set()
        several: list[tuple[PersonEvent, list[str]]] = []
        for event, contact_id, exists in senders(loaded, people, several):
            if not exists:
                continue
            place = _own_place(event, contact_id)
            if isinstance(event, Arrival | InboundActivity):
                place = place_of(event.data, contact_id)
            person = event.data.contact
            asked = places.setdefault(place, _Asked(contact_id))
            asked.names.add(person.name)
            asked.pictures.add(person.picture.id if person.picture else None)
            is_plain = isinstance(event, Arrival) and person.claimed is None and person.shared_phone is None
            if not is_plain or not loaded.contact_ids.keys() >= set(loaded.keys(event)):
                wanted.add(contact_id)
        if any(loaded.given_up(event) for event in people):  # who has that phone no more is another of those named
            for event, named in several:
                for contact_id in named:
                    places.setdefault(_own_place(event, contact_id), _Asked(contact_id))
        for row in await reads.find(CONVERSATIONS, "current_of", places.keys()):
            loaded.add_conversation(conversation_of(row))
        await self._load_strands(reads, loaded, people)
        wanted |= {contact_id for _, named in several for contact_id in named}
        await self._load_contacts(reads, loaded, places, wanted)
        if several:
            await self._load_joined(reads, loaded, several)

    async def _load_strands(self, reads: Reads, loaded: Loaded, people: "list[PersonEvent]") -> None:
        """Every strand of those who go by another id now, or cannot be written to: all of them hear of it."""
        for event in people:
            if not isinstance(event, InboundContactChange | InboundReachability):
                continue
            contact_id = loaded.contact_id_of(loaded.known_by(event))
            if contact_id is None:
                continue
            theirs = {
                "tenant_id": event.tenant_id,
                "contact.id": contact_id,
                "channel.account_id": event.data.account_id,
                "current_of": {"$exists": True},
            }
            for row in await reads.query(CONVERSATIONS, theirs, limit=MOST_CONVERSATIONS):
                if row["_id"] not in loaded.conversations:
                    loaded.add_conversation(conversation_of(row))

    async def _load_joined(self, reads: Reads, loaded: Loaded, several: "list[tuple[PersonEvent, list[str]]]") -> None:
        """All that belongs to contacts of which an event may prove that they are one; most batches have none."""
        named = {contact_id for _, ids in several for contact_id in ids} & loaded.contacts.keys()
        by_contact = {"contact_id": {"$in": sorted(named)}}
        rows = await reads.query(IDENTITIES, by_contact, limit=MOST_IDS * len(named))
        loaded.ids_of = {contact_id: set() for contact_id in named}
        for row in rows:
            loaded.ids_of[row["contact_id"]].add(row["_id"])
        for key in loaded.redirected:
            loaded.ids_of.setdefault(loaded.contact_ids[key], set()).add(key)
        joined = joinable(loaded, several)
        loaded.ids_of = {contact_id: loaded.ids_of[contact_id] for contact_id in joined}
        if not joined:
            return
        tenants = {loaded.contacts[contact_id].tenant_id for contact_id in joined}
        theirs = {"tenant_id": {"$in": sorted(tenants)}, "contact.id": {"$in": sorted(joined)}}
        conversations = await reads.query(CONVERSATIONS, theirs, limit=MOST_CONVERSATIONS)
        if len(rows) == MOST_IDS * len(named) or len(conversations) == MOST_CONVERSATIONS:
            loaded.ids_of = {}  # not all is known: they stay two, and the next event that names both tries again
        for row in conversations:
            loaded.add_conversation(conversation_of(row))

    async def _load_proven(self, reads: Reads, loaded: Loaded, batch: Batch) -> None:
        """All that belongs to the customers of whom a private answer to a comment proves another id."""
        named: set[str] = set()
        for receipt in batch.receipts:
            if not receipt.data.aliases:
                continue
            message = loaded.messages.get(receipt.data.message_id or "")
            if message is None and receipt.data.external_id:
                message = loaded.target(receipt.data.account_id, receipt.data.external_id)
            if message is None or message.private_reply_to is None:
                continue
            keys = loaded.keys_of_ids(receipt, receipt.data.aliases)
            named.add(loaded.conversations[message.conversation_id].contact.id)
            named.update(loaded.contact_ids[key] for key in keys if key in loaded.contact_ids)
        if not named:
            return
        while unknown := named - loaded.contacts.keys():
            for row in await reads.find(CONTACTS, "_id", unknown):
                loaded.contacts[row["_id"]] = contact_of(row)
            named = {loaded.present(one) for one in named & loaded.contacts.keys()}
        loaded.redirect()
        await self._load_all_of(reads, loaded, named)

    async def _load_pictured(self, reads: Reads, loaded: Loaded, batch: Batch) -> None:
        """The customers whose pictures have come, and their latest conversations, which show them."""
        named = {one.data.contact_id for one in batch.files if one.data.contact_id is not None}
        if not named:
            return
        while unknown := named - loaded.contacts.keys():
            rows = await reads.find(CONTACTS, "_id", unknown)
            loaded.contacts.update({row["_id"]: contact_of(row) for row in rows})
            named = {loaded.present(one) for one in named & loaded.contacts.keys()}
        tenants = {loaded.contacts[contact_id].tenant_id for contact_id in named}
        theirs = {"tenant_id": {"$in": sorted(tenants)}, "contact.id": {"$in": sorted(named)}}
        limit = _CONVERSATIONS_PICTURED * len(named)
        rows = await reads.query(CONVERSATIONS, theirs, limit=limit, sort=[("opened_at", -1)]) if named else []
        for row in rows:
            if row["_id"] not in loaded.conversations:
                loaded.add_conversation(conversation_of(row))

    async def _load_all_of(self, reads: Reads, loaded: Loaded, named: set[str]) -> None:
        """Every id and conversation of these contacts, unless they have too many of them to be joined."""
        rows = await reads.query(IDENTITIES, {"contact_id": {"$in": sorted(named)}}, limit=MOST_IDS * len(named))
        tenants = {loaded.contacts[contact_id].tenant_id for contact_id in named}
        theirs = {"tenant_id": {"$in": sorted(tenants)}, "contact.id": {"$in": sorted(named)}}
        conversations = await reads.query(CONVERSATIONS, theirs, limit=MOST_CONVERSATIONS)
        if len(rows) == MOST_IDS * len(named) or len(conversations) == MOST_CONVERSATIONS:
            return
        keys = {contact_id: set[str]() for contact_id in named}
        for row in rows:
            keys[row["contact_id"]].add(row["_id"])
        for key in loaded.redirected:
            if loaded.contact_ids[key] in keys:
                keys[loaded.contact_ids[key]].add(key)
        loaded.ids_of.update(keys)
        for row in conversations:
            if row["_id"] not in loaded.conversations:
                loaded.add_conversation(conversation_of(row))

    async def _load_contacts(self, reads: Reads, loaded: Loaded, places: "dict[str, _Asked]", wanted: set[str]) -> None:
        """Only who tells a new id, claims something, has no conversation here yet, or has a new name or picture.

        Of the others the conversation says all that is needed.
        """
        for place, asked in places.items():
            conversation = loaded.current.get(place)
            if (
                conversation is None
                or asked.names - {conversation.profile_name, None}
                or asked.pictures - {conversation.picture_told, None}
            ):
                wanted.add(asked.contact_id)
        for row in await reads.find(CONTACTS, "_id", wanted):
            loaded.contacts[row["_id"]] = contact_of(row)

    async def _load_messages(self, reads: Reads, loaded: Loaded, batch: Batch, *, answers: bool) -> None:
        """Messages that the batch tells of, changes or quotes; found by our id or by the provider's."""
        arrivals = batch.arrivals()
        echoes = {(e.data.account_id, e.data.external_id) for e in arrivals if isinstance(e, InboundEcho)}
        targets = {(c.data.account_id, c.data.target_external_id) for c in batch.changes}
        told = batch.receipt_names()
        quoted = {(e.data.account_id, e.data.reply_to_external_id) for e in arrivals if e.data.reply_to_external_id}
        for one in told_of(batch):
            spell(loaded, one, one.ids)
        told, targets, echoes, quoted = (_spelt(loaded, names) for names in (told, targets, echoes, quoted))
        ours = {r.data.message_id for r in batch.receipts if r.data.message_id}
        ours |= {provider_event_id(*name, "message") for name in targets | quoted} | {
            f.data.message_id for f in batch.files
        }
        ours |= {loaded.message_id_of(e) for e in arrivals} if answers else set()
        rows = {provider_key(*name) for name in told | targets | echoes}
        ours |= await self._early_receipts(reads, loaded, rows)
        for row in await reads.find(MESSAGES, "_id", ours):
            loaded.add_message(message_of(row))
        joined = {one.same_as for one in loaded.messages.values() if one.same_as} - loaded.messages.keys()
        for row in await reads.find(MESSAGES, "_id", joined):
            loaded.add_message(message_of(row))
        await self._load_sent_as(reads, loaded, (told | targets | echoes | quoted) - loaded.sent_as.keys())
        missing = not_found(loaded, batch)
        if missing:
            await self._load_by_stored_ids(reads, loaded, missing)
        await self._load_reached(reads, loaded, batch)
        unknown = {loaded.waits_as(*name) for name in targets | quoted if loaded.target(*name) is None}
        unknown |= {key for one in arrivals if one.id not in loaded.handled for key in rows_of(loaded, one)}
        for row in await reads.find(EARLY_CHANGES, "_id", unknown):
            loaded.early_changes[row["_id"]] = row

    async def _load_reached(self, reads: Reads, loaded: Loaded, batch: Batch) -> None:
        """Our latest messages to those who have got, or read, everything until a moment: what is not read of them."""
        if not batch.watermarks:
            return
        contacts = {
            loaded.contact_ids[key]
            for one in batch.watermarks
            for key in loaded.owners(one)
            if key in loaded.contact_ids
        }
        for row in await reads.find(CONTACTS, "_id", contacts - loaded.contacts.keys()):
            loaded.contacts[row["_id"]] = contact_of(row)
        loaded.redirect()
        contacts = {loaded.present(contact_id) for contact_id in contacts}
        theirs = {
            "tenant_id": {"$in": sorted({one.tenant_id for one in batch.watermarks})},
            "contact.id": {"$in": sorted(contacts)},
        }
        limit = _CONVERSATIONS_REACHED * len(contacts)
        rows = await reads.query(CONVERSATIONS, theirs, limit=limit, sort=[("opened_at", -1)]) if contacts else []
        accounts = {one.data.account_id for one in batch.watermarks}
        there = [row for row in rows if row["channel"]["account_id"] in accounts]
        for row in there:
            if row["_id"] not in loaded.conversations:
                loaded.add_conversation(conversation_of(row))
        if not there:
            return
        latest = [
            {"conversation_id": row["_id"], "sequence": {"$gt": row["sequence"] - _EVENTS_REACHED}} for row in there
        ]
        unread = {"direction": "outbound", "status": {"$in": ["pending", "sent", "delivered"]}}
        query = {"$or": [{**one, **unread} for one in latest]}
        for row in await reads.query(MESSAGES, query, limit=_MESSAGES_REACHED * len(there)):
            loaded.add_message(message_of(row))

    async def _load_by_stored_ids(self, reads: Reads, loaded: Loaded, missing: "list[Told]") -> None:
        """Messages by the ids that follow from what is stored of their customers; few batches come here."""
        keys = {key for told in missing for key in keys_of(loaded, told)}
        for row in await reads.find(IDENTITIES, "_id", keys - loaded.contact_ids.keys()):
            loaded.contact_ids[row["_id"]] = row["contact_id"]
        contacts = {loaded.contact_ids[key] for key in keys if key in loaded.contact_ids}
        if not contacts:
            return
        query = {"contact_id": {"$in": list(contacts)}}
        rows = await reads.query(IDENTITIES, query, limit=_IDENTITIES_OF_ONE * len(contacts))
        names = spell_by_stored_ids(loaded, missing, {row["_id"]: row["contact_id"] for row in rows})
        ours = {provider_event_id(*name, "message") for name in names} | await self._early_receipts(
            reads, loaded, {provider_key(*name) for name in names} - loaded.early_receipts.keys()
        )
        for row in await reads.find(MESSAGES, "_id", ours - loaded.messages.keys()):
            loaded.add_message(message_of(row))
        await self._load_sent_as(reads, loaded, names - loaded.sent_as.keys())

    async def _early_receipts(self, reads: Reads, loaded: Loaded, keys: set[str]) -> set[str]:
        """Load rows of `early_receipts`; which messages of ours they are about."""
        rows = await reads.find(EARLY_RECEIPTS, "_id", keys)
        loaded.early_receipts.update({row["_id"]: row for row in rows})
        return {row["message_id"] for row in rows if "message_id" in row}

    async def _load_sent_as(self, reads: Reads, loaded: Loaded, names: set[tuple[str, str]]) -> None:
        by_account: dict[str, set[str]] = {}
        for account_id, external_id in names:
            by_account.setdefault(account_id, set()).add(external_id)
        if not names:
            return
        of_each = [{"account_id": account_id, "sent_as": {"$in": list(ids)}} for account_id, ids in by_account.items()]
        query = of_each[0] if len(of_each) == 1 else {"$or": of_each}
        for row in await reads.query(MESSAGES, query, limit=len(names)):
            loaded.add_message(message_of(row))

    async def next_numbers(self, tenant_id: str, count: int) -> range:
        """Reserve `count` conversation numbers of a tenant, after `load`. What is not used leaves a gap."""
        return await next_numbers(self._db, tenant_id, count, begun=True)


@dataclass(slots=True)
class _Asked:
    """Who is looked for at a place, and by which names and pictures the batch shows them."""

    contact_id: str
    names: set[str | None] = field(default_factory=set)
    pictures: set[str | None] = field(default_factory=set)


def _own_place(event: PersonEvent, contact_id: str) -> str:
    return current_of(event.data.account_id, contact_id)


def _spelt(loaded: Loaded, names: "set[Name]") -> "set[Name]":
    return {(account_id, one) for account_id, name in names for one in loaded.names(account_id, name)}
