"""What the search asks the database: by an index, within a bound, and looking at little more than it finds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atd_conversation.domain.message_question import question_of
from atd_conversation.store.indexes import MESSAGES
from atd_conversation.store.message_search import MessageSearch
from atd_conversation.store.message_terms import MessageTerms
from atd_conversation.store.message_walks import MessageFilter
from atd_conversation.store.queries import ConversationFilter
from atd_testing.inbound import customer_message

UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
_PROFILE_BYTES = 2**24
_LOOKED_AT, _BESIDE = 20, 100
"""Documents that a query may look at for each one that it returns, and beside them."""


def complaints(rows: list[Any]) -> list[str]:
    """What is wrong with profiled queries: without an index or a bound, or looking at far more than they return."""
    found = []
    for row in rows:
        command, name = row.get("command", {}), row["ns"]
        if "COLLSCAN" in row["planSummary"]:
            found.append(f"{name}: no index: {command}")
        if "find" in command and not command.get("limit"):
            found.append(f"{name}: no limit: {command}")
        counts = "aggregate" in command  # up to a limit, which stands in its pipeline
        if not counts and row.get("docsExamined", 0) > _LOOKED_AT * row.get("nreturned", 0) + _BESIDE:
            found.append(f"{name}: looks at {row['docsExamined']} for {row.get('nreturned')}: {command}")
    return found


async def profiled(parts: Any, work: Any) -> list[Any]:
    """The queries that the database answered meanwhile."""
    if "system.profile" not in await parts.db.list_collection_names():
        await parts.db.create_collection("system.profile", capped=True, size=_PROFILE_BYTES)
    await parts.db.command("profile", 2)
    await work()
    await parts.db.command("profile", 0)
    return [row for row in await parts.db["system.profile"].find().to_list(None) if "planSummary" in row]


@pytest.fixture
async def filled(parts: Any) -> Any:
    """300 messages of 30 customers; one in ten says something else."""
    for turn in range(10):
        texts = ["o pedido chegou" if turn else "a impressora quebrou"] * 30
        await parts.take(
            *(
                customer_message("t", "acc", f"w{turn}-{n}", text=text, customer=f"5511999990{n:03}")
                for n, text in enumerate(texts)
            )
        )
    return parts


async def test_every_query_of_the_search_has_an_index_and_a_bound(filled: Any) -> None:
    search = MessageSearch(filled.db, filled.queries)
    row = await filled.db.conversations.find_one({"tenant_id": "t"})
    filters = (
        MessageFilter(until=UNTIL),
        MessageFilter(until=UNTIL, conversations=ConversationFilter(sight_of="bia")),
        MessageFilter(until=UNTIL, conversations=ConversationFilter(contact_id=row["contact"]["id"])),
        MessageFilter(until=UNTIL, conversation=(row["_id"], row["number"])),
        MessageFilter(until=UNTIL, since=UNTIL - timedelta(days=900)),
    )

    async def work() -> None:
        for typed in ("pedido", "impr", "pedido chegou", '"pedido chegou"', "nada"):
            for wanted in filters:
                await search.page("t", question_of(typed), wanted, limit=20)
                await search.count("t", question_of(typed), wanted)
        await filled.queries.by_number("t", 1)
        await filled.queries.by_ids("t", [row["_id"]])
        await MessageTerms(filled.db).add()

    rows = await profiled(filled, work)
    assert len(rows) > 50
    assert complaints(rows) == []


async def test_a_query_without_an_index_a_bound_or_a_narrow_look_is_complained_of(filled: Any) -> None:
    messages = filled.db[MESSAGES]

    async def said_of(work: Any) -> str:
        await filled.db["system.profile"].drop()
        return " ".join(complaints(await profiled(filled, work)))

    assert "no index" in await said_of(lambda: messages.find_one({"text": "a impressora quebrou"}))
    assert "no limit" in await said_of(lambda: messages.find({"_id": "x"}).to_list(None))
    far = {"tenant_id": "t", "terms": "o", "kind": "image"}
    assert "looks at" in await said_of(lambda: messages.find(far).hint("by_message_term").limit(5).to_list(5))
