"""How endpoints are, at a glance."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from atd_webhook_dispatcher.api.health_views import health_view
from atd_webhook_dispatcher.domain.breaker import Breaker, KeptBreaker
from atd_webhook_dispatcher.domain.disabling import Failing
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.health import Failure, Load
from atd_webhook_dispatcher.endpoint_health import HealthReader
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.showing import Showing
from atd_webhook_dispatcher.store import waiting
from atd_webhook_dispatcher.store.breakers import BELIEVED, Breakers
from atd_webhook_dispatcher.store.tallies import Tallies, What, hour_of
from atd_webhook_dispatcher.store.waiting import WaitingDeliveries

from .company import SECOND, Company

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR = timedelta(hours=1)


def reader(company: Company) -> HealthReader:
    db = company.mongo.db
    return HealthReader(Tallies(db), WaitingDeliveries(db), Breakers(db), company.clock)


def counted(delivered: int = 0, failed_attempts: int = 0) -> "Counter[What]":
    return Counter({"delivered": delivered, "failed_attempts": failed_attempts})


async def health(company: Company, endpoint: Endpoint) -> Any:
    return (await reader(company).of([endpoint]))[endpoint.id]


async def test_hours_without_anything_are_shown_too_and_older_ones_are_not(company: Company) -> None:
    endpoint, other = await company.endpoint(), await company.endpoint()
    hour = hour_of(company.clock.now())
    await Tallies(company.mongo.db).add(
        {
            (endpoint.id, hour): counted(delivered=3, failed_attempts=1),
            (endpoint.id, hour - 23 * HOUR): counted(failed_attempts=2),
            (endpoint.id, hour - 24 * HOUR): counted(delivered=9),
            (other.id, hour): counted(delivered=5),
        }
    )
    hours = (await health(company, endpoint)).hours
    assert [one.at for one in hours] == [hour - place * HOUR for place in range(23, -1, -1)]
    assert (hours[0].delivered, hours[0].failed_attempts) == (0, 2)
    assert (hours[-1].delivered, hours[-1].failed_attempts) == (3, 1)
    assert sum(one.delivered for one in hours) == 3


async def test_the_latest_failure_of_the_day_is_told_and_what_arrives_does_not_take_it_away(company: Company) -> None:
    endpoint, other = await company.endpoint(), await company.endpoint()
    now = company.clock.now()
    hour, tallies = hour_of(now), Tallies(company.mongo.db)
    early, late = Failure(now - 2 * HOUR, "timeout"), Failure(now, "refused", 503)
    assert (await health(company, endpoint)).last_failure is None
    for place, failure in (((endpoint.id, hour - 2 * HOUR), early), ((endpoint.id, hour), late)):
        await tallies.add({place: counted(failed_attempts=1)}, {place: failure})
        await tallies.add({place: counted(delivered=1)})
        assert (await health(company, endpoint)).last_failure == failure
    old = (other.id, hour - 24 * HOUR)
    await tallies.add({old: counted(failed_attempts=1)}, {old: early})
    assert (await health(company, other)).last_failure is None
    shown = health_view(await health(company, endpoint)).last_failure
    assert shown is not None
    assert (shown.at, shown.outcome, shown.status) == (now, "refused", 503)


async def test_what_waits_is_counted_up_to_a_limit_with_the_oldest_that_could_have_left(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_COUNTED", 3)
    endpoint, idle = await company.endpoint(), await company.endpoint()
    first, *_ = await company.happens(endpoint, "a.a", "a.b")
    assert (await health(company, endpoint)).load == Load(2, first.due_at)
    await company.happens(endpoint, "a.c", "a.d")
    assert (await health(company, endpoint)).load.waiting == 3
    assert (await health(company, idle)).load == Load(0, None)
    later = company.clock.now() + HOUR
    await company.mongo.db.deliveries.update_many({"endpoint_id": endpoint.id}, {"$set": {"due_at": later}})
    assert (await health(company, endpoint)).load.oldest_due_at is None


async def test_all_processes_see_the_breaker_that_one_of_them_has_and_forget_it_when_that_one_ends(
    company: Company,
) -> None:
    endpoint = await company.endpoint()
    line = Line(endpoint, breaker=Breaker(state="open"))
    company.sent.lines.append(line)
    showing = Showing(company.sent, Breakers(company.mongo.db), company.stores.replays, company.clock)
    await showing.turn()
    assert (await health(company, endpoint)).breaker == "open"
    line.breaker = Breaker(state="recovering")
    await showing.turn()
    assert (await health(company, endpoint)).breaker == "recovering"
    line.breaker = Breaker()
    await showing.turn()
    assert (await health(company, endpoint)).breaker == "closed"
    line.breaker = Breaker(state="open")
    await showing.turn()
    company.clock.advance(BELIEVED - SECOND)
    await showing.turn()
    company.clock.advance(BELIEVED - SECOND)
    assert (await health(company, endpoint)).breaker == "open"
    company.clock.advance(2 * SECOND)
    assert (await health(company, endpoint)).breaker == "closed"


async def test_one_word_says_how_an_endpoint_is(company: Company) -> None:
    now = company.clock.now()
    failing = await company.endpoint()
    await company.stores.endpoints.save_failing(failing.id, Failing(since=now, last=now))
    paused, idle, busy, slowed = [await company.endpoint(state=state) for state in ("paused", *["enabled"] * 3)]
    await company.happens(busy, "a.a")
    await Breakers(company.mongo.db).write({slowed.id: KeptBreaker("recovering", company.clock.now())})
    endpoints = await company.stores.endpoints.of_tenant(company.tenant)
    found = await reader(company).of(endpoints)
    assert {one: found[one].status for one in found} == {
        failing.id: "failing",
        paused.id: "stopped",
        idle.id: "idle",
        busy.id: "healthy",
        slowed.id: "slowed",
    }
