"""Files that were stored before the store knew their names are counted, and share their bytes from then on."""

from contextlib import suppress
from typing import TYPE_CHECKING

from atd_conversation.domain.attachments import THUMBNAIL
from atd_conversation.store.indexes import ATTACHMENTS, COUNTERS
from atd_conversation.store.late_work import batches_since
from atd_servicekit.files import DeduplicatedStore, FileMissing, StoredFile, file_key

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document

_PLACE = "files.adopted"
"""Where in `counters` it is noted up to which file; no tenant has such an id."""

_FIELDS = {"tenant_id": 1, "state": 1, "size": 1, "sha256": 1, "mime_type": 1}


class EarlierFiles:
    """Of all tenants. Safe to repeat, and to run in several processes at once."""

    def __init__(self, database: "Database", store: DeduplicatedStore) -> None:
        self._files = database[ATTACHMENTS]
        self._counters = database[COUNTERS]
        self._store = store

    async def adopt(self) -> int:
        """Adopt those that are not known yet; how many."""
        adopted = 0
        async for rows in batches_since(self._files, self._counters, _PLACE, _FIELDS):
            for row in rows:
                if row["state"] == "ready" and row.get("sha256") and row.get("size") is not None:
                    adopted += await self._adopt_one(row)
        return adopted

    async def _adopt_one(self, row: "Document") -> bool:
        key = file_key(row["tenant_id"], row["_id"])
        with suppress(FileMissing):
            if await self._store.adopt(StoredFile(key, row["size"], row["sha256"], row["mime_type"])):
                await self._store.drop_unnamed(file_key(row["tenant_id"], row["_id"], THUMBNAIL))
                return True
        return False
