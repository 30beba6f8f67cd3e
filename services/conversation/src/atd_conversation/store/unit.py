"""Saves a unit of work: state, handled events and what goes out, in one transaction."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.attachments import changed_attachment, stored_attachment_document
from atd_conversation.store.contact_attendants import follow_assignees, gained_attendants
from atd_conversation.store.documents import (
    contact_document,
    contact_fields,
    conversation_document,
    conversation_fields,
    reading_fields,
)
from atd_conversation.store.indexes import (
    ATTACHMENTS,
    CONTACTS,
    CONVERSATIONS,
    EARLY_CHANGES,
    EARLY_RECEIPTS,
    IDENTITIES,
    MESSAGES,
    POST_OPENINGS,
    SCHEDULED,
    TIMELINE,
    VIEW_COUNTS,
)
from atd_conversation.store.message_documents import (
    changes_what_is_found,
    message_document,
    message_fields,
    search_fields,
)
from atd_conversation.store.moved_papers import follow_threads
from atd_conversation.store.scheduled import cancelling
from atd_conversation.store.timeline import entry_document
from atd_conversation.store.view_counts import count_changes
from atd_servicekit.errors import StaleVersion
from atd_servicekit.inbox import Inbox, stale_when_duplicate
from atd_servicekit.kafka import Outgoing
from atd_servicekit.mongo import Write, write_all
from atd_servicekit.outbox import next_order

if TYPE_CHECKING:
    from pymongo.results import BulkWriteResult

    from atd_servicekit.mongo import Database, Document, Operation, Session
    from atd_servicekit.outbox import Outbox


class UnitStore:
    """Saves units of work."""

    def __init__(self, database: "Database", inbox: Inbox, outbox: "Outbox") -> None:
        self._db = database
        self._inbox = inbox
        self._outbox = outbox

    async def save(self, session: "Session", unit: UnitOfWork, now: datetime) -> None:
        """Write the unit inside the transaction of `session`, in which its conversations were read.

        Every aggregate gets the unit's place in the order of events. Raises `StaleVersion`, or MongoDB's error of a
        conflict, when somebody else changed the same; the transaction is to be abandoned.
        """
        before = unit.orders_as_read()
        order = next_order(now, *(aggregate.order for aggregate in unit.aggregates()))
        for aggregate in unit.aggregates():
            aggregate.order = order
        outgoing = [Outgoing.of(one.topic, one.event, one.traceparent) for one in unit.outgoing]
        published = self._outbox.write_of(session, outgoing, order=order, before=before)
        handled, gained = self._inbox.write_of(unit.handled), gained_attendants(unit)
        writes = [write for write in (handled, *_writes(unit, now), published, gained) if write.operations]
        with stale_when_duplicate():
            results = await write_all(self._db, session, writes)
        for write, result in zip(writes, results, strict=True):
            if write is not gained and write.collection not in (ATTACHMENTS, SCHEDULED) and _missed(write, result):
                raise StaleVersion
        await follow_assignees(self._db, session, unit)
        await follow_threads(self._db, session, unit)

    async def save_reading(self, session: "Session", conversation: Conversation) -> None:
        """Write who has read how far, inside the transaction of `session`, in which the conversation was read.

        It is no event: version and place in the order of events stay.
        """
        query = {"_id": conversation.id, "tenant_id": conversation.tenant_id}
        update = _update(reading_fields(conversation))
        await self._db[CONVERSATIONS].update_one(query, update, session=session)


def _update(changed: "Document") -> "Document":
    """Set these fields; None: take them away."""
    absent = {name: "" for name, value in changed.items() if value is None}
    changes: Document = {"$set": {name: value for name, value in changed.items() if value is not None}}
    return {**changes, "$unset": absent} if absent else changes


def _missed(write: Write, result: "BulkWriteResult") -> bool:
    """Whether something is not as it was read any more."""
    expected = sum(not isinstance(one, InsertOne) for one in write.operations)
    return result.matched_count + result.deleted_count != expected


def _writes(unit: UnitOfWork, now: datetime) -> Iterator[Write]:
    yield Write.inserts(CONTACTS, [contact_document(contact) for contact in unit.new_contacts.values()])
    identities = unit.new_identities.items()
    yield Write.inserts(
        IDENTITIES,
        [{"_id": key, "tenant_id": tenant_id, "contact_id": contact_id} for key, (tenant_id, contact_id) in identities],
    )
    moved = unit.moved_identities.items()
    yield Write(
        IDENTITIES,
        [UpdateOne({"_id": key, "contact_id": old}, {"$set": {"contact_id": new}}) for key, (old, new) in moved],
    )
    given_up = unit.given_up.items()
    yield Write(IDENTITIES, [DeleteOne({"_id": key, "contact_id": old}) for key, old in given_up])
    yield Write(
        CONTACTS,
        [
            DeleteOne({"_id": contact.id, "order": read_at})
            if contact.id in unit.removed_contacts
            else UpdateOne({"_id": contact.id, "order": read_at}, {"$set": contact_fields(contact)})
            for contact, read_at in unit.contacts.values()
        ],
    )
    yield _conversations(unit)
    numbers = unit.numbers()
    yield Write.inserts(
        MESSAGES, [message_document(message, numbers[message.conversation_id]) for message in unit.new_messages]
    )
    yield _messages(unit)
    yield _receipts(unit, now)
    yield _early_changes(unit, now)
    yield _openings(unit, now)
    yield Write.inserts(ATTACHMENTS, [stored_attachment_document(stored) for stored in unit.new_attachments.values()])
    yield _attachments(unit, now)
    yield Write.inserts(TIMELINE, [entry_document(entry) for entry in unit.timeline])
    yield Write(SCHEDULED, [cancelling(one, now) for one in unit.cancelled_schedules])
    yield Write.inserts(VIEW_COUNTS, count_changes(unit))


def _conversations(unit: UnitOfWork) -> Write:
    """Updates first, and first of those that are not current any more: these make room for the ones that are.

    They were read in this transaction, so that a change by somebody else since then is a conflict. Found by their id
    alone they cost MongoDB a quarter less than by id and order.
    """
    updates: list[Operation] = [
        UpdateOne({"_id": each.id}, _changes(conversation_fields(before), conversation_fields(each)))
        for each, before in sorted(unit.conversations.values(), key=lambda pair: pair[0].current)
    ]
    inserts = [InsertOne(conversation_document(conversation)) for conversation in unit.new_conversations.values()]
    return Write(CONVERSATIONS, [*updates, *inserts], ordered=True)


def _messages(unit: UnitOfWork) -> Write:
    updates = []
    new = {message.id for message in unit.new_messages}
    for each, as_read in unit.messages.values():
        before, after = message_fields(as_read), message_fields(each)
        if each.id not in new and after != before:
            after["version"] = (before["version"] or 0) + 1
            changes = _changes(before, after)
            if changes_what_is_found(before, after):
                changes["$set"].update(search_fields(each))
            updates.append(UpdateOne({"_id": each.id, "version": before["version"]}, changes))
    return Write(MESSAGES, updates)


def _receipts(unit: UnitOfWork, now: datetime) -> Write:
    return Write(
        EARLY_RECEIPTS,
        [
            InsertOne({"_id": key, **row, "at": now})
            if before is None
            else ReplaceOne({"_id": key, "status": before.get("status")}, {**row, "at": now})
            for key, (row, before) in unit.receipts.items()
        ],
    )


def _early_changes(unit: UnitOfWork, now: datetime) -> Write:
    operations: list[Operation] = []
    for key, (row, before) in unit.early_changes.items():
        if before is None:
            if row is not None:
                operations.append(InsertOne({"_id": key, **row, "version": 1, "at": now}))
            continue
        as_read = {"_id": key, "version": before["version"]}
        if row is None:
            operations.append(DeleteOne(as_read))
        else:
            operations.append(ReplaceOne(as_read, {**row, "version": before["version"] + 1, "at": now}))
    return Write(EARLY_CHANGES, operations)


def _openings(unit: UnitOfWork, now: datetime) -> Write:
    """Of two processes that open conversations of one post at once, one counts again."""
    return Write(
        POST_OPENINGS,
        [
            InsertOne({"_id": key, **row, "version": 1, "at": now})
            if before is None
            else ReplaceOne(
                {"_id": key, "version": before["version"]}, {**row, "version": before["version"] + 1, "at": now}
            )
            for key, (row, before) in unit.openings.items()
        ],
    )


def _attachments(unit: UnitOfWork, now: datetime) -> Write:
    """No file has a version of its own: it changes together with its message, whose version is checked.

    One that was taken back is nobody's from now on, and cleared away with its bytes as unused uploads are. Bytes
    can still come when even its document is gone: then that is written again.
    """
    operations: list[Operation] = [
        UpdateOne({"_id": each.id}, {"$set": changed_attachment(each)}) for each in unit.attachments.values()
    ]
    nobodys = {"message_id": None, "state": "failed", "unused_since": now}
    for attachment_id, stored in unit.removed_attachments.items():
        absent = {name: value for name, value in stored_attachment_document(stored).items() if name not in nobodys}
        change = {"$set": nobodys, "$setOnInsert": absent}
        operations.append(UpdateOne({"_id": attachment_id}, change, upsert=True))
    return Write(ATTACHMENTS, operations)


def _changes(before: "Document", after: "Document") -> "Document":
    """The update that makes one of the other: as small as it can be, for every field costs the database time."""
    return _update({name: value for name, value in after.items() if value != before[name]})
