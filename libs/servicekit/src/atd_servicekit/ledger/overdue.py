"""Ends rows that wait in vain: those whose time is over, and those of a group that is gone.

A row's time (`NewRow.send_until`) is looked at before every attempt, and by a sweep over an index of their times, which
finds rows in whatever state they wait: due, behind others of their lane, throttled, suspended, unproven, or left in
`sending` by a process that died. What may have arrived first gets its time to be proven.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases
from atd_servicekit.ledger.calls import OwnerCalls
from atd_servicekit.ledger.finished_reporter import FinishedReporter
from atd_servicekit.ledger.ready_queue import ReadyQueue
from atd_servicekit.ledger.report_store import Report
from atd_servicekit.ledger.rows import UNCERTAIN, Failed, Finished, Gate, Row
from atd_servicekit.ledger.store import LedgerStore
from atd_servicekit.metrics import Metrics

OnOverdue = Callable[[Row, Gate | None], Failed]
"""Says why a row whose time is over was not sent: of the row, and of the gate that kept it if there is one."""

_PAGE = 500
_PAGES_AT_ONCE = 20


def default_overdue(row: Row, _gate: Gate | None) -> Failed:
    """The reason where the user of the ledger names none."""
    if row.counts.get(UNCERTAIN):
        return Failed("unproven", "Whether it arrived is not known.")
    return Failed("expired", "It could not be sent in time.")


class OverdueRows:
    """Fails rows in the owned shards whose time is over, and on request those of a whole group."""

    def __init__(
        self,
        name: str,
        store: LedgerStore,
        queue: ReadyQueue,
        leases: ShardLeases,
        clock: Clock,
        metrics: Metrics,
        reporter: FinishedReporter | None,
        calls: OwnerCalls,
        *,
        uncertain_for: timedelta,
        on_overdue: OnOverdue,
    ) -> None:
        self._store = store
        self._ready = queue
        self._leases = leases
        self._clock = clock
        self._reporter = reporter
        self._calls = calls
        self._uncertain_for = uncertain_for
        self._on_overdue = on_overdue
        self._expired = metrics.ledger_expired.labels(name)
        self._log = structlog.get_logger().bind(ledger=name)

    def over(self, row: Row) -> bool:
        """Whether the row may not be sent any more."""
        return row.send_until is not None and self._clock.now() > row.send_until

    def reason(self, row: Row) -> Failed:
        """Why a row whose time is over was not sent."""
        try:
            return self._on_overdue(row, self._ready.gates().get(row.group))
        except Exception as error:  # noqa: BLE001 - a row that nobody can explain must end all the same
            self._log.error("ledger.overdue_failed", row_id=row.id, exc_info=error)
            return default_overdue(row, None)

    async def sweep(self) -> None:
        """Fail what is overdue now. Raises PyMongo's errors; the next sweep goes on."""
        owned = self._leases.owned
        if not owned:
            return
        now = self._clock.now()
        if not await self._store.any_overdue(owned, now):
            return
        left = await self._store.overdue_sending(owned, now, _PAGE)
        orphans = [row for row in left if not self._ready.holds(row.lane)]
        if orphans:
            self._log.warning("ledger.interrupted", rows=len(orphans))
            await self._store.mark_uncertain(orphans, now + self._uncertain_for)
        for _ in range(_PAGES_AT_ONCE):
            rows = await self._store.overdue(owned, now, _PAGE)
            if not rows:
                return
            ended = await self._fail([(row, self.reason(row)) for row in rows])
            self._expired.inc(len(ended))
            if len(rows) < _PAGE:
                return

    async def fail_group(self, group: str, why: Failed) -> None:
        """Fail what waits in a group and surely has not arrived; of a very long backlog the oldest part."""
        for _ in range(_PAGES_AT_ONCE):
            rows = await self._store.waiting(group, _PAGE)
            if not rows or not await self._fail([(row, why) for row in rows]):
                return

    async def _fail(self, endings: Sequence[tuple[Row, Failed]]) -> list[Finished]:
        now = self._clock.now()
        report = Report(uuid.uuid4().hex, now, tuple(row.id for row, _ in endings))
        if self._reporter is not None:
            await self._reporter.begin(report)
        try:
            finished = await self._store.fail(endings, now, report.id)
        except BaseException:
            if self._reporter is not None:
                self._reporter.leave(report)
            raise
        if self._reporter is not None:
            self._reporter.put(report, finished)
        await self._calls.lanes([(one.lane, one.group) for one in finished])  # the next of each lane may be sent
        return finished
