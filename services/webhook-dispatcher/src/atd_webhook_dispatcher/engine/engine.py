"""The engine: takes what was accepted, keeps the lines of the endpoints that are ours, and sends."""

import asyncio
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
from atd_webhook_dispatcher.domain.retrying import Delivered, GiveUp, RetryIn, Step, next_step
from atd_webhook_dispatcher.engine.attempts import Sender, attempt
from atd_webhook_dispatcher.engine.health import Jitter, LineHealth
from atd_webhook_dispatcher.engine.line_set import LineSet
from atd_webhook_dispatcher.engine.lines import Line, Ready
from atd_webhook_dispatcher.engine.loader import Loader
from atd_webhook_dispatcher.engine.reading import Reading
from atd_webhook_dispatcher.engine.watch import Watch
from atd_webhook_dispatcher.engine.writer import OutcomeWriter
from atd_webhook_dispatcher.metrics import WebhookMetrics
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.endpoints import Endpoints
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.owner_calls import OwnerCalls
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.tallies import Tallies

SHARDS = 16
MOST_AT_ONCE = 512
"""Attempts under way in a process."""

CROWDED = MOST_AT_ONCE // 2
"""Attempts under way from which on each endpoint has no more than its part of the room: many that do not answer leave
some to the others."""

FAULT_PAUSE = timedelta(seconds=30)
"""After which a delivery is tried again that a fault of ours has kept from being sent."""

NOT_OURS_SECONDS = 1.0
EVENT_LATE = timedelta(minutes=1)
"""How much later than a row its event may be written: a process may have died between the two."""

LOOK_FOR_EVENT = timedelta(seconds=0.1)
"""When a row is read again whose event is not there yet: it is being written just now, most of the time."""

GRACE = timedelta(seconds=18)
"""How long attempts that are under way may take when the process is to end."""

_LAST_WRITES = timedelta(seconds=5)

