"""Replays on a real database, step by step."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from atd_servicekit.jobs import Again, Job
from atd_webhook_dispatcher import replaying
from atd_webhook_dispatcher.domain.endpoint import Endpoint, Filters, Shape
from atd_webhook_dispatcher.domain.replay import MOST_WAITING, Replay
from atd_webhook_dispatcher.replay_counting import ReplayCounter
from atd_webhook_dispatcher.replaying import LATE, REPLAY_JOB, once_more
from atd_webhook_dispatcher.showing import Showing
from atd_webhook_dispatcher.store.archive_queries import ArchiveQueries
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.replays import AlreadyRunning

from .company import SECOND, Company

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR = timedelta(hours=1)


async def step(company: Company, replay: Replay) -> Again | None:
    job = Job(id=replay.id, kind=REPLAY_JOB, tenant_id=company.tenant, due_at=replay.created_at)
    return await company.replaying.handle(job)


async def run(company: Company, replay: Replay, most: int = 50) -> Replay:
    """All steps; what is added arrives between two of them."""
    for _ in range(most):
        again = await step(company, replay)
        if again is None:
            return await company.now(replay)
        await company.sent.finish(company.clock.now())
        company.clock.advance(2 * SECOND)
    raise AssertionError("the replay has no end")


async def brought(company: Company, replay: Replay) -> list[str]:
    return [row["event_id"] for row in await company.rows(replay_id=replay.id)]


async def test_a_replay_brings_the_events_of_its_period_that_the_endpoint_asks_for(company: Company) -> None:
    endpoint = await company.endpoint(event_types=("attendant.online",))
    since = company.clock.now()
    before, first, away, second = [
        company.event(kind) for kind in ("attendant.online", "attendant.online", "attendant.away", "attendant.online")
    ]
    until = company.clock.now()
    after = company.event("attendant.online")
    await company.archive(before, first, away, second, after)
    replay = await company.replay(endpoint, since + SECOND, until=until)
    done = await run(company, replay)
    assert await brought(company, replay) == [first.id, second.id]
    assert (done.state, done.examined, done.added, done.delivered, done.waiting) == ("done", 3, 2, 2, 0)
    other = await company.replay(endpoint, since, event_types=("attendant.away",), until=until)
    await run(company, other)
    assert await brought(company, other) == [away.id]
    assert {(row["lane"], row["replay_id"]) for row in await company.rows(event_id=away.id)} == {("replay", other.id)}


@pytest.mark.parametrize("filters", [Filters(channels=frozenset({"whatsapp"})), Filters(expression="sequence > 1")])
async def test_a_replay_heeds_the_filters_that_the_endpoint_has_now(company: Company, filters: Filters) -> None:
    endpoint = await company.endpoint(filters=filters)
    since = company.clock.now()
    conversation = {"conversation": {"channel": "whatsapp"}}
    events = [
        company.event("message.received", sequence=place, data=conversation if place == 2 else {}) for place in (1, 2)
    ]
    await company.archive(*events)
    replay = await company.replay(endpoint, since)
    await run(company, replay)
    assert await brought(company, replay) == [events[1].id]


async def test_a_replay_of_what_was_missed_leaves_out_what_arrived_or_waits(company: Company) -> None:
    endpoint = await company.endpoint()
    since = company.clock.now()
    await company.happens(endpoint, "a.a", state="delivered")
    failed = await company.happens(endpoint, "a.b", state="failed")
    await company.happens(endpoint, "a.c")
    never = company.event("a.d")
    await company.archive(never)
    replay = await company.replay(endpoint, since, only="missed")
    done = await run(company, replay)
    assert await brought(company, replay) == [failed[0].event_id, never.id]
    assert (done.examined, done.added) == (4, 2)


async def test_failed_deliveries_are_sent_again_byte_for_byte(company: Company) -> None:
    endpoint = await company.endpoint()
    since = company.clock.now()
    shaped, plain, arrived = await company.happens(endpoint, "a.a", "a.b", "a.c", state="failed")
    await company.mongo.db.deliveries.update_one({"_id": shaped.id}, {"$set": {"body": b'{"as":"it was"}'}})
    again = replace(once_more(arrived, "manual-1", company.clock.now(), ordered=False), lane="live")
    await company.stores.deliveries.add([again])
    company.sent.rows.append(again)
    await company.sent.finish(company.clock.now())
    await company.change(endpoint, shape=Shape(template={"new": True}))
    replay = await company.replay(endpoint, since, kind="failed", only="missed")
    done = await run(company, replay)
    rows = await company.rows(replay_id=replay.id)
    assert [(row["event_id"], row.get("body")) for row in rows] == [
        (shaped.event_id, b'{"as":"it was"}'),
        (plain.event_id, None),
    ]
    assert (done.state, done.added, done.delivered) == ("done", 2, 2)


async def test_a_replay_of_many_never_has_more_than_its_share_waiting(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    share, page = MOST_WAITING // 10, replaying.PAGE // 10
    monkeypatch.setattr(replaying, "MOST_WAITING", share)
    monkeypatch.setattr(replaying, "PAGE", page)
    endpoint = await company.endpoint()
    since, many = company.clock.now(), 2 * share + 10
    await company.archive(*(company.event() for _ in range(many)))
    replay, most = await company.replay(endpoint, since), 0
    while await step(company, replay) is not None:
        most = max(most, len(company.sent.rows))
        assert await company.sent.finish(company.clock.now(), most=share // 2) or most
        company.clock.advance(2 * SECOND)
    assert share - page <= most <= share
    done = await company.now(replay)
    assert (done.state, done.examined, done.delivered) == ("done", many, many)


async def test_a_replay_that_is_killed_between_two_writes_adds_nothing_twice(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await company.endpoint()
    since = company.clock.now()
    events = [company.event() for _ in range(3)]
    await company.archive(*events)
    replay = await company.replay(endpoint, since)

    async def killed(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(type(company.stores.replays), "advance", killed)
        with pytest.raises(RuntimeError):
            await step(company, replay)
    assert company.sent.rows == []
    await step(company, replay)
    assert company.sent.woken == [endpoint.id]
    assert company.sent.rows == []  # they may have left already: the ledger says which have
    assert await brought(company, replay) == [one.id for one in events]
    assert (await company.now(replay)).added == 3


async def test_a_replay_that_is_stopped_drops_what_waits_and_says_how_many(company: Company) -> None:
    endpoint = await company.endpoint()
    since = company.clock.now()
    await company.archive(*(company.event() for _ in range(1_100)))
    live = await company.happens(endpoint, "a.a")
    replay = await company.replay(endpoint, since, until=company.clock.now() - SECOND)
    await step(company, replay)
    await company.sent.finish(company.clock.now(), most=50)
    stopped = await company.stores.replays.end(replay.id, "stopped", "by_hand", company.clock.now())
    assert stopped is not None
    assert await step(company, replay) is None
    now = await company.now(replay)
    assert (now.state, now.delivered, now.dropped, now.waiting) == ("stopped", 50, 1_050, 0)
    assert [row["state"] for row in await company.rows(event_id=live[0].event_id)] == ["waiting"]
    showing = Showing(company.sent, Breakers(company.mongo.db), company.stores.replays, company.clock)
    await showing.turn()
    await showing.turn()
    assert company.sent.forgotten.count(endpoint.id) == 1


async def test_what_is_added_while_a_replay_is_stopped_is_dropped_and_counted_too(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await company.endpoint()
    since = company.clock.now()
    await company.archive(*(company.event() for _ in range(3)))
    replay, add = await company.replay(endpoint, since), company.stores.deliveries.add

    async def stopped_meanwhile(*given: Any, **more: Any) -> set[str]:
        await company.stores.replays.end(replay.id, "stopped", "by_hand", company.clock.now())
        return await add(*given, **more)

    monkeypatch.setattr(company.stores.deliveries, "add", stopped_meanwhile)
    assert await step(company, replay) is None
    now = await company.now(replay)
    assert (now.state, now.added, now.dropped, now.waiting) == ("stopped", 3, 3, 0)
    assert company.sent.rows == []


async def test_a_replay_whose_endpoint_is_paused_waits_and_of_a_deleted_one_ends(company: Company) -> None:
    endpoint = await company.endpoint(state="paused")
    since = company.clock.now()
    await company.archive(company.event())
    replay = await company.replay(endpoint, since)
    again = await step(company, replay)
    assert again is not None
    assert again.due_at > company.clock.now() + SECOND
    assert (await company.now(replay)).examined == 0
    enabled = await company.change(endpoint, state="enabled")
    await step(company, replay)
    await company.mongo.transaction(
        lambda session: company.stores.endpoints.remove(session, enabled, company.clock.now())
    )
    assert await step(company, replay) is None
    ended = await company.now(replay)
    assert (ended.state, ended.reason, ended.dropped) == ("stopped", "deleted", 1)


async def test_an_endpoint_has_one_replay_at_a_time(company: Company) -> None:
    endpoint, other = await company.endpoint(), await company.endpoint()
    since = company.clock.now() - HOUR
    replay = await company.replay(endpoint, since)
    with pytest.raises(AlreadyRunning):
        await company.replay(endpoint, since)
    await company.replay(other, since)
    company.clock.advance(LATE)
    assert (await run(company, replay)).state == "done"
    await company.replay(endpoint, since)


async def test_a_recovery_reads_on_until_its_period_is_over(company: Company) -> None:
    endpoint = await company.endpoint()
    since = company.clock.now()
    replay = await company.replay(endpoint, since, kind="recovery", only="missed", until=since + 5 * SECOND)
    await step(company, replay)
    late = company.event(at=since + 4 * SECOND)
    await company.archive(late)
    company.clock.advance(8 * SECOND)
    assert (await run(company, replay)).added == 1
    assert await brought(company, replay) == [late.id]


def counter(company: Company) -> ReplayCounter:
    return ReplayCounter(ArchiveQueries(company.mongo.db), company.stores.events, company.stores.replayed)


async def count(company: Company, endpoint: Endpoint, **more: Any) -> tuple[int, bool]:
    draft = Replay(
        id="draft",
        tenant_id=company.tenant,
        endpoint_id=endpoint.id,
        since=company.clock.now() - HOUR,
        until=company.clock.now(),
        created_at=company.clock.now(),
        created_by="Ana",
        **more,
    )
    found = await counter(company).count(draft, endpoint)
    return found.count, found.exact


async def test_the_count_before_a_replay_is_what_the_replay_brings(company: Company) -> None:
    endpoint = await company.endpoint(event_types=("a.a", "a.b"))
    await company.happens(endpoint, "a.a", "a.a", state="delivered")
    await company.happens(endpoint, "a.b", "a.c", state="failed")
    filtered = replace(endpoint, filters=Filters(expression='type == "a.b"'))
    assert await count(company, endpoint) == (3, True)
    assert await count(company, endpoint, event_types=("a.c",)) == (1, True)
    assert await count(company, endpoint, only="missed") == (1, True)
    assert await count(company, endpoint, kind="failed") == (2, True)
    assert await count(company, filtered) == (1, True)
    assert await count(Company(company.mongo, company.clock), endpoint) == (0, True)


async def test_the_count_of_many_filtered_events_is_an_estimate_and_says_so(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atd_webhook_dispatcher.replay_counting.MOST_EXAMINED", 1)
    endpoint = await company.endpoint(filters=Filters(expression="sequence == 1"))
    await company.archive(*(company.event(sequence=1 + place % 2) for place in range(2 * replaying.PAGE)))
    assert await count(company, endpoint) == (replaying.PAGE, False)
