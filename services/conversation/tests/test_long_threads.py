"""A conversation of 40,000 messages is read like a short one: a page costs a page, wherever it is."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from atd_testing.inbound import NOON, customer_message
from atd_testing.service import TenantClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = 40_000
PAGE = 50


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def thread(service: Any) -> AsyncIterator[tuple[Any, str]]:
    """A tenant with one conversation of `MESSAGES` messages."""
    desk = TenantClient(service, permissions=("conversations:read",))
    await service.take(
        customer_message(desk.tenant, f"acc-{desk.tenant}", "m1", occurred_at=NOON, customer="5511999990040")
    )
    row = await service.db.messages.find_one({"tenant_id": desk.tenant})
    rows = (
        {**row, "_id": f"{desk.tenant}-{n}", "sequence": n, "text": str(n), "occurred_at": NOON + timedelta(seconds=n)}
        for n in range(row["sequence"] + 1, MESSAGES + 1)
    )
    await service.db.messages.insert_many(list(rows), ordered=False)
    await service.db.conversations.update_one({"_id": row["conversation_id"]}, {"$set": {"sequence": MESSAGES}})
    yield desk, row["conversation_id"]
    await service.db.messages.delete_many({"conversation_id": row["conversation_id"]})


@pytest.mark.parametrize(
    ("place", "first", "last"),
    [
        ({}, MESSAGES - PAGE + 1, MESSAGES),
        ({"before": 20_000}, 20_000 - PAGE, 19_999),
        ({"after": 20_000}, 20_001, 20_000 + PAGE),
        ({"around_sequence": 20_000}, 20_001 - PAGE // 2, 20_000 + PAGE // 2),
        ({"around_sequence": 3}, 2, 3 + PAGE // 2),
        ({"before": 40}, 2, 39),
    ],
    ids=str,
)
async def test_a_page_anywhere_reads_a_page(
    thread: tuple[Any, str], service: Any, place: dict[str, int], first: int, last: int
) -> None:
    desk, conversation_id = thread
    await service.db.command("profile", 2)
    try:
        page = await desk.get(f"/conversations/{conversation_id}/messages", limit=PAGE, **place)
    finally:
        await service.db.command("profile", 0)
    assert [one["sequence"] for one in page["items"]] == list(range(last, first - 1, -1))
    looked = await service.db.system.profile.find({"ns": {"$regex": "messages$"}}).to_list(None)
    assert looked
    assert sum(one["docsExamined"] for one in looked) <= PAGE + 2
    await service.db.system.profile.drop()


async def test_the_whole_thread_can_be_read_backwards(thread: tuple[Any, str]) -> None:
    desk, conversation_id = thread
    seen: list[int] = []
    before = MESSAGES + 1
    while before > MESSAGES - 2_000:
        page = await desk.get(f"/conversations/{conversation_id}/messages", limit=100, before=before)
        seen += [one["sequence"] for one in page["items"]]
        before = seen[-1]
    assert seen == list(range(MESSAGES, before - 1, -1))
