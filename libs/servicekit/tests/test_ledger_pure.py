"""The ledger's decisions: which row is next, how long to wait, what an outcome does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from atd_servicekit.ledger import Delivered, Failed, Outcome, Retry, Suspended, Uncertain
from atd_servicekit.ledger.gates import LocalGates, combined
from atd_servicekit.ledger.lanes import Entry
from atd_servicekit.ledger.outcome_updates import outcome_update
from atd_servicekit.ledger.ready_queue import ReadyQueue
from atd_servicekit.ledger.rows import Gate, Row, State

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_LATER = _NOW + timedelta(minutes=5)


def _row(
    row_id: str, lane: str = "l", group: str = "g", order: int = 1, *, state: State = "due", attempt: int = 1
) -> Row:
    return Row(row_id, "t", group, lane, 0, order, attempt, {"text": row_id}, _NOW, None, state, _NOW, "claim")


# Outcomes


def test_a_delivery_finishes_the_row_whoever_claimed_it() -> None:
    update = outcome_update(_row("a"), Delivered({"id": "x"}), _NOW)
    assert update.change is None
    assert update.finished is not None
    assert (update.finished.state, update.finished.result, update.gate) == ("done", {"id": "x"}, None)


def test_a_failure_finishes_the_row_with_its_reason() -> None:
    update = outcome_update(_row("a", attempt=3), Failed("blocked", "No WhatsApp."), _NOW)
    assert update.finished is not None
    assert (update.finished.state, update.finished.reason, update.finished.attempts) == ("failed", "blocked", 3)
    assert update.change is not None
    assert update.change[0]["claim"] == "claim"
    assert isinstance(update.change[1], list)
    ended, dropped = update.change[1]
    assert {"open", "payload"} <= set(dropped["$unset"])
    assert ended["$set"]["expires_at"] == _NOW + timedelta(days=8)
    assert ended["$set"]["reason"] == {"$literal": "blocked"}, "words are no expressions"


@pytest.mark.parametrize(
    ("outcome", "state", "at", "gate", "kind"),
    [
        (Retry(_LATER, "busy"), "due", _LATER, None, "retry"),
        (Retry(_LATER, "busy", "group", "throttle"), "due", _LATER, Gate(until=_LATER, reason="busy"), "throttle"),
        (Uncertain(_LATER, "cut"), "uncertain", _LATER, None, "uncertain"),
        (Suspended("token"), "due", _NOW, Gate(suspended=True, reason="token"), "suspended"),
    ],
)
def test_what_is_not_final_leaves_the_row_open(
    outcome: Outcome, state: str, at: datetime, gate: Gate | None, kind: str
) -> None:
    update = outcome_update(_row("a"), outcome, _NOW)
    assert update.finished is None
    assert update.gate == gate
    assert update.change is not None
    assert update.change[1] == {
        "$set": {"state": state, "open.at": at, "reason": getattr(outcome, "reason", "")},
        "$inc": {f"counts.{kind}": 1},
    }


def test_reasons_to_wait_stand_beside_each_other() -> None:
    soon, late = Gate(_NOW, reason="soon"), Gate(_LATER, reason="late")
    shut = Gate(suspended=True, reason="token")
    assert combined(soon, late) == combined(late, soon) == late
    assert combined(soon, shut) == combined(shut, soon) == Gate(_NOW, suspended=True, reason="token")
    assert combined(combined(soon, shut), late) == Gate(_LATER, suspended=True, reason="token")
    assert combined(shut, shut) == shut


def test_a_gate_changed_here_is_not_overwritten_by_an_older_reading() -> None:
    gates = LocalGates()
    first = gates.begin_reading()
    gates.begin("g")
    assert gates.newer_here("g", first)
    second = gates.begin_reading()
    assert gates.newer_here("g", second), "not written yet"
    gates.end("g")
    assert gates.newer_here("g", second), "the reading may have missed the write"
    third = gates.begin_reading()
    assert not gates.newer_here("g", third)


def test_a_suspension_from_before_a_resumption_is_not_written_after_it_and_a_throttle_is() -> None:
    gates, throttle, suspension = LocalGates(), Gate(until=_LATER), Gate(suspended=True)
    gates.begin_closing("g")
    gates.begin_closing("g")
    gates.resumed("g")
    gates.begin_closing("g")
    waiting = [throttle, suspension, suspension]
    assert [gates.take_closing("g", gate) for gate in waiting] == [True, False, True]


def test_a_resumption_leaves_the_throttle() -> None:
    queue = ReadyQueue(concurrency=8, per_group=8)
    queue.close("g", Gate(_LATER, suspended=True, reason="token"))
    queue.resume("g", _NOW)
    assert queue.gates() == {"g": Gate(_LATER)}
    queue.resume("g", _LATER)
    assert queue.gates() == {}
    assert queue.resumptions("g") == 3, "an attempt that began before any of them does not suspend again"


# The queue


def _filled(groups: int, rows: int, *, concurrency: int, per_group: int) -> ReadyQueue:
    queue = ReadyQueue(concurrency=concurrency, per_group=per_group)
    for group in range(groups):
        for row in range(rows):
            queue.request(f"l{group:03}-{row:03}", f"g{group:03}")
    lanes = sorted(queue.take_requested(100_000))
    queue.add_loaded(lanes, [_row(lane, lane, f"g{lane[1:4]}") for lane in lanes], _NOW, truncated=False)
    return queue


def test_however_many_groups_are_stuck_a_newcomer_gets_a_slot_at_once() -> None:
    queue = _filled(groups=50, rows=40, concurrency=64, per_group=32)
    stuck = queue.take_next(lambda _: True)
    assert queue.running < 64
    queue.request("newcomer", "new")
    queue.add_loaded(queue.take_requested(10), [_row("n", "newcomer", "new")], _NOW, truncated=False)
    assert [row.id for row in queue.take_next(lambda _: True)] == ["n"]
    assert len(stuck) == queue.running - 1


def test_one_group_alone_gets_all_that_a_group_may_have() -> None:
    queue = _filled(groups=1, rows=60, concurrency=512, per_group=32)
    assert len(queue.take_next(lambda _: True)) == 32


def test_a_long_backlog_takes_bounded_memory_and_is_asked_for_again() -> None:
    queue = _filled(groups=1, rows=10_000, concurrency=512, per_group=32)
    assert len(queue._lanes) == 2 * 32 + 16
    assert queue.groups_to_poll() == []
    for row in queue.take_next(lambda _: True):
        queue.release(row)
        queue.advance(row)
    for row in queue.take_next(lambda _: True):
        queue.release(row)
        queue.advance(row)
    assert queue.groups_to_poll() == ["g000"]


def test_a_lane_read_in_part_is_read_again() -> None:
    queue = ReadyQueue(concurrency=64, per_group=8)
    for lane in ("a", "b", "c"):
        queue.request(lane, "g")
    rows = [_row("a1", "a", order=1), _row("b1", "b", order=1), _row("b2", "b", order=2)]
    queue.add_loaded(queue.take_requested(10), rows, _NOW, truncated=True)
    assert queue.take_requested(10) == ["c"], "it came after the cut"
    queue.add_loaded(["c"], [], _NOW, truncated=False)
    for row in queue.take_next(lambda _: True):
        queue.release(row)
        queue.advance(row)
    (second,) = queue.take_next(lambda _: True)
    assert second.id == "b2"
    queue.release(second)
    queue.advance(second)
    assert queue.take_requested(10) == ["b"], "more may stand behind the cut"


def test_rows_behind_another_are_idle() -> None:
    queue = ReadyQueue(concurrency=8, per_group=8)
    queue.request("a", "g")
    queue.add_loaded(queue.take_requested(9), [_row("a1", "a", order=4)], _NOW, truncated=False)
    entries = [Entry("a", 4), Entry("a", 5), Entry("b", 1), Entry("b", 2), Entry("c", 1)]
    assert queue.blocked(entries, {"b": 1}) == [Entry("a", 5), Entry("b", 2)]


class _Machine(RuleBasedStateMachine):
    """The queue against a model of the database: whatever happens, order holds and nothing is forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = ReadyQueue(concurrency=12, per_group=3)
        self.now = _NOW
        self.rows: dict[str, list[Row]] = {}
        self.group_of: dict[str, str] = {}
        self.running: list[Row] = []
        self.loading: list[str] = []
        self.sent: list[Row] = []
        self.gated: set[str] = set()
        self.added = 0

    @rule(lane=st.integers(0, 8), number=st.integers(1, 4), told=st.booleans())
    def add(self, lane: int, number: int, told: bool) -> None:
        name, group = f"l{lane}", f"g{lane % 3}"
        for _ in range(number):
            self.added += 1
            self.rows.setdefault(name, []).append(_row(f"r{self.added}", name, group, self.added))
            self.rows[name][-1].at = self.now
        if told:
            self.queue.request(name, group)

    @rule()
    @precondition(lambda self: not self.loading)
    def begin_load(self) -> None:
        self.loading = self.queue.take_requested(3)
        self.snapshot = {lane: [self._copy(row) for row in self.rows.get(lane, [])] for lane in self.loading}

    @rule(limit=st.integers(1, 6), fails=st.booleans())
    @precondition(lambda self: bool(self.loading))
    def end_load(self, limit: int, fails: bool) -> None:
        lanes, self.loading = self.loading, []
        if fails:
            self.queue.load_failed(lanes)
            return
        rows = [row for lane in sorted(lanes) for row in self.snapshot[lane]]
        loaded = self.queue.add_loaded(lanes, rows[:limit], self.now, truncated=len(rows) >= limit)
        assert loaded.orphans == []

    @rule(full=st.booleans())
    def poll(self, full: bool) -> None:
        for group in self.queue.groups_to_poll()[:1]:
            due = [row for rows in self.rows.values() for row in rows if row.group == group and row.at <= self.now]
            due.sort(key=lambda row: (row.at, row.order))
            page = due[:4] if full else due
            self.queue.take_page(group, [Entry(row.lane, row.order) for row in page], full=full and len(due) > 4)

    @rule()
    def tick(self) -> None:
        for rows in self.rows.values():
            for row in rows:
                self.queue.mark_for_poll(row.group)
        self.queue.drop_idle_groups()

    @rule()
    def take_next(self) -> None:
        for row in self.queue.take_next(lambda _: True):
            stored = self.rows[row.lane][0]
            assert stored.id == row.id, "only the oldest row of a lane is sent"
            assert stored.attempt == 1 or stored.at <= self.now, "not before its time"
            assert row.group not in self.gated
            assert all(other.lane != row.lane for other in self.running), "one row of a lane at a time"
            self.running.append(row)

    @rule(which=st.integers(0, 10), outcome=st.sampled_from(["done", "later", "lost", "gate"]))
    @precondition(lambda self: bool(self.running))
    def finish(self, which: int, outcome: str) -> None:
        row = self.running.pop(which % len(self.running))
        self.queue.release(row)
        stored = self.rows[row.lane][0]
        if outcome == "done":
            self.sent.append(self.rows[row.lane].pop(0))
            self.queue.advance(row)
            return
        if outcome == "gate":
            self.gated.add(row.group)
            self.queue.close(row.group, Gate(suspended=True))
        stored.attempt += 1
        stored.at = self.now + timedelta(seconds=10 if outcome == "later" else 0)
        self.queue.forget(row, again=outcome == "lost")

    @rule()
    def wait(self) -> None:
        self.now += timedelta(seconds=10)

    @rule()
    def reopen(self) -> None:
        for group in self.gated:
            self.queue.open(group)
        self.gated.clear()

    @invariant()
    def bounds_hold(self) -> None:
        assert self.queue.running == len(self.running) <= 12
        for group in {row.group for row in self.running}:
            assert sum(row.group == group for row in self.running) <= 3

    def teardown(self) -> None:
        """Once everything goes well, everything is sent, in order, and nothing is left in memory."""
        if self.loading:
            self.end_load(100, False)
        self.reopen()
        for _ in range(500):
            self.wait()
            self.tick()
            self.poll(False)
            if not self.loading:
                self.begin_load()
            if self.loading:
                self.end_load(100, False)
            self.take_next()
            while self.running:
                self.finish(0, "done")
            if not any(self.rows.values()) and not self.queue.has_requests:
                break
        assert len(self.sent) == self.added
        by_lane: dict[str, list[int]] = {}
        for row in self.sent:
            by_lane.setdefault(row.lane, []).append(row.order)
        assert all(orders == sorted(orders) for orders in by_lane.values())
        for group in list(self.queue._groups):
            self.queue.take_page(group, [], full=False)
        self.queue.drop_idle_groups()
        assert not self.queue._groups
        assert not self.queue._lanes

    @staticmethod
    def _copy(row: Row) -> Row:
        copy = _row(row.id, row.lane, row.group, row.order, state=row.state, attempt=row.attempt)
        copy.at = row.at
        return copy


TestBoard = _Machine.TestCase
TestBoard.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
