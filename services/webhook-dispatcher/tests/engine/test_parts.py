"""Parts of the engine without a database: how memory is divided, the writer, and what attempts say about endpoints."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from pymongo.errors import ConnectionFailure, DocumentTooLarge

from atd_servicekit.metrics import Metrics
from atd_testing.clock import FakeClock
from atd_testing.waiting import PATIENCE_SECONDS
from atd_webhook_dispatcher.domain.delivery import Attempt, AttemptOutcome
from atd_webhook_dispatcher.domain.health import Failure
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.domain.retrying import GiveUp, RetryIn, next_step
from atd_webhook_dispatcher.engine.health import LineHealth
from atd_webhook_dispatcher.engine.line_set import LineSet
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.engine.loader import MOST_BYTES, MOST_IN_ALL, Loader
from atd_webhook_dispatcher.engine.writer import OutcomeWriter
from atd_webhook_dispatcher.metrics import METRICS, WebhookMetrics
from atd_webhook_dispatcher.store.tallies import Place

from .test_lines import NOW, endpoint, row

# ---------------------------------------------------------------------- memory


def filled(endpoints: int, rows: int, size: int = 2) -> tuple[LineSet, Loader]:
    lines = LineSet()
    loader, body = Loader(cast("Any", None), cast("Any", None), lines.held), b"x" * size
    for number in range(endpoints):
        line = lines.opened(endpoint(f"stopped-{number}"))
        line.unread = dict.fromkeys(line.unread, False)
        line.add([row(n, f"{number}", body=body) for n in range(rows)])
    return lines, loader


@pytest.mark.parametrize(("rows", "size"), [(1_000, 2), (100, MOST_BYTES // 2_000 + 1)])
def test_endpoints_that_hold_all_memory_make_room_for_one_that_has_rows_to_read(rows: int, size: int) -> None:
    lines, loader = filled(20, rows, size)
    other = lines.opened(endpoint("other"))
    assert loader.full
    assert not loader.wants(other, NOW)
    loader.divide(list(lines.by_id.values()), NOW)
    assert loader.wants(other, NOW)
    assert other.room("live") >= 90
    assert lines.held.rows <= MOST_IN_ALL
    assert lines.held.size <= MOST_BYTES
    assert all(line.unread["live"] for line in lines.by_id.values()), "what was let go is read again"


def test_while_there_is_room_nobody_lets_go() -> None:
    lines, loader = filled(19, 1_000)
    loader.divide(list(lines.by_id.values()), NOW)
    assert lines.held.rows == 19_000


def test_what_is_closed_holds_nothing() -> None:
    lines, _ = filled(3, 10)
    line = lines.by_id["stopped-1"]
    assert line.take(0.0) is not None
    for endpoint_id in list(lines.by_id):
        lines.close(endpoint_id)
    assert (lines.held.rows, lines.held.size) == (0, 0)


# ---------------------------------------------------------------------- the writer


class Queue:
    """Takes outcomes but what it is told to refuse; `away`: so many writes fail first."""

    def __init__(self, refuses: set[int], away: int = 0, *, bare: bool = True) -> None:
        self.refuses = refuses
        self.away = away
        self.bare = bare
        self.there: list[Outcome] = []

    async def write(self, outcomes: Sequence[Outcome]) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionFailure
        for one in outcomes:
            if one.row.sequence in self.refuses and (not self.bare or (one.attempt and one.attempt.answer)):
                raise DocumentTooLarge("too large")
        self.there += outcomes


class Tallied:
    def __init__(self) -> None:
        self.failures: list[Failure] = []

    async def add(self, _: object, failures: Mapping[Place, Failure]) -> None:
        self.failures += failures.values()


async def written(queue: Queue, count: int) -> list[int]:
    told: list[int] = []

    def hear(outcomes: Sequence[Outcome]) -> None:
        told.extend(one.row.sequence for one in outcomes)

    writer = OutcomeWriter(cast("Any", queue), cast("Any", Tallied()), hear)
    attempt = Attempt(at=NOW, outcome="refused", ms=1, status=500, answer="x")
    for number in range(count):
        writer.put(Outcome(row(number).row, "waiting", 1, attempt, NOW, due_at=NOW))
    writer.end()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await writer.run()
    return told


async def test_outcomes_are_written_in_their_order_however_often_mongodb_is_away() -> None:
    queue = Queue(set(), away=2)
    assert await written(queue, 1_200) == list(range(1_200))
    assert [one.row.sequence for one in queue.there] == list(range(1_200))


async def test_an_outcome_that_cannot_be_written_is_written_without_the_answer_and_holds_up_no_other() -> None:
    queue = Queue({3, 7})
    assert await written(queue, 10) == list(range(10))
    bare = {one.row.sequence for one in queue.there if one.attempt is not None and one.attempt.answer is None}
    assert bare == {3, 7}


async def test_an_outcome_that_can_never_be_written_stays_known_so_that_it_is_not_sent_again_and_again() -> None:
    assert await written(Queue({3}, bare=False), 10) == [0, 1, 2, 4, 5, 6, 7, 8, 9]


async def test_the_latest_failure_of_an_hour_is_kept_with_its_tally() -> None:
    tallied = Tallied()
    writer = OutcomeWriter(cast("Any", Queue(set())), cast("Any", tallied), lambda _: None)
    one = Outcome(row(1).row, "waiting", 1, Attempt(at=NOW, outcome="timeout", ms=1), NOW, due_at=NOW)
    writer.put(one)
    writer.put(replace(one, attempt=Attempt(at=NOW, outcome="refused", ms=1, status=503)))
    writer.put(replace(one, state="delivered", attempt=Attempt(at=NOW, outcome="delivered", ms=1, status=200)))
    writer.end()
    await writer.run()
    assert tallied.failures == [Failure(NOW, "refused", 503)]


# ---------------------------------------------------------------------- what attempts say


class Watched:
    """Some endpoints and the attempts at them."""

    def __init__(self, count: int, span: timedelta = timedelta(days=5)) -> None:
        self.clock = FakeClock()
        self.health = LineHealth(self.clock, Metrics().declare(WebhookMetrics, METRICS), lambda: 0.0)
        self.lines = [
            Line(endpoint(f"e{number}", url=f"https://h{number}.example/", disable_after=span))
            for number in range(count)
        ]

    def try_all(
        self, outcome: AttemptOutcome, status: int | None = None, asked: float | None = None
    ) -> set[str | None]:
        found = set()
        for line in self.lines:
            attempt = Attempt(at=self.clock.now(), outcome=outcome, ms=1, status=status, retry_after=asked)
            step = next_step(attempt, 1, (5,) * 10, 0.0)
            if isinstance(step, RetryIn | GiveUp):
                found.add(self.health.failed(line, attempt, step, first_try=True))
            else:
                self.health.arrived(line, attempt)
        self.health.turned(self.lines)
        return found


def test_while_our_own_way_out_is_broken_nobody_is_disabled_no_breaker_opens_and_no_clock_runs() -> None:
    watched = Watched(20, span=timedelta(hours=1))
    for _ in range(60 * 4):  # four hours, of which the endpoints may fail one
        assert watched.try_all("unreachable") == {None}
        watched.clock.advance(timedelta(seconds=60))
    assert watched.health.own_trouble
    assert {line.breaker.state for line in watched.lines} == {"closed"}
    watched.clock.advance(timedelta(seconds=1))
    watched.try_all("delivered", 200)
    assert not watched.health.own_trouble


def test_the_clock_of_an_endpoint_that_failed_before_stands_still_while_the_trouble_is_ours() -> None:
    watched = Watched(20)
    began = watched.clock.now()
    for line in watched.lines:
        attempt = Attempt(at=began, outcome="refused", ms=1, status=500)
        watched.health.failed(line, attempt, RetryIn(timedelta(seconds=5)), first_try=True)
    watched.try_all("tls")
    assert watched.health.own_trouble
    watched.clock.advance(timedelta(days=6))
    watched.health.turned(watched.lines)
    since = {line.failing.since for line in watched.lines if line.failing is not None}
    assert since == {began + timedelta(days=6)}


def test_endpoints_that_answer_with_errors_for_their_whole_span_are_disabled_one_by_one() -> None:
    watched = Watched(20)
    found: set[str | None] = set()
    for _ in range(5 * 24 + 1):
        found |= watched.try_all("refused", 500)
        watched.clock.advance(timedelta(hours=1))
    assert "failing" in found
    assert not watched.health.own_trouble


def test_a_receiver_that_asks_for_a_pause_gets_it_and_a_success_forgets_all_failures() -> None:
    watched = Watched(1)
    [line] = watched.lines
    watched.try_all("refused", 429, 90.0)
    now = watched.clock.monotonic()
    assert (line.allowed(now + 89.0), line.allowed(now + 90.0)) == (0, 1)
    watched.try_all("delivered", 200)
    assert line.failing is None


def test_an_enabled_endpoint_begins_with_a_closed_breaker_and_no_failures() -> None:
    watched = Watched(1)
    [line] = watched.lines
    for _ in range(9):
        watched.try_all("timeout")
    assert (line.breaker.state, line.failing is None) == ("open", False)
    line.follow(replace(line.endpoint, version=2, reset_at=NOW + timedelta(days=1)))
    assert (line.breaker.state, line.failing) == ("closed", None)
