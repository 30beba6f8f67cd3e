"""What waits for an endpoint in memory, and whose turn it is."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from atd_webhook_dispatcher.domain.breaker import Breaker
from atd_webhook_dispatcher.domain.delivery import LANES, Delivery, Lane
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.engine.line_set import LineSet
from atd_webhook_dispatcher.engine.lines import MOST_IN_LINE, REPLAY_SHARE, Held, Line, Ready, Turns

NOW = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


def endpoint(endpoint_id: str = "e1", tenant_id: str = "t1", **more: Any) -> Endpoint:
    moments: dict[str, Any] = dict.fromkeys(("state_since", "created_at", "changed_at", "reset_at"), NOW)
    return Endpoint(**{"id": endpoint_id, "tenant_id": tenant_id, "url": "https://a.example/in", **moments, **more})


def row(number: int, thread: str = "talk", lane: Lane = "live", body: bytes = b"{}") -> Ready:
    made = Delivery(
        id=f"{lane}-{thread}-{number}",
        tenant_id="t1",
        endpoint_id="e1",
        event_id=f"{thread}-{number}",
        event_type="message.received",
        thread=thread,
        sequence=number,
        lane=lane,
        accepted_at=NOW,
        due_at=NOW,
    )
    return Ready(made, body)


MANY = tuple(row(n) for n in range(500))


def all_that_may_go(line: Line, now: float = 0.0) -> list[Ready]:
    found = []
    while (ready := line.take(now)) is not None:
        found.append(ready)
    return found


def test_what_is_known_is_not_added_again_before_what_came_of_it_is_written() -> None:
    line = Line(endpoint())
    line.add([row(1), row(1)])
    [ready] = all_that_may_go(line)
    line.done(ready)
    line.add([row(1)])
    assert all_that_may_go(line) == []
    line.forget([ready.row.id])
    line.add([row(1)])
    assert len(all_that_may_go(line)) == 1


@pytest.mark.parametrize("ordered", [False, True])
def test_a_replay_gets_a_quarter_of_the_turns_and_of_the_room_while_live_events_wait(*, ordered: bool) -> None:
    line = Line(endpoint(concurrency=20, ordered=ordered))
    line.add([row(n, f"live-{n}") for n in range(200)])
    line.add([row(n, f"old-{n}", "replay") for n in range(200)])
    begun = all_that_may_go(line)
    assert sum(one.row.lane == "replay" for one in begun) == 20 // REPLAY_SHARE
    lanes = []
    for _ in range(100):
        line.done(begun.pop(0))
        begun += [ready] if (ready := line.take(0.0)) else []
        lanes.append(begun[-1].row.lane)
        assert sum(one.row.lane == "replay" for one in begun) <= 20 // REPLAY_SHARE
    assert 20 <= lanes.count("replay") <= 25


def test_a_replay_has_all_the_room_while_nothing_live_waits() -> None:
    line = Line(endpoint(concurrency=20))
    line.add([row(n, lane="replay") for n in range(200)])
    assert len(all_that_may_go(line)) == 20


def test_a_replay_goes_on_while_all_live_events_wait_for_their_conversation() -> None:
    line = Line(endpoint(ordered=True))
    line.add([row(1), row(2), row(3), row(1, "old", "replay")])
    assert sorted(one.row.lane for one in all_that_may_go(line)) == ["live", "replay"]
    assert all_that_may_go(line) == []


def test_a_blocked_head_blocks_its_own_conversation_only_and_waiting_is_no_attempt() -> None:
    line = Line(endpoint(ordered=True))
    line.add([row(1), row(2), row(3), row(1, "other")])
    head, other = all_that_may_go(line)
    line.done(head, blocked_until=NOW + timedelta(seconds=5))
    line.done(other)
    line.add([row(4), row(2, "other")])
    assert [(one.row.thread, one.row.sequence) for one in all_that_may_go(line)] == [("other", 2)]
    assert [one.row.sequence for one in line.to_park] == [2, 3, 4]
    assert {one.row.tries for one in line.to_park} == {0}


def test_a_row_accepted_after_the_heads_moment_waits_for_the_head_all_the_same() -> None:
    line = Line(endpoint(ordered=True))
    line.add([row(1)])
    [head] = all_that_may_go(line)
    line.done(head, blocked_until=NOW + timedelta(milliseconds=1))
    late = row(2)
    line.add([Ready(replace(late.row, due_at=NOW + timedelta(seconds=1)), b"")])
    assert all_that_may_go(line) == []
    line.forget([head.row.id])
    line.add([Ready(replace(head.row, due_at=NOW + timedelta(milliseconds=1)), b"")])
    assert [one.row.sequence for one in all_that_may_go(line)] == [1]


def test_in_order_the_next_one_goes_as_soon_as_the_one_before_it_has_arrived() -> None:
    line = Line(endpoint(ordered=True))
    line.add([row(n) for n in range(1, 4)])
    went = []
    while begun := all_that_may_go(line):
        assert len(begun) == 1
        went.append(begun[0].row.sequence)
        line.done(begun[0])
    assert went == [1, 2, 3]


def test_an_endpoint_that_is_no_longer_ordered_lets_go_what_stood_behind() -> None:
    line = Line(endpoint(ordered=True))
    line.add([row(n) for n in range(1, 5)])
    assert len(all_that_may_go(line)) == 1
    line.follow(endpoint(ordered=False, version=2))
    assert len(all_that_may_go(line)) == 3


@pytest.mark.parametrize("state", ["paused", "disabled"])
def test_nothing_is_held_of_an_endpoint_to_which_nothing_goes(state: Any) -> None:
    held = Held()
    line = Line(endpoint(), in_all=held)
    line.add([row(n) for n in range(30)])
    under_way = all_that_may_go(line)
    line.follow(endpoint(state=state, version=2))
    assert (all_that_may_go(line), held.rows) == ([], len(under_way))
    assert all(line.unread.values())


@given(
    limit=some.floats(0.1, 500),
    steps=some.lists(some.floats(0, 2), min_size=1, max_size=20),
)
@settings(max_examples=30)
def test_no_more_leaves_in_any_time_than_the_rate_and_a_tenth_of_a_second_of_it_at_once(
    limit: float, steps: list[float]
) -> None:
    line, now, went = Line(endpoint(rate_limit_per_second=limit, concurrency=50)), 0.0, []
    line.add(MANY)
    for later in steps:
        now += later
        for ready in all_that_may_go(line, now):
            line.done(ready)
            went.append(now)
        wake = line.wake_at(now)
        assert wake is None or wake > now
    burst = max(1, int(limit / 10))
    for place, moment in enumerate(went):
        assert place + 1 <= burst + limit * (moment - went[0]) + 1e-6


def test_while_the_breaker_is_open_it_wakes_once_when_the_pause_is_over() -> None:
    lines, woken = LineSet(), []
    line = lines.opened(endpoint())
    line.breaker = Breaker(state="open", until=86_400.0)
    for number in range(1_000):
        line.add([row(number)])
        assert line.take(0.0) is None
        lines.wake_at(line, line.wake_at(0.0) or 0.0)
    assert len(lines._timed) == 1
    assert lines.due(86_399.0) == pytest.approx(1.0)
    assert lines.due(86_400.0) is None
    while (turn := lines.turns.next()) is not None:
        woken.append(turn)
    assert woken == [line]


def test_an_earlier_wake_up_is_not_lost_behind_a_later_one() -> None:
    lines = LineSet()
    line = lines.opened(endpoint())
    lines.wake_at(line, 50.0)
    lines.wake_at(line, 10.0)
    lines.due(10.0)
    assert lines.turns.next() is line
    lines.wake_at(line, 60.0)
    lines.due(50.0)
    assert lines.turns.next() is None
    lines.due(60.0)
    assert lines.turns.next() is line


def test_companies_take_turns_however_many_endpoints_one_has() -> None:
    turns = Turns()
    lines = [Line(endpoint(f"a{n}", "large")) for n in range(9)] + [Line(endpoint("b", "small"))]
    for line in lines:
        turns.schedule(line)
    order = []
    for _ in range(12):
        turn = turns.next()
        assert turn is not None
        order.append(turn.endpoint.id)
        turns.schedule(turn)
    assert order[1::2] == ["b"] * 6
    assert order[::2] == ["a0", "a1", "a2", "a3", "a4", "a5"]


@given(sizes=some.lists(some.integers(1, 30), min_size=1, max_size=6))
def test_every_line_has_its_turn_before_one_of_its_company_has_another(sizes: list[int]) -> None:
    turns = Turns()
    for tenant, size in enumerate(sizes):
        for number in range(size):
            turns.schedule(Line(endpoint(f"{tenant}-{number}", str(tenant))))
    seen: dict[str, list[str]] = defaultdict(list)
    for _ in range(sum(sizes)):
        line = turns.next()
        assert line is not None
        seen[line.endpoint.tenant_id].append(line.endpoint.id)
    assert turns.next() is None
    assert {int(tenant): len(set(ids)) for tenant, ids in seen.items()} == dict(enumerate(sizes))


def test_what_is_shed_is_the_end_of_each_conversation_and_is_read_again() -> None:
    held = Held()
    line = Line(endpoint(ordered=True), in_all=held)
    line.add([row(n, f"talk-{n % 3}", body=b"x" * 100) for n in range(300)])
    line.unread["live"] = False
    under_way = all_that_may_go(line)
    line.shed(50, 10**9)
    assert (len(line.known), held.rows, held.size, line.unread["live"]) == (50, 50, 5_000, True)
    went: dict[str, list[int]] = defaultdict(list)
    while under_way:
        for ready in under_way:
            went[ready.row.thread].append(ready.row.sequence)
            line.done(ready)
        under_way = all_that_may_go(line)
    for place, sequences in enumerate(went[f"talk-{n}"] for n in range(3)):
        assert sequences == list(range(place, place + 3 * len(sequences), 3))


# ---------------------------------------------------------------------- random histories against a simple ledger

Step = tuple[str, int]


class Ledger:
    """What MongoDB would hold, and the line beside it; every step as the engine does it."""

    def __init__(self, *, ordered: bool, concurrency: int) -> None:
        self.held = Held()
        self.line = Line(endpoint(ordered=ordered, concurrency=concurrency), in_all=self.held)
        self.waiting: dict[str, Ready] = {}
        self.under_way: list[Ready] = []
        self.accepted: dict[tuple[Lane, str], int] = defaultdict(int)
        self.delivered: dict[tuple[Lane, str], list[int]] = defaultdict(list)

    def accept(self, seed: int) -> None:
        lane: Lane = "replay" if seed % 5 == 0 else "live"
        thread = f"talk-{seed % 4}"
        self.accepted[lane, thread] += 1
        ready = row(self.accepted[lane, thread], thread, lane)
        self.waiting[ready.row.id] = ready
        if self.line.room(lane) and not self.line.unread[lane]:
            self.admit([ready])
        else:
            self.line.unread[lane] = True

    def read(self) -> None:
        """All is due: a page in the order of the sequence."""
        for one in self.line.to_park:
            self.line.forget([one.row.id])
        self.line.to_park.clear()
        for lane in ("live", "replay"):
            fresh = [one for one in self.waiting.values() if one.row.lane == lane and one.row.id not in self.line.known]
            fresh.sort(key=lambda one: one.row.sequence)
            room = self.line.room(lane)
            self.line.unread[lane] = len(fresh) > room
            self.admit(fresh[:room])

    def admit(self, fresh: list[Ready]) -> None:
        line = self.line
        seen = line.busy | line.behind.keys() | {one.thread for rows in line.lanes.values() for one in rows}
        first = {one.thread: one.row.id for one in reversed(fresh)}
        for one in fresh:
            head = min((other for other in self.waiting.values() if other.thread == one.thread), key=_sequence)
            if line.endpoint.ordered and one.thread not in seen and head.row.id == first[one.thread]:
                line.blocked.pop(one.thread, None)
            if not line.endpoint.ordered or one.thread in seen or head.row.id in (first[one.thread], *line.known):
                line.add([one])

    def begin(self) -> None:
        ready = self.line.take(0.0)
        if ready is not None:
            self.under_way.append(ready)

    def end(self, seed: int, *, arrived: bool) -> None:
        if not self.under_way:
            return
        ready = self.under_way.pop(seed % len(self.under_way))
        self.line.done(ready, blocked_until=None if arrived else NOW + timedelta(seconds=1))
        self.line.forget([ready.row.id])
        if arrived:
            del self.waiting[ready.row.id]
            self.delivered[ready.thread].append(ready.row.sequence)
        else:
            self.line.unread[ready.row.lane] = True

    def check(self) -> None:
        line = self.line
        assert line.sending == len(self.under_way) <= line.endpoint.concurrency
        assert self.held.rows == len(line.known) <= line.share
        if line.endpoint.ordered:
            threads = [one.thread for one in self.under_way]
            assert len(threads) == len(set(threads)), "one at a time per conversation"
            for sequences in self.delivered.values():
                assert sequences == list(range(1, len(sequences) + 1)), "in order"


def _sequence(one: Ready) -> int:
    return one.row.sequence


STEPS = some.lists(
    some.tuples(
        some.sampled_from(["accept", "accept", "begin", "begin", "arrived", "failed", "read", "shed", "take_out"]),
        some.integers(0, 100),
    ),
    max_size=120,
)


@given(steps=STEPS, ordered=some.booleans(), concurrency=some.integers(1, 4))
@settings(max_examples=150)
def test_whatever_happens_nothing_is_lost_and_order_and_concurrency_are_kept(
    steps: list[Step], *, ordered: bool, concurrency: int
) -> None:
    ledger = Ledger(ordered=ordered, concurrency=concurrency)
    for what, seed in steps:
        match what:
            case "accept":
                ledger.accept(seed)
            case "begin":
                ledger.begin()
            case "arrived" | "failed":
                ledger.end(seed, arrived=what == "arrived")
            case "shed":
                ledger.line.shed(seed % 8, 10**9)
            case "take_out":
                ledger.line.empty()
            case _:
                ledger.read()
        ledger.check()
    for _ in range(len(steps) * 4 + 8):
        ledger.read()
        ledger.begin()
        ledger.end(0, arrived=True)
        ledger.check()
    assert ledger.waiting == {}, "nothing is lost"
    assert {thread: len(some) for thread, some in ledger.delivered.items()} == dict(ledger.accepted)


def test_a_receiver_that_comes_back_to_50_000_due_deliveries_gets_one_then_few_and_what_is_live_first() -> None:
    """Each answer takes 0.1 s; what the line holds is filled up as the engine does."""
    line, now = Line(endpoint(concurrency=20)), 0.0
    for _ in range(5):
        line.breaker = line.breaker.failed(now, 0.5, timeout=True)
    opened_until = line.breaker.until
    left: dict[Lane, int] = {"live": 20_000, "replay": 30_000}
    at_once, replays, held = [], 0, 0
    for _ in range(60):
        for lane in LANES:
            fits = min(line.room(lane), left[lane])
            line.add([row(left[lane] - n, f"talk-{n}", lane) for n in range(fits)])
            left[lane] -= fits
        held = max(held, len(line.known))
        begun = all_that_may_go(line, now)
        assert begun == [] or now >= opened_until > 5.0, "nothing before the pause is over, stretched at random"
        at_once += [len(begun)] if begun else []
        replays += sum(one.row.lane == "replay" for one in begun)
        for ready in begun:
            line.done(ready)
            line.forget([ready.row.id])
            line.breaker = line.breaker.succeeded(20)
        now += 0.1 if begun else 1.0
    assert at_once[:3] == [1, 2, 8], "a probe, then twice as many with each success"
    assert max(at_once) == 20
    assert held <= 2 * MOST_IN_LINE
    assert 0 < replays <= sum(at_once) / REPLAY_SHARE + 1


def test_a_line_holds_no_more_than_its_lanes_and_its_share() -> None:
    line = Line(endpoint(ordered=True))
    line.add([row(n) for n in range(MOST_IN_LINE)])
    all_that_may_go(line)
    assert line.room("live") == 1
    line.share = 600
    assert (line.room("live"), line.room("replay")) == (0, 0)
