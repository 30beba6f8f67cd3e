"""Writes the outcomes of attempts to MongoDB, many at a time."""

import uuid
from collections import deque
from functools import partial
from itertools import islice

from atd_servicekit.clock import Clock
from atd_servicekit.ledger.finished_reporter import FinishedReporter
from atd_servicekit.ledger.gate_store import GateStore
from atd_servicekit.ledger.gates import LocalGates, combined_by_group
from atd_servicekit.ledger.loops import BatchDelay, LoopSignals, retry_until_available
from atd_servicekit.ledger.outcome_updates import OutcomeUpdate
from atd_servicekit.ledger.ready_queue import ReadyQueue
from atd_servicekit.ledger.report_store import Report
from atd_servicekit.ledger.rows import Advanced, Finished
from atd_servicekit.ledger.store import LedgerStore

_BATCH = 500
_BEHIND = 5_000


class OutcomeWriter:
    """Writes outcomes in batches: while one write is under way, the next batch collects."""

    def __init__(
        self,
        store: LedgerStore,
        gate_store: GateStore,
        queue: ReadyQueue,
        gates: LocalGates,
        clock: Clock,
        reporter: FinishedReporter | None,
        signals: LoopSignals,
    ) -> None:
        self.last = False
        """Set by the ledger when nothing more will come: the loop ends when all is written."""
        self._store = store
        self._gate_store = gate_store
        self._ready = queue
        self._gates = gates
        self._clock = clock
        self._reporter = reporter
        self._signals = signals
        self._queue: deque[OutcomeUpdate] = deque()
        self._delay = BatchDelay()

    @property
    def behind(self) -> bool:
        """Whether so much waits to be written that no more should be sent."""
        return len(self._queue) >= _BEHIND

    def put(self, update: OutcomeUpdate) -> None:
        """Add an outcome to the next batch."""
        self._queue.append(update)
        self._signals.write.set()

    async def run(self) -> None:
        """The loop; once `last` is set it returns as soon as all is written."""
        while True:
            await self._signals.write.wait()
            self._signals.write.clear()
            while self._queue:
                if not self.last:
                    await self._delay.wait()
                await self._write(list(islice(self._queue, _BATCH)))
                self._delay.ended()
            if self.last:
                return

    async def _write(self, batch: list[OutcomeUpdate]) -> None:
        await self._close_gates(batch)
        now = self._clock.now()
        report = Report(uuid.uuid4().hex, now, tuple(one.row.id for one in batch if one.finished is not None))
        reporter = self._reporter if report.ids else None
        if reporter is not None:
            await retry_until_available("begin report", partial(reporter.begin, report))
        applied = await retry_until_available(
            "write outcomes", lambda: self._store.write_outcomes(batch, now, report.id)
        )
        for _ in batch:
            self._queue.popleft()
        finished: list[Finished] = []
        for one in batch:
            if one.row.id not in applied:
                self._ready.forget(one.row, again=True)
            elif one.finished is None:
                self._ready.forget(one.row, again=isinstance(one.outcome, Advanced))
            else:
                self._ready.advance(one.row)
                finished.append(one.finished)
        if reporter is not None:
            reporter.put(report, finished)
        self._signals.load.set()
        self._signals.send.set()

    async def _close_gates(self, batch: list[OutcomeUpdate]) -> None:
        waiting = [(one.row.group, one.gate) for one in batch if one.gate is not None]
        if not waiting:
            return
        async with self._gates.lock:
            closed = [(group, gate) for group, gate in waiting if self._gates.take_closing(group, gate)]
            if closed:
                await retry_until_available("close gates", lambda: self._gate_store.close(combined_by_group(closed)))
            for group, _ in waiting:
                self._gates.end(group)
