"""The engine: takes what was accepted, keeps the lines of the endpoints that are ours, and sends."""

import asyncio
import heapq
import itertools
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases, shard_of
from atd_servicekit.tasks import SupervisedTask
from atd_webhook_dispatcher.domain.delivery import Attempt, Delivery
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.domain.retrying import Delivered, GiveUp, RetryIn, next_step
from atd_webhook_dispatcher.engine.attempts import Sender, attempt
from atd_webhook_dispatcher.engine.health import Jitter, LineHealth
from atd_webhook_dispatcher.engine.lines import Line, Ready, Turns
from atd_webhook_dispatcher.engine.loader import MOST_IN_ALL, Loader
from atd_webhook_dispatcher.engine.writer import OutcomeWriter
from atd_webhook_dispatcher.metrics import WebhookMetrics
from atd_webhook_dispatcher.store.endpoints import Endpoints
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.owner_calls import OwnerCalls
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.tallies import Tallies

SHARDS = 16
MOST_AT_ONCE = 512
"""Attempts under way in a process."""

LOADS_AT_ONCE = 8
LOAD_SECONDS = 0.25
WATCH_SECONDS = 0.5
LOOK_SECONDS = 30.0
"""How often each line looks into MongoDB though nothing says that it should."""

SAVE_FAILING_SECONDS = 10.0
GRACE = timedelta(seconds=18)
"""How long attempts that are under way may take when the process is to end."""

_LAST_WRITES = timedelta(seconds=5)

Disable = Callable[[Endpoint, str, Line], Coroutine[None, None, None]]
"""Disables an endpoint for a reason, and tells about it."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long finished deliveries are kept."""

    delivered: timedelta
    failed: timedelta


@dataclass(frozen=True, slots=True)
class Stores:
    """What the engine reads and writes."""

    endpoints: Endpoints
    queue: DeliveryQueue
    events: Events
    tallies: Tallies
    calls: OwnerCalls


