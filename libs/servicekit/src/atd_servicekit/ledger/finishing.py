"""Writes down what the attempts led to, many at a time, and reports the rows that are finished."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from atd_servicekit.clock import Clock
from atd_servicekit.ledger.board import Board
from atd_servicekit.ledger.gates import GatesInHand, strictest
from atd_servicekit.ledger.patience import Bells, is_passing, patiently
from atd_servicekit.ledger.rows import Finished
from atd_servicekit.ledger.settling import Settled
from atd_servicekit.ledger.store import LedgerStore

OnFinished = Callable[[Sequence[Finished]], Awaitable[None]]

_BATCH = 500
_BEHIND = 5_000
_BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Settler:
    """Commits outcomes in groups: while one write is under way the next ones gather."""

    def __init__(
        self,
        store: LedgerStore,
        board: Board,
        gates: GatesInHand,
        clock: Clock,
        reporter: "Reporter | None",
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
                await self._write(list(self._queue)[:_BATCH])
            if self.last:
                return

    async def _write(self, batch: list[Settled]) -> None:
        closed = [(one.row.group, one.gate) for one in batch if one.gate is not None]
        if closed:
            await patiently("close gates", lambda: self._store.close_gates(strictest(closed)))
            for group, _ in closed:
                self._gates.written(group)
        now, report = self._clock.now(), self._reporter is not None
        applied = await patiently("settle", lambda: self._store.settle(batch, now, report=report))
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
        if self._reporter is not None and finished:
            self._reporter.put(finished)
        self._bells.feed.set()
        self._bells.send.set()


class Reporter:
    """Hands finished rows to the user's hook in batches, each at least once, and closes them."""

    def __init__(self, name: str, store: LedgerStore, hook: OnFinished, bells: Bells) -> None:
        self.last = False
        """Set when nothing more will come."""
        self._store = store
        self._hook = hook
        self._bells = bells
        self._queue: deque[Finished] = deque()
        self._pending: set[str] = set()
        self._log = structlog.get_logger().bind(ledger=name)

    @property
    def behind(self) -> bool:
        """Whether so much waits to be reported that no more should be sent."""
        return len(self._queue) >= _BEHIND

    def put(self, rows: Iterable[Finished]) -> None:
        """A row that is waiting already is not taken twice."""
        for row in rows:
            if row.id not in self._pending:
                self._pending.add(row.id)
                self._queue.append(row)
        self._bells.report.set()

    async def run(self) -> None:
        """The loop; once `last` is set it returns as soon as all is reported, or the hook fails."""
        while True:
            await self._bells.report.wait()
            self._bells.report.clear()
            while self._queue:
                await self._take(list(self._queue)[:_BATCH])
            if self.last:
                return

    async def _take(self, batch: Sequence[Finished]) -> None:
        reported = await self._report(batch)
        if reported:
            await patiently("close", lambda: self._store.close(reported))
        for row in batch:
            self._queue.popleft()
            self._pending.discard(row.id)
        self._bells.send.set()

    async def _report(self, batch: Sequence[Finished]) -> list[str]:
        """The ids of the rows that the hook took.

        While the infrastructure is away it waits. A row that the hook cannot bear is left for the next look at rows
        that nobody reported.
        """
        failures = 0
        while True:
            try:
                await self._hook(batch)
            except Exception as error:  # noqa: BLE001 - what the hook raises must not stop the reports of others
                if not is_passing(error):
                    return await self._report_singly(batch)
                if self.last:
                    return []
                delay = _BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)]
                failures += 1
                self._log.warning("ledger.report_retry", rows=len(batch), error=type(error).__name__, delay_s=delay)
                await asyncio.sleep(delay)
            else:
                return [row.id for row in batch]

    async def _report_singly(self, batch: Sequence[Finished]) -> list[str]:
        taken = []
        for row in batch:
            try:
                await self._hook([row])
            except Exception as error:  # noqa: BLE001 - one row's report must not keep the others back
                self._log.error("ledger.report_failed", row_id=row.id, exc_info=error)
            else:
                taken.append(row.id)
        return taken
