"""Drafts of attendants, by conversation and direction. A conversation knows who has one: `drafted_by`."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from atd_conversation.domain.conversation import MAX_FAVOURITES
from atd_conversation.domain.unsent import MAX_DRAFTS, DraftPlace, UnsentDraft
from atd_conversation.store.indexes import CONVERSATIONS, DRAFTS
from atd_servicekit.places import Place, earlier

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

MAX_WRITERS = MAX_FAVOURITES
"""Attendants whose drafts one conversation shows in their lists; those of more are kept and not marked."""


class UnsentDrafts:
    """Drafts of one attendant at a time, by their id or by the index of tenant, attendant and time."""

    def __init__(self, database: "Database") -> None:
        self._drafts = database[DRAFTS]
        self._conversations = database[CONVERSATIONS]

    async def get(self, place: DraftPlace, session: "Session | None" = None) -> UnsentDraft:
        """The draft; an empty one of version 0 where there is none."""
        row = await self._drafts.find_one({"_id": place.id, "tenant_id": place.tenant_id}, session=session)
        return _draft_of(row) if row else UnsentDraft(place)

    async def page(
        self, tenant_id: str, attendant_id: str, *, limit: int, before: Place | None = None
    ) -> list[UnsentDraft]:
        """Up to `limit` drafts of an attendant, the latest first, from the one after `before` on."""
        query: Document = {"tenant_id": tenant_id, "attendant_id": attendant_id}
        if before is not None:
            query = earlier(query, "updated_at", before)
        cursor = self._drafts.find(query).sort([("updated_at", -1), ("_id", -1)]).limit(limit)
        return [_draft_of(row) for row in await cursor.to_list(limit)]

    async def has_room(self, tenant_id: str, attendant_id: str, session: "Session") -> bool:
        """Whether the attendant may have one more."""
        query: Document = {"tenant_id": tenant_id, "attendant_id": attendant_id}
        return await self._drafts.count_documents(query, limit=MAX_DRAFTS, session=session) < MAX_DRAFTS

    async def put(self, session: "Session", draft: UnsentDraft) -> None:
        """Write the draft, which was read in this transaction; its conversation shows it from now on."""
        place = draft.place
        await self._drafts.replace_one({"_id": place.id}, _document(draft), upsert=True, session=session)
        room: Document = {
            f"drafted_by.{MAX_WRITERS - 1}": {"$exists": False},
            "drafted_by": {"$ne": place.attendant_id},
        }
        await self._conversations.update_one(
            {"_id": place.conversation_id, "tenant_id": place.tenant_id, **room},
            {"$addToSet": {"drafted_by": place.attendant_id}},
            session=session,
        )

    async def remove(self, session: "Session", place: DraftPlace) -> None:
        """Delete the draft; its conversation shows it no more, unless there is one of the other direction."""
        await self._drafts.delete_one({"_id": place.id, "tenant_id": place.tenant_id}, session=session)
        other = await self._drafts.find_one({"_id": place.other().id}, {"_id": 1}, session=session)
        if other is None:
            await self._conversations.update_one(
                {"_id": place.conversation_id, "tenant_id": place.tenant_id, "drafted_by": place.attendant_id},
                {"$pull": {"drafted_by": place.attendant_id}},
                session=session,
            )

    async def of_conversations(
        self, tenant_id: str, conversation_ids: Collection[str], *, limit: int, session: "Session | None" = None
    ) -> list[UnsentDraft]:
        """Up to `limit` drafts of everybody in these conversations: for who erases what a customer is part of."""
        query: Document = {"conversation_id": {"$in": list(conversation_ids)}, "tenant_id": tenant_id}
        rows = await self._drafts.find(query, session=session).limit(limit).to_list(limit)
        return [_draft_of(row) for row in rows]


def _document(draft: UnsentDraft) -> "Document":
    place = draft.place
    return {
        "_id": place.id,
        "tenant_id": place.tenant_id,
        "conversation_id": place.conversation_id,
        "attendant_id": place.attendant_id,
        "direction": place.direction,
        "text": draft.text,
        "files": [{"id": file_id, "send_as": send_as} for file_id, send_as in (draft.files or {}).items()],
        "reply_to": draft.reply_to,
        "version": draft.version,
        "updated_at": draft.updated_at,
    }


def _draft_of(row: "Document") -> UnsentDraft:
    place = DraftPlace(row["tenant_id"], row["conversation_id"], row["attendant_id"], row["direction"])
    files: Mapping[str, str | None] = {one["id"]: one["send_as"] for one in row["files"]}
    return UnsentDraft(place, row["text"], files, row["reply_to"], row["version"], row["updated_at"])
