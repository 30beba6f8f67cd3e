"""The provider's ids of uploaded files, in MongoDB."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

UPLOADS = "media_uploads"
UPLOAD_INDEXES = {UPLOADS: [IndexModel([("expires_at", 1)], name="expires", expireAfterSeconds=0)]}


class UploadStore:
    """Ids by account, bytes and type. The key is the `_id`, so there is one of each.

    `kept_for`: how long an id is used again, a little less than the provider keeps the file.
    """

    def __init__(self, database: "Database", kept_for: timedelta) -> None:
        self._uploads = database[UPLOADS]
        self._kept_for = kept_for

    async def find(self, key: str, now: datetime) -> str | None:
        """The id that can be used again."""
        found = await self._uploads.find_one({"_id": key, "expires_at": {"$gt": now}}, {"media_id": 1})
        return None if found is None else str(found["media_id"])

    async def remember(self, key: str, media_id: str, now: datetime) -> None:
        """Keep an id; of two processes that uploaded at once, either's can be used."""
        known = {"media_id": media_id, "uploaded_at": now, "expires_at": now + self._kept_for}
        try:
            await self._uploads.update_one({"_id": key}, {"$set": known}, upsert=True)
        except DuplicateKeyError:
            return

    async def forget(self, keys: Sequence[str], media_ids: Sequence[str] | None) -> None:
        """Do not use the keys' ids again; with `media_ids` only these, so that a newer one stays."""
        which = {} if media_ids is None else {"media_id": {"$in": list(media_ids)}}
        await self._uploads.delete_many({"_id": {"$in": list(keys)}, **which})
