"""How often MongoDB is asked: not for what was just accepted, seldom at rest, and for what is due when it is due."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from atd_servicekit.metrics import Metrics
from atd_testing.clock import FakeClock
from atd_testing.waiting import eventually
from atd_webhook_dispatcher.domain.delivery import Attempt, Delivery, Lane
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.engine.engine import SHARDS, Engine, Retention, Stores
from atd_webhook_dispatcher.engine.line_set import LineSet
from atd_webhook_dispatcher.engine.lines import Ready
from atd_webhook_dispatcher.engine.loader import Loader
from atd_webhook_dispatcher.engine.reading import LOOK_SECONDS, Reading
from atd_webhook_dispatcher.engine.watch import ALONE_SECONDS, COMMITTED_SECONDS, WATCH_SECONDS
from atd_webhook_dispatcher.engine.writer import OutcomeWriter
from atd_webhook_dispatcher.metrics import METRICS, WebhookMetrics

from .test_lines import NOW, endpoint, row


class Leases:
    """All shards are ours."""

    shards = SHARDS
    owned = frozenset(range(SHARDS))
    alone = True

    def owns(self, _: int) -> bool:
        return True

    def term(self, _: int) -> int:
        return 1


class Ledger:
    """Rows that wait. `asked` counts questions; `while_reading` happens before a page is answered."""

    def __init__(self, rows: Sequence[Delivery] = ()) -> None:
        self.rows = {one.id: one for one in rows}
        self.asked: list[str] = []
        self.while_reading: Callable[[], Any] = lambda: None

    async def due(self, _: str, lane: Lane, now: datetime, limit: int) -> list[Delivery]:
        self.asked.append("due")
        found = [one for one in self.rows.values() if one.lane == lane and one.due_at <= now][:limit]
        await self._answering()
        return found

    async def heads(self, _: str, lane: Lane, threads: Sequence[str]) -> dict[str, Delivery]:
        self.asked.append("heads")
        rows = sorted((one for one in self.rows.values() if one.lane == lane), key=lambda one: -one.sequence)
        found = {one.thread: one for one in rows if one.thread in threads}
        await self._answering()
        return found

    async def next_due(self, _: str, after: datetime) -> datetime | None:
        self.asked.append("next_due")
        later = [one.due_at for one in self.rows.values() if one.due_at > after]
        await self._answering()
        return min(later, default=None)

    async def bodies(self, event_ids: Sequence[str]) -> dict[str, bytes]:
        return dict.fromkeys(event_ids, b"{}")

    async def _answering(self) -> None:
        made = self.while_reading()
        if made is not None:
            await made


class Changes:
    """Endpoints and breakers: nobody changes any but this process."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.changes = 0

    async def page(self, _: str | None) -> list[Endpoint]:
        return []

    async def changed_since(self, _: datetime, **_more: object) -> list[tuple[datetime, Endpoint]]:
        self.asked.append("changed")
        return []

    async def deleted(self, **_more: object) -> list[Endpoint]:
        self.asked.append("deleted")
        return []


def engine(ledger: Ledger, changes: Changes, clock: FakeClock) -> Engine:
    anything = cast("Any", None)
    return Engine(
        Stores(cast("Any", changes), cast("Any", ledger), cast("Any", ledger), anything, anything, anything),
        anything,
        cast("Any", Leases()),
        clock,
        Metrics().declare(WebhookMetrics, METRICS),
        Retention(timedelta(days=7), timedelta(days=30)),
        anything,
    )


@pytest.mark.parametrize("ordered", [False, True])
async def test_what_is_accepted_while_others_are_read_is_sent_from_memory_in_order_and_not_read_again(
    *, ordered: bool
) -> None:
    of, clock = endpoint(ordered=ordered), FakeClock(NOW)
    made = [replace(row(n, f"talk-{n % 3}").row, ordered=ordered) for n in range(60)]
    ledger = Ledger(made[:30])
    one = engine(ledger, Changes(), clock)
    await one._watch.turn()
    line, coming = one._lines.opened(of), made[30:]

    async def three_more() -> None:
        batch = [coming.pop(0) for _ in range(min(3, len(coming)))]
        ledger.rows |= {new.id: new for new in batch}
        if batch:
            await one.accepted([(of, new, b"{}") for new in batch])

    ledger.while_reading = three_more
    await one._loader.load(line, clock.now())
    while coming:
        await three_more()
    assert ledger.asked.count("due") == 2, "a page of each lane, and no further one"
    assert not any(line.unread.values())
    went: list[Ready] = []
    while (ready := line.take(0.0)) is not None:
        went.append(ready)
        line.done(ready)
    assert sorted(one.row.sequence for one in went) == list(range(60))
    for thread in range(3) if ordered else ():
        assert [one.row.sequence for one in went if one.row.sequence % 3 == thread] == list(range(thread, 60, 3))


