"""Calls the user's `on_finished` hook for finished rows, each at least once."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.ledger.loops import BatchDelay, LoopSignals, is_transient, retry_until_available
from atd_servicekit.ledger.report_store import Report, ReportStore
from atd_servicekit.ledger.rows import Finished
from atd_servicekit.ledger.store import LedgerStore

OnFinished = Callable[[Sequence[Finished]], Awaitable[None]]

ABANDONED_AFTER = timedelta(seconds=10)
"""A report that is older has lost its process, or waits for another try."""

_UNFINISHED_AFTER = timedelta(minutes=10)
_ROWS = 500
_BEHIND = 5_000
_END_SECONDS = 0.2
_BACKOFF = Backoff.of_seconds(0.1, 5.0)


@dataclass(frozen=True, slots=True)
class _PendingReport:
    report: Report
    rows: Sequence[Finished]
    rest: Sequence[str]


class FinishedReporter:
    """Reports the finished rows of this process in order, and those that a dead process left."""

    def __init__(
        self, name: str, store: LedgerStore, reports: ReportStore, hook: OnFinished, clock: Clock, signals: LoopSignals
    ) -> None:
        self.last = False
        """Set by the ledger when nothing more will come."""
        self._store = store
        self._reports = reports
        self._hook = hook
        self._clock = clock
        self._signals = signals
        self._queue: deque[_PendingReport] = deque()
        self._pending: set[str] = set()
        self._ended: list[str] = []
        self._end_at = 0.0
        self.waiting = 0
        """Rows that are finished and not reported yet."""
        self._log = structlog.get_logger().bind(ledger=name)

    @property
    def behind(self) -> bool:
        """Whether so many rows wait to be reported that no more should be sent."""
        return self.waiting >= _BEHIND

    async def begin(self, report: Report) -> None:
        """To be called before the rows are finished; `put` or `leave` follows. Raises PyMongo's errors."""
        self._pending.add(report.id)
        await self._reports.begin(report)

    def put(self, report: Report, rows: Sequence[Finished], *, rest: Sequence[str] = ()) -> None:
        """The rows of the report that were finished under it; `rest` are ids that still may be."""
        self._pending.add(report.id)
        self._queue.append(_PendingReport(report, rows, rest))
        self.waiting += len(rows)
        self._signals.report.set()

    def leave(self, report: Report) -> None:
        """It is not known whether the rows were finished: `recover` will see."""
        self._pending.discard(report.id)

    async def recover(self) -> None:
        """Take over reports that nobody has made for long."""
        now = self._clock.now()
        for report in await self._reports.take_abandoned(now - ABANDONED_AFTER, now):
            if report.id in self._pending:
                continue
            rows = await self._store.finished_in(report.id, report.ids)
            known = {row.id for row in rows}
            young = now - report.made < _UNFINISHED_AFTER
            self.put(report, rows, rest=[row_id for row_id in report.ids if young and row_id not in known])

    async def run(self) -> None:
        """The loop; once `last` is set it returns as soon as all is reported, or the hook fails."""
        loop, delay = asyncio.get_running_loop(), BatchDelay()
        while True:
            await self._wait()
            while self._queue:
                if not self.last:
                    await delay.wait()
                await self._make(self._next())
                delay.ended()
            if self._ended and (self.last or loop.time() >= self._end_at):
                ended, self._ended = self._ended, []
                await retry_until_available("end reports", partial(self._reports.end, ended))
                self._pending.difference_update(ended)
            if self.last:
                return

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout_at(self._end_at if self._ended else None):
                await self._signals.report.wait()
        except TimeoutError:
            return
        self._signals.report.clear()

    def _next(self) -> list["_PendingReport"]:
        batch: list[_PendingReport] = []
        rows = 0
        for pending in self._queue:
            batch.append(pending)
            rows += len(pending.rows)
            if rows >= _ROWS:
                break
        return batch

    async def _make(self, batch: "list[_PendingReport]") -> None:
        refused = await self._report([row for pending in batch for row in pending.rows])
        for pending in batch:
            left = [row.id for row in pending.rows if row.id in refused]
            left += pending.rest
            if left:
                await retry_until_available("keep report", partial(self._reports.keep, pending.report.id, left))
                self._pending.discard(pending.report.id)
            else:
                self._end(pending.report.id)
            self._queue.popleft()
            self.waiting -= len(pending.rows)
        self._signals.send.set()

    def _end(self, report: str) -> None:
        """Removed with others in a moment: a crash before that tells again what was told just now."""
        if not self._ended:
            self._end_at = asyncio.get_running_loop().time() + _END_SECONDS
        self._ended.append(report)

    async def _report(self, rows: Sequence[Finished]) -> set[str]:
        """The ids of the rows that the hook did not take.

        While the infrastructure is away it waits. A row for which the hook fails is left for another try.
        """
        failures = 0
        while rows:
            try:
                await self._hook(rows)
            except Exception as error:  # noqa: BLE001 - what the hook raises must not stop the reports of others
                if not is_transient(error):
                    return await self._report_singly(rows)
                if self.last:
                    return {row.id for row in rows}
                failures += 1
                delay = _BACKOFF.longest(failures).total_seconds()
                self._log.warning("ledger.report_retry", rows=len(rows), error=type(error).__name__, delay_s=delay)
                await asyncio.sleep(delay)
            else:
                break
        return set()

    async def _report_singly(self, rows: Sequence[Finished]) -> set[str]:
        refused = set()
        for row in rows:
            try:
                await self._hook([row])
            except Exception as error:  # noqa: BLE001 - one row's report must not keep the others back
                self._log.error("ledger.report_failed", row_id=row.id, exc_info=error)
                refused.add(row.id)
        return refused
