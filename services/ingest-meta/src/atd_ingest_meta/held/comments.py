"""Whose comments are: what the page itself writes or does below one belongs to the customer who wrote it.

    {_id: "{account}:{comment}", contact, expires_at}

The customer's id alone is kept, for 30 days; neither names nor texts. It goes when the customer is erased.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pymongo import IndexModel, UpdateOne
from pymongo.errors import BulkWriteError

from atd_ingest_meta.translate.notes import CommentNote
from atd_schemas.inbound import InboundContact
from atd_schemas.outbound import OutboundEraseData
from atd_servicekit.clock import Clock
from atd_servicekit.gathered import Gathered

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

COMMENTS = "comments"
_DUPLICATE = 11000
KEPT_FOR = timedelta(days=30)
BY_CONTACT = "by_contact"
COMMENT_INDEXES = {
    COMMENTS: [
        IndexModel([("expires_at", 1)], name="expires", expireAfterSeconds=0),
        IndexModel([("contact", 1), ("_id", 1)], name=BY_CONTACT),
    ]
}


class Comments:
    """Reads and writes; raises PyMongo's errors."""

    def __init__(self, db: "Database", clock: Clock) -> None:
        self._comments = db[COMMENTS]
        self._clock = clock
        self._gathered = Gathered(self._write)

    async def remember(self, notes: Sequence[CommentNote]) -> None:
        """Keep whose comments are; the first author of one stays it. Webhooks that come together are one write."""
        await self._gathered.add(notes)

    async def _write(self, notes: Sequence[CommentNote]) -> None:
        expires_at = self._clock.now() + KEPT_FOR
        writes = [
            UpdateOne(
                {"_id": _key(one.account.id, one.comment_id)},
                {"$setOnInsert": {"contact": one.contact.external_id, "expires_at": expires_at}},
                upsert=True,
            )
            for one in notes
        ]
        try:
            await self._comments.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE for one in error.details.get("writeErrors", ())):
                raise  # else the same webhook is being kept beside this one

    async def whose(self, account_id: str, comment_id: str) -> InboundContact | None:
        """The customer whom a comment belongs to; None when it is not known here."""
        found = await self._comments.find_one({"_id": _key(account_id, comment_id)}, {"contact": 1})
        return None if found is None else InboundContact(external_id=found["contact"])

    async def forget(self, data: OutboundEraseData) -> int:
        """Nothing is known any more of whose comments a customer's are; how many there were."""
        if data.recipient is None:
            return 0
        theirs = {"contact": data.recipient, "_id": {"$gte": f"{data.account_id}:", "$lt": f"{data.account_id};"}}
        return (await self._comments.delete_many(theirs, hint=BY_CONTACT)).deleted_count


def _key(account_id: str, comment_id: str) -> str:
    return f"{account_id}:{comment_id}"
