"""Documents of files, for who uploads, sends and reads them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.drafts import UploadedFile
from atd_conversation.domain.file_types import WebP
from atd_conversation.domain.message_files import Attachment
from atd_conversation.store.attachments import (
    changed_attachment,
    stored_attachment_document,
    stored_attachment_of,
)
from atd_conversation.store.contacts import bounded
from atd_conversation.store.indexes import ATTACHMENTS, BY_FILE, BY_SIZE
from atd_schemas.views import AttachmentState
from atd_servicekit.places import Place, earlier

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session


_LARGEST_READ = 200


@dataclass(frozen=True, slots=True)
class UnusedFile:
    """An upload that no message took."""

    id: str
    tenant_id: str


class Files:
    """Files of one tenant at a time.

    What is uploaded has `unused_since` until a message takes it, or `held_by` while a draft
    waits to be sent with it. What is `kept_by` something, such as a quick reply, is copied to be sent.
    """

    def __init__(self, database: "Database") -> None:
        self._files = database[ATTACHMENTS]

    async def file(self, tenant_id: str, attachment_id: str) -> StoredAttachment | None:
        row = await self._files.find_one({"_id": attachment_id, "tenant_id": tenant_id})
        return stored_attachment_of(row) if row else None

    async def largest(self, tenant_id: str, limit: int) -> list[StoredAttachment]:
        """Up to `limit` of the tenant's files that are here, the largest first, of the same bytes one.

        Of very many copies the list may be shorter: no more than `_LARGEST_READ` files are looked at.
        """
        query: Document = {"tenant_id": tenant_id, "state": "ready"}
        cursor = self._files.find(query).sort([("size", -1)]).hint(BY_SIZE).limit(_LARGEST_READ)
        with bounded():
            rows = [stored_attachment_of(row) for row in await cursor.to_list(_LARGEST_READ)]
        distinct: dict[str, StoredAttachment] = {}
        for row in rows:
            distinct.setdefault(row.attachment.sha256 or row.attachment.id, row)
        return list(distinct.values())[:limit]

    async def of_conversations(
        self, tenant_id: str, conversation_ids: Sequence[str], *, limit: int, after: Place | None
    ) -> list[StoredAttachment]:
        """Up to `limit` files of these conversations, the latest first, that come after the place `after`."""
        query: Document = {"tenant_id": tenant_id, "conversation_id": {"$in": list(conversation_ids)}}
        if after is not None:
            query = earlier(query, "created_at", after)
        query["message_id"] = {"$ne": None}
        cursor = self._files.find(query).sort([("created_at", -1), ("_id", -1)]).hint(BY_FILE).limit(limit)
        with bounded():
            return [stored_attachment_of(row) for row in await cursor.to_list(limit)]

    async def begin(self, upload: StoredAttachment) -> None:
        """Write down that a file is being uploaded, so that what breaks off is cleared away."""
        await self._files.insert_one({**stored_attachment_document(upload), "unused_since": upload.created_at})

    async def finish(self, session: "Session | None", attachment: Attachment, *, webp: WebP | None) -> None:
        """The upload is in the file store."""
        fields = {"name": attachment.name, **changed_attachment(attachment), **({"webp": asdict(webp)} if webp else {})}
        await self._files.update_one({"_id": attachment.id}, {"$set": fields}, session=session)

    async def uploads(
        self, tenant_id: str, attachment_ids: Sequence[str], session: "Session | None" = None
    ) -> dict[str, UploadedFile]:
        """Those of the files that are ready and that no message has, by id."""
        query: Document = {
            "_id": {"$in": list(attachment_ids)},
            "tenant_id": tenant_id,
            "state": "ready",
            "$or": [{"unused_since": {"$exists": True}}, {"held_by": {"$exists": True}}],
            "kept_by": {"$exists": False},
        }
        most = len(attachment_ids) or 1
        rows = await self._files.find(query, session=session).limit(most).to_list(most)
        found = (UploadedFile(stored_attachment_of(row).attachment, _webp_of(row.get("webp"))) for row in rows)
        return {file.attachment.id: file for file in found}

    async def states(
        self, tenant_id: str, attachment_ids: Sequence[str], session: "Session | None" = None
    ) -> dict[str, AttachmentState]:
        """In which state each of these files is, as far as they are the tenant's."""
        query = {"_id": {"$in": list(attachment_ids)}, "tenant_id": tenant_id}
        rows = await self._files.find(query, {"state": 1}, session=session).limit(len(attachment_ids)).to_list(None)
        return {row["_id"]: row["state"] for row in rows}

    async def take(
        self, session: "Session", attachment_ids: Sequence[str], *, conversation_id: str, message_id: str
    ) -> None:
        """The files, as `uploads` found them in this transaction, belong to a message from now on."""
        if attachment_ids:
            place = {"conversation_id": conversation_id, "message_id": message_id}
            await self._files.update_many(
                {"_id": {"$in": list(attachment_ids)}},
                {"$set": place, "$unset": {"unused_since": "", "held_by": ""}},
                session=session,
            )

    async def hold(self, session: "Session", attachment_ids: Sequence[str], holder: str) -> None:
        """Keep uploads, as `uploads` found them in this transaction, until a message takes them or all let go."""
        if attachment_ids:
            await self._files.update_many(
                {"_id": {"$in": list(attachment_ids)}},
                {"$addToSet": {"held_by": holder}, "$unset": {"unused_since": ""}},
                session=session,
            )

    async def let_go(self, session: "Session", attachment_ids: Sequence[str], holder: str, now: datetime) -> None:
        """`holder` needs these uploads no more; what nobody holds is unused from now on."""
        if attachment_ids:
            ids = {"$in": list(attachment_ids)}
            held: Document = {"_id": ids, "held_by": holder}
            await self._files.update_many(held, {"$pull": {"held_by": holder}}, session=session)
            await self._files.update_many(
                {"_id": ids, "held_by": []},
                {"$set": {"unused_since": now}, "$unset": {"held_by": ""}},
                session=session,
            )

    async def keep(self, session: "Session", attachment_ids: Sequence[str], keeper: str) -> None:
        """Uploads, as `uploads` found them in this transaction, are `keeper`'s from now on: copies of them are sent."""
        if attachment_ids:
            await self._files.update_many(
                {"_id": {"$in": list(attachment_ids)}},
                {"$set": {"kept_by": keeper}, "$unset": {"unused_since": ""}},
                session=session,
            )

    async def give_up(self, session: "Session", attachment_ids: Sequence[str], keeper: str, now: datetime) -> None:
        """`keeper` needs these no more; they are unused from now on."""
        if attachment_ids:
            await self._files.update_many(
                {"_id": {"$in": list(attachment_ids)}, "kept_by": keeper},
                {"$set": {"unused_since": now}, "$unset": {"kept_by": "", "held_by": ""}},
                session=session,
            )

    async def kept(self, tenant_id: str, attachment_ids: Sequence[str], keeper: str) -> list[UploadedFile]:
        """Those of the files that `keeper` has, in this order."""
        if not attachment_ids:
            return []  # no limit is no limit at all
        query: Document = {"_id": {"$in": list(attachment_ids)}, "tenant_id": tenant_id, "kept_by": keeper}
        rows = await self._files.find(query).limit(len(attachment_ids)).to_list(len(attachment_ids) or 1)
        found = {
            row["_id"]: UploadedFile(stored_attachment_of(row).attachment, _webp_of(row.get("webp"))) for row in rows
        }
        return [found[one] for one in attachment_ids if one in found]

    async def unused(self, before: datetime, limit: int) -> list[UnusedFile]:
        """Up to `limit` uploads of before that no message took, of all tenants; nobody can use them any more."""
        query: Document = {"unused_since": {"$lt": before}}
        rows = await self._files.find(query, {"tenant_id": 1}).sort("unused_since", 1).limit(limit).to_list(limit)
        found = []
        for row in rows:
            gone = await self._files.update_one(
                {"_id": row["_id"], "unused_since": {"$exists": True}}, {"$set": {"state": "failed"}}
            )
            if gone.matched_count:
                found.append(UnusedFile(row["_id"], row["tenant_id"]))
        return found

    async def remove(self, attachment_id: str) -> None:
        """Forget an upload whose bytes are gone."""
        await self._files.delete_one({"_id": attachment_id, "unused_since": {"$exists": True}})


def _webp_of(fields: "Document | None") -> WebP | None:
    return WebP(**fields) if fields else None
