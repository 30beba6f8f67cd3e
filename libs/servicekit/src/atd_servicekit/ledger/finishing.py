"""Writes down what the attempts led to, many at a time."""

import uuid
from collections import deque
from functools import partial
from itertools import islice

from atd_servicekit.clock import Clock
from atd_servicekit.ledger.board import Board
from atd_servicekit.ledger.gates import GatesInHand, strictest
from atd_servicekit.ledger.patience import Bells, Pace, patiently
from atd_servicekit.ledger.reporting import Reporter
from atd_servicekit.ledger.reports import Report
from atd_servicekit.ledger.rows import Finished
from atd_servicekit.ledger.settling import Settled
from atd_servicekit.ledger.store import LedgerStore

_BATCH = 500
_BEHIND = 5_000


class Settler:
    """Commits outcomes in groups: while one write is under way the next ones gather."""

    def __init__(
        self,
        store: LedgerStore,
        board: Board,
        gates: GatesInHand,
        clock: Clock,
        reporter: Reporter | None,
        bells: Bells,
    ) -> None:
        self.last = False
        """Set when nothing more will come."""
        self._store = store
        self._board = board
        self._gates = gates
        self._clock = clock
        self._reporter = reporter
        self._bells = bells
        self._queue: deque[Settled] = deque()
        self._pace = Pace()

    @property
    def behind(self) -> bool:
        """Whether so much waits to be written that no more should be sent."""
        return len(self._queue) >= _BEHIND

    def put(self, settled: Settled) -> None:
        self._queue.append(settled)
        self._bells.settle.set()

    async def run(self) -> None:
        """The loop; once `last` is set it returns as soon as all is written."""
        while True:
            await self._bells.settle.wait()
            self._bells.settle.clear()
            while self._queue:
                if not self.last:
                    await self._pace.gather()
                await self._write(list(islice(self._queue, _BATCH)))
                self._pace.ended()
            if self.last:
                return

    async def _write(self, batch: list[Settled]) -> None:
        await self._close_gates(batch)
        now = self._clock.now()
        report = Report(uuid.uuid4().hex, now, tuple(one.row.id for one in batch if one.finished is not None))
        reporter = self._reporter if report.ids else None
        if reporter is not None:
            await patiently("begin report", partial(reporter.begin, report))
        applied = await patiently("settle", lambda: self._store.settle(batch, now, report.id))
        for _ in batch:
            self._queue.popleft()
        finished: list[Finished] = []
        for one in batch:
            if one.row.id not in applied:
                self._board.forget(one.row, again=True)
            elif one.finished is None:
                self._board.forget(one.row, again=False)
            else:
                self._board.advance(one.row)
                finished.append(one.finished)
        if reporter is not None:
            reporter.put(report, finished)
        self._bells.feed.set()
        self._bells.send.set()

    async def _close_gates(self, batch: list[Settled]) -> None:
        waiting = [(one.row.group, one.gate) for one in batch if one.gate is not None]
        if not waiting:
            return
        async with self._gates.lock:
            closed = [(group, gate) for group, gate in waiting if self._gates.take_closing(group)]
            if closed:
                await patiently("close gates", lambda: self._store.close_gates(strictest(closed)))
            for group, _ in waiting:
                self._gates.end(group)
