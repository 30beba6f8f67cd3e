"""What is sent in several steps, on a real MongoDB: each step once, whatever happens between them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from atd_servicekit.ledger import Advanced, Delivered, Failed, Outcome, Retry, Row, Uncertain
from atd_testing.ledgers import LedgerBench, ledger_bench
from atd_testing.waiting import eventually


@pytest.fixture
async def bench(mongodb_url: str, database_name: str) -> AsyncIterator[LedgerBench]:
    async with ledger_bench(mongodb_url, database_name) as bench:
        yield bench


def step(number: int) -> Advanced:
    return Advanced({"parts": number, "external_ids": [f"m{one}" for one in range(1, number + 1)]})


async def test_steps_follow_each_other_at_once_and_the_lane_waits_for_the_last_one(bench: LedgerBench) -> None:
    process = await bench.process(poll=timedelta(hours=1))
    seen: list[dict[str, Any]] = []
    send = bench.receiver.send

    async def remembering(row: Row) -> Outcome:
        if row.id == "long":
            seen.append(dict(row.progress))
        return await send(row)

    process.ledger._worker._send = remembering
    bench.receiver.will("long", step(1), step(2), Delivered({"external_ids": ["m1", "m2", "m3"]}))
    await process.ledger.add(bench.new_rows(["long", "next"], lane="c"))
    await bench.wait_state("done", "long", "next")
    assert bench.receiver.by_lane["c"] == ["long", "long", "long", "next"]
    assert seen == [{}, step(1).progress, step(2).progress]
    await eventually(lambda: len(process.finished) == 2, message="both reported")
    assert process.finished[0].result == {"external_ids": ["m1", "m2", "m3"]}


async def test_a_failure_tells_what_had_arrived_before_it(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("long", step(1), step(2), Failed("request:100", "too large"))
    await process.ledger.add(bench.new_rows(["long"]))
    await bench.wait_state("failed", "long")
    await eventually(lambda: process.finished, message="reported")
    assert process.finished[0].result == step(2).progress
    document = await bench.document("long")
    assert document["result"] == step(2).progress
    assert "progress" not in document


async def test_a_row_whose_time_is_over_between_steps_tells_what_had_arrived(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("long", step(1), Retry(bench.later(600), "throttled"))
    await process.ledger.add(bench.new_rows(["long"], send_until=bench.later(60)))
    await bench.wait_again("long")
    await eventually(lambda: bench.receiver.sent("long") == 2, message="the second step was tried")
    bench.clock.advance(timedelta(seconds=61))
    await bench.wait_state("failed", "long")
    await eventually(lambda: process.finished, message="reported")
    assert process.finished[0].result == step(1).progress


async def test_a_process_that_dies_between_steps_leaves_the_next_one_to_another(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("long", step(1), Retry(bench.later(60), "throttled"))
    await process.ledger.add(bench.new_rows(["long"]))
    await eventually(lambda: bench.receiver.sent("long") == 2, message="the second step was tried")
    await bench.wait_state("due", "long")
    await process.kill()
    bench.receiver.will("long", Delivered({"external_ids": ["m1", "m2"]}))
    bench.clock.advance(timedelta(seconds=61))
    await bench.process("two")
    await bench.wait_state("done", "long")
    assert bench.receiver.sent("long") == 3


async def test_budgets_begin_anew_with_each_step(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("long", Retry(bench.clock.now(), "r"), Retry(bench.clock.now(), "r"), step(1))
    bench.receiver.will("long", Retry(bench.later(60), "r"))
    await process.ledger.add(bench.new_rows(["long"]))
    await eventually(lambda: bench.receiver.sent("long") == 4, message="the second step was tried")
    await bench.wait_state("due", "long")
    assert (await bench.document("long"))["counts"] == {"retry": 1}


async def test_proof_of_a_step_of_which_no_answer_came_is_there_for_the_next_attempt(bench: LedgerBench) -> None:
    """An uncertain row goes on at once; the sender sees the proof and makes no call for that step."""
    process = await bench.process(uncertain_for=timedelta(hours=1))
    proofs: list[dict[str, Any]] = []
    send = bench.receiver.send

    async def remembering(row: Row) -> Outcome:
        proofs.append(dict(row.proofs))
        return await send(row)

    process.ledger._worker._send = remembering
    bench.receiver.will("long", step(1), Uncertain(bench.later(3600), "no answer"))
    await process.ledger.add(bench.new_rows(["long"]))
    await bench.wait_state("uncertain", "long")
    await process.ledger.prove_step("long", 1, ["m2"], group="another")
    await process.ledger.prove_step("unknown", 1, ["m2"], group="g")
    assert (await bench.document("long")).get("proofs") is None
    await process.ledger.prove_step("long", 1, ["m2"], group="g")
    await bench.wait_state("done", "long")
    assert proofs == [{}, {}, {"1": ["m2"]}]


async def test_proof_that_comes_during_the_call_is_not_lost_with_its_answer(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.hold("long")
    bench.receiver.will("long", Uncertain(bench.later(60), "no answer"))
    await process.ledger.add(bench.new_rows(["long"]))
    await eventually(lambda: "long" in bench.receiver.running, message="the call is under way")
    await process.ledger.prove_step("long", 0, ["m1"], group="g")
    bench.receiver.let_go("long")
    await bench.wait_state("uncertain", "long")
    assert (await bench.document("long"))["proofs"] == {"0": ["m1"]}
