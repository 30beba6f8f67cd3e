"""The send ledger on a real MongoDB: order, isolation, gates, outcomes."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest

from atd_servicekit.backoff import Backoff
from atd_servicekit.ledger import Delivered, Failed, Outcome, Retry, Row, Suspended, Uncertain
from atd_servicekit.ledger.gate_store import GateStore
from atd_servicekit.ledger.row_loader import RowLoader
from atd_servicekit.ledger.rows import Gate
from atd_servicekit.ledger.store import LedgerStore
from atd_testing.ledgers import SHARDS, LedgerBench, ledger_bench
from atd_testing.waiting import eventually


@pytest.fixture
async def bench(mongodb_url: str, database_name: str) -> AsyncIterator[LedgerBench]:
    async with ledger_bench(mongodb_url, database_name) as bench:
        yield bench


# Order and once


async def test_rows_of_a_lane_are_sent_in_order_each_once(bench: LedgerBench) -> None:
    process = await bench.process()
    lanes: dict[str, list[str]] = {f"c{n}": [] for n in range(12)}
    for part in range(5):
        batch = []
        for lane in lanes:
            new = [f"{lane}-{part}-{n}" for n in range(3)]
            lanes[lane] += new
            batch += bench.new_rows(new, group=f"g{len(lane)}", lane=lane)
        await process.ledger.add(batch)
    await bench.wait_state("done", *(row for ids in lanes.values() for row in ids))
    assert bench.receiver.by_lane == lanes
    await eventually(lambda: len(process.finished) == 180, message="every row reported")
    for lane, ids in lanes.items():
        assert [row.id for row in process.finished if row.lane == lane] == ids


async def test_rows_added_again_are_sent_once(bench: LedgerBench) -> None:
    process = await bench.process()
    rows = bench.new_rows(["a", "b", "c", "d"])
    await process.ledger.add(rows[:3])
    await bench.wait_state("done", "a", "b", "c")
    await process.ledger.add(rows)
    await bench.wait_state("done", "d")
    assert sorted(bench.receiver.calls) == [("a", 1), ("b", 1), ("c", 1), ("d", 1)]


async def test_nothing_to_add_is_nothing(bench: LedgerBench) -> None:
    process = await bench.process()
    await process.ledger.add([])
    assert await process.ledger.resolve_many({}) == set()


# One delays itself alone


async def test_a_throttled_lane_delays_itself_alone(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("slow-1", Retry(bench.later(60), "pair"))
    await process.ledger.add(bench.new_rows(["slow-1", "slow-2"], lane="slow"))
    others = [f"o{n}" for n in range(100)]
    await process.ledger.add(bench.new_rows(others))
    await bench.wait_state("done", *others)
    assert bench.receiver.by_lane["slow"] == ["slow-1"]
    bench.clock.advance(timedelta(seconds=61))
    await bench.wait_state("done", "slow-1", "slow-2")
    assert bench.receiver.by_lane["slow"] == ["slow-1", "slow-1", "slow-2"]


@pytest.mark.proves("whatsapp", "other-throttles-hold-up-number")
async def test_a_throttled_group_delays_itself_alone_and_a_restart_respects_it(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a1", Retry(bench.later(60), "throttled", "group"))
    await process.ledger.add(bench.new_rows(["a1"], group="a"))
    await bench.wait_again("a1")
    await process.ledger.add(bench.new_rows(["a2", "a3"], group="a"))
    await process.ledger.add(bench.new_rows(["b1", "b2"], group="b"))
    await bench.wait_state("done", "b1", "b2")
    await process.stop()

    again = await bench.process("two")
    await again.ledger.add(bench.new_rows(["a4"], group="a"))
    await again.ledger.add(bench.new_rows(["b3"], group="b"))
    await bench.wait_state("done", "b3")
    assert bench.receiver.sent("a1") == 1
    assert bench.receiver.sent("a2") == bench.receiver.sent("a3") == bench.receiver.sent("a4") == 0
    bench.clock.advance(timedelta(seconds=61))
    await bench.wait_state("done", "a1", "a2", "a3", "a4")


async def test_dead_endpoints_do_not_take_the_slots_of_others(bench: LedgerBench) -> None:
    process = await bench.process(concurrency=32, concurrency_per_group=16)
    dead = {f"dead{g}": [f"dead{g}-{n}" for n in range(40)] for g in range(8)}
    for group, ids in dead.items():
        bench.receiver.hold(*ids)
        await process.ledger.add(bench.new_rows(ids, group=group))
    # Two each when all come at once; those that come first alone get up to four.
    await eventually(lambda: len(bench.receiver.running) >= 16, message="the dead endpoints have what they can get")
    alive = [f"alive-{n}" for n in range(50)]
    await process.ledger.add(bench.new_rows(alive, group="alive"))
    await bench.wait_state("done", *alive)
    assert len(bench.receiver.running) < 32


async def test_a_blocked_lane_with_a_long_queue_hides_nobody(bench: LedgerBench) -> None:
    process = await bench.process()
    store = LedgerStore(bench.mongo.db, "sends", SHARDS)
    bench.receiver.will("x-0", Retry(bench.later(3600), "pair"))
    queue = bench.new_rows([f"x-{n}" for n in range(400)], lane="x")
    await process.ledger.add(queue[:1])
    await bench.wait_again("x-0")
    # As another process would write them: nobody tells this one.
    await store.insert(queue[1:], bench.clock.now())
    bench.clock.advance(timedelta(milliseconds=1))
    await store.insert(bench.new_rows(["y", "z"]), bench.clock.now())
    await bench.wait_state("done", "y", "z")
    assert bench.receiver.by_lane["x"] == ["x-0"]
    bench.clock.advance(timedelta(seconds=3601))
    await eventually(lambda: len(bench.receiver.by_lane["x"]) == 401, message="the queue is sent")
    assert bench.receiver.by_lane["x"] == ["x-0", *(f"x-{n}" for n in range(400))]


# Gates


async def test_a_long_lane_goes_on_at_once_when_its_group_does(bench: LedgerBench) -> None:
    process = await bench.process()
    ids = [f"x-{n}" for n in range(400)]
    bench.receiver.will("x-150", Suspended("token revoked"))
    await process.ledger.add(bench.new_rows(ids, lane="x"))
    await bench.wait_again("x-150")
    await process.stop()
    again = await bench.process("two")
    await bench.suspend("g")
    await again.ledger.resume("g")
    await bench.wait_state("done", *ids)
    assert bench.receiver.by_lane["x"] == [*ids[:150], "x-150", *ids[150:]]


async def test_a_suspended_group_waits_for_its_resumption_even_over_a_restart(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a1", Suspended("token revoked"))
    await process.ledger.add(bench.new_rows(["a1", "a2"], group="a", lane="c1"))
    await bench.wait_again("a1")
    await process.stop()

    again = await bench.process("two")
    bench.clock.advance(timedelta(days=3))
    await again.ledger.add(bench.new_rows(["b1"], group="b"))
    await bench.wait_state("done", "b1")
    assert bench.receiver.by_lane["c1"] == ["a1"]
    await again.ledger.resume("a")
    await bench.wait_state("done", "a1", "a2")
    assert bench.receiver.by_lane["c1"] == ["a1", "a1", "a2"]


async def test_a_resumption_does_not_end_a_throttle(bench: LedgerBench) -> None:
    one, two = await bench.process("one"), await bench.process("two")
    bench.receiver.will("a1", Retry(bench.later(60), "throttled", "group"))
    await one.ledger.add(bench.new_rows(["a1"], group="a"))
    await bench.wait_again("a1")
    for process in (one, two):
        await process.ledger.resume("a")
    await bench.suspend("a")
    for process in (one, two):
        await process.ledger.resume("a")
        await process.ledger.add(bench.new_rows([f"a-{process.leases._owner}"], group="a"))
        await process.ledger.add(bench.new_rows([f"b-{process.leases._owner}"], group="b"))
    await bench.wait_state("done", "b-one", "b-two")
    assert [row_id for row_id, _ in bench.receiver.calls if row_id.startswith("a")] == ["a1"]
    bench.clock.advance(timedelta(seconds=61))
    await bench.wait_state("done", "a1", "a-one", "a-two")
    assert await bench.mongo.db["sends_gates"].count_documents({"suspended": True}) == 0


async def test_an_attempt_that_began_before_the_resumption_does_not_suspend_again(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("old", Suspended("token revoked"))
    bench.receiver.hold("old")
    await process.ledger.add(bench.new_rows(["old"], group="a"))
    await eventually(lambda: "old" in bench.receiver.running)
    await bench.suspend("a")
    await process.ledger.resume("a")
    bench.receiver.let_go("old")
    await bench.wait_state("done", "old")
    assert bench.receiver.calls == [("old", 1), ("old", 2)]


async def test_a_resumption_wins_over_a_suspension_that_is_just_being_written(
    bench: LedgerBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = GateStore.close
    written = asyncio.Event()

    async def slowly(store: GateStore, gates: Mapping[str, Gate]) -> None:
        await written.wait()
        await original(store, gates)

    monkeypatch.setattr(GateStore, "close", slowly)
    process = await bench.process()
    bench.receiver.will("a", Suspended("token revoked"))
    await process.ledger.add(bench.new_rows(["a"], group="a"))
    await eventually(lambda: "a" in process.ledger._ready.gates())
    resuming = asyncio.create_task(process.ledger.resume("a"))
    await asyncio.sleep(0)
    written.set()
    await resuming
    await bench.wait_state("done", "a")
    await bench.process("two")
    assert await bench.mongo.db["sends_gates"].count_documents({}) == 0


async def test_a_suspended_group_waits_in_every_process(bench: LedgerBench) -> None:
    _, two = await bench.process("one"), await bench.process("two")
    await bench.suspend("a")
    await two.ledger.add(bench.new_rows(["a1"], group="a"))
    await two.ledger.add(bench.new_rows(["b1"], group="b"))
    await bench.wait_state("done", "b1")
    assert bench.receiver.sent("a1") == 0
    await two.ledger.resume("a")
    await bench.wait_state("done", "a1")


async def test_gates_are_looked_at_however_much_there_is_to_read(
    bench: LedgerBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(_: RowLoader) -> bool:
        await asyncio.sleep(0)
        return True

    monkeypatch.setattr(RowLoader, "_load_some", endless)
    process = await bench.process()
    await GateStore(bench.mongo.db, "sends").close({"a": Gate(suspended=True, reason="elsewhere")})
    await eventually(lambda: "a" in process.ledger._ready.gates())


# Outcomes


async def test_a_failed_row_says_why_and_its_lane_goes_on(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a", Failed("recipient", "This number has no WhatsApp."))
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    await bench.wait_state("done", "b")
    await eventually(lambda: len(process.finished) == 2)
    first, second = process.finished
    assert (first.id, first.state, first.reason, first.detail) == (
        "a",
        "failed",
        "recipient",
        "This number has no WhatsApp.",
    )
    assert (second.state, second.result, second.about) == ("done", {"external_id": "wamid.b"}, {"for": "b"})


async def test_an_uncertain_row_is_repeated_at_its_deadline_not_before(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a", Uncertain(bench.later(120), "timeout"))
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    await bench.wait_state("uncertain", "a")
    bench.clock.advance(timedelta(seconds=119))
    await process.ledger.add(bench.new_rows(["other"]))
    await bench.wait_state("done", "other")
    assert bench.receiver.by_lane["c"] == ["a"]
    bench.clock.advance(timedelta(seconds=2))
    await bench.wait_state("done", "a", "b")
    assert bench.receiver.calls[-2:] == [("a", 2), ("b", 1)]


async def test_proof_finishes_an_uncertain_row_without_a_repetition(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a", Uncertain(bench.later(120), "timeout"))
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    await bench.wait_state("uncertain", "a")
    assert await process.ledger.resolve("a", {"external_id": "wamid.proof"})
    await bench.wait_state("done", "a", "b")
    assert not await process.ledger.resolve("a", {}), "it is finished"
    assert not await process.ledger.resolve("unknown", {})
    bench.clock.advance(timedelta(days=1))
    await eventually(lambda: len(process.finished) == 2)
    assert bench.receiver.by_lane["c"] == ["a", "b"]
    assert process.finished[0].result == {"external_id": "wamid.proof"}


async def test_proof_may_come_while_sending_and_in_another_process(bench: LedgerBench) -> None:
    one, two = await bench.process("one"), await bench.process("two")
    bench.receiver.hold("a")
    bench.receiver.will("a", Retry(bench.later(1), "timeout"))
    await one.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    await eventually(lambda: "a" in bench.receiver.running)
    prover = two if one.leases.owns(two.ledger._store.shard_of("g")) else one
    assert await prover.ledger.resolve_many({"a": {"external_id": "another's"}}, group="another") == set()
    assert await prover.ledger.resolve_many({"a": {"external_id": "proof"}, "x": {}}, group="g") == {"a"}
    bench.receiver.let_go("a")
    await bench.wait_state("done", "a", "b")
    bench.clock.advance(timedelta(hours=1))
    assert bench.receiver.by_lane["c"] == ["a", "b"]
    await eventually(lambda: len(one.finished) + len(two.finished) == 2, message="both rows reported")
    reports = [row.result for row in [*one.finished, *two.finished] if row.id == "a"]
    assert reports == [{"external_id": "proof"}]


async def test_an_error_of_our_own_is_retried_and_then_fails_with_a_reason(bench: LedgerBench) -> None:
    backoff = Backoff(first=timedelta(seconds=10), factor=1, cap=timedelta(seconds=10), attempts=3)
    process = await bench.process(fault_backoff=backoff)
    bench.receiver.will("a", KeyError("x"), KeyError("x"), KeyError("x"))
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    for attempt in (1, 2):
        await eventually(lambda: bench.receiver.sent("a") == attempt)  # noqa: B023 - awaited in the same turn
        await bench.wait_again("a")
        bench.clock.advance(timedelta(seconds=11))
    await bench.wait_state("failed", "a")
    await bench.wait_state("done", "b")
    assert (await bench.document("a"))["reason"] == "internal_error"
    assert bench.receiver.by_lane["c"] == ["a", "a", "a", "b"]


async def test_every_kind_of_outcome_has_its_own_count(bench: LedgerBench) -> None:
    seen: list[dict[str, int]] = []
    original = bench.receiver.send

    async def send(row: Row) -> Outcome:
        seen.append(dict(row.counts))
        return await original(row)

    bench.receiver.send = send  # type: ignore[method-assign]  # what the receiver was told, beside its answers
    process = await bench.process(fault_backoff=Backoff.of_seconds(0.01, 0.01, attempts=2))
    now = bench.clock.now()
    throttle = Retry(now, "busy", kind="throttle")
    bench.receiver.will("a", throttle, throttle, Uncertain(now, "cut"), KeyError("x"), throttle)
    await process.ledger.add(bench.new_rows(["a"]))
    await eventually(lambda: len(seen) == 4)
    await bench.wait_again("a")
    bench.clock.advance(timedelta(seconds=1))
    await bench.wait_state("done", "a")
    assert seen == [
        {},
        {"throttle": 1},
        {"throttle": 2},
        {"throttle": 2, "uncertain": 1},
        {"throttle": 2, "uncertain": 1, "fault": 1},
        {"throttle": 3, "uncertain": 1, "fault": 1},
    ]


async def test_a_call_that_never_returns_is_cut_off_and_uncertain(bench: LedgerBench) -> None:
    process = await bench.process(send_timeout=timedelta(seconds=0.5), uncertain_for=timedelta(seconds=30))
    bench.receiver.hold("a")
    await process.ledger.add(bench.new_rows(["a"]))
    await bench.wait_state("uncertain", "a")
    bench.receiver.let_go("a")
    bench.clock.advance(timedelta(seconds=31))
    await bench.wait_state("done", "a")


async def test_a_result_that_cannot_be_stored_does_not_hold_up_others(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a", Delivered({"what": object()}))
    await process.ledger.add(bench.new_rows(["a", "b"]))
    await bench.wait_state("done", "a", "b")
    assert (await bench.document("a"))["result"] == {}
