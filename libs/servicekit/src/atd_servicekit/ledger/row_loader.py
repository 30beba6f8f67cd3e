"""Loads due rows from MongoDB into the ready queue."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases
from atd_servicekit.ledger.calls import OwnerCalls
from atd_servicekit.ledger.finished_reporter import FinishedReporter
from atd_servicekit.ledger.gate_store import GateStore
from atd_servicekit.ledger.gates import LocalGates
from atd_servicekit.ledger.lanes import LoadedLanes
from atd_servicekit.ledger.loops import BatchDelay, LoopSignals, is_transient
from atd_servicekit.ledger.overdue import OverdueRows
from atd_servicekit.ledger.ready_queue import ReadyQueue
from atd_servicekit.ledger.rows import Gate
from atd_servicekit.ledger.store import LedgerStore
from atd_servicekit.metrics import Metrics

PARKED = timedelta(seconds=60)
"""How long rows that stand behind another row of their lane stay out of pages."""

_LANES_PER_LOAD = 200
_ROWS_PER_LOAD = 1_000
_GROUPS_PER_TICK = 64
_SAMPLE_TICKS = 10
_UNHEARD_POLL = 0.2
"""Polls come so much faster while other processes share the ledger and their calls are not heard."""

_RESTING_POLL = 4.0
"""Polls come so much slower while nothing waits in the ledger: what is added here loads at once, and ends the rest."""


class RowLoader:
    """Loads a lane as soon as a row was added to it here, and polls at every tick for other due rows.

    Those are rows whose time has come, rows of shards that were taken over, and rows that other processes added when
    their calls (`calls.py`) are not heard.
    """

    def __init__(
        self,
        name: str,
        store: LedgerStore,
        gate_store: GateStore,
        queue: ReadyQueue,
        gates: LocalGates,
        leases: ShardLeases,
        clock: Clock,
        metrics: Metrics,
        signals: LoopSignals,
        *,
        poll: timedelta,
        uncertain_for: timedelta,
        reporter: FinishedReporter | None,
        overdue: OverdueRows,
        calls: OwnerCalls,
    ) -> None:
        self._name = name
        self._store = store
        self._gate_store = gate_store
        self._ready = queue
        self._gates = gates
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._signals = signals
        self._poll = poll.total_seconds()
        self._uncertain_for = uncertain_for
        self._reporter = reporter
        self._overdue = overdue
        self._calls = calls
        self._delay = BatchDelay()
        self._ticks = 0
        self._resting = False
        self._at_group = ""
        self._known_shards: frozenset[int] = frozenset()
        self._oldest: dict[str, datetime] = {}
        self._log = structlog.get_logger().bind(ledger=name)

    async def run(self) -> None:
        """The loop; returns when `stopping` and `load` are set."""
        loop = asyncio.get_running_loop()
        next_tick = loop.time()
        while not self._signals.stopping.is_set():
            self._signals.load.clear()
            try:
                if loop.time() >= next_tick or self._signals.tick.is_set():
                    self._signals.tick.clear()
                    next_tick = loop.time() + self._poll * self._pace()
                    await self.tick()
                # However much there is to read, the tick must have its turn: gates and leases change meanwhile.
                while self._may_load() and loop.time() < next_tick and await self._load_some():
                    self._signals.send.set()
                    next_tick = min(next_tick, loop.time() + self._poll)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._log.warning("ledger.not_read", error=type(error).__name__)
            try:
                async with asyncio.timeout_at(next_tick):
                    await self._signals.load.wait()
            except TimeoutError:
                continue

    def _may_load(self) -> bool:
        return not self._signals.stopping.is_set() and not self._signals.tick.is_set()

    def _pace(self) -> float:
        if not (self._leases.alone or self._calls.watching):
            return _UNHEARD_POLL
        return _RESTING_POLL if self._resting else 1.0

    # The tick

    async def tick(self) -> None:
        """Find groups that may have due rows, read the gates, fail what is overdue, and refresh the metrics."""
        await self.read_gates()
        groups = await self._store.groups()
        await self._take_over(groups)
        await self._overdue.sweep()
        for group in self._turn(groups):
            self._ready.mark_for_poll(group)
        for gone in self._oldest.keys() - set(groups):
            del self._oldest[gone]
        self._sample_age()
        self._ready.drop_idle_groups()
        self._resting = not groups and not self._ready.gates()
        self._metrics.ledger_rows.labels(self._name, "sending").set(self._ready.running)
        if self._ticks % _SAMPLE_TICKS == 0:
            self._metrics.ledger_rows.labels(self._name, "open").set(await self._store.count_open())
            if self._reporter is not None:
                await self._reporter.recover()
                self._metrics.ledger_rows.labels(self._name, "unreported").set(self._reporter.waiting)
        self._ticks += 1

    async def read_gates(self) -> None:
        """Copy MongoDB's gates to the queue, except where this process has a newer one."""
        now = self._clock.now()
        reading = self._gates.begin_reading()
        stored = await self._gate_store.closed(now)
        known = self._ready.gates()
        for group in stored.keys() | known.keys():
            if self._gates.newer_here(group, reading):
                continue
            gate = stored.get(group, Gate())
            if gate.closed(now):
                if gate != known.get(group):
                    self._ready.close(group, gate)
            elif group in known:
                self._ready.open(group)

    async def _take_over(self, groups: Sequence[str]) -> None:
        """Unpark the rows of shards that were taken over: they may be first in their lane by now."""
        owned = self._leases.owned
        new = owned - self._known_shards | (owned & self._ready.disowned)
        if new:
            for group in groups:
                await self._store.unpark(group, new, self._clock.now())
        self._known_shards = owned
        self._ready.disowned -= new

    def _turn(self, groups: Sequence[str]) -> list[str]:
        """The groups to poll at this tick: all of them, or some in turn where there are many."""
        ordered = sorted(groups)
        if len(ordered) <= _GROUPS_PER_TICK:
            return ordered
        start = next((n for n, group in enumerate(ordered) if group > self._at_group), 0)
        chosen = (ordered[start:] + ordered[:start])[:_GROUPS_PER_TICK]
        self._at_group = chosen[-1]
        return chosen

    def _sample_age(self) -> None:
        gated = self._ready.gates()
        moments = [moment for group, moment in self._oldest.items() if group not in gated]
        ready = self._ready.oldest_ready()
        oldest = min([*moments, ready] if ready else moments, default=None)
        age = 0.0 if oldest is None else max(0.0, (self._clock.now() - oldest).total_seconds())
        self._metrics.ledger_age_seconds.labels(self._name).set(age)

    # Reading

    async def _load_some(self) -> bool:
        """Load some lanes, or poll one group; whether there was anything to do."""
        if self._ready.has_requests:
            await self._delay.wait()
            await self._load()
            self._delay.ended()
            return True
        groups = self._ready.groups_to_poll()
        owned = self._leases.owned
        if not groups or not owned:
            return False
        await self._poll_group(groups[0], owned)
        return True

    async def _poll_group(self, group: str, owned: frozenset[int]) -> None:
        limit = 2 * self._ready.window
        entries, oldest = await self._store.page(group, owned, self._clock.now(), limit)
        if oldest is None:
            self._oldest.pop(group, None)
        else:
            self._oldest[group] = oldest
        full = len(entries) == limit
        self._ready.take_page(group, entries, full=full)
        loaded = await self._load() if self._ready.has_requests else LoadedLanes([], {})
        if full and not loaded.ready:  # a page full of rows that stand behind others hides who is not
            idle = self._ready.blocked(entries, loaded.waiting)
            if idle:
                await self._store.park(idle, self._clock.now() + PARKED)

    async def _load(self) -> LoadedLanes:
        lanes = self._ready.take_requested(_LANES_PER_LOAD)
        try:
            rows = await self._store.lanes(lanes, _ROWS_PER_LOAD)
        except BaseException:
            self._ready.load_failed(lanes)
            raise
        now = self._clock.now()
        truncated = len(rows) == _ROWS_PER_LOAD
        loaded = self._ready.add_loaded(lanes, rows, now, truncated=truncated, owns=self._leases.owns)
        if loaded.orphans:
            self._log.warning("ledger.interrupted", rows=len(loaded.orphans))
            await self._store.mark_uncertain(loaded.orphans, now + self._uncertain_for)
        return loaded
