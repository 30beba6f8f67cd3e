"""What documents of earlier versions lack is added in the background, while requests and records go on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from atd_servicekit.mongo import Collection, Document

_AGAIN = timedelta(hours=1)
_BATCH = 500


async def add_now_and_then(what: str, add: Callable[[], Awaitable[int]]) -> None:
    """Call `add` at the start and every hour, until cancelled: during an update old processes still write.

    It returns how many documents it completed; the log says so by `what`.
    """
    while True:
        added = await add()
        if added:
            structlog.get_logger().info("documents.completed", what=what, documents=added)
        await asyncio.sleep(_AGAIN.total_seconds())


async def batches_since(
    collection: "Collection", counters: "Collection", place: str, fields: "Document | None" = None
) -> "AsyncIterator[list[Document]]":
    """Documents by id, batch by batch, from behind the last full one that was taken before.

    `place` is the document of `counters` that notes how far; no tenant has such an id. So a start costs as much as
    documents came since the one before. The last batch is not full and is looked at again: older ids may be stored
    after it.
    """
    note = await counters.find_one({"_id": place})
    after = note["after"] if note else ""
    while True:
        rows = await collection.find({"_id": {"$gt": after}}, fields).sort("_id", 1).limit(_BATCH).to_list(_BATCH)
        yield rows
        if len(rows) < _BATCH:
            return
        after = rows[-1]["_id"]
        await counters.update_one({"_id": place}, {"$max": {"after": after}}, upsert=True)
        await asyncio.sleep(0)