async def test_what_no_longer_fits_into_memory_while_others_are_read_is_read_later() -> None:
    of, clock = endpoint(), FakeClock(NOW)
    one = engine(Ledger([row(n).row for n in range(10)]), Changes(), clock)
    await one._watch.turn()
    line = one._lines.opened(of)
    line.share = 505  # a page, and what it holds
    many = [row(n) for n in range(100, 200)]
    ledger = cast("Ledger", one._stores.queue)
    ledger.while_reading = lambda: one.accepted([(of, ready.row, ready.body) for ready in many])
    await one._loader.load(line, clock.now())
    assert line.unread["live"]
    assert len(line.known) == 10


async def test_a_process_that_is_alone_asks_seldom_what_was_changed_but_at_once_for_what_it_changed_itself() -> None:
    clock, changes = FakeClock(NOW), Changes()
    watch = engine(Ledger(), changes, clock)._watch

    async def turns(seconds: float) -> dict[str, int]:
        changes.asked.clear()
        for _ in range(int(seconds / WATCH_SECONDS)):
            clock.advance(timedelta(seconds=WATCH_SECONDS))
            await watch.turn()
        return {what: changes.asked.count(what) for what in ("changed", "deleted")}

    await turns(COMMITTED_SECONDS + 60)
    assert await turns(60) == {"changed": 60 / ALONE_SECONDS, "deleted": 2}
    changes.changes += 1
    assert (await turns(10))["changed"] == 10 / WATCH_SECONDS


async def test_what_is_due_is_read_when_it_is_due_and_nothing_is_read_before() -> None:
    clock, lines = FakeClock(NOW), LineSet()
    ledger = Ledger([replace(row(1).row, due_at=NOW + timedelta(seconds=600))])
    loader = Loader(cast("Any", ledger), cast("Any", ledger), lines.held)
    reading = Reading(lines, loader, clock, lambda *_: None)
    running = asyncio.create_task(reading.run())
    line = lines.opened(endpoint())
    await eventually(lambda: "next_due" in ledger.asked)
    assert lines.next_due == NOW + timedelta(seconds=600)
    ledger.asked.clear()
    for moment in (300.0, 299.9):
        clock.advance(timedelta(seconds=moment))
        lines.load.set()
        await eventually(lambda: not lines.load.is_set())
    assert ledger.asked == []
    assert 0.0 < reading._seconds() <= min(0.1, LOOK_SECONDS)
    clock.advance(timedelta(seconds=0.1))
    lines.load.set()
    await eventually(lambda: len(line.known) == 1)
    running.cancel()


async def test_outcomes_are_tallied_about_once_a_second_and_all_of_them_at_the_end() -> None:
    class Tallied:
        def __init__(self) -> None:
            self.added: list[int] = []

        async def add(self, counted: Any, _failures: Any) -> None:
            self.added.append(sum(one["delivered"] for one in counted.values()))

    class Written:
        async def write(self, _: Sequence[Outcome]) -> None: ...

    tallies = Tallied()
    writer = OutcomeWriter(cast("Any", Written()), cast("Any", tallies), lambda _: None)
    attempt = Attempt(at=NOW, outcome="delivered", ms=1, status=200)
    running = asyncio.create_task(writer.run())
    for number in range(40):
        writer.put(Outcome(row(number).row, "delivered", 1, attempt, NOW))
        await asyncio.sleep(0)
    writer.end()
    await running
    assert sum(tallies.added) == 40
    assert len(tallies.added) <= 2
