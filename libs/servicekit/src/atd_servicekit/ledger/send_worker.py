"""Claims rows and sends them, with bounded concurrency."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from time import perf_counter

import bson
import structlog

from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases
from atd_servicekit.ledger.loops import BatchDelay, LoopSignals, retry_until_available
from atd_servicekit.ledger.outcome_updates import OutcomeUpdate, outcome_update
from atd_servicekit.ledger.overdue import OverdueRows
from atd_servicekit.ledger.ready_queue import ReadyQueue
from atd_servicekit.ledger.rows import (
    FAULT,
    UNCERTAIN,
    Delivered,
    Failed,
    Outcome,
    Retry,
    Row,
    Suspended,
    Uncertain,
)
from atd_servicekit.ledger.store import LedgerStore
from atd_servicekit.metrics import Metrics

Send = Callable[[Row], Awaitable[Outcome]]

_PLAIN = frozenset((str, bool, float, type(None)))
"""Types of which BSON holds every value."""


class _ShardHolds:
    """Keeps a shard from being handed to another process while a row of it is being sent."""

    def __init__(self, leases: ShardLeases) -> None:
        self._leases = leases
        self._rows: Counter[int] = Counter()
        self._held: dict[int, AbstractContextManager[None]] = {}

    def take(self, shard: int) -> None:
        if not self._rows[shard]:
            self._held[shard] = hold = self._leases.holding(frozenset((shard,)))
            hold.__enter__()
        self._rows[shard] += 1

    def release(self, shard: int) -> None:
        self._rows[shard] -= 1
        if not self._rows[shard]:
            self._held.pop(shard).__exit__(None, None, None)


class SendWorker:
    """Takes rows from the queue, writes their claim, calls `send`, and passes the outcome on."""

    def __init__(
        self,
        name: str,
        store: LedgerStore,
        queue: ReadyQueue,
        leases: ShardLeases,
        send: Send,
        clock: Clock,
        metrics: Metrics,
        signals: LoopSignals,
        *,
        fault_backoff: Backoff,
        send_timeout: timedelta,
        uncertain_for: timedelta,
        overdue: OverdueRows,
        on_outcome: Callable[[OutcomeUpdate], None],
        may_send: Callable[[], bool],
    ) -> None:
        self._name = name
        self._store = store
        self._ready = queue
        self._leases = leases
        self._send = send
        self._clock = clock
        self._signals = signals
        self._fault_backoff = fault_backoff
        self._send_timeout = send_timeout.total_seconds()
        self._uncertain_for = uncertain_for
        self._overdue = overdue
        self._on_outcome = on_outcome
        self._may_send = may_send
        self._attempts = {
            kind: metrics.ledger_attempts.labels(name, kind)
            for kind in ("delivered", "advanced", "retry", "failed", "uncertain", "suspended")
        }
        self._holds = _ShardHolds(leases)
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger().bind(ledger=name)

    async def run(self) -> None:
        """The loop; returns when `stopping` and `send` are set."""
        stopping, delay = self._signals.stopping, BatchDelay()
        while not stopping.is_set():
            await self._signals.send.wait()
            await delay.wait()
            self._signals.send.clear()
            while not stopping.is_set() and self._may_send() and (rows := self._ready.take_next(self._leases.owns)):
                await self._claim(rows)
                delay.ended()
                await delay.wait()

    async def drain(self, grace: timedelta) -> None:
        """Wait for the running sends; those that take longer are cut off, and are uncertain to whoever comes next."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace.total_seconds())
        cut = list(self._tasks)
        for task in cut:
            task.cancel()
        if cut:
            self._log.warning("ledger.cut_off", rows=len(cut))
            await asyncio.gather(*cut, return_exceptions=True)

    async def _claim(self, rows: Sequence[Row]) -> None:
        token = uuid.uuid4().hex
        claimed: set[str] = set()
        for row in rows:
            self._holds.take(row.shard)
        try:
            claimed = await retry_until_available("claim", lambda: self._store.claim(rows, token))
        finally:
            for row in rows:
                # The lease is looked at again: the process may have stood still for long since `take_next`.
                if row.id in claimed and self._leases.owns(row.shard):
                    row.claim = token
                    self._launch(row)
                else:
                    self._holds.release(row.shard)
                    self._ready.release(row)
                    self._ready.forget(row, again=True)

    def _launch(self, row: Row) -> None:
        task = asyncio.create_task(self._attempt(row))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attempt(self, row: Row) -> None:
        began = perf_counter()
        resumptions = self._ready.resumptions(row.group)
        try:
            async with asyncio.timeout(self._send_timeout):
                outcome = self._overdue.reason(row) if self._overdue.over(row) else await self._sent(row)
        except TimeoutError:
            outcome = self._after_timeout(row)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the other lanes
            outcome = self._after_fault(row, error)
        finally:
            self._holds.release(row.shard)
        if isinstance(outcome, Suspended) and self._ready.resumptions(row.group) != resumptions:
            outcome = Retry(self._clock.now(), outcome.reason)  # resumed since: it failed with what has been replaced
        self._ready.release(row)
        self._on_outcome(outcome_update(row, outcome, self._clock.now(), self._store.kept_for))
        self._note(row, outcome, perf_counter() - began)
        self._signals.send.set()

    async def _sent(self, row: Row) -> Outcome:
        return self._storable(row, await self._send(row))

    def _storable(self, row: Row, outcome: Outcome) -> Outcome:
        """One result that BSON cannot hold would hold up every other row's: it is dropped, the delivery stands."""
        if isinstance(outcome, Delivered) and any(type(value) not in _PLAIN for value in outcome.result.values()):
            try:
                bson.encode(outcome.result)
            except (bson.errors.BSONError, OverflowError) as error:
                self._log.error("ledger.bad_result", row_id=row.id, exc_info=error)
                return Delivered()
        return outcome

    def _after_timeout(self, row: Row) -> Outcome:
        if self._fault_backoff.ends_after(row.nth(UNCERTAIN)):
            return Failed("timeout", "Sending timed out at every attempt.")
        return Uncertain(self._clock.now() + self._uncertain_for, "timeout")

    def _after_fault(self, row: Row, error: Exception) -> Outcome:
        self._log.error("ledger.fault", row_id=row.id, attempt=row.attempt, exc_info=error)
        delay = self._fault_backoff.delay(row.nth(FAULT), random.random())
        if delay is None:
            return Failed("internal_error", f"Sending failed with an internal error ({type(error).__name__}).")
        return Retry(self._clock.now() + delay, f"internal_error:{type(error).__name__}", kind=FAULT)

    def _note(self, row: Row, outcome: Outcome, seconds: float) -> None:
        kind = type(outcome).__name__.lower()
        self._attempts[kind].inc()
        self._log.info(
            "ledger.attempt",
            tenant_id=row.tenant_id,
            group=row.group,
            lane=row.lane,
            row_id=row.id,
            attempt=row.attempt,
            outcome=kind,
            reason=getattr(outcome, "reason", None),
            duration_ms=round(seconds * 1000, 1),
        )
