"""Rows whose time is over fail in time, whatever they wait for; nothing is sent late."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from atd_servicekit.ledger import Failed, Gate, Outcome, Retry, Row, Suspended, Uncertain
from atd_testing.ledgers import LedgerBench, LedgerProcess, ledger_bench
from atd_testing.waiting import eventually

_DAY = timedelta(days=1)


@pytest.fixture
async def bench(mongodb_url: str, database_name: str) -> AsyncIterator[LedgerBench]:
    async with ledger_bench(mongodb_url, database_name) as bench:
        yield bench


async def _fails(bench: LedgerBench, process: LedgerProcess, *ids: str, reason: str = "expired") -> None:
    """Once their time is over, all of them fail, and are reported so."""
    await bench.wait_state("failed", *ids)
    await eventually(lambda: {row.id for row in process.finished} >= set(ids), message="reported")
    assert {row.reason for row in process.finished if row.id in ids} == {reason}


@pytest.mark.parametrize(
    "outcome",
    [
        lambda bench: Retry(bench.later(3 * 86400), "pair"),
        lambda bench: Retry(bench.later(3 * 86400), "throttle", "group"),
        lambda _: Suspended("token"),
    ],
    ids=["waiting lane", "throttled group", "suspended group"],
)
@pytest.mark.parametrize("restarted", [False, True])
async def test_what_waits_past_its_time_fails_with_all_that_stands_behind_it(
    bench: LedgerBench, outcome: Callable[[LedgerBench], Outcome], restarted: bool
) -> None:
    process = await bench.process()
    bench.receiver.will("a", outcome(bench))
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c", send_until=bench.later(86400)))
    await bench.wait_again("a")
    if restarted:
        await process.stop()
        process = await bench.process("two")
    bench.clock.advance(_DAY)
    await process.ledger.add(bench.new_rows(["other"], group="other"))
    await bench.wait_state("done", "other")
    assert set((await bench.states(["a", "b"])).values()) == {"due"}, "not before it is over"
    bench.clock.advance(timedelta(milliseconds=1))
    await _fails(bench, process, "a", "b")
    assert bench.receiver.calls == [("a", 1), ("other", 1)]
    assert b'atd_ledger_expired_total{ledger="sends"} 2.0' in process.metrics.render()


async def test_the_next_of_a_lane_is_sent_when_the_head_is_over(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a", Retry(bench.later(3 * 86400), "pair"))
    await process.ledger.add(bench.new_rows(["a"], lane="c", send_until=bench.later(86400)))
    await process.ledger.add(bench.new_rows(["b"], lane="c"))
    await bench.wait_again("a")
    bench.clock.advance(_DAY + timedelta(seconds=1))
    await bench.wait_state("done", "b")
    assert bench.receiver.by_lane["c"] == ["a", "b"]


async def test_what_comes_too_late_is_never_sent(bench: LedgerBench) -> None:
    process = await bench.process()
    await process.ledger.add(bench.new_rows(["late"], send_until=bench.later(-1)))
    await _fails(bench, process, "late")
    assert bench.receiver.calls == []


async def test_what_may_have_arrived_gets_its_time_to_be_proven_and_is_not_repeated_late(bench: LedgerBench) -> None:
    process = await bench.process()
    for row_id in ("unproven", "proven"):
        bench.receiver.will(row_id, Uncertain(bench.later(120), "timeout"))
    await process.ledger.add(bench.new_rows(["unproven", "proven"], send_until=bench.later(60)))
    await bench.wait_state("uncertain", "unproven", "proven")
    bench.clock.advance(timedelta(seconds=100))
    await process.ledger.add(bench.new_rows(["other"]))
    await bench.wait_state("done", "other")
    assert await process.ledger.resolve("proven", {"external_id": "proof"})
    bench.clock.advance(timedelta(seconds=21))
    await _fails(bench, process, "unproven", reason="unproven")
    assert bench.receiver.sent("unproven") == bench.receiver.sent("proven") == 1


async def test_what_a_dead_process_was_sending_fails_as_unproven_behind_a_closed_gate_too(bench: LedgerBench) -> None:
    first = await bench.process("first")
    bench.receiver.hold("a")
    await first.ledger.add(bench.new_rows(["a", "b"], lane="c", send_until=bench.later(60)))
    await eventually(lambda: "a" in bench.receiver.running)
    await first.kill()
    await bench.suspend("g")
    second = await bench.process("second", uncertain_for=timedelta(seconds=90))
    bench.clock.advance(timedelta(seconds=61))
    await bench.wait_state("uncertain", "a")
    await _fails(bench, second, "b")
    bench.clock.advance(timedelta(seconds=91))
    await _fails(bench, second, "a", reason="unproven")
    assert bench.receiver.calls == [("a", 1)]


async def test_a_send_under_way_is_let_to_its_end(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.hold("a")
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c", send_until=bench.later(60)))
    await eventually(lambda: "a" in bench.receiver.running)
    bench.clock.advance(timedelta(seconds=61))
    await _fails(bench, process, "b")
    bench.receiver.let_go("a")
    await bench.wait_state("done", "a")


async def test_the_reason_names_what_kept_it(bench: LedgerBench) -> None:
    def explain(row: Row, gate: Gate | None) -> Failed:
        if row.id == "odd":
            raise ValueError("no idea")
        return Failed(f"kept by {gate.reason if gate is not None else row.reason}", row.payload["text"])

    process = await bench.process(on_overdue=explain)
    bench.receiver.will("a", Suspended("token"))
    bench.receiver.will("pair", Retry(bench.later(3 * 86400), "pair"))
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c", send_until=bench.later(60)))
    await process.ledger.add(bench.new_rows(["pair"], group="other", send_until=bench.later(60)))
    await bench.wait_again("a")
    await bench.wait_again("pair")
    await process.ledger.add(bench.new_rows(["odd"], group="other", send_until=bench.later(-1)))
    await _fails(bench, process, "odd")
    bench.clock.advance(timedelta(seconds=61))
    await _fails(bench, process, "a", "b", reason="kept by token")
    assert [row.detail for row in process.finished if row.id in ("a", "b")] == ["a", "b"]
    await _fails(bench, process, "pair", reason="kept by pair")


async def test_a_group_that_is_gone_fails_at_once_in_every_process(bench: LedgerBench) -> None:
    one, two = await bench.process("one"), await bench.process("two")
    bench.receiver.will("a", Retry(bench.later(3600), "throttle", "group"))
    bench.receiver.will("p", Retry(bench.later(3600), "pair"))
    bench.receiver.will("u", Uncertain(bench.later(120), "timeout"))
    await one.ledger.add(bench.new_rows(["p", "p2"], group="g", lane="pair"))
    await bench.wait_again("p")
    await one.ledger.add(bench.new_rows(["u"]))
    await bench.wait_state("uncertain", "u")
    await one.ledger.add(bench.new_rows(["a"]))
    await bench.wait_again("a")
    await one.ledger.add(bench.new_rows([f"r{n}" for n in range(20)]))
    await two.ledger.fail_group("g", Failed("deleted", "It is gone."))
    await bench.wait_state("failed", "a", "p", "p2", *(f"r{n}" for n in range(20)))
    await bench.wait_state("uncertain", "u")
    assert {row.reason for row in two.finished} == {"deleted"}
    assert len(bench.receiver.calls) == 3


async def test_a_group_that_is_gone_says_nothing_of_what_may_have_arrived(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a", Uncertain(bench.later(60), "timeout"), Retry(bench.later(3600), "throttle", "group"))
    await process.ledger.add(bench.new_rows(["a"]))
    await bench.wait_state("uncertain", "a")
    bench.clock.advance(timedelta(seconds=61))
    await bench.wait_again("a")
    await process.ledger.add(bench.new_rows(["b"]))
    await process.ledger.fail_group("g", Failed("deleted", "It is gone."))
    await bench.wait_state("failed", "b")
    await bench.wait_state("due", "a")
