"""Removing what is kept of a customer, in bounded pieces. Every removal is safe to repeat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atd_conversation.domain.conversation import Conversation
from atd_conversation.store.documents import conversation_of
from atd_conversation.store.imports import BY_CONTACT as LINE_BY_CONTACT
from atd_conversation.store.imports import IMPORT_LINES
from atd_conversation.store.indexes import (
    ATTACHMENTS,
    BY_CONTACT,
    BY_IDENTITY_OWNER,
    BY_NOTED_CONTACT,
    CONTACT_NOTES,
    CONVERSATIONS,
    DRAFTS,
    IDENTITIES,
    MESSAGES,
    SCHEDULED,
    TIMELINE,
    VIEW_COUNTS,
)
from atd_conversation.store.view_counts import one_less

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

MESSAGES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """Some messages of a conversation: their ids, those that went out, and their files."""

    message_ids: tuple[str, ...]
    sent_ids: tuple[str, ...]
    attachment_ids: tuple[str, ...]


class Removal:
    """Of one tenant at a time."""

    def __init__(self, database: "Database") -> None:
        self._db = database

    async def a_conversation(self, tenant_id: str, contact_ids: Sequence[str]) -> Conversation | None:
        """One of the conversations that are left of these contacts."""
        query = {"tenant_id": tenant_id, "contact.id": {"$in": list(contact_ids)}}
        row = await self._db[CONVERSATIONS].find_one(query, hint=BY_CONTACT)
        return conversation_of(row) if row else None

    async def conversation_ids(self, tenant_id: str, contact_ids: Sequence[str], *, limit: int) -> list[str]:
        query = {"tenant_id": tenant_id, "contact.id": {"$in": list(contact_ids)}}
        cursor = self._db[CONVERSATIONS].find(query, {"_id": 1}).hint(BY_CONTACT).limit(limit)
        return [row["_id"] for row in await cursor.to_list(limit)]

    async def piece(self, conversation: Conversation) -> Piece:
        """Some of the messages that are left of a conversation."""
        query = {"conversation_id": conversation.id, "tenant_id": conversation.tenant_id}
        fields = {"direction": 1, "attachments.id": 1}
        rows = await self._db[MESSAGES].find(query, fields).sort("sequence", 1).limit(MESSAGES_AT_ONCE).to_list(None)
        return Piece(
            tuple(row["_id"] for row in rows),
            tuple(row["_id"] for row in rows if row["direction"] == "outbound"),
            tuple(one["id"] for row in rows for one in row.get("attachments") or ()),
        )

    async def remove_messages(self, session: "Session", piece: Piece) -> int:
        """Remove messages, with their terms, and what is known of their files."""
        await self._db[ATTACHMENTS].delete_many({"_id": {"$in": list(piece.attachment_ids)}}, session=session)
        removed = await self._db[MESSAGES].delete_many({"_id": {"$in": list(piece.message_ids)}}, session=session)
        return removed.deleted_count

    async def remove_conversation(self, session: "Session", conversation: Conversation) -> None:
        """Remove a conversation without messages: its timeline, drafts of it, what was to be said later, itself."""
        place: Document = {"tenant_id": conversation.tenant_id, "conversation_id": conversation.id}
        await self._db[TIMELINE].delete_many({"subject": conversation.id}, session=session)
        await self._db[DRAFTS].delete_many(place, session=session)
        await self._db[SCHEDULED].delete_many(place, session=session)
        row = await self._db[CONVERSATIONS].find_one_and_delete({"_id": conversation.id}, session=session)
        if row is not None:
            await self._db[VIEW_COUNTS].insert_many(one_less(conversation_of(row)), session=session)

    async def remove_identities(self, tenant_id: str, contact_ids: Sequence[str]) -> int:
        """From now on nobody is recognised as one of these contacts."""
        query = {"contact_id": {"$in": list(contact_ids)}, "tenant_id": tenant_id}
        removed = await self._db[IDENTITIES].delete_many(query, hint=BY_IDENTITY_OWNER)
        return removed.deleted_count

    async def remove_rest(self, session: "Session", tenant_id: str, contact_ids: Sequence[str]) -> dict[str, int]:
        """Remove notes, the contacts' own timeline, and what imports remember of them; how many of each."""
        theirs: Document = {"tenant_id": tenant_id, "contact_id": {"$in": list(contact_ids)}}
        notes = await self._db[CONTACT_NOTES].delete_many(theirs, session=session, hint=BY_NOTED_CONTACT)
        lines = await self._db[IMPORT_LINES].delete_many(theirs, session=session, hint=LINE_BY_CONTACT)
        await self._db[TIMELINE].delete_many({"subject": {"$in": list(contact_ids)}}, session=session)
        return {"notes": notes.deleted_count, "import_lines": lines.deleted_count}
