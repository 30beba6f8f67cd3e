"""The ledger as a service uses it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from atd_servicekit.backoff import Backoff
from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases
from atd_servicekit.ledger.board import Board
from atd_servicekit.ledger.feeding import Feeder
from atd_servicekit.ledger.finishing import Settler
from atd_servicekit.ledger.gates import GatesInHand, stricter
from atd_servicekit.ledger.patience import Bells, patiently
from atd_servicekit.ledger.reporting import OnFinished, Reporter
from atd_servicekit.ledger.reports import Report, ReportStore
from atd_servicekit.ledger.rows import Finished, Gate, NewRow
from atd_servicekit.ledger.sending import Send, Sender
from atd_servicekit.ledger.settling import Settled
from atd_servicekit.ledger.store import LedgerStore
from atd_servicekit.metrics import Metrics
from atd_servicekit.tasks import Supervised

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database

FAULT_BACKOFF = Backoff(first=timedelta(seconds=1), factor=3.0, cap=timedelta(minutes=10), attempts=8)
"""For errors of our own while sending: about 25 minutes in all."""

_LAST_WRITES = timedelta(seconds=5)


class Ledger:
    """One kind of sends of one service. A component: `start()`, `stop()`.

    `send` makes one attempt and says what came of it; the decision belongs into a pure function of the channel. It is
    called for one row of a lane at a time, at most `concurrency_per_group` times at once for a group and `concurrency`
    times in all. An error that it raises is a fault of our own: the row is tried again by `fault_backoff`, then failed.
    A call longer than `send_timeout` is cut off and uncertain. A row that a dead process had begun to send is uncertain
    for `uncertain_for`, then it is sent again; zero for receivers that know a repetition by its id.

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
        concurrency: int = 512,
        concurrency_per_group: int = 32,
        fault_backoff: Backoff = FAULT_BACKOFF,
        send_timeout: timedelta = timedelta(seconds=60),
        uncertain_for: timedelta = timedelta(minutes=2),
        poll: timedelta = timedelta(milliseconds=500),
        grace: timedelta = timedelta(seconds=20),
    ) -> None:
        self._clock = clock
        self._leases = leases
        self._grace = grace
        self._bells = bells = Bells()
        self._store = store = LedgerStore(db, name, leases.shards)
        self._board = board = Board(concurrency=concurrency, per_group=concurrency_per_group)
        self._gates = gates = GatesInHand()
        self._reporter: Reporter | None = None
        if on_finished is not None:
            self._reporter = Reporter(name, store, ReportStore(db, name), on_finished, clock, bells)
        self._settler = Settler(store, board, gates, clock, self._reporter, bells)
        self._feeder = Feeder(
            name,
            store,
            board,
            gates,
            leases,
            clock,
            metrics,
            bells,
            poll=poll,
            uncertain_for=uncertain_for,
            reporter=self._reporter,
        )
        self._sender = Sender(
            name,
            store,
            board,
            leases,
            send,
            clock,
            metrics,
            bells,
            fault_backoff=fault_backoff,
            send_timeout=send_timeout,
            uncertain_for=uncertain_for,
            on_settled=self._settled,
            may_send=self._may_send,
        )
        self._feeding = Supervised(f"ledger-{name}-feed", self._feeder.run)
        self._sending = Supervised(f"ledger-{name}-send", self._sender.run)
        self._settling = Supervised(f"ledger-{name}-settle", self._settler.run)
        self._loops = [self._settling, self._sending, self._feeding]
        if self._reporter is not None:
            self._reporting = Supervised(f"ledger-{name}-report", self._reporter.run)
            self._loops.insert(0, self._reporting)

    async def start(self) -> None:
        """Take part in sending."""
        await self._leases.start()
        await patiently("read gates", self._feeder.read_gates)
        for loop in self._loops:
            await loop.start()

    async def stop(self) -> None:
        """Begin nothing new, wait for running sends up to `grace`, write and report what came of them."""
        self._bells.stopping.set()
        self._bells.feed.set()
        self._bells.send.set()
        await self._feeding.stop(grace=_LAST_WRITES)
        await self._sending.stop(grace=_LAST_WRITES)
        await self._sender.drain(self._grace)
        self._settler.last = True
        self._bells.settle.set()
        await self._settling.stop(grace=_LAST_WRITES)
        if self._reporter is not None:
            self._reporter.last = True
            self._bells.report.set()
            await self._reporting.stop(grace=_LAST_WRITES)
        await self._leases.stop()

    # What its user asks for

    async def add(self, rows: Sequence[NewRow]) -> None:
        """Write the rows down; when it returns, each will be sent (or is already).

        Rows of one lane come in their order. A row whose id is there already changes nothing, for the 8 days that
        finished rows are kept, which is longer than Kafka could bring it again. Raises PyMongo's errors: adding the
        same rows again is then safe.
        """
        if not rows:
            return
        await self._store.insert(rows, self._clock.now())
        self._want((row.lane, row.group) for row in rows)

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
            finished = await self._prove(row_id, dict(results[row_id]))
            if finished is not None:
                resolved.add(row_id)
                await self._go_on(finished.lane, finished.group)
        return resolved

    async def resume(self, group: str) -> None:
        """The group goes on at once, whatever had stopped it (here; in other processes at their next look).

        An attempt that began before and ends in `Suspended` does not stop it again. Where several processes keep the
        credentials, each calls this when it has the new ones.
        """
        self._gates.begin(group)
        try:
            async with self._gates.lock:
                await self._store.open_gate(group)
                self._gates.opened(group)
                self._board.open(group)
        finally:
            self._gates.end(group)
        self._bells.feed.set()

    # How its parts are joined

    def _want(self, places: Iterable[tuple[str, str]]) -> None:
        owned = self._leases.owned
        for lane, group in places:
            if self._store.shard_of(lane) in owned:
                self._board.want(lane, group)
        self._bells.feed.set()

    async def _go_on(self, lane: str, group: str) -> None:
        """A lane's head was finished from outside: its next row may be parked, and another process's to send."""
        if self._leases.owns(self._store.shard_of(lane)):
            self._want([(lane, group)])
        else:
            await self._store.unpark_next(lane, self._clock.now())

    def _may_send(self) -> bool:
        return not self._settler.behind and (self._reporter is None or not self._reporter.behind)

    def _settled(self, settled: Settled) -> None:
        if settled.gate is not None:
            self._gates.begin_closing(settled.row.group)
            self._close(settled.row.group, settled.gate)
        self._settler.put(settled)

    def _close(self, group: str, gate: Gate) -> None:
        known = self._board.gates().get(group)
        self._board.close(group, gate if known is None else stricter(known, gate))

    async def _prove(self, row_id: str, result: dict[str, Any]) -> Finished | None:
        now = self._clock.now()
        report = Report(uuid.uuid4().hex, now, (row_id,))
        if self._reporter is None:
            return await self._store.prove(row_id, result, now, report.id)
        await self._reporter.begin(report)
        try:
            finished = await self._store.prove(row_id, result, now, report.id)
        except BaseException:
            self._reporter.leave(report)
            raise
        self._reporter.put(report, () if finished is None else (finished,))
        return finished
