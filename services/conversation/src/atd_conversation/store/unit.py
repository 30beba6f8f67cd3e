"""One unit of work: everything that a decision changed, saved in one transaction with its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Attachment, Message
from atd_conversation.store.attachments import StoredAttachment, changed_attachment, stored_attachment_document
from atd_conversation.store.documents import (
    contact_document,
    contact_fields,
    conversation_document,
    conversation_fields,
    message_document,
    message_fields,
)
from atd_conversation.store.indexes import (
    ATTACHMENTS,
    CONTACTS,
    CONVERSATIONS,
    EARLY_CHANGES,
    EARLY_RECEIPTS,
    IDENTITIES,
    INBOX,
    MESSAGES,
)
from atd_servicekit.kafka import Outgoing

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session
    from atd_servicekit.outbox import Outbox

_DUPLICATE_KEY = 11000


class Stale(Exception):
    """What was read has changed meanwhile, or somebody else was faster: read and decide again."""


@dataclass(slots=True)
class Unit:
    """What a decision leaves to be saved, each thing remembered with what it was when it was read.

    An aggregate's version is its `order`: every save moves it on, also one that is no event. Messages are remembered
    with the fields that they had; their version is counted by the store. `receipts` and `early_changes` have rows of
    the collections of that name as they are to be (None: gone) and as they were read (None: not there).
    """

    new_contacts: dict[str, Contact] = field(default_factory=dict)
    new_identities: dict[str, tuple[str, str]] = field(default_factory=dict)
    contacts: dict[str, tuple[Contact, int]] = field(default_factory=dict)
    new_conversations: dict[str, Conversation] = field(default_factory=dict)
    conversations: "dict[str, tuple[Conversation, int, Document]]" = field(default_factory=dict)
    new_messages: list[Message] = field(default_factory=list)
    messages: "dict[str, tuple[Message, Document]]" = field(default_factory=dict)
    handled: list[str] = field(default_factory=list)
    receipts: "dict[str, tuple[Document, Document | None]]" = field(default_factory=dict)
    new_attachments: dict[str, StoredAttachment] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    removed_attachments: dict[str, StoredAttachment] = field(default_factory=dict)
    early_changes: "dict[str, tuple[Document | None, Document | None]]" = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)

    def touch(self, conversation: Conversation) -> None:
        """To be called before a conversation that was read is changed."""
        if conversation.id not in self.new_conversations and conversation.id not in self.conversations:
            before = conversation_fields(conversation)
            self.conversations[conversation.id] = (conversation, conversation.order, before)

    def touch_message(self, message: Message) -> None:
        """To be called before a message is changed; what it was is written down once."""
        if message.id not in self.messages:
            self.messages[message.id] = (message, message_fields(message))

    def touch_contact(self, contact: Contact) -> None:
        """To be called for a contact that was read and is changed."""
        if contact.id not in self.new_contacts and contact.id not in self.contacts:
            self.contacts[contact.id] = (contact, contact.order)

    def _aggregates(self) -> Iterable[Contact | Conversation]:
        yield from self.new_contacts.values()
        yield from (contact for contact, _ in self.contacts.values())
        yield from self.new_conversations.values()
        yield from (conversation for conversation, *_ in self.conversations.values())

    def stamp(self, now: datetime) -> int:
        """Give every aggregate the unit's place in the order of events: later than all that they had before."""
        clock = int(now.timestamp() * 1_000_000)
        order = max([clock, *(aggregate.order + 1 for aggregate in self._aggregates())])
        for aggregate in self._aggregates():
            aggregate.order = order
        return order


