"""Lists of the ledger: every filter has its way, and every way its bound."""

from collections.abc import Sequence
from typing import Any

import pytest

from atd_webhook_dispatcher.domain.delivery_times import ids_of_millisecond
from atd_webhook_dispatcher.store import ledger_queries
from atd_webhook_dispatcher.store.deliveries import DELIVERIES
from atd_webhook_dispatcher.store.ledger_queries import Filters, Found, LedgerQueries, Position

from .company import SECOND, Company, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAYS: Sequence[dict[str, Any]] = (
    {},
    {"state": "waiting"},
    {"state": "failed"},
    {"state": "dropped"},
    {"state": "delivered"},
    {"event_type": "attendant.away"},
    {"outcome": "timeout"},
    {"state": "waiting", "event_type": "attendant.away"},
    {"found": Found("t1", [("0", "1")])},
)


async def all_pages(company: Company, limit: int = 2, **asked: Any) -> list[str]:
    """The ids of all pages."""
    queries, found = LedgerQueries(company.mongo.db), []
    after: Position | None = None
    for _ in range(50):
        page = await queries.page(Filters(tenant_id=company.tenant, **asked), after, limit)
        assert len(page.entries) <= limit
        found += [entry.delivery.id for entry in page.entries]
        if page.next is None:
            return found
        after = page.next
    raise AssertionError("the pages have no end")


async def test_each_filter_shows_its_rows_newest_first_over_all_pages(company: Company) -> None:
    one, other = await company.endpoint(), await company.endpoint()
    both: dict[str, Any] = {"endpoint_ids": [one.id, other.id]}
    delivered = await company.happens(one, "attendant.online", "attendant.away", "attendant.online", state="delivered")
    failed = await company.happens(other, "attendant.away", state="failed")
    waiting = await company.happens(one, "attendant.online", "attendant.away")
    dropped = await company.happens(one, "attendant.offline", state="dropped")
    ids = [row.id for row in (*delivered, *failed, *waiting, *dropped)]
    assert await all_pages(company, **both) == ids[::-1]
    assert await all_pages(company, endpoint_ids=[other.id]) == [failed[0].id]
    assert await all_pages(company, **both, state="delivered") == [row.id for row in delivered[::-1]]
    assert await all_pages(company, **both, state="failed") == [failed[0].id]
    assert await all_pages(company, **both, state="dropped") == [dropped[0].id]
    assert await all_pages(company, **both, state="waiting", limit=1) == [row.id for row in waiting]
    assert await all_pages(company, **both, event_type="attendant.away") == [waiting[1].id, failed[0].id, ids[1]]
    assert await all_pages(company, **both, state="waiting", event_type="attendant.away") == [waiting[1].id]
    period: dict[str, Any] = {"since": failed[0].accepted_at, "until": waiting[0].accepted_at + SECOND}
    assert await all_pages(company, **both, **period) == [waiting[0].id, failed[0].id]


async def test_what_waits_is_shown_in_the_order_in_which_it_is_due(company: Company) -> None:
    one, other = await company.endpoint(), await company.endpoint()
    rows = [*await company.happens(one, "a.a", "a.b"), *await company.happens(other, "a.c"),
            *await company.happens(one, "a.d")]  # fmt: skip
    later = company.clock.now() + 60 * SECOND
    await company.mongo.db[DELIVERIES].update_one({"_id": rows[0].id}, {"$set": {"due_at": later, "lane": "replay"}})
    shown = await all_pages(company, endpoint_ids=[one.id, other.id], state="waiting", limit=1)
    assert shown == [rows[1].id, rows[2].id, rows[3].id, rows[0].id]


async def test_the_outcome_that_is_asked_for_is_that_of_the_latest_attempt(company: Company) -> None:
    endpoint = await company.endpoint()
    timed_out, twice = await company.happens(endpoint, "a.a", "a.b")
    now = company.clock.now()
    await company.sent.queue.write([ended(timed_out, "failed", "timeout", at=now)])
    await company.mongo.db[DELIVERIES].update_one(
        {"_id": twice.id}, {"$set": {"attempts": [{"outcome": "timeout"}, {"outcome": "tls"}]}}
    )
    assert await all_pages(company, endpoint_ids=[endpoint.id], outcome="timeout") == [timed_out.id]
    assert await all_pages(company, endpoint_ids=[endpoint.id], outcome="broken") == []


async def test_a_filter_without_an_index_looks_at_a_bounded_number_of_rows_at_a_time(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_queries, "MOST_EXAMINED", 3)
    endpoint = await company.endpoint()
    rows = await company.happens(endpoint, "a.rare", *["a.often"] * 7)
    asked = Filters(tenant_id=company.tenant, endpoint_ids=[endpoint.id], event_type="a.rare")
    page = await LedgerQueries(company.mongo.db).page(asked, None, 10)
    assert (list(page.entries), page.next) == ([], (None, 0, rows[5].id))
    assert await all_pages(company, endpoint_ids=[endpoint.id], event_type="a.rare") == [rows[0].id]
    assert await all_pages(company, endpoint_ids=[endpoint.id], event_type="a.rare", state="waiting") == [rows[0].id]


async def test_an_event_a_conversation_and_a_delivery_are_found_by_their_ids(company: Company) -> None:
    endpoint = await company.endpoint()
    first, second, third = await company.happens(endpoint, "a.a", "a.b", "a.c")
    places = [ids_of_millisecond(row.accepted_at) for row in (first, second)]
    asked: dict[str, Any] = {"endpoint_ids": [endpoint.id]}
    assert await all_pages(company, **asked, found=Found(second.event_id, places)) == [second.id]
    assert await all_pages(company, **asked, found=Found("t1", places), limit=1) == [second.id, first.id]
    assert await all_pages(company, **asked, found=Found(third.id)) == [third.id]
    assert await all_pages(company, **asked, found=Found(second.event_id, places), state="failed") == []


async def test_no_company_sees_the_deliveries_of_another(company: Company) -> None:
    endpoint = await company.endpoint()
    [row] = await company.happens(endpoint, "a.a")
    stranger, queries = Company(company.mongo, company.clock), LedgerQueries(company.mongo.db)
    for way in WAYS:
        assert await all_pages(stranger, endpoint_ids=[endpoint.id], **way) == []
    assert await all_pages(stranger, endpoint_ids=[endpoint.id], found=Found(row.id)) == []
    assert await queries.one(stranger.tenant, row.id) is None
    assert (await queries.one(company.tenant, row.id)) is not None


@pytest.mark.parametrize("asked", WAYS, ids=str)
async def test_every_list_is_read_in_the_order_of_an_index(company: Company, asked: dict[str, Any]) -> None:
    made = [await company.endpoint() for _ in range(3)]
    for endpoint in made:  # where nothing is to be read, MongoDB may read it in any way
        await company.happens(endpoint, *["attendant.away"] * 40)
    endpoints = [one.id for one in made]
    way = ledger_queries._way(Filters(tenant_id=company.tenant, endpoint_ids=endpoints, **asked), None)
    plan = await company.mongo.db.command(
        "explain", {"find": DELIVERIES, "filter": way.match, "sort": dict(way.sort), "hint": way.hint, "limit": 10}
    )
    stages = str(plan["queryPlanner"]["winningPlan"])
    assert f"'indexName': '{way.hint}'" in stages
    assert "'SORT'" not in stages
