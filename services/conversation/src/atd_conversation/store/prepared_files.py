"""Which files are being made for somebody, and which can be downloaded. Their bytes are in the file store."""

from datetime import datetime
from typing import TYPE_CHECKING

from pymongo import IndexModel

from atd_conversation.domain.prepared_files import PreparedFile, PreparedKind
from atd_schemas.envelope import Actor

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

PREPARED_FILES = "prepared_files"
BY_WAITING = "by_waiting"
PREPARED_FILE_INDEXES = {
    PREPARED_FILES: [
        IndexModel([("tenant_id", 1), ("kind", 1), ("about", 1), ("_id", -1)]),
        IndexModel([("tenant_id", 1)], name=BY_WAITING, partialFilterExpression={"waiting": True}),
    ]
}


class PreparedFiles:
    """By id, or the latest of a kind; always of one tenant."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[PREPARED_FILES]

    async def add(self, session: "Session", file: PreparedFile) -> None:
        await self._rows.insert_one(_document(file), session=session)

    async def one(self, tenant_id: str, file_id: str, kind: PreparedKind) -> PreparedFile | None:
        row = await self._rows.find_one({"_id": file_id, "tenant_id": tenant_id, "kind": kind})
        return _file_of(row) if row else None

    async def latest(
        self, tenant_id: str, kind: PreparedKind, about: str | None, *, limit: int, session: "Session | None" = None
    ) -> list[PreparedFile]:
        """Up to `limit` files about something, the newest first."""
        query = {"tenant_id": tenant_id, "kind": kind, "about": about}
        rows = await self._rows.find(query, session=session).sort("_id", -1).limit(limit).to_list(limit)
        return [_file_of(row) for row in rows]

    async def waiting(self, tenant_id: str, *, most: int) -> int:
        """How many files of the tenant are not made yet, up to `most`."""
        return await self._rows.count_documents({"tenant_id": tenant_id, "waiting": True}, limit=most, hint=BY_WAITING)

    async def progress(self, file_id: str, done: int, total: int) -> bool:
        """Note how far it is; whether it is still wanted."""
        told = {"$set": {"state": "running", "done": done, "total": total}}
        return (await self._rows.update_one({"_id": file_id, "state": {"$ne": "ready"}}, told)).matched_count == 1

    async def save(self, session: "Session", file: PreparedFile) -> bool:
        """Replace what is known of it; False when it was removed meanwhile."""
        found = await self._rows.replace_one({"_id": file.id}, _document(file), session=session)
        return found.matched_count == 1

    async def failed(self, file_id: str) -> None:
        """It could not be made."""
        told = {"$set": {"state": "failed"}, "$unset": {"waiting": ""}}
        await self._rows.update_one({"_id": file_id, "state": {"$ne": "ready"}}, told)

    async def remove(self, file_id: str, session: "Session | None" = None) -> None:
        await self._rows.delete_one({"_id": file_id}, session=session)


def _document(file: PreparedFile) -> "Document":
    return {
        "_id": file.id,
        "tenant_id": file.tenant_id,
        "kind": file.kind,
        "about": file.about,
        "asked_by": file.asked_by.model_dump(),
        "created_at": file.created_at,
        "details": dict(file.details),
        "state": file.state,
        "done": file.done,
        "total": file.total,
        "name": file.name,
        "mime_type": file.mime_type,
        "size": file.size,
        "expires_at": file.expires_at,
        **({"waiting": True} if file.state in ("pending", "running") else {}),
    }


def _file_of(row: "Document") -> PreparedFile:
    names = ("tenant_id", "kind", "about", "details", "state", "done", "total", "name", "mime_type", "size")
    expires_at: datetime | None = row["expires_at"]
    return PreparedFile(
        id=row["_id"],
        asked_by=Actor(**row["asked_by"]),
        created_at=row["created_at"],
        expires_at=expires_at,
        **{name: row[name] for name in names},
    )