class Engine:
    """Sends to the endpoints whose shards this process leases. A component: `start()`, `stop()`."""

    def __init__(
        self,
        stores: Stores,
        sender: Sender,
        leases: ShardLeases,
        clock: Clock,
        metrics: WebhookMetrics,
        retention: Retention,
        disable: Disable,
        jitter: Jitter = random.random,
    ) -> None:
        self._stores = stores
        self._sender = sender
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._retention = retention
        self._disable = disable
        self._jitter = jitter
        self._lines: dict[str, Line] = {}
        self._turns = Turns()
        self._loader = Loader(stores.queue, stores.events)
        self._health = LineHealth(clock, metrics, jitter)
        self._writer = OutcomeWriter(stores.queue, stores.tallies, self._written)
        self._send, self._load = asyncio.Event(), asyncio.Event()
        self._timed: list[tuple[float, int, Line]] = []
        self._numbers = itertools.count()
        self._under_way: set[asyncio.Task[None]] = set()
        self._owned: frozenset[int] | None = None
        self._seen_until: datetime | None = None
        self._looked_at = 0.0
        self._saved: dict[str, tuple[float, object]] = {}
        self._stopping = False
        self._writing = SupervisedTask("webhooks-write", self._writer.run)
        self._sending = SupervisedTask("webhooks-send", self._run_sending)
        self._loading = SupervisedTask("webhooks-load", self._run_loading)
        self._watching = SupervisedTask("webhooks-watch", self._run_watching)

    @property
    def lines(self) -> Sequence[Line]:
        """The endpoints that this process sends to."""
        return tuple(self._lines.values())

    @property
    def own_trouble(self) -> bool:
        """Whether our own way out is broken."""
        return self._health.own_trouble

    async def start(self) -> None:
        await self._leases.start()
        for task in (self._writing, self._watching, self._loading, self._sending):
            await task.start()

    async def stop(self) -> None:
        """Begin nothing new, wait for what is under way, write what came of it."""
        self._stopping = True
        for task in (self._watching, self._loading, self._sending):
            await task.stop()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=GRACE.total_seconds())
        for left in self._under_way:
            left.cancel()
        self._writing.let_end()
        self._writer.end()
        await self._writing.stop(grace=_LAST_WRITES)
        await self._leases.stop()

    async def accepted(self, rows: Sequence[tuple[Endpoint, Delivery, bytes]]) -> None:
        """Rows that were just written down, with their bodies: those of our endpoints go without being read again."""
        by_endpoint: dict[str, tuple[Endpoint, list[Ready]]] = {}
        for endpoint, row, body in rows:
            by_endpoint.setdefault(endpoint.id, (endpoint, []))[1].append(Ready(row, body))
        others = [one for one in by_endpoint if not self._owns(one)]
        for endpoint_id, (endpoint, ready) in by_endpoint.items():
            if endpoint_id not in others:
                await self._add(endpoint, ready)
        if others and not self._leases.alone:
            try:
                await self._stores.calls.call(others)
            except (PyMongoError, OSError) as error:  # they are found by looking
                structlog.get_logger().warning("webhooks.owner_not_called", error=type(error).__name__)

    def wake(self, endpoint_id: str) -> None:
        """There are rows in the ledger for an endpoint, that nobody has told of otherwise."""
        line = self._lines.get(endpoint_id)
        if line is not None:
            line.unread = dict.fromkeys(line.unread, True)
            self._load.set()

    def forget_replay(self, endpoint_id: str) -> None:
        """What waits in memory of replays of an endpoint was ended in the ledger."""
        line = self._lines.get(endpoint_id)
        if line is not None:
            line.take_out(lambda row: row.lane == "replay")
            self.wake(endpoint_id)

    def forget_contact(self, contact_id: str, but: str) -> None:
        """A customer was erased: nothing of it but the event `but` leaves any more."""
        for line in self._lines.values():
            line.take_out(lambda row: row.contact_id == contact_id and row.event_id != but)

    # ------------------------------------------------------------------ what comes in

    async def _add(self, endpoint: Endpoint, ready: Sequence[Ready]) -> None:
        line = self._lines.get(endpoint.id)
        if line is None:
            line = self._lines[endpoint.id] = _line_of(endpoint)
        lane = ready[0].row.lane
        full = len(ready) > line.room(lane) or self._loader.held >= MOST_IN_ALL
        if line.unread[lane] or line.loading or full or line.endpoint.state != "enabled":
            line.unread[lane] = True
            self._load.set()
            return
        if line.endpoint.ordered:
            line.loading = True
            try:
                ready = await self._loader.admitted(line, ready)
            finally:
                line.loading = False
        line.add(ready)
        self._turns.schedule(line)
        self._send.set()

    def _owns(self, endpoint_id: str) -> bool:
        return self._leases.owns(shard_of(endpoint_id, SHARDS))

    # ------------------------------------------------------------------ sending

    async def _run_sending(self) -> None:
        while True:
            self._send.clear()
            now = self._clock.monotonic()
            while self._timed and self._timed[0][0] <= now:
                self._turns.schedule(heapq.heappop(self._timed)[2])
            self._dispatch(now)
            wait = self._timed[0][0] - now if self._timed else None
            try:
                async with asyncio.timeout(wait):
                    await self._send.wait()
            except TimeoutError:
                continue

    def _dispatch(self, now: float) -> None:
        while len(self._under_way) < MOST_AT_ONCE and not self._writer.behind:
            line = self._turns.next()
            if line is None:
                return
            if not self._owns(line.endpoint.id):
                continue
            ready = line.take(now)
            if ready is None:
                wake = line.wake_at(now)
                if wake is not None:
                    heapq.heappush(self._timed, (wake, next(self._numbers), line))
            else:
                self._begin(line, ready)
                self._turns.schedule(line)
            if self._loader.wants(line, self._clock.now()):
                self._load.set()

    def _begin(self, line: Line, ready: Ready) -> None:
        task = asyncio.create_task(self._send_one(line, ready), name="webhook")
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._send.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            structlog.get_logger().error("webhook.fault", exc_info=error)

    async def _send_one(self, line: Line, ready: Ready) -> None:
        try:
            made = await attempt(self._sender, self._clock, line.endpoint, ready.row, ready.body)
        except BaseException:  # a fault of ours, or the end of the process: the row comes again as it was
            line.done(ready)
            line.forget([ready.row.id])
            line.unread[ready.row.lane] = True
            raise
        self._settle(line, ready, made)
        self._turns.schedule(line)

    def _settle(self, line: Line, ready: Ready, made: Attempt) -> None:
        tries, now, row = ready.row.tries + 1, self._clock.now(), ready.row
        step = next_step(made, tries, line.endpoint.retry_seconds, self._jitter())
        self._metrics.webhook_attempts.labels(made.outcome).inc()
        outcome = Outcome(row, "delivered", tries, made, now, expires_at=now + self._retention.delivered)
        due: datetime | None = None
        if isinstance(step, Delivered):
            self._health.arrived(line, made)
            self._metrics.webhook_wait_seconds.observe((now - row.accepted_at).total_seconds())
        else:
            why = self._health.failed(line, made, step, first_try=tries == 1)
            if isinstance(step, RetryIn):
                due = _whole_milliseconds(now + step.pause)
                outcome = replace(outcome, state="waiting", due_at=due, expires_at=None)
            else:
                until = now + self._retention.failed
                outcome = replace(outcome, state="failed", expires_at=until, reason=_reason(step))
            if why is not None and line.endpoint.state == "enabled":
                self._begin_disabling(line, why)
        if outcome.state != "waiting":
            self._metrics.webhook_finished.labels(outcome.state).inc()
        line.done(ready, blocked_until=due)
        self._writer.put(outcome)

    def _begin_disabling(self, line: Line, reason: str) -> None:
        endpoint = line.endpoint
        line.endpoint = replace(endpoint, state="disabled", disabled_reason=reason)
        self._metrics.webhook_disabled.labels(reason).inc()
        task = asyncio.create_task(self._disable(endpoint, reason, line), name="webhook-disable")
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _written(self, outcomes: Sequence[Outcome]) -> None:
        for one in outcomes:
            line = self._lines.get(one.row.endpoint_id)
            if line is None:
                continue
            line.forget([one.row.id])
            if one.due_at is not None:
                line.next_due = one.due_at if line.next_due is None else min(line.next_due, one.due_at)
        self._send.set()
        self._load.set()

    # ------------------------------------------------------------------ loading

    async def _run_loading(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOAD_SECONDS):
                    await self._load.wait()
            except TimeoutError:
                pass
            self._load.clear()
            self._loader.held = sum(len(line.known) for line in self._lines.values())
            now = self._clock.now()
            wanting = [line for line in self._lines.values() if self._loader.wants(line, now)]
            for start in range(0, len(wanting), LOADS_AT_ONCE):
                await asyncio.gather(*(self._load_line(line) for line in wanting[start : start + LOADS_AT_ONCE]))

    async def _load_line(self, line: Line) -> None:
        try:
            gone = await self._loader.load(line, self._clock.now())
        except (PyMongoError, OSError) as error:
            line.unread = dict.fromkeys(line.unread, True)
            structlog.get_logger().warning("webhooks.not_read", error=type(error).__name__)
            await asyncio.sleep(LOAD_SECONDS)
            return
        now = self._clock.now()
        for row in gone:
            until = now + self._retention.failed
            line.known.add(row.id)
            self._writer.put(Outcome(row, "dropped", row.tries, None, now, expires_at=until, reason="event_gone"))
        self._turns.schedule(line)
        self._send.set()

    # ------------------------------------------------------------------ endpoints

    async def _run_watching(self) -> None:
        while True:
            await self._watch()
            await asyncio.sleep(WATCH_SECONDS)

    async def _watch(self) -> None:
        """Follow leases, changes of endpoints, and calls of other processes; save what is known of failures."""
        try:
            if self._leases.owned != self._owned:
                await self._follow_leases()
            await self._follow_changes()
            if not self._leases.alone:
                for endpoint_id in await self._stores.calls.heard():
                    self.wake(endpoint_id)
            await self._save_failing()
            await self._drop_deleted()
        except (PyMongoError, OSError) as error:
            structlog.get_logger().warning("webhooks.not_watched", error=type(error).__name__)
        self._look_again()
        self._health.turned(list(self._lines.values()))
        self._show()

    async def _follow_leases(self) -> None:
        owned, after = self._leases.owned, None
        self._seen_until = self._seen_until or self._clock.now()
        while page := await self._stores.endpoints.page(after):
            for endpoint in page:
                if shard_of(endpoint.id, SHARDS) in owned and endpoint.id not in self._lines:
                    self._lines[endpoint.id] = _line_of(endpoint)
            after = page[-1].id
        for endpoint_id in [one for one in self._lines if shard_of(one, SHARDS) not in owned]:
            self._forget(endpoint_id)
        self._owned = owned
        self._load.set()

    async def _follow_changes(self) -> None:
        since = self._seen_until or self._clock.now()
        began, after = self._clock.now(), None
        while page := await self._stores.endpoints.changed_since(since, after=after):
            for _, endpoint in page:
                self._follow(endpoint)
            moment, last = page[-1]
            after = (moment, last.id)
        self._seen_until = began

    def _follow(self, endpoint: Endpoint) -> None:
        if endpoint.deleted_at is not None or not self._owns(endpoint.id):
            self._forget(endpoint.id)
            return
        line = self._lines.get(endpoint.id)
        if line is None:
            self._lines[endpoint.id] = _line_of(endpoint)
        elif line.endpoint.version < endpoint.version or line.endpoint.state != endpoint.state:
            if line.endpoint.reset_at != endpoint.reset_at:
                line.breaker, line.failing = _line_of(endpoint).breaker, endpoint.failing
            line.endpoint = endpoint
            line.unread = dict.fromkeys(line.unread, True)
            self._turns.schedule(line)
            self._send.set()
        self._load.set()

    def _forget(self, endpoint_id: str) -> None:
        line = self._lines.pop(endpoint_id, None)
        if line is not None:
            for _ in line.empty():
                pass

    async def _save_failing(self) -> None:
        now = self._clock.monotonic()
        for line in list(self._lines.values()):
            saved_at, saved = self._saved.get(line.endpoint.id, (0.0, line.endpoint.failing))
            if saved == line.failing or (line.failing and saved and now - saved_at < SAVE_FAILING_SECONDS):
                continue
            counts = await self._stores.endpoints.save_failing(line.endpoint.id, line.failing)
            if not counts:
                line.failing = None
            self._saved[line.endpoint.id] = (now, line.failing)

    async def _drop_deleted(self) -> None:
        """A step for each endpoint that was deleted, until nothing waits for it."""
        now = self._clock.now()
        for endpoint in await self._stores.endpoints.deleted(limit=20):
            if not self._owns(endpoint.id):
                continue
            dropped = await self._stores.queue.drop(endpoint.id, now, now + self._retention.failed)
            if dropped:
                self._metrics.webhook_finished.labels("dropped").inc(dropped)
                structlog.get_logger().info("webhooks.dropped", endpoint_id=endpoint.id, deliveries=dropped)
            else:
                await self._stores.endpoints.forget(endpoint.id)
                self._saved.pop(endpoint.id, None)

    def _look_again(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            for line in self._lines.values():
                line.unread = dict.fromkeys(line.unread, True)

    def _show(self) -> None:
        now = self._clock.now()
        states = dict.fromkeys(("closed", "open", "half_open", "recovering"), 0)
        oldest = now
        for line in self._lines.values():
            states[line.breaker.state] += 1
            if line.endpoint.state == "enabled":
                oldest = min([oldest, *(rows[0].row.due_at for rows in line.lanes.values() if rows)])
        for state, count in states.items():
            self._metrics.webhook_breakers.labels(state).set(count)
        self._metrics.webhook_oldest_due_seconds.set((now - oldest).total_seconds())
        self._metrics.webhook_rows_in_memory.set(sum(len(line.known) for line in self._lines.values()))


def _line_of(endpoint: Endpoint) -> Line:
    return Line(endpoint, failing=endpoint.failing)


def _whole_milliseconds(moment: datetime) -> datetime:
    """As MongoDB keeps it: what is read again is the same moment."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _reason(step: object) -> str:
    return step.reason if isinstance(step, GiveUp) else ""
