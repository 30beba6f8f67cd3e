"""Brings what is due from MongoDB to the board."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases
from atd_servicekit.ledger.board import Board, Placed
from atd_servicekit.ledger.gates import GatesInHand
from atd_servicekit.ledger.patience import Bells, Pace, is_passing
from atd_servicekit.ledger.reporting import Reporter
from atd_servicekit.ledger.rows import Gate
from atd_servicekit.ledger.store import LedgerStore
from atd_servicekit.metrics import Metrics

PARKED = timedelta(seconds=60)
"""How long rows that stand behind another row of their lane stay out of pages."""

_LANES_PER_LOAD = 200
_ROWS_PER_LOAD = 1_000
_GROUPS_PER_TICK = 64
_SAMPLE_TICKS = 10
_SHARED_POLL = 0.2


class Feeder:
    """Reads a lane as soon as something was added to it here, and looks at every tick for what is due otherwise.

    That is: rows whose time has come, rows that other processes added, rows of shards that were taken over.
    """

    def __init__(
        self,
        name: str,
        store: LedgerStore,
        board: Board,
        gates: GatesInHand,
        leases: ShardLeases,
        clock: Clock,
        metrics: Metrics,
        bells: Bells,
        *,
        poll: timedelta,
        uncertain_for: timedelta,
        reporter: Reporter | None,
    ) -> None:
        self._name = name
        self._store = store
        self._board = board
        self._gates = gates
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._bells = bells
        self._poll = poll.total_seconds()
        self._uncertain_for = uncertain_for
        self._reporter = reporter
        self._pace = Pace()
        self._ticks = 0
        self._at_group = ""
        self._known_shards: frozenset[int] = frozenset()
        self._oldest: dict[str, datetime] = {}
        self._log = structlog.get_logger().bind(ledger=name)

    async def run(self) -> None:
        """The loop; returns when `stopping` is set and `feed` rung."""
        loop = asyncio.get_running_loop()
        next_tick = loop.time()
        while not self._bells.stopping.is_set():
            self._bells.feed.clear()
            try:
                if loop.time() >= next_tick:
                    next_tick = loop.time() + self._poll * (1.0 if self._leases.alone else _SHARED_POLL)
                    await self.tick()
                # However much there is to read, the tick must have its turn: gates and leases change meanwhile.
                while not self._bells.stopping.is_set() and loop.time() < next_tick and await self._feed():
                    self._bells.send.set()
            except Exception as error:
                if not is_passing(error):
                    raise
                self._log.warning("ledger.not_read", error=type(error).__name__)
            try:
                async with asyncio.timeout_at(next_tick):
                    await self._bells.feed.wait()
            except TimeoutError:
                continue

    # The tick

    async def tick(self) -> None:
        """Look for what may have become due."""
        await self.read_gates()
        groups = await self._store.groups()
        await self._take_over(groups)
        for group in self._turn(groups):
            self._board.suspect(group)
        for gone in self._oldest.keys() - set(groups):
            del self._oldest[gone]
        self._sample_age()
        self._board.tidy()
        self._metrics.ledger_rows.labels(self._name, "sending").set(self._board.running)
        if self._ticks % _SAMPLE_TICKS == 0:
            self._metrics.ledger_rows.labels(self._name, "open").set(await self._store.count_open())
            if self._reporter is not None:
                await self._reporter.recover()
                self._metrics.ledger_rows.labels(self._name, "unreported").set(self._reporter.waiting)
        self._ticks += 1

    async def read_gates(self) -> None:
        """Bring the board's gates up to what MongoDB says, except where this process knows better."""
        now = self._clock.now()
        reading = self._gates.begin_reading()
        stored = await self._store.gates(now)
        known = self._board.gates()
        for group in stored.keys() | known.keys():
            if self._gates.newer_here(group, reading):
                continue
            gate = stored.get(group, Gate())
            if gate.closed(now):
                if gate != known.get(group):
                    self._board.close(group, gate)
            elif group in known:
                self._board.open(group)

    async def _take_over(self, groups: Sequence[str]) -> None:
        """What was parked in shards that were not ours meanwhile may be first in its lane by now."""
        owned = self._leases.owned
        new = owned - self._known_shards | (owned & self._board.disowned)
        if new:
            for group in groups:
                await self._store.unpark(group, new, self._clock.now())
        self._known_shards = owned
        self._board.disowned -= new

    def _turn(self, groups: Sequence[str]) -> list[str]:
        """The next groups to look through: all of them, or where they are many, some at each tick in turn."""
        ordered = sorted(groups)
        if len(ordered) <= _GROUPS_PER_TICK:
            return ordered
        start = next((n for n, group in enumerate(ordered) if group > self._at_group), 0)
        chosen = (ordered[start:] + ordered[:start])[:_GROUPS_PER_TICK]
        self._at_group = chosen[-1]
        return chosen

    def _sample_age(self) -> None:
        gated = self._board.gates()
        moments = [moment for group, moment in self._oldest.items() if group not in gated]
        ready = self._board.oldest_ready()
        oldest = min([*moments, ready] if ready else moments, default=None)
        age = 0.0 if oldest is None else max(0.0, (self._clock.now() - oldest).total_seconds())
        self._metrics.ledger_age_seconds.labels(self._name).set(age)

    # Reading

    async def _feed(self) -> bool:
        """Read some lanes, or look through one group; whether there was anything to do."""
        if self._board.wanting:
            await self._pace.gather()
            await self._load()
            self._pace.ended()
            return True
        groups = self._board.groups_to_poll()
        owned = self._leases.owned
        if not groups or not owned:
            return False
        await self._look_through(groups[0], owned)
        return True

    async def _look_through(self, group: str, owned: frozenset[int]) -> None:
        limit = 2 * self._board.window
        entries, oldest = await self._store.page(group, owned, self._clock.now(), limit)
        if oldest is None:
            self._oldest.pop(group, None)
        else:
            self._oldest[group] = oldest
        full = len(entries) == limit
        self._board.sift(group, entries, full=full)
        placed = await self._load() if self._board.wanting else Placed([], {})
        if full and not placed.ready:  # a page full of rows that stand behind others hides who is not
            idle = self._board.idle(entries, placed.waiting)
            if idle:
                await self._store.park(idle, self._clock.now() + PARKED)

    async def _load(self) -> Placed:
        lanes = self._board.take_wanted(_LANES_PER_LOAD)
        try:
            rows = await self._store.lanes(lanes, _ROWS_PER_LOAD)
        except BaseException:
            self._board.lost(lanes)
            raise
        now = self._clock.now()
        placed = self._board.place(lanes, rows, now, truncated=len(rows) == _ROWS_PER_LOAD)
        if placed.orphans:
            self._log.warning("ledger.interrupted", rows=len(placed.orphans))
            await self._store.doubt(placed.orphans, now + self._uncertain_for)
        return placed
