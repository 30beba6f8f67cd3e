"""Removing what is kept of a customer, in bounded pieces. Every removal is safe to repeat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.scheduled import holder_of_scheduled
from atd_conversation.domain.unsent import holder_of_draft
from atd_conversation.intake.loaded import provider_key
from atd_conversation.store.documents import conversation_of
from atd_conversation.store.imports import BY_CONTACT as LINE_BY_CONTACT
from atd_conversation.store.imports import IMPORT_LINES
from atd_conversation.store.indexes import (
    ATTACHMENTS,
    BY_CONTACT,
    BY_FILE,
    BY_HOLDER,
    BY_IDENTITY_OWNER,
    BY_NOTED_CONTACT,
    BY_OWNER,
    BY_PICTURED,
    CONTACT_NOTES,
    CONTACTS,
    CONVERSATIONS,
    DRAFTS,
    EARLY_CHANGES,
    EARLY_RECEIPTS,
    IDENTITIES,
    MESSAGES,
    MESSAGES_BY_TAG,
    SCHEDULED,
    TIMELINE,
    VIEW_COUNTS,
)
from atd_conversation.store.view_counts import one_less

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

MESSAGES_AT_ONCE = 200
FILES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """Some messages of a conversation: their ids, those that went out, their files, and what channels call them.

    Without messages it has files that no message of the conversation names: of messages that were taken back, and what
    drafts and scheduled messages hold.
    """

    message_ids: tuple[str, ...]
    sent_ids: tuple[str, ...]
    attachment_ids: tuple[str, ...]
    provider_keys: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()


class Removal:
    """Of one tenant at a time."""

    def __init__(self, database: "Database") -> None:
        self._db = database

    async def a_conversation(self, tenant_id: str, contact_ids: Sequence[str]) -> Conversation | None:
        """One of the conversations that are left of these contacts."""
        query = {"tenant_id": tenant_id, "contact.id": {"$in": list(contact_ids)}}
        row = await self._db[CONVERSATIONS].find_one(query, hint=BY_CONTACT)
        return conversation_of(row) if row else None

    async def records_of(self, tenant_id: str, contact_id: str) -> tuple[str, ...]:
        """The ids of a customer's record and of those for which it goes on."""
        row = await self._db[CONTACTS].find_one({"_id": contact_id, "tenant_id": tenant_id}, {"absorbed": 1})
        return (contact_id, *(row.get("absorbed") or () if row else ()))

    async def conversation_ids(self, tenant_id: str, contact_ids: Sequence[str], *, limit: int) -> list[str]:
        query = {"tenant_id": tenant_id, "contact.id": {"$in": list(contact_ids)}}
        cursor = self._db[CONVERSATIONS].find(query, {"_id": 1}).hint(BY_CONTACT).limit(limit)
        return [row["_id"] for row in await cursor.to_list(limit)]

    async def piece(self, conversation: Conversation, pictures_of: Sequence[str] = ()) -> Piece:
        """Some of the messages that are left of a conversation; without any, some of the other files of it.

        And pictures of the contacts `pictures_of`: they are asked for, and erased in the channel's service, with it.
        """
        query = {"conversation_id": conversation.id, "tenant_id": conversation.tenant_id}
        told = {"account_id": 1, "external_id": 1, "more_external_ids": 1}
        fields = {"direction": 1, "attachments.id": 1, "tags.id": 1, **told}
        rows = await self._db[MESSAGES].find(query, fields).sort("sequence", 1).limit(MESSAGES_AT_ONCE).to_list(None)
        if not rows:
            return Piece((), (), tuple(await self._other_files(conversation, pictures_of)))
        return Piece(
            tuple(row["_id"] for row in rows),
            tuple(row["_id"] for row in rows if row["direction"] == "outbound"),
            tuple(one["id"] for row in rows for one in row.get("attachments") or ()),
            tuple(provider_key(row["account_id"], one) for row in rows for one in _external_ids(row)),
            frozenset(one["id"] for row in rows for one in row.get("tags") or ()),
        )

    async def pictures(self, tenant_id: str, contact_ids: Sequence[str]) -> list[str]:
        """Some of the files that are or were pictures of these contacts."""
        query = {"contact_id": {"$in": list(contact_ids)}, "tenant_id": tenant_id}
        cursor = self._db[ATTACHMENTS].find(query, {"_id": 1}).hint(BY_PICTURED).limit(FILES_AT_ONCE)
        return [row["_id"] for row in await cursor.to_list(FILES_AT_ONCE)]

    async def _other_files(self, conversation: Conversation, pictures_of: Sequence[str]) -> list[str]:
        """Files of no message that is there, and those that nobody outside of the conversation holds."""
        place: Document = {"tenant_id": conversation.tenant_id, "conversation_id": conversation.id}
        cursor = self._db[ATTACHMENTS].find(place, {"_id": 1}).hint(BY_FILE).limit(FILES_AT_ONCE)
        ids = [row["_id"] for row in await cursor.to_list(FILES_AT_ONCE)]
        ids += await self.pictures(conversation.tenant_id, pictures_of) if pictures_of else []
        drafts = self._db[DRAFTS].find(place, {"_id": 1}).limit(FILES_AT_ONCE)
        holders = [holder_of_draft(row["_id"]) for row in await drafts.to_list(FILES_AT_ONCE)]
        scheduled = self._db[SCHEDULED].find(place, {"_id": 1}).limit(FILES_AT_ONCE)
        holders += [holder_of_scheduled(row["_id"]) for row in await scheduled.to_list(FILES_AT_ONCE)]
        held: Document = {"held_by": {"$in": holders}, "tenant_id": conversation.tenant_id}
        rows = self._db[ATTACHMENTS].find(held, {"held_by": 1}).hint(BY_HOLDER).limit(FILES_AT_ONCE)
        return ids + [row["_id"] for row in await rows.to_list(FILES_AT_ONCE) if set(row["held_by"]) <= set(holders)]

    async def remove_messages(self, session: "Session", piece: Piece) -> int:
        """Remove messages, with their terms, what is known of their files, and what their channel calls them."""
        await self._db[ATTACHMENTS].delete_many({"_id": {"$in": list(piece.attachment_ids)}}, session=session)
        for name in (EARLY_RECEIPTS, EARLY_CHANGES):
            await self._db[name].delete_many({"_id": {"$in": list(piece.provider_keys)}}, session=session)
        removed = await self._db[MESSAGES].delete_many({"_id": {"$in": list(piece.message_ids)}}, session=session)
        return removed.deleted_count

    async def tags_left(self, session: "Session", conversation: Conversation, gone: Piece) -> tuple[str, ...]:
        """The tags that messages of the conversation bear once the piece is gone."""
        left = []
        for tag_id in conversation.tags:
            query: Document = {
                "tenant_id": conversation.tenant_id,
                "tags.id": tag_id,
                "conversation_id": conversation.id,
                "_id": {"$nin": list(gone.message_ids)},
            }
            if await self._db[MESSAGES].find_one(query, {"_id": 1}, hint=MESSAGES_BY_TAG, session=session) is not None:
                left.append(tag_id)
        return tuple(left)

    async def forget_comments(self, session: "Session", conversation: Conversation) -> None:
        """The timeline tells of ratings without what customers wrote with them."""
        query = {"subject": conversation.id, "details.comment": {"$exists": True}}
        await self._db[TIMELINE].update_many(query, {"$unset": {"details.comment": ""}}, session=session)

    async def files_expired(self, session: "Session", attachment_ids: Sequence[str]) -> None:
        """The bytes of these files are gone: they take no room, and nobody can fetch them again."""
        gone = {"state": "failed", "source": None, "sha256": None}
        await self._db[ATTACHMENTS].update_many({"_id": {"$in": list(attachment_ids)}}, {"$set": gone}, session=session)

    async def remove_conversation(self, session: "Session", conversation: Conversation) -> dict[str, int]:
        """Remove a conversation without messages: its timeline, drafts of it, what was to be said later, itself."""
        place: Document = {"tenant_id": conversation.tenant_id, "conversation_id": conversation.id}
        row = await self._db[CONVERSATIONS].find_one_and_delete({"_id": conversation.id}, session=session)
        removed = 0
        if row is not None:
            removed = 1
            await self._db[VIEW_COUNTS].insert_many(one_less(conversation_of(row)), session=session)
        queries = {TIMELINE: {"subject": conversation.id}, DRAFTS: place, SCHEDULED: place}
        counts = {
            name: (await self._db[name].delete_many(query, session=session)).deleted_count
            for name, query in queries.items()
        }
        return {**counts, "conversations": removed}

    async def identity_keys(self, tenant_id: str, contact_ids: Sequence[str], *, limit: int) -> list[str]:
        """By what these contacts are recognised."""
        query = {"contact_id": {"$in": list(contact_ids)}, "tenant_id": tenant_id}
        cursor = self._db[IDENTITIES].find(query, {"_id": 1}).hint(BY_IDENTITY_OWNER).limit(limit)
        return [row["_id"] for row in await cursor.to_list(limit)]

    async def remove_waiting(self, tenant_id: str, keys: Sequence[str]) -> int:
        """Remove what waits for a message that never came, of who was recognised by these keys."""
        query = {"who": {"$in": list(keys)}, "tenant_id": tenant_id}
        removed = 0
        for name in (EARLY_RECEIPTS, EARLY_CHANGES):
            removed += (await self._db[name].delete_many(query, hint=BY_OWNER)).deleted_count
        return removed

    async def remove_identities(self, tenant_id: str, contact_ids: Sequence[str]) -> int:
        """From now on nobody is recognised as one of these contacts."""
        query = {"contact_id": {"$in": list(contact_ids)}, "tenant_id": tenant_id}
        removed = await self._db[IDENTITIES].delete_many(query, hint=BY_IDENTITY_OWNER)
        return removed.deleted_count

    async def remove_upload(self, session: "Session", tenant_id: str, attachment_id: str) -> int:
        """Forget an upload that no message took."""
        query = {"_id": attachment_id, "tenant_id": tenant_id, "unused_since": {"$exists": True}}
        return (await self._db[ATTACHMENTS].delete_one(query, session=session)).deleted_count

    async def remove_rest(self, session: "Session", tenant_id: str, contact_ids: Sequence[str]) -> dict[str, int]:
        """Remove notes, the contacts' own timeline, and what imports remember of them; how many of each."""
        theirs: Document = {"tenant_id": tenant_id, "contact_id": {"$in": list(contact_ids)}}
        notes = await self._db[CONTACT_NOTES].delete_many(theirs, session=session, hint=BY_NOTED_CONTACT)
        lines = await self._db[IMPORT_LINES].delete_many(theirs, session=session, hint=LINE_BY_CONTACT)
        timeline = await self._db[TIMELINE].delete_many({"subject": {"$in": list(contact_ids)}}, session=session)
        return {"notes": notes.deleted_count, "import_lines": lines.deleted_count, TIMELINE: timeline.deleted_count}


def _external_ids(row: "Document") -> list[str]:
    """Every id that the provider has for a message."""
    return [one for one in (row.get("external_id"), *row.get("more_external_ids", ())) if one]
