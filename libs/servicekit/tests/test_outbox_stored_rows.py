"""What the list of stored rows promises, on a real MongoDB."""

from typing import Any

import pytest
from bson import ObjectId

from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_servicekit.outbox import OUTBOX, OUTBOX_INDEXES
from atd_servicekit.outbox.stored_rows import StoredRows

FIRST_BATCH = 101
"""Documents that MongoDB gives at once, unless told otherwise; the rest is read a moment later."""


def _row(order: int) -> dict[str, Any]:
    return {"_id": ObjectId(), "shard": 0, "order": order, "part": 0, "at": None, "records": []}


async def test_a_list_never_has_a_row_without_those_that_were_committed_before_it(
    mongodb_url: str, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two transactions change one aggregate, one after the other, while the list is being read."""
    mongo = Mongo(mongodb_url, database_name, Metrics())
    await mongo.ensure_indexes(OUTBOX_INDEXES)
    outbox = mongo.db[OUTBOX]
    await outbox.insert_many([_row(order) for order in range(1_000, 1_000 + 2 * FIRST_BATCH)])
    former, latter = _row(10), _row(5_000)
    cursors = type(outbox.find())
    to_list = cursors.to_list

    async def slowly(cursor: Any, length: int) -> list[Any]:
        begun = [await anext(cursor)]
        await outbox.insert_one(former)
        await outbox.insert_one(latter)
        return begun + await to_list(cursor, length)

    with monkeypatch.context() as patch:
        patch.setattr(cursors, "to_list", slowly)
        during = {one.id for one in (await StoredRows(outbox).oldest(0)).rows}
    after = {one.id for one in (await StoredRows(outbox).oldest(0)).rows}
    assert former["_id"] in during or latter["_id"] not in during
    assert {former["_id"], latter["_id"]} <= after, "what was committed before the call is in the list"
    await mongo.client.drop_database(database_name)
    await mongo.close()
