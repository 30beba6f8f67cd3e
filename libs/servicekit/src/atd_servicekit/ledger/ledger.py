"""The ledger as a service uses it: add rows, resolve uncertain ones, resume groups."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases
from atd_servicekit.ledger.calls import OwnerCalls
from atd_servicekit.ledger.finished_reporter import FinishedReporter, OnFinished
from atd_servicekit.ledger.gate_store import GateStore
from atd_servicekit.ledger.gates import LocalGates, combined
from atd_servicekit.ledger.loops import LoopSignals, retry_until_available
from atd_servicekit.ledger.outcome_updates import KEPT, KEPT_AT_LEAST, OutcomeUpdate
from atd_servicekit.ledger.outcome_writer import OutcomeWriter
from atd_servicekit.ledger.overdue import OnOverdue, OverdueRows, default_overdue
from atd_servicekit.ledger.ready_queue import ReadyQueue
from atd_servicekit.ledger.report_store import Report, ReportStore
from atd_servicekit.ledger.row_loader import RowLoader
from atd_servicekit.ledger.rows import Failed, Finished, Gate, NewRow
from atd_servicekit.ledger.send_worker import Send, SendWorker
from atd_servicekit.ledger.store import LedgerStore
from atd_servicekit.metrics import Metrics
from atd_servicekit.tasks import SupervisedTask

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

FAULT_BACKOFF = Backoff(first=timedelta(seconds=1), factor=3.0, cap=timedelta(minutes=10), attempts=8)
"""For errors of our own while sending: about 25 minutes in all."""

_LAST_WRITES = timedelta(seconds=5)


class Ledger:
    """One kind of sends of one service. A component: `start()`, `stop()`.

    `send` makes one attempt and says what came of it; the decision belongs into a pure function of the channel. It is
    called for one row of a lane at a time, at most `concurrency_per_group` times at once for a group (over all
    processes) and `concurrency` times in all (in this one). An error that it raises is a fault of our own: the row is
    tried again by `fault_backoff`, then failed.
    A call longer than `send_timeout` is cut off and uncertain. A row that a dead process had begun to send is uncertain
    for `uncertain_for`, then it is sent again; zero for receivers that know a repetition by its id.

    A row whose `send_until` has passed is not sent any more: it fails within a poll, whatever it waits for, with the
    reason that `on_overdue` gives.

    `on_finished` gets every row that came to its end, in batches, at least once, in the order of each lane.
    """

    def __init__(
        self,
        db: "Database",
        name: str,
        leases: ShardLeases,
        send: Send,
        clock: Clock,
        metrics: Metrics,
        *,
        on_finished: OnFinished | None = None,
        on_overdue: OnOverdue = default_overdue,
        concurrency: int = 512,
        concurrency_per_group: int = 32,
        fault_backoff: Backoff = FAULT_BACKOFF,
        send_timeout: timedelta = timedelta(seconds=60),
        uncertain_for: timedelta = timedelta(minutes=2),
        poll: timedelta = timedelta(milliseconds=500),
        grace: timedelta = timedelta(seconds=20),
        kept_for: timedelta = KEPT,
    ) -> None:
        """`kept_for` is how long finished rows are kept, and so how long a row that is added again is known.

        Raises `ValueError` when it is too short for reports that a dead process left to be made.
        """
        if kept_for < KEPT_AT_LEAST:
            raise ValueError(f"finished rows are kept for {KEPT_AT_LEAST} at least")
        self._clock = clock
        self._leases = leases
        self._grace = grace
        self._signals = signals = LoopSignals()
        self._store = store = LedgerStore(db, name, leases.shards, kept_for)
        self._gate_store = gate_store = GateStore(db, name)
        self._ready = queue = ReadyQueue(concurrency=concurrency, per_group=concurrency_per_group)
        self._gates = gates = LocalGates()
        self._reporter: FinishedReporter | None = None
        if on_finished is not None:
            self._reporter = FinishedReporter(name, store, ReportStore(db, name), on_finished, clock, signals)
        self._calls = calls = OwnerCalls(db, name, store, queue, leases, clock, signals)
        self._overdue = OverdueRows(
            name,
            store,
            queue,
            leases,
            clock,
            metrics,
            self._reporter,
            calls,
            uncertain_for=uncertain_for,
            on_overdue=on_overdue,
        )
        self._writer = OutcomeWriter(store, gate_store, queue, gates, clock, self._reporter, signals)
        self._loader = RowLoader(
            name,
            store,
            gate_store,
            queue,
            gates,
            leases,
            clock,
            metrics,
            signals,
            poll=poll,
            uncertain_for=uncertain_for,
            reporter=self._reporter,
            overdue=self._overdue,
            calls=calls,
        )
        self._worker = SendWorker(
            name,
            store,
            queue,
            leases,
            send,
            clock,
            metrics,
            signals,
            fault_backoff=fault_backoff,
            send_timeout=send_timeout,
            uncertain_for=uncertain_for,
            overdue=self._overdue,
            on_outcome=self._take_outcome,
            may_send=self._may_send,
        )
        self._loading_loop = SupervisedTask(f"ledger-{name}-load", self._loader.run)
        self._sending_loop = SupervisedTask(f"ledger-{name}-send", self._worker.run)
        self._writing_loop = SupervisedTask(f"ledger-{name}-write", self._writer.run)
        self._calls_loop = SupervisedTask(f"ledger-{name}-calls", calls.run)
        self._loops = [self._writing_loop, self._sending_loop, self._loading_loop, self._calls_loop]
        if self._reporter is not None:
            self._reporting_loop = SupervisedTask(f"ledger-{name}-report", self._reporter.run)
            self._loops.insert(0, self._reporting_loop)

    async def start(self) -> None:
        """Take part in sending, perhaps again: a start that failed is tried once more with the same parts."""
        self._signals.stopping.clear()
        self._writer.last = False
        if self._reporter is not None:
            self._reporter.last = False
        await self._leases.start()
        await retry_until_available("read gates", self._loader.read_gates)
        for loop in self._loops:
            await loop.start()

    async def stop(self) -> None:
        """Begin nothing new, wait for running sends up to `grace`, write and report what came of them."""
        for loop in (self._loading_loop, self._sending_loop):
            loop.let_end()
        self._signals.stopping.set()
        self._signals.load.set()
        self._signals.send.set()
        await self._loading_loop.stop(grace=_LAST_WRITES)
        await self._sending_loop.stop(grace=_LAST_WRITES)
        await self._calls_loop.stop()
        await self._worker.drain(self._grace)
        self._writer.last = True
        self._signals.write.set()
        await self._writing_loop.stop(grace=_LAST_WRITES)
        if self._reporter is not None:
            self._reporter.last = True
            self._signals.report.set()
            await self._reporting_loop.stop(grace=_LAST_WRITES)
        await self._leases.stop()

    # Public operations

    async def add(self, rows: Sequence[NewRow]) -> None:
        """Write the rows down; when it returns, each will be sent (or is already).

        Rows of one lane come in their order. A row whose id is there already changes nothing, as long as finished rows
        are kept: by default longer than Kafka could bring it again. Raises PyMongo's errors: adding the same rows again
        is then safe.
        """
        if not rows:
            return
        await self._store.insert(rows, self._clock.now())
        await self._calls.lanes((row.lane, row.group) for row in rows)

    async def forget(self, row_ids: Sequence[str], lanes: Sequence[str]) -> int:
        """Remove these rows, and all of these lanes that are not finished; how many there were. Safe to repeat.

        An attempt that is under way may still arrive; its outcome is then nobody's.
        """
        return await self._store.forget(row_ids, lanes)

    async def resolve(self, row_id: str, result: Mapping[str, Any]) -> bool:
        """Something proves that the row arrived; whether that finished it (false: it was finished, or never ours)."""
        return row_id in await self.resolve_many({row_id: result})

    async def resolve_many(self, results: Mapping[str, Mapping[str, Any]], *, group: str | None = None) -> set[str]:
        """As `resolve`, for many at once: one cheap query when, as mostly, all of them are finished already.

        With `group`, rows of other groups are left alone: for proof that speaks for one account only.
        """
        resolved: set[str] = set()
        if not results:
            return resolved
        for row_id in await self._store.still_open(results.keys(), group):
            finished = await self._mark_delivered(row_id, dict(results[row_id]))
            if finished is not None:
                resolved.add(row_id)
                await self._go_on(finished.lane, finished.group)
        return resolved

    async def prove_step(self, row_id: str, step: int, proof: Any, *, group: str) -> None:
        """Something proves that a step of what is sent in several arrived; the sender sees it in `Row.proofs`.

        Does nothing for a row that is finished, not ours, or of another group. Raises PyMongo's errors.
        """
        lane = await self._store.prove_step(row_id, step, proof, group, self._clock.now())
        if lane is not None:
            await self._go_on(lane, group)

    async def resume(self, group: str) -> None:
        """The group is not suspended any more (here at once; in the process that sends for it soon after).

        To be called when what suspended it has changed, such as its credentials. A throttle is not touched: only time
        ends it. An attempt that began before and ends in `Suspended` does not stop the group again. Where several
        processes keep the credentials, each calls this when it has the new ones.
        """
        self._gates.begin(group)
        try:
            async with self._gates.lock:
                now = self._clock.now()
                await self._gate_store.resume(group, now)
                self._gates.resumed(group)
                self._ready.resume(group, now)
        finally:
            self._gates.end(group)
        self._signals.load.set()
        await self._calls.gate(group)

    async def fail_group(self, group: str, why: Failed) -> None:
        """Fail at once what waits in a group that will never be sent to again, throttled or not.

        What may have arrived keeps its time to be proven; what is added later is tried, and `send` says that it fails.
        Of a backlog of more than 10,000 rows the rest is left to attempts. Raises PyMongo's errors; may be repeated.
        """
        await self._overdue.fail_group(group, why)
        self._signals.load.set()

    # Wiring of the parts

    async def _go_on(self, lane: str, group: str) -> None:
        """A lane's head was finished from outside: its next row may be parked, and another process's to send."""
        if not self._leases.owns(self._store.shard_of(group)):
            await self._store.unpark_next(lane, self._clock.now())
        await self._calls.lanes([(lane, group)])

    def _may_send(self) -> bool:
        return not self._writer.behind and (self._reporter is None or not self._reporter.behind)

    def _take_outcome(self, update: OutcomeUpdate) -> None:
        if update.gate is not None:
            self._gates.begin_closing(update.row.group)
            self._close(update.row.group, update.gate)
        self._writer.put(update)

    def _close(self, group: str, gate: Gate) -> None:
        known = self._ready.gates().get(group)
        self._ready.close(group, gate if known is None else combined(known, gate))

    async def _mark_delivered(self, row_id: str, result: dict[str, Any]) -> Finished | None:
        now = self._clock.now()
        report = Report(uuid.uuid4().hex, now, (row_id,))
        if self._reporter is None:
            return await self._store.mark_delivered(row_id, result, now, report.id)
        await self._reporter.begin(report)
        try:
            finished = await self._store.mark_delivered(row_id, result, now, report.id)
        except BaseException:
            self._reporter.leave(report)
            raise
        self._reporter.put(report, () if finished is None else (finished,))
        return finished
