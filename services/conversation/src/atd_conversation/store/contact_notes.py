"""Notes on customers: what colleagues should know, each with its author and time.

A note stays with the record that it was written on. One that goes on for others shows theirs too, and when a merge is
undone each has its own again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.store.indexes import BY_NOTED_CONTACT, CONTACT_NOTES
from atd_schemas.views import Named

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

MOST_NOTES = 200
"""Notes on one customer."""

LONGEST_NOTE = 5_000


@dataclass(frozen=True, slots=True)
class ContactNote:
    """One note on a customer."""

    id: str
    tenant_id: str
    contact_id: str
    text: str
    author: Named
    created_at: datetime
    edited_at: datetime | None = None


class ContactNotes:
    """The notes of one tenant at a time."""

    def __init__(self, database: "Database") -> None:
        self._notes = database[CONTACT_NOTES]

    async def of(
        self, tenant_id: str, contact_ids: Sequence[str], *, limit: int, before: str | None = None
    ) -> list[ContactNote]:
        """Up to `limit` notes on these records, the latest first, from the one before `before` on."""
        query: Document = {"tenant_id": tenant_id, "contact_id": {"$in": list(contact_ids)}}
        if before is not None:
            query["_id"] = {"$lt": before}
        cursor = self._notes.find(query).sort("_id", -1).hint(BY_NOTED_CONTACT).limit(limit)
        return [_note_of(row) for row in await cursor.to_list(limit)]

    async def one(self, tenant_id: str, note_id: str, session: "Session | None" = None) -> ContactNote | None:
        row = await self._notes.find_one({"_id": note_id, "tenant_id": tenant_id}, session=session)
        return _note_of(row) if row else None

    async def count(self, tenant_id: str, contact_id: str, session: "Session") -> int:
        """How many notes a record has, up to `MOST_NOTES`."""
        query = {"tenant_id": tenant_id, "contact_id": contact_id}
        return await self._notes.count_documents(query, limit=MOST_NOTES, hint=BY_NOTED_CONTACT, session=session)

    async def add(self, session: "Session", note: ContactNote) -> None:
        """Keep a new note."""
        await self._notes.insert_one(
            {
                "_id": note.id,
                "tenant_id": note.tenant_id,
                "contact_id": note.contact_id,
                "text": note.text,
                "author": {"id": note.author.id, "name": note.author.name},
                "created_at": note.created_at,
                "edited_at": note.edited_at,
            },
            session=session,
        )

    async def edit(self, session: "Session", note: ContactNote) -> None:
        """Keep another text of a note."""
        changed = {"text": note.text, "edited_at": note.edited_at}
        await self._notes.update_one({"_id": note.id, "tenant_id": note.tenant_id}, {"$set": changed}, session=session)

    async def remove(self, session: "Session", note: ContactNote) -> None:
        """Take a note away."""
        await self._notes.delete_one({"_id": note.id, "tenant_id": note.tenant_id}, session=session)


def _note_of(row: "Document") -> ContactNote:
    return ContactNote(
        id=row["_id"],
        tenant_id=row["tenant_id"],
        contact_id=row["contact_id"],
        text=row["text"],
        author=Named(**row["author"]),
        created_at=row["created_at"],
        edited_at=row["edited_at"],
    )