class UnitStore:
    """Saves units of work."""

    def __init__(self, database: "Database", outbox: "Outbox") -> None:
        self._db = database
        self._outbox = outbox

    async def save(self, session: "Session", unit: Unit, now: datetime) -> None:
        """Write the unit inside the transaction of `session`. Raises `Stale`; the transaction is to be abandoned."""
        order = unit.stamp(now)
        try:
            await self._insert(session, INBOX, [{"_id": event_id, "at": now} for event_id in unit.handled])
            await self._save_contacts(session, unit)
            await self._save_conversations(session, unit)
            await self._insert(session, MESSAGES, [message_document(message) for message in unit.new_messages])
            await self._save_receipts(session, unit, now)
            await self._save_early_changes(session, unit, now)
            await self._save_attachments(session, unit, now)
        except BulkWriteError as error:
            if any(each.get("code") == _DUPLICATE_KEY for each in error.details.get("writeErrors", ())):
                raise Stale from error
            raise
        await self._update_messages(session, unit)
        await self._outbox.add(session, unit.outgoing, order=order)

    async def _insert(self, session: "Session", collection: str, documents: "list[Document]") -> None:
        if documents:
            await self._db[collection].insert_many(documents, ordered=False, session=session)

    async def _save_contacts(self, session: "Session", unit: Unit) -> None:
        await self._insert(session, CONTACTS, [contact_document(contact) for contact in unit.new_contacts.values()])
        await self._insert(
            session,
            IDENTITIES,
            [
                {"_id": key, "tenant_id": tenant_id, "contact_id": contact_id}
                for key, (tenant_id, contact_id) in unit.new_identities.items()
            ],
        )
        updates = [
            UpdateOne({"_id": contact.id, "order": read_at}, {"$set": contact_fields(contact)})
            for contact, read_at in unit.contacts.values()
        ]
        if updates:
            result = await self._db[CONTACTS].bulk_write(updates, ordered=False, session=session)
            if result.matched_count != len(updates):
                raise Stale

    async def _save_conversations(self, session: "Session", unit: Unit) -> None:
        """Updates first: a conversation that is no longer the current one makes room for the new one."""
        updates: list[UpdateOne | InsertOne[Document]] = [
            UpdateOne({"_id": each.id, "order": read_at}, _changes(before, conversation_fields(each)))
            for each, read_at, before in unit.conversations.values()
        ]
        inserts = [InsertOne(conversation_document(conversation)) for conversation in unit.new_conversations.values()]
        if updates or inserts:
            result = await self._db[CONVERSATIONS].bulk_write([*updates, *inserts], ordered=True, session=session)
            if result.matched_count != len(updates):
                raise Stale

    async def _update_messages(self, session: "Session", unit: Unit) -> None:
        updates = []
        new = {message.id for message in unit.new_messages}
        for each, before in unit.messages.values():
            after = message_fields(each)
            if each.id not in new and after != before:
                after["version"] = (before["version"] or 0) + 1
                updates.append(UpdateOne({"_id": each.id, "version": before["version"]}, _changes(before, after)))
        if updates:
            result = await self._db[MESSAGES].bulk_write(updates, ordered=False, session=session)
            if result.matched_count != len(updates):
                raise Stale

    async def _save_receipts(self, session: "Session", unit: Unit, now: datetime) -> None:
        writes: list[ReplaceOne[Document] | InsertOne[Document]] = [
            InsertOne({"_id": key, **row, "at": now})
            if before is None
            else ReplaceOne({"_id": key, "status": before.get("status")}, {**row, "at": now})
            for key, (row, before) in unit.receipts.items()
        ]
        if writes:
            result = await self._db[EARLY_RECEIPTS].bulk_write(writes, ordered=False, session=session)
            if result.matched_count + result.inserted_count != len(writes):
                raise Stale

    async def _save_early_changes(self, session: "Session", unit: Unit, now: datetime) -> None:
        writes: list[ReplaceOne[Document] | InsertOne[Document] | DeleteOne] = []
        for key, (row, before) in unit.early_changes.items():
            if before is None:
                if row is not None:
                    writes.append(InsertOne({"_id": key, **row, "version": 1, "at": now}))
                continue
            as_read = {"_id": key, "version": before["version"]}
            if row is None:
                writes.append(DeleteOne(as_read))
            else:
                writes.append(ReplaceOne(as_read, {**row, "version": before["version"] + 1, "at": now}))
        if writes:
            result = await self._db[EARLY_CHANGES].bulk_write(writes, ordered=False, session=session)
            if result.matched_count + result.inserted_count + result.deleted_count != len(writes):
                raise Stale

    async def _save_attachments(self, session: "Session", unit: Unit, now: datetime) -> None:
        """No file has a version of its own: it changes together with its message, whose version is checked.

        One that was taken back is nobody's from now on, and cleared away with its bytes as unused uploads are. Bytes
        can still come when even its document is gone: then that is written again.
        """
        new = [stored_attachment_document(stored) for stored in unit.new_attachments.values()]
        await self._insert(session, ATTACHMENTS, new)
        writes = [UpdateOne({"_id": each.id}, {"$set": changed_attachment(each)}) for each in unit.attachments.values()]
        nobodys = {"message_id": None, "state": "failed", "unused_since": now}
        for attachment_id, stored in unit.removed_attachments.items():
            absent = {name: value for name, value in stored_attachment_document(stored).items() if name not in nobodys}
            change = {"$set": nobodys, "$setOnInsert": absent}
            writes.append(UpdateOne({"_id": attachment_id}, change, upsert=True))
        if writes:
            await self._db[ATTACHMENTS].bulk_write(writes, ordered=False, session=session)


def _changes(before: "Document", after: "Document") -> "Document":
    """The update that makes one of the other: as small as it can be, for every field costs the database time."""
    changed = {name: value for name, value in after.items() if value != before[name]}
    absent = {name: "" for name, value in changed.items() if value is None}
    changes: Document = {"$set": {name: value for name, value in changed.items() if value is not None}}
    return {**changes, "$unset": absent} if absent else changes
