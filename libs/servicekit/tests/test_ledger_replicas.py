"""Several processes share a ledger: each group is one process's, which hears at once of what the others add."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from atd_servicekit.ledger import Retry, Suspended
from atd_servicekit.ledger.store import LedgerStore
from atd_testing.ledgers import SHARDS, LedgerBench, LedgerProcess, ledger_bench
from atd_testing.waiting import eventually

_NO_POLL = timedelta(hours=1)


@pytest.fixture
async def bench(mongodb_url: str, database_name: str) -> AsyncIterator[LedgerBench]:
    async with ledger_bench(mongodb_url, database_name) as bench:
        yield bench


async def _sharing(*processes: LedgerProcess) -> None:
    fair = -(-SHARDS // len(processes))

    async def shared() -> bool:
        for process in processes:
            await process.tick()
        owned = [len(process.leases.owned) for process in processes]
        return sum(owned) == SHARDS and max(owned) <= fair and not any(one.leases.alone for one in processes)

    await eventually(shared, message="the shards are shared")


def _group_of(process: LedgerProcess) -> str:
    """A group that this process sends for."""
    return next(f"g{n}" for n in range(1000) if process.leases.owns(process.ledger._store.shard_of(f"g{n}")))


async def test_the_concurrency_of_a_group_holds_over_all_processes_and_while_leases_move(bench: LedgerBench) -> None:
    ids = [f"r{n}" for n in range(60)]
    bench.receiver.hold(*ids)
    processes = [
        await bench.process(owner, concurrency_per_group=4, uncertain_for=timedelta(0))
        for owner in ("one", "two", "three")
    ]
    await _sharing(*processes)
    for number, process in enumerate(processes):
        await process.ledger.add(bench.new_rows(ids[number::3]))
    await eventually(lambda: len(bench.receiver.running) == 4, message="as many as may are being sent")
    others = [f"o{n}" for n in range(40)]
    for row_id in others:
        await processes[0].ledger.add(bench.new_rows([row_id], group=row_id))
    await bench.wait_state("done", *others)  # so every process has looked at what is due
    owner = next(process for process in processes if process.ledger._ready.running)
    await owner.kill()
    rest = [process for process in processes if process is not owner]
    await bench.tick()
    await eventually(lambda: len(bench.receiver.running) == 4, message="another process goes on")
    late = await bench.process("four", concurrency_per_group=4, uncertain_for=timedelta(0))
    await _sharing(*rest, late)
    bench.receiver.let_go(*ids)
    await bench.wait_state("done", *ids)
    assert bench.receiver.most_running["g"] == 4


async def test_the_owner_hears_at_once_of_rows_that_another_process_adds(bench: LedgerBench) -> None:
    one, two = (
        await bench.process("one", poll=_NO_POLL),
        await bench.process("two", poll=_NO_POLL),
    )
    await _sharing(one, two)
    await eventually(lambda: one.ledger._calls.watching and two.ledger._calls.watching)
    for adding, sending in ((one, two), (two, one)):
        group = _group_of(sending)
        few, many = [f"{group}-{n}" for n in range(3)], [f"{group}-x{n}" for n in range(600)]
        await adding.ledger.add(bench.new_rows(few, group=group))
        await bench.wait_state("done", *few)
        await adding.ledger.add(bench.new_rows(many, group=group))
        await bench.wait_state("done", *many)
        assert not adding.finished
        await eventually(lambda: len(sending.finished) == 603)  # noqa: B023 - awaited in the same turn
        sending.finished.clear()


async def test_the_owner_hears_at_once_that_another_process_resumed_a_group(bench: LedgerBench) -> None:
    one, two = (
        await bench.process("one", poll=_NO_POLL),
        await bench.process("two", poll=_NO_POLL),
    )
    await _sharing(one, two)
    await eventually(lambda: one.ledger._calls.watching and two.ledger._calls.watching)
    group = _group_of(two)
    bench.receiver.will("a", Suspended("token"))
    await two.ledger.add(bench.new_rows(["a"], group=group))
    await bench.wait_again("a")
    await eventually(lambda: group in two.ledger._ready.gates())
    await one.ledger.resume(group)
    await bench.wait_state("done", "a")


async def test_a_process_that_is_alone_neither_calls_nor_watches(bench: LedgerBench) -> None:
    process = await bench.process()
    await process.ledger.add(bench.new_rows(["a"]))
    await process.ledger.resume("g")
    await bench.wait_state("done", "a")
    assert not process.ledger._calls.watching
    assert await bench.mongo.db["sends_calls"].count_documents({}) == 0


async def test_rows_that_were_shared_by_lane_are_sent_in_order_by_the_owner_of_the_first(bench: LedgerBench) -> None:
    """As rows were written before: their shard is that of their lane."""
    one, two = await bench.process("one"), await bench.process("two")
    await _sharing(one, two)
    group = _group_of(one)
    foreign = next(iter(two.leases.owned))
    store = LedgerStore(bench.mongo.db, "sends", SHARDS)
    await bench.suspend(group)
    await store.insert(bench.new_rows(["a", "b"], group=group, lane="c"), bench.clock.now())
    await bench.rows.update_many({}, {"$set": {"shard": foreign, "open.shard": foreign}})
    bench.receiver.will("a", Retry(bench.later(0), "busy"))
    await one.ledger.add(bench.new_rows(["d"], group=group, lane="c"))
    for process in (one, two):
        await process.ledger.resume(group)
    await bench.wait_state("done", "a", "b", "d")
    assert bench.receiver.calls == [("a", 1), ("a", 2), ("b", 1), ("d", 1)]
    assert {row.id for row in two.finished} == {"a", "b"}
