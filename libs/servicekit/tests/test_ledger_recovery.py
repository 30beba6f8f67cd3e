"""The send ledger when processes die, come late, share the work, or lose MongoDB for a while."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest
import structlog
from pymongo.errors import AutoReconnect

from atd_servicekit.ledger import Finished, Retry, Uncertain
from atd_servicekit.ledger.gate_store import GateStore
from atd_servicekit.ledger.report_store import Report, ReportStore
from atd_servicekit.ledger.store import LedgerStore
from atd_testing.ledgers import SHARDS, LedgerBench, LedgerProcess, ledger_bench
from atd_testing.waiting import eventually


@pytest.fixture
async def bench(mongodb_url: str, database_name: str) -> AsyncIterator[LedgerBench]:
    async with ledger_bench(mongodb_url, database_name) as bench:
        yield bench


async def _all_shards(process: LedgerProcess) -> None:
    async def taken() -> bool:
        await process.tick()
        return len(process.leases.owned) == SHARDS

    await eventually(taken, message="the shards are taken over")


async def test_after_a_crash_nothing_is_lost_and_only_what_may_have_arrived_waits(bench: LedgerBench) -> None:
    first = await bench.process("first", concurrency_per_group=4)
    bench.receiver.hold(*(f"r{n}" for n in range(20)))
    rows = bench.new_rows([f"r{n}" for n in range(20)]) + bench.new_rows(["r0-next"], lane="lane-r0")
    await first.ledger.add(rows)
    await eventually(lambda: len(bench.receiver.running) == 4, message="as many as may are being sent")
    begun = sorted(bench.receiver.running)
    await first.kill()
    bench.receiver.let_go(*(f"r{n}" for n in range(20)))

    second = await bench.process("second", uncertain_for=timedelta(seconds=90))
    await _all_shards(second)
    untouched = [f"r{n}" for n in range(20) if f"r{n}" not in begun]
    await bench.wait_state("done", *untouched)
    await bench.wait_state("uncertain", *begun)
    assert [bench.receiver.sent(row_id) for row_id in begun] == [1, 1, 1, 1]
    assert [(await bench.document(row_id))["counts"] for row_id in begun] == [{"uncertain": 1}] * 4
    assert bench.receiver.sent("r0-next") == (0 if "r0" in begun else 1)

    assert await second.ledger.resolve(begun[0], {"external_id": "proof"})
    bench.clock.advance(timedelta(seconds=91))
    await bench.wait_state("done", *begun, "r0-next")
    assert [bench.receiver.sent(row_id) for row_id in begun] == [1, 2, 2, 2]
    await eventually(lambda: {row.id for row in second.finished} == {row.id for row in rows}, message="all reported")


async def test_receivers_that_know_repetitions_are_sent_to_again_at_once(bench: LedgerBench) -> None:
    first = await bench.process("first")
    bench.receiver.hold("a")
    await first.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    await eventually(lambda: "a" in bench.receiver.running)
    await first.kill()
    bench.receiver.let_go("a")
    await bench.process("second", uncertain_for=timedelta(0))
    await bench.wait_state("done", "a", "b")
    assert bench.receiver.calls == [("a", 1), ("a", 2), ("b", 1)]


async def test_what_a_dead_process_finished_and_did_not_report_is_reported(bench: LedgerBench) -> None:
    stuck = asyncio.Event()

    async def never(rows: Sequence[Finished]) -> None:
        await stuck.wait()

    first = await bench.process("first", on_finished=never)
    await first.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    await bench.wait_state("done", "a", "b")
    await first.kill()

    second = await bench.process("second")
    await _all_shards(second)
    bench.clock.advance(timedelta(seconds=11))
    await eventually(lambda: [row.id for row in second.finished] == ["a", "b"])
    assert second.finished[0].result == {"external_id": "wamid.a"}
    await _no_reports_left(bench)


async def _no_reports_left(bench: LedgerBench) -> None:
    async def none() -> bool:
        return await bench.mongo.db["sends_reports"].count_documents({}) == 0

    await eventually(cast("Callable[[], object]", none), message="every report is made")


async def test_a_proof_whose_effect_is_unknown_is_reported_all_the_same(
    bench: LedgerBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await bench.process()
    bench.receiver.will("a", Uncertain(bench.later(600), "timeout"))
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    await bench.wait_state("uncertain", "a")
    original = LedgerStore.mark_delivered

    async def applied_and_cut(*args: Any, **kwargs: Any) -> None:
        await original(*args, **kwargs)
        raise AutoReconnect("connection closed")

    with monkeypatch.context() as patched:
        patched.setattr(LedgerStore, "mark_delivered", applied_and_cut)
        with pytest.raises(AutoReconnect):
            await process.ledger.resolve("a", {"external_id": "proof"})
    bench.clock.advance(timedelta(seconds=11))
    await eventually(lambda: sorted(row.id for row in process.finished) == ["a", "b"])
    await _no_reports_left(bench)


async def test_a_report_whose_rows_were_finished_in_part_waits_for_the_rest(bench: LedgerBench) -> None:
    process = await bench.process()
    await bench.suspend("g")
    await process.ledger.add(bench.new_rows(["a", "b"]))
    store, reports = LedgerStore(bench.mongo.db, "sends", SHARDS), ReportStore(bench.mongo.db, "sends")
    now = bench.clock.now()
    await reports.begin(Report("r", now, ("a", "b")))
    assert await store.mark_delivered("a", {}, now, "r")
    bench.clock.advance(timedelta(seconds=11))
    await eventually(lambda: [row.id for row in process.finished] == ["a"])
    assert await store.mark_delivered("b", {}, now, "r")
    bench.clock.advance(timedelta(seconds=11))
    await eventually(lambda: [row.id for row in process.finished] == ["a", "b"])
    await _no_reports_left(bench)


async def test_stopping_waits_for_running_sends_and_leaves_the_rest(bench: LedgerBench) -> None:
    process = await bench.process("first", concurrency_per_group=2)
    ids = [f"r{n}" for n in range(10)]
    bench.receiver.hold(*ids)
    await process.ledger.add(bench.new_rows(ids))
    await eventually(lambda: len(bench.receiver.running) == 2)
    begun = sorted(bench.receiver.running)
    with structlog.testing.capture_logs() as logs:
        stopping = asyncio.create_task(process.stop())
        await asyncio.sleep(0)
        bench.receiver.let_go(*ids)
        await stopping
    assert sorted(row.id for row in process.finished) == begun
    states = await bench.states(ids)
    assert sorted(row_id for row_id, state in states.items() if state == "done") == begun
    assert set(states.values()) == {"done", "due"}
    assert await bench.mongo.db["leases"].count_documents({}) == 0, "the shards are free at once"
    assert not [line for line in logs if line["event"] == "task.failed"], "no loop is started again"


async def test_a_ledger_that_was_stopped_can_be_started_again(bench: LedgerBench) -> None:
    """As when a start of it took too long, because MongoDB went away meanwhile."""
    process = await bench.process()
    await process.ledger.add(bench.new_rows(["a"]))
    await bench.wait_state("done", "a")
    await process.stop()
    with structlog.testing.capture_logs() as logs:
        await process.start()
        for row_id in ("b", "c"):
            await process.ledger.add(bench.new_rows([row_id]))
            await bench.wait_state("done", row_id)
    await eventually(lambda: [row.id for row in process.finished] == ["a", "b", "c"])
    assert not [line for line in logs if line["event"] == "task.failed"], "nothing ended that should run"


async def test_a_send_that_outlasts_the_grace_is_uncertain_to_the_next_process(bench: LedgerBench) -> None:
    process = await bench.process("first", grace=timedelta(milliseconds=50))
    bench.receiver.hold("a")
    await process.ledger.add(bench.new_rows(["a"]))
    await eventually(lambda: "a" in bench.receiver.running)
    await process.stop()
    assert not bench.receiver.running
    await bench.process("second")
    await bench.wait_state("uncertain", "a")


async def test_two_processes_share_the_groups_and_hand_them_over_without_a_trace(bench: LedgerBench) -> None:
    one = await bench.process("one")
    two = await bench.process("two")
    assert len(one.leases.owned) == len(two.leases.owned) == SHARDS // 2, "they share"
    lanes = {f"c{n}": [f"c{n}-{m}" for m in range(30)] for n in range(16)}

    async def add(part: range) -> None:
        for m in part:
            batch = [
                row for lane, ids in lanes.items() for row in bench.new_rows([ids[m]], lane=lane, group=f"g-{lane}")
            ]
            await (one if m % 2 else two).ledger.add(batch)

    await add(range(15))
    stopping = asyncio.create_task(one.stop())
    adding = asyncio.create_task(add(range(15, 30)))
    await asyncio.gather(stopping, adding)
    await two.tick()
    await eventually(lambda: len(bench.receiver.calls) >= 480, message="all are sent")
    await bench.wait_state("done", *(row for ids in lanes.values() for row in ids))
    assert bench.receiver.by_lane == lanes, "each once, in order, nothing uncertain"
    expected = sorted(row for ids in lanes.values() for row in ids)
    await eventually(lambda: sorted(row.id for row in [*one.finished, *two.finished]) == expected, message="reported")


async def test_a_process_that_lost_its_lease_sends_nothing_more(bench: LedgerBench) -> None:
    process = await bench.process("late", lease=timedelta(seconds=30))
    process.leases._until.clear()
    await process.ledger.add(bench.new_rows(["a"]))
    store = LedgerStore(bench.mongo.db, "sends", SHARDS)
    process.ledger._ready.request("lane-a", "g")
    process.ledger._signals.load.set()
    await eventually(lambda: not process.ledger._ready.has_requests)
    assert await store.groups() == ["g"]
    assert bench.receiver.calls == []


@pytest.mark.parametrize(
    ("store", "method"),
    [
        *((LedgerStore, method) for method in ("insert", "lanes", "page", "claim", "write_outcomes")),
        (GateStore, "close"),
        (ReportStore, "begin"),
        (ReportStore, "end"),
    ],
)
@pytest.mark.parametrize("takes_effect", [True, False])
async def test_mongodb_away_for_a_moment_loses_and_doubles_nothing(
    bench: LedgerBench, monkeypatch: pytest.MonkeyPatch, store: type, method: str, takes_effect: bool
) -> None:
    faults = {"left": 3}
    original: Callable[..., Awaitable[Any]] = getattr(store, method)

    async def faulty(*args: Any, **kwargs: Any) -> Any:
        if faults["left"] == 0:
            return await original(*args, **kwargs)
        faults["left"] -= 1
        if takes_effect:
            await original(*args, **kwargs)
        raise AutoReconnect("connection closed")

    monkeypatch.setattr(store, method, faulty)
    process = await bench.process()
    bench.receiver.will("c", Retry(bench.later(5), "busy", "group"))
    rows = bench.new_rows(["a", "b"], lane="x") + bench.new_rows(["c"], group="other")
    for _ in range(4):
        try:
            await process.ledger.add(rows)
        except AutoReconnect:
            continue
    await bench.wait_again("c")
    bench.clock.advance(timedelta(seconds=6))
    await bench.wait_state("done", "a", "b", "c")
    assert sorted(bench.receiver.calls) == [("a", 1), ("b", 1), ("c", 1), ("c", 2)]
    await eventually(lambda: sorted(row.id for row in process.finished) == ["a", "b", "c"])
