"""Whatever a route asks the database goes by an index, within a bound, and looks at little more than it finds.

The database itself writes down every query that it answers meanwhile, so that a new one needs to be listed nowhere.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from atd_conversation.store.contacts import LIST_SECONDS
from atd_conversation.store.indexes import INDEXES

from .named_ids import filled, ids_named, ids_of_everything
from .test_api_access import ALL, LISTS, ROUTES, _take
from .test_api_merged_contacts import EVERYTHING

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMERS = 150
LOOKED_AT, BESIDE = 20, 60
"""Documents that a query may look at for each one that it returns, and beside these."""

_PROFILE_BYTES = 2**26
_FOR_EVER = 10**9
_FILTERS = (
    *({}, {"status": "queued"}, {"assignee": "me"}, {"assignee": "none"}, {"unread": "true"}, {"unread": "false"}),
    *({"favourite": "true"}, {"mentioned": "true"}, {"priority": "high"}, {"channel": "whatsapp"}, {"q": "Ana"}),
    *({"q": "1"}, {"q": "9999900001"}, {"sort": "waiting_since"}, {"opened_after": "2026-01-01T00:00:00Z"}),
    *({"public": "true"}, {"public": "false"}, {"team": "sales"}, {"team": "none"}, {"team": "mine"}),
    *({"team": "sales", "sort": "waiting_since"}, {"team": "sales", "status": "queued"}),
)
"""Questions that lists are asked; each together with a customer, a label, a tag and a type too."""

SUMS = frozenset({"view_counts"})
"""Collections that are summed up: what changed since the sums were last folded, a few rows for each."""

UNREAD = ("unread_count", "by_unread")
"""What is unread is few, and counted by an index of nothing else: once for a tenant, and when sums are checked."""


def complaints(row: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a query, as the profiler wrote it down."""
    command, plan = row.get("command", {}), row.get("planSummary", "")
    query = command.get("filter") or command.get("q") or command.get("query") or command.get("pipeline") or {}
    said = f"{row['ns'].partition('.')[2]} {row['op']} {query} sort={command.get('sort')} [{plan}]"
    if "COLLSCAN" in plan:
        yield f"no index: {said}"
    if "find" in command and not command.get("limit"):
        yield f"no limit: {said}"
    examined = row.get("docsExamined", 0)
    if "aggregate" in command:
        if examined and not any("$limit" in stage for stage in command["pipeline"]) and not _is_known(row):
            yield f"counts {examined} documents, and not an index alone: {said}"
        return
    found = sum(row.get(name, 0) for name in ("nreturned", "nMatched", "ndeleted"))
    if examined > LOOKED_AT * found + BESIDE and command.get("maxTimeMS", _FOR_EVER) > LIST_SECONDS * 1000:
        yield f"looks at {examined} for {found}: {said}"


def _is_known(row: Mapping[str, Any]) -> bool:
    field, index = UNREAD
    first = row["command"]["pipeline"][0].get("$match", {})
    return row["ns"].partition(".")[2] in SUMS or (field in first and row["command"].get("hint") == index)


@pytest_asyncio.fixture(loop_scope="module")
async def profiled(desk: Any) -> Any:
    """A tenant with many conversations, of which everything that is asked is written down."""
    await desk.written(CUSTOMERS)
    database = desk.service.db
    await database.command("profile", 0)
    await database["system.profile"].drop()
    await database.command({"create": "system.profile", "capped": True, "size": _PROFILE_BYTES})
    await database.command("profile", 2)
    yield desk
    await database.command("profile", 0)


async def asked(desk: Any) -> list[dict[str, Any]]:
    """The queries of the service's own collections since."""
    await desk.service.db.command("profile", 0)
    rows = await desk.service.db["system.profile"].find().to_list(None)
    await desk.service.db.command("profile", 2)
    return [row for row in rows if row["ns"].partition(".")[2] in INDEXES and row["op"] != "insert"]


def wrong(rows: list[dict[str, Any]]) -> list[str]:
    """Every complaint once."""
    return sorted({one for row in rows for one in complaints(row)})


async def test_every_query_of_every_route_has_an_index_and_a_bound(profiled: Any) -> None:
    everything = (*ALL, *EVERYTHING)
    here = await ids_of_everything(profiled)
    for method, path, body, _ in ROUTES:
        desk = profiled.seen_by(permissions=everything)
        ids = here
        if method != "GET":  # changes get a tenant of their own
            other = profiled.stranger()
            desk, ids = other.seen_by(permissions=everything), await ids_named(other, path, body)
        answer = await desk.ask(method, path.removeprefix("/api/v1").format(**ids), filled(body, ids))
        assert answer.is_success, answer.text
    rows = await asked(profiled)
    assert len(rows) > len(ROUTES)
    assert wrong(rows) == [], "\n".join(wrong(rows))


@pytest.mark.parametrize("visibility", ["all", "own"])
async def test_every_filter_of_every_list_has_an_index_and_a_bound(profiled: Any, visibility: str) -> None:
    ids = await ids_of_everything(profiled)
    await _take(profiled, "bia")
    desk = profiled.seen_by(permissions=ALL, visibility=visibility)
    named = {"contact_id": ids["contact_id"], "label": ids["label_id"], "tag": ids["tag_id"], "type": ids["type_id"]}
    for more in ({}, *({name: value} for name, value in named.items())):
        for wanted in _FILTERS:
            for path in ("/conversations", "/conversations/count"):
                params = {**wanted, **more}
                if path.endswith("count"):
                    params.pop("sort", None)
                await desk.get(path, **params)
    for route in LISTS:
        if route.startswith("GET /api/v1/search"):
            await desk.get(route.removeprefix("GET /api/v1"), q="mensagem", **named)
    rows = await asked(profiled)
    assert len(rows) > len(_FILTERS)
    assert wrong(rows) == [], "\n".join(wrong(rows))


async def test_a_query_that_is_too_wide_is_complained_of(profiled: Any) -> None:
    database, tenant = profiled.service.db, {"tenant_id": profiled.tenant}
    await database.messages.find_one({"text": "x"})
    await database.messages.find({"_id": "x"}).to_list(None)
    far = database.conversations.find({**tenant, "profile_name": "x"}).hint("by_status")
    await far.limit(5).to_list(5)
    grouped = await database.conversations.aggregate([{"$match": tenant}, {"$group": {"_id": "$profile_name"}}])
    await grouped.to_list(None)
    said = " ".join(wrong(await asked(profiled)))
    for what in ("no index", "no limit", "looks at", "counts"):
        assert what in said
