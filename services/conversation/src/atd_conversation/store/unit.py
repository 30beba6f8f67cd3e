"""Saves a unit of work: state, handled events and what goes out, in one transaction."""

from datetime import datetime
from typing import TYPE_CHECKING

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.attachments import changed_attachment, stored_attachment_document
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
    MESSAGES,
)
from atd_servicekit.errors import StaleVersion
from atd_servicekit.inbox import Inbox, stale_when_duplicate
from atd_servicekit.kafka import Outgoing
from atd_servicekit.outbox import next_order

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session
    from atd_servicekit.outbox import Outbox


class UnitStore:
    """Saves units of work."""

    def __init__(self, database: "Database", inbox: Inbox, outbox: "Outbox") -> None:
        self._db = database
        self._inbox = inbox
        self._outbox = outbox

    async def save(self, session: "Session", unit: UnitOfWork, now: datetime) -> None:
        """Write the unit inside the transaction of `session`.

        Every aggregate gets the unit's place in the order of events. Raises `StaleVersion`; the transaction is to be
        abandoned.
        """
        order = next_order(now, *(aggregate.order for aggregate in unit.aggregates()))
        for aggregate in unit.aggregates():
            aggregate.order = order
        await self._inbox.add(session, unit.handled)
        with stale_when_duplicate():
            await self._save_contacts(session, unit)
            await self._save_conversations(session, unit)
            await self._insert(session, MESSAGES, [message_document(message) for message in unit.new_messages])
            await self._save_receipts(session, unit, now)
            await self._save_early_changes(session, unit, now)
            await self._save_attachments(session, unit, now)
        await self._update_messages(session, unit)
        outgoing = [Outgoing.of(one.topic, one.event, one.traceparent) for one in unit.outgoing]
        await self._outbox.add(session, outgoing, order=order)

    async def _insert(self, session: "Session", collection: str, documents: "list[Document]") -> None:
        if documents:
            await self._db[collection].insert_many(documents, ordered=False, session=session)

    async def _save_contacts(self, session: "Session", unit: UnitOfWork) -> None:
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
                raise StaleVersion

    async def _save_conversations(self, session: "Session", unit: UnitOfWork) -> None:
        """Updates first: a conversation that is no longer the current one makes room for the new one."""
        updates: list[UpdateOne | InsertOne[Document]] = [
            UpdateOne(
                {"_id": each.id, "order": before.order},
                _changes(conversation_fields(before), conversation_fields(each)),
            )
            for each, before in unit.conversations.values()
        ]
        inserts = [InsertOne(conversation_document(conversation)) for conversation in unit.new_conversations.values()]
        if updates or inserts:
            result = await self._db[CONVERSATIONS].bulk_write([*updates, *inserts], ordered=True, session=session)
            if result.matched_count != len(updates):
                raise StaleVersion

    async def _update_messages(self, session: "Session", unit: UnitOfWork) -> None:
        updates = []
        new = {message.id for message in unit.new_messages}
        for each, as_read in unit.messages.values():
            before, after = message_fields(as_read), message_fields(each)
            if each.id not in new and after != before:
                after["version"] = (before["version"] or 0) + 1
                updates.append(UpdateOne({"_id": each.id, "version": before["version"]}, _changes(before, after)))
        if updates:
            result = await self._db[MESSAGES].bulk_write(updates, ordered=False, session=session)
            if result.matched_count != len(updates):
                raise StaleVersion

    async def _save_receipts(self, session: "Session", unit: UnitOfWork, now: datetime) -> None:
        writes: list[ReplaceOne[Document] | InsertOne[Document]] = [
            InsertOne({"_id": key, **row, "at": now})
            if before is None
            else ReplaceOne({"_id": key, "status": before.get("status")}, {**row, "at": now})
            for key, (row, before) in unit.receipts.items()
        ]
        if writes:
            result = await self._db[EARLY_RECEIPTS].bulk_write(writes, ordered=False, session=session)
            if result.matched_count + result.inserted_count != len(writes):
                raise StaleVersion

    async def _save_early_changes(self, session: "Session", unit: UnitOfWork, now: datetime) -> None:
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
                raise StaleVersion

    async def _save_attachments(self, session: "Session", unit: UnitOfWork, now: datetime) -> None:
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