Keep = Callable[[], Coroutine[None, None, None]]
"""Writes down what this process alone knows. Raises PyMongo's errors."""

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
    breakers: Breakers


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
        self._lines = LineSet()
        self._loader = Loader(stores.queue, stores.events, self._lines.held)
        self._health = LineHealth(clock, metrics, jitter)
        self._writer = OutcomeWriter(stores.queue, stores.tallies, self._written)
        self._reading = Reading(self._lines, self._loader, clock, self._gone)
        self._watch = Watch(self._lines, stores, leases, self._health, clock, metrics, retention.failed)
        self._at_last: list[Keep] = [self._watch.keep_failing]
        self._under_way: set[asyncio.Task[None]] = set()
        self._active = 0
        """Lines with attempts under way."""

        self._writing = SupervisedTask("webhooks-write", self._writer.run)
        self._sending = SupervisedTask("webhooks-send", self._run_sending)
        self._loading = SupervisedTask("webhooks-load", self._reading.run)
        self._watching = SupervisedTask("webhooks-watch", self._watch.run)

    @property
    def lines(self) -> Sequence[Line]:
        """The endpoints that this process sends to."""
        return tuple(self._lines.by_id.values())

    @property
    def alone(self) -> bool:
        """Whether no other process sends, as far as is known."""
        return self._leases.alone

    @property
    def own_trouble(self) -> bool:
        """Whether our own way out is broken."""
        return self._health.own_trouble

    def keep_at_last(self, keep: Keep) -> None:
        """Have `keep` called when all attempts have ended, before another process may take the endpoints over."""
        self._at_last.append(keep)

    async def start(self) -> None:
        await self._leases.start()
        for task in (self._writing, self._watching, self._loading, self._sending):
            await task.start()

    async def stop(self) -> None:
        """Begin nothing new, wait for what is under way, write what came of it."""
        for task in (self._watching, self._loading, self._sending):
            await task.stop()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=GRACE.total_seconds())
        for left in self._under_way:
            left.cancel()
        self._writing.let_end()
        self._writer.end()
        await self._writing.stop(grace=_LAST_WRITES)
        await self._keep_at_last()
        await self._leases.stop()

    async def _keep_at_last(self) -> None:
        try:
            async with asyncio.timeout(_LAST_WRITES.total_seconds()):
                for keep in self._at_last:
                    await keep()
        except (PyMongoError, OSError) as error:  # as when the process is killed: the next one asks once too often
            structlog.get_logger().warning("webhooks.not_kept_at_last", error=type(error).__name__)

    # ------------------------------------------------------------------ what comes in

    async def accepted(self, rows: Sequence[tuple[Endpoint, Delivery, bytes]]) -> None:
        """Rows that were just written down, with their bodies: those of our endpoints go without being read again."""
        by_endpoint: dict[str, tuple[Endpoint, list[Ready]]] = {}
        for endpoint, row, body in rows:
            by_endpoint.setdefault(endpoint.id, (endpoint, []))[1].append(Ready(row, body))
        others = []
        for endpoint_id, (endpoint, ready) in by_endpoint.items():
            if self._watch.owns(endpoint_id):
                await self._add(endpoint, ready)
            else:
                others.append(endpoint_id)
        try:
            if others and not self._leases.alone:
                await self._stores.calls.call(others)
                return
        except (PyMongoError, OSError) as error:
            structlog.get_logger().warning("webhooks.owner_not_called", error=type(error).__name__)
        for endpoint_id in others:
            self._watch.call_later(endpoint_id)

    def wake(self, endpoint_id: str) -> None:
        """There are rows in the ledger for an endpoint, that nobody has told of otherwise."""
        if not self._lines.wake(endpoint_id):
            self._watch.call_later(endpoint_id)

    async def ended(self, endpoint_ids: Sequence[str]) -> None:
        """Rows of these endpoints were ended in the ledger: none that is held is sent, in no process.

        Raises PyMongo's errors: others may not know of it then.
        """
        for endpoint_id in endpoint_ids:
            self._lines.again(endpoint_id)
        await self._stores.calls.call(endpoint_ids, again=True)

    def forget_replay(self, endpoint_id: str) -> None:
        """What waits of replays of an endpoint was ended in the ledger: what is held is not sent, in any process."""
        self._lines.again(endpoint_id)
        self._watch.call_later(endpoint_id, again=True)

    async def _add(self, endpoint: Endpoint, ready: Sequence[Ready]) -> None:
        if self._watch.deleted(endpoint.id) or not (
            endpoint.id in self._lines.by_id or self._watch.follows(endpoint.id)
        ):
            return  # it is gone, or its line is opened in a moment and then read
        line = self._lines.opened(endpoint)
        lane = ready[0].row.lane
        full = len(ready) > line.room(lane) or self._loader.full
        if line.unread[lane] or full or not line.endpoint.sends:
            line.unread[lane] = True
            self._lines.want(line)
            return
        if line.endpoint.ordered and line.loading:
            line.arrived.extend(ready)  # whoever reads adds them
        elif line.endpoint.ordered:
            try:
                self._gone(line, await self._loader.admit(line, ready, self._clock.now()))
            except (PyMongoError, OSError) as error:  # they are in the ledger: to be read from there
                structlog.get_logger().warning("webhooks.not_admitted", error=type(error).__name__)
                line.unread[lane] = True
            self._lines.want(line)
        else:
            line.add(ready)
        self._lines.schedule(line)

    # ------------------------------------------------------------------ sending

    async def _run_sending(self) -> None:
        while True:
            self._lines.send.clear()
            self._lines.due(self._clock.monotonic())
            self._dispatch(self._clock.monotonic())
            wait = self._lines.due(self._clock.monotonic())
            if self._lines.turns and self._free:
                wait = 0.0
            try:
                async with asyncio.timeout(wait):
                    await self._lines.send.wait()
            except TimeoutError:
                continue

    @property
    def _free(self) -> bool:
        """Whether another attempt may begin."""
        return len(self._under_way) < MOST_AT_ONCE and not self._writer.behind

    def _dispatch(self, now: float) -> None:
        while self._free and (line := self._lines.turns.next()) is not None:
            if line.closed:
                continue
            if not self._watch.owns(line.endpoint.id):
                self._lines.wake_at(line, now + NOT_OURS_SECONDS)
                continue
            if self._has_its_part(line):
                continue  # it is scheduled when one of its attempts has ended
            ready = line.take(now)
            if ready is not None:
                self._begin(line, ready)
                self._lines.turns.schedule(line)
            elif (moment := line.wake_at(now)) is not None:
                self._lines.wake_at(line, moment)
            if line.to_park or (ready is not None and self._loader.wants(line, ready.row.due_at)):
                self._lines.want(line)

    def _has_its_part(self, line: Line) -> bool:
        crowded = len(self._under_way) >= CROWDED
        return crowded and line.sending >= max(1, CROWDED // max(1, self._active))

    def _begin(self, line: Line, ready: Ready) -> None:
        self._active += line.sending == 1
        self._start(self._send_one(line, ready))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="webhook")
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._lines.send.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            structlog.get_logger().error("webhook.fault", exc_info=error)

    async def _send_one(self, line: Line, ready: Ready) -> None:
        endpoint = line.endpoint
        try:
            with self._leases.holding(frozenset({shard_of(endpoint.id, SHARDS)})):
                made = await attempt(self._sender, self._clock, endpoint, ready.row, ready.body)
            self._settle(line, ready, endpoint, made)
        except Exception as error:  # noqa: BLE001 - a fault of ours is nobody's attempt: the row waits a while
            structlog.get_logger().error("webhook.not_sent", delivery_id=ready.row.id, exc_info=error)
            self._put_off(line, ready)
        except BaseException:  # the process ends: another one finds the row as it was
            line.done(ready, blocked_until=ready.row.due_at)
            raise
        finally:
            self._active -= line.sending == 0
        self._lines.turns.schedule(line)

    def _put_off(self, line: Line, ready: Ready) -> None:
        now = self._clock.now()
        due = _whole_milliseconds(now + FAULT_PAUSE)
        line.done(ready, blocked_until=due)
        self._writer.put(Outcome(ready.row, "waiting", ready.row.tries, None, now, due_at=due))

    def _settle(self, line: Line, ready: Ready, endpoint: Endpoint, made: Attempt) -> None:
        """Say what follows from an attempt at `endpoint` as it was then."""
        row, tries, now = ready.row, ready.row.tries + 1, self._clock.now()
        step = next_step(made, tries, endpoint.retry_seconds, self._jitter())
        self._metrics.webhook_attempts.labels(made.outcome).inc()
        if line.endpoint.reset_at != endpoint.reset_at:  # it has another URL since, or was enabled anew
            step = _once_more(step)
        else:
            self._judge(line, made, step, first_try=tries == 1)
        outcome = Outcome(row, "delivered", tries, made, now, expires_at=now + self._retention.delivered)
        due: datetime | None = None
        match step:
            case Delivered():
                self._metrics.webhook_wait_seconds.observe((now - row.accepted_at).total_seconds())
            case RetryIn():
                due = _whole_milliseconds(now + step.pause)
                outcome = replace(outcome, state="waiting", due_at=due, expires_at=None)
            case GiveUp():
                until = now + self._retention.failed
                outcome = replace(outcome, state="failed", expires_at=until, reason=step.reason)
        if outcome.state != "waiting":
            self._metrics.webhook_finished.labels(outcome.state).inc()
        line.done(ready, blocked_until=due)
        self._writer.put(outcome)

    def _judge(self, line: Line, made: Attempt, step: Step, *, first_try: bool) -> None:
        if isinstance(step, Delivered):
            self._health.arrived(line, made)
            return
        why = self._health.failed(line, made, step, first_try=first_try)
        if why is not None and line.endpoint.state == "enabled":
            endpoint, line.endpoint = line.endpoint, replace(line.endpoint, state="disabled", disabled_reason=why)
            self._start(self._disabled(line, endpoint, why))

    async def _disabled(self, line: Line, endpoint: Endpoint, reason: str) -> None:
        try:
            await self._disable(endpoint, reason, line)
        except BaseException:  # it is not disabled: the next failure tries it again
            if line.endpoint.version == endpoint.version:
                line.endpoint = endpoint
            self._lines.schedule(line)
            raise
        self._metrics.webhook_disabled.labels(reason).inc()

    # ------------------------------------------------------------------ what was written or read

    def _written(self, outcomes: Sequence[Outcome]) -> None:
        for one in outcomes:
            line = self._lines.by_id.get(one.row.endpoint_id)
            if line is None:
                continue
            line.forget([one.row.id])
            self._lines.expect(line, one.due_at)
            if any(line.unread.values()):
                self._lines.want(line)
        self._lines.send.set()

    def _gone(self, line: Line, rows: Sequence[Delivery]) -> None:
        """Their events are kept no longer, so they cannot be sent; of young rows they may be under way."""
        if line.closed:
            return
        now = self._clock.now()
        until = now + self._retention.failed
        for row in rows:
            if now - row.accepted_at < EVENT_LATE:
                self._lines.expect(line, now + LOOK_FOR_EVENT)
                continue
            line.know(row.id)
            self._writer.put(Outcome(row, "dropped", row.tries, None, now, expires_at=until, reason="event_gone"))


def _whole_milliseconds(moment: datetime) -> datetime:
    """As MongoDB keeps it: what is read again is the same moment."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _once_more(step: Step) -> Step:
    """What was said at the old address does not count against the new one."""
    return step if isinstance(step, Delivered) else RetryIn(timedelta(0))
