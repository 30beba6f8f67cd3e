"""What the ledger tells: reports, log lines, metrics; and that its queries are cheap."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import bson
import pytest
import structlog

from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.ledger import Failed, Finished, Retry, Suspended, Uncertain
from atd_servicekit.ledger.lanes import Entry
from atd_servicekit.ledger.report_store import Report, ReportStore
from atd_servicekit.ledger.store import LedgerStore
from atd_testing.ledgers import SHARDS, LedgerBench, ledger_bench
from atd_testing.waiting import eventually


@pytest.fixture
async def bench(mongodb_url: str, database_name: str) -> AsyncIterator[LedgerBench]:
    async with ledger_bench(mongodb_url, database_name) as bench:
        yield bench


# Reports


async def test_a_report_that_fails_is_repeated_while_sending_goes_on(bench: LedgerBench) -> None:
    told: list[str] = []
    faults = [InfrastructureFault("kafka is away")] * 2

    async def on_finished(rows: Sequence[Finished]) -> None:
        if faults:
            raise faults.pop()
        told.extend(row.id for row in rows)

    process = await bench.process(on_finished=on_finished)
    await process.ledger.add(bench.new_rows(["a", "b"], lane="c"))
    await eventually(lambda: told == ["a", "b"])


async def test_a_row_that_cannot_be_reported_does_not_keep_others_back(bench: LedgerBench) -> None:
    told: list[str] = []
    spoiled = True

    async def on_finished(rows: Sequence[Finished]) -> None:
        if spoiled and any(row.id == "bad" for row in rows):
            raise ValueError("bad")
        told.extend(row.id for row in rows)

    process = await bench.process(on_finished=on_finished)
    await process.ledger.add(bench.new_rows(["a", "bad", "b"], lane="c"))
    await eventually(lambda: told == ["a", "b"])
    spoiled = False
    bench.clock.advance(timedelta(seconds=11))
    await eventually(lambda: told == ["a", "b", "bad"])


# What stays


async def test_a_finished_row_is_small_and_kept_as_long_as_its_ledger_says(bench: LedgerBench) -> None:
    process = await bench.process(kept_for=timedelta(hours=2))
    bench.receiver.will("b", Failed("recipient", "$no such customer"))
    bench.receiver.will("c", Retry(bench.later(0), "busy"))
    rows = [replace(row, payload={"text": "x" * 50_000}) for row in bench.new_rows(["a", "b", "c", "d", "e"])]
    await process.ledger.add(rows)
    await bench.wait_state("done", "a", "c", "d", "e")
    await bench.wait_state("failed", "b")
    await process.ledger.add(rows)
    for row in rows:
        document = await bench.document(row.id)
        assert len(bson.encode(document)) < 600
        assert document["expires_at"] - document["finished_at"] == timedelta(hours=2)
        assert document["about"] == row.about
        assert not document.keys() & {"payload", "open", "counts"}
    assert (await bench.document("b"))["detail"] == "$no such customer"
    await eventually(lambda: len(process.finished) == 5)
    assert sum(bench.receiver.sent(row.id) for row in rows) == 6, "what is added again is known"


async def test_a_proof_and_an_overdue_row_leave_a_small_row_too(bench: LedgerBench) -> None:
    process = await bench.process()
    bench.receiver.will("a", Uncertain(bench.later(600), "timeout"))
    await process.ledger.add(bench.new_rows(["a"]))
    await bench.wait_state("uncertain", "a")
    assert await process.ledger.resolve("a", {"external_id": "proof"})
    await process.ledger.add(bench.new_rows(["b"], send_until=bench.later(-1)))
    await bench.wait_state("failed", "b")
    for row_id in ("a", "b"):
        document = await bench.document(row_id)
        assert not document.keys() & {"payload", "open", "counts"}
        assert document["about"] == {"for": row_id}


async def test_the_end_of_a_row_without_about_is_reported_with_its_payload(bench: LedgerBench) -> None:
    """As rows were written before; a process that died left the reports of one of them."""
    process = await bench.process()
    bench.receiver.will("b", Failed("recipient", "no"))
    await bench.suspend("g")
    await process.ledger.add(bench.new_rows(["a", "b", "c"]))
    await bench.rows.update_many({}, {"$unset": {"about": 1}})
    store, reports = LedgerStore(bench.mongo.db, "sends", SHARDS), ReportStore(bench.mongo.db, "sends")
    await reports.begin(Report("r", bench.clock.now(), ("c",)))
    assert await store.mark_delivered("c", {}, bench.clock.now(), "r")
    await process.ledger.resume("g")
    await bench.wait_state("done", "a")
    bench.clock.advance(timedelta(seconds=11))
    await eventually(lambda: len(process.finished) == 3)
    assert {row.id: dict(row.about) for row in process.finished} == {row: {"text": row} for row in "abc"}


async def test_rows_outlive_the_reports_that_a_dead_process_left(bench: LedgerBench) -> None:
    with pytest.raises(ValueError, match="at least"):
        await bench.process(kept_for=timedelta(minutes=1))


# What can be seen


async def test_each_attempt_is_one_wide_log_line_and_counted(bench: LedgerBench) -> None:
    with structlog.testing.capture_logs() as logs:
        process = await bench.process()
        bench.receiver.will("a", Retry(bench.later(0), "busy"))
        await process.ledger.add(bench.new_rows(["a"], lane="c"))
        await bench.wait_state("done", "a")
    lines = [line for line in logs if line["event"] == "ledger.attempt"]
    for line in lines:
        assert line.pop("duration_ms") >= 0
    shared = {
        "event": "ledger.attempt",
        "log_level": "info",
        "ledger": "sends",
        "tenant_id": "tenant-1",
        "group": "g",
        "lane": "c",
        "row_id": "a",
    }
    assert lines == [
        {**shared, "attempt": 1, "outcome": "retry", "reason": "busy"},
        {**shared, "attempt": 2, "outcome": "delivered", "reason": None},
    ]
    text = process.metrics.render().decode()
    assert 'atd_ledger_attempts_total{ledger="sends",outcome="retry"} 1.0' in text
    assert 'atd_ledger_attempts_total{ledger="sends",outcome="delivered"} 1.0' in text


async def test_the_age_is_that_of_the_oldest_row_that_could_be_sent(bench: LedgerBench) -> None:
    process = await bench.process(concurrency_per_group=1)
    bench.receiver.hold("a")
    await process.ledger.add(bench.new_rows(["a", "b"]))
    await bench.suspend("quiet")
    await process.ledger.add(bench.new_rows(["q"], group="quiet"))
    await eventually(lambda: "a" in bench.receiver.running or "b" in bench.receiver.running)
    bench.clock.advance(timedelta(seconds=40))
    await eventually(lambda: b'ledger_age_seconds{ledger="sends"} 40.0' in process.metrics.render())
    await eventually(lambda: b'ledger_rows{ledger="sends",state="open"} 3.0' in process.metrics.render())
    bench.receiver.let_go("a")
    await bench.wait_state("done", "a", "b")
    await eventually(lambda: b'ledger_age_seconds{ledger="sends"} 0.0' in process.metrics.render())


async def test_every_query_runs_on_an_index(bench: LedgerBench) -> None:
    store = LedgerStore(bench.mongo.db, "sends", SHARDS)
    await store.insert(bench.new_rows([f"r{n}" for n in range(300)], lane="c"), bench.clock.now())
    await bench.mongo.db.command("profile", 2)
    process = await bench.process()
    bench.receiver.will("a", Uncertain(bench.later(60), "x"), Retry(bench.later(0), "y"), Suspended("z"))
    await process.ledger.add(bench.new_rows(["a", "b"], lane="d"))
    await bench.wait_state("uncertain", "a")
    bench.clock.advance(timedelta(seconds=61))
    await eventually(lambda: "g" in process.ledger._ready.gates())
    await process.ledger.resume("g")
    await bench.wait_state("done", "b", "r299")
    await store.park([Entry("c", 1)], bench.clock.now())
    await process.stop()
    await bench.mongo.db.command("profile", 0)
    found = [entry async for entry in bench.mongo.db["system.profile"].find({"ns": {"$regex": "sends_"}})]
    plans = {(entry["op"], entry.get("planSummary", "")) for entry in found}
    assert not [plan for plan in plans if "COLLSCAN" in plan[1]]
    distinct = [entry for entry in found if "distinct" in entry["command"]]
    assert distinct
    assert all(entry["planSummary"].startswith("DISTINCT_SCAN") for entry in distinct)
    pages = [entry for entry in found if entry["command"].get("hint") == "due" and "find" in entry["command"]]
    assert pages
    assert all(entry["docsExamined"] == 0 for entry in pages), "a page is answered by the index alone"
