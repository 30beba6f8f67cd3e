"""Follows what changes around the engine: leases, endpoints, calls of other processes; saves failures."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from pymongo.errors import PyMongoError

from atd_servicekit.clock import Clock
from atd_servicekit.leases import ShardLeases, shard_of
from atd_webhook_dispatcher.domain.breaker import Breaker
from atd_webhook_dispatcher.domain.delivery import LANES
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.engine.health import LineHealth
from atd_webhook_dispatcher.engine.line_set import LineSet
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.metrics import WebhookMetrics
from atd_webhook_dispatcher.store.breakers import Breakers
from atd_webhook_dispatcher.store.endpoints import Endpoints
from atd_webhook_dispatcher.store.owner_calls import OwnerCalls
from atd_webhook_dispatcher.store.queue import DeliveryQueue

WATCH_SECONDS = 0.5
ALONE_SECONDS = 2.0
"""How often MongoDB is asked what was changed while this process is alone and has changed nothing itself."""

COMMITTED_SECONDS = 15.0
"""How long a change of this process may take to be committed."""

LOOK_SECONDS = 30.0
"""How often each line looks into MongoDB though nothing says that it should."""

SAVE_FAILING_SECONDS = 10.0
TOMBSTONE_TIME = timedelta(minutes=10)
"""How long a deleted endpoint is remembered: a process that has not heard of it may accept rows for it meanwhile."""

_MOST_TOMBSTONES = 1_000

MARK_PAGES = 10
"""Pages of rows of an endpoint that are marked in one turn."""

Marked = tuple[int, datetime | None]
"""A place in `LANES`, and in that lane: when the last row is due that is marked."""

Terms = dict[int, int]
"""The shards of this process, and how often it has taken each: another one may have sent in between."""


class WatchedStores(Protocol):
    """What is read and written here."""

    @property
    def endpoints(self) -> Endpoints: ...

    @property
    def queue(self) -> DeliveryQueue: ...

    @property
    def calls(self) -> OwnerCalls: ...

    @property
    def breakers(self) -> Breakers: ...


class Watch:
    """A loop: `run()`. `shards` is how many the leases have."""

    def __init__(
        self,
        lines: LineSet,
        stores: WatchedStores,
        leases: ShardLeases,
        health: LineHealth,
        clock: Clock,
        metrics: WebhookMetrics,
        kept_for: timedelta,
    ) -> None:
        """`kept_for`: how long deliveries are kept that were dropped."""
        self._lines = lines
        self._endpoints = stores.endpoints
        self._queue = stores.queue
        self._calls = stores.calls
        self._breakers = stores.breakers
        self._leases = leases
        self._health = health
        self._clock = clock
        self._metrics = metrics
        self._kept_for = kept_for
        self._terms: Terms | None = None
        self._seen_until: datetime | None = None
        self._looked_at = clock.monotonic()
        self._changes = -1
        self._eager_until = 0.0
        self._followed_at = self._dropped_at = 0.0
        self._dropping = True
        """There may be deliveries of deleted endpoints that are ours."""

        self._saved: dict[str, tuple[float, object]] = {}
        self._cleared: set[str] = set()
        """Deleted endpoints for which nothing waits."""

        self._tombstones: set[str] = set()
        self._uncalled: dict[str, bool] = {}
        self._marked: dict[str, Marked] = {}
        """Up to where waiting rows of endpoints that have become ordered are marked."""

    def owns(self, endpoint_id: str) -> bool:
        """Whether this process sends to the endpoint."""
        return self._leases.owns(shard_of(endpoint_id, self._leases.shards))

    def follows(self, endpoint_id: str) -> bool:
        """Whether the endpoints of its shard have been read since the shard is ours."""
        shard = shard_of(endpoint_id, self._leases.shards)
        return self._terms is not None and self._terms.get(shard) == self._leases.term(shard)

    def deleted(self, endpoint_id: str) -> bool:
        """Whether it is known that the endpoint was deleted a moment ago."""
        return endpoint_id in self._tombstones

    def call_later(self, endpoint_id: str, *, again: bool = False) -> None:
        """Another process, if there is one, has to know of rows; `again`: of rows that were ended."""
        self._uncalled[endpoint_id] = again or self._uncalled.get(endpoint_id, False)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.turn()
            await asyncio.sleep(WATCH_SECONDS)

    async def turn(self) -> None:
        """Look once."""
        try:
            await self._follow_leases()
            await self._follow_changes()
            await self._exchange_calls()
            await self._save_failing()
            await self._drop_deleted()
            await self._mark_ordered()
        except (PyMongoError, OSError) as error:
            structlog.get_logger().warning("webhooks.not_watched", error=type(error).__name__)
        self._look_again()
        self._health.turned(list(self._lines.by_id.values()))
        self._show()

    async def _follow_leases(self) -> None:
        terms = {shard: self._leases.term(shard) for shard in self._leases.owned}
        if terms == self._terms:
            return
        before, self._terms = self._terms or {}, None
        self._followed_at, self._dropping = -ALONE_SECONDS, True
        self._seen_until = self._seen_until or self._clock.now()
        for endpoint_id in list(self._lines.by_id):
            shard = shard_of(endpoint_id, self._leases.shards)
            if shard not in terms or terms[shard] != before.get(shard, terms[shard]):
                self._lines.close(endpoint_id)
                self._saved.pop(endpoint_id, None)
        after: str | None = None
        while page := await self._endpoints.page(after):
            await self._open([one for one in page if shard_of(one.id, self._leases.shards) in terms])
            after = page[-1].id
        self._terms = terms

    async def _open(self, endpoints: Sequence[Endpoint]) -> None:
        """Send to these endpoints, with the breakers that another process, or this one before it, had."""
        kept = await self._breakers.kept([one.id for one in endpoints])
        monotonic, now = self._clock.monotonic(), self._clock.now()
        for endpoint in endpoints:
            line, breaker = self._lines.opened(endpoint), kept.get(endpoint.id)
            if breaker is not None and line.breaker == Breaker() and breaker.seen_at > endpoint.reset_at:
                line.breaker = breaker.taken_over(monotonic, now)
            self._lines.schedule(line)

    async def _follow_changes(self) -> None:
        now = self._clock.monotonic()
        if self._endpoints.changes != self._changes:
            self._changes, self._eager_until = self._endpoints.changes, now + COMMITTED_SECONDS
        if self._leases.alone and now > self._eager_until and now - self._followed_at < ALONE_SECONDS:
            return
        self._followed_at = now
        since = self._seen_until or self._clock.now()
        began, after = self._clock.now(), None
        while page := await self._endpoints.changed_since(since, after=after):
            for _, endpoint in page:
                self._follow(endpoint)
            moment, last = page[-1]
            after = (moment, last.id)
        self._seen_until = began

    def _follow(self, endpoint: Endpoint) -> None:
        if endpoint.deleted_at is not None and endpoint.id not in self._tombstones:
            self._tombstones.add(endpoint.id)
            self._dropping = True
        if endpoint.deleted_at is not None or not self.owns(endpoint.id):
            self._lines.close(endpoint.id)
            return
        line = self._lines.opened(endpoint)
        if line.endpoint.version < endpoint.version:
            line.follow(endpoint)
            self._lines.want(line)
            self._lines.schedule(line)

    async def _exchange_calls(self) -> None:
        uncalled, self._uncalled = self._uncalled, {}
        others = {one: again for one, again in uncalled.items() if not self._lines.wake(one)}
        if self._leases.alone:
            return
        try:
            await self._calls.call([one for one, again in others.items() if not again])
            await self._calls.call([one for one, again in others.items() if again], again=True)
        except BaseException:
            self._uncalled |= others
            raise
        for one in await self._calls.heard():
            if one.again:
                self._lines.again(one.endpoint_id)
            else:
                self._lines.wake(one.endpoint_id)

    async def keep_failing(self) -> None:
        """Write since when nothing has arrived at whom, also what was written a moment ago. Raises PyMongo's errors."""
        await self._save_failing(at_last=True)

    async def _save_failing(self, *, at_last: bool = False) -> None:
        now = self._clock.monotonic()
        for line in list(self._lines.by_id.values()):
            saved_at, saved = self._saved.get(line.endpoint.id, (0.0, line.endpoint.failing))
            soon = line.failing and saved and now - saved_at < SAVE_FAILING_SECONDS
            if saved == line.failing or (soon and not at_last):
                continue
            failing = line.failing
            counts = await self._endpoints.save_failing(line.endpoint.id, failing)
            if not counts and line.failing == failing:
                line.failing = failing = None
            self._saved[line.endpoint.id] = (now, failing)

    async def _drop_deleted(self) -> None:
        """A step for each endpoint that was deleted, until nothing waits for it, and one more at last."""
        since = self._clock.monotonic() - self._dropped_at
        if not self._dropping and since < LOOK_SECONDS:
            return
        self._dropped_at = self._clock.monotonic()
        now, seen = self._clock.now(), set()
        for endpoint in await self._endpoints.deleted(limit=_MOST_TOMBSTONES):
            seen.add(endpoint.id)
            self._lines.close(endpoint.id)
            over = endpoint.deleted_at is not None and now - endpoint.deleted_at > TOMBSTONE_TIME
            if self.owns(endpoint.id) and (over or endpoint.id not in self._cleared):
                await self._drop(endpoint, now, over=over)
        self._tombstones = seen
        self._cleared &= seen
        self._dropping = any(self.owns(one) for one in seen - self._cleared)

    async def _drop(self, endpoint: Endpoint, now: datetime, *, over: bool) -> None:
        dropped = await self._queue.drop(endpoint.id, now, now + self._kept_for)
        if dropped:
            self._metrics.webhook_finished.labels("dropped").inc(dropped)
            structlog.get_logger().info("webhooks.dropped", endpoint_id=endpoint.id, deliveries=dropped)
        elif over:
            await self._endpoints.forget(endpoint.id)
        else:
            self._cleared.add(endpoint.id)
        self._saved.pop(endpoint.id, None)

    async def _mark_ordered(self) -> None:
        """Keep what waits in order for endpoints that have become ordered; until then nothing is sent to them."""
        for line in list(self._lines.by_id.values()):
            if line.endpoint.in_disorder:
                await self._mark(line)

    async def _mark(self, line: Line) -> None:
        endpoint = line.endpoint
        place, since = self._marked.pop(endpoint.id, (0, None))
        for _ in range(MARK_PAGES):
            if place == len(LANES):
                break
            since = await self._queue.mark_ordered(endpoint.id, LANES[place], since)
            place += since is None
        if place < len(LANES) or line.sending:
            self._marked[endpoint.id] = (place, since)
        elif await self._endpoints.in_order(endpoint) and line.endpoint == endpoint:
            line.endpoint = replace(endpoint, unmarked=False)
            line.unread = dict.fromkeys(LANES, True)
            self._lines.want(line)

    def _look_again(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            for line in self._lines.by_id.values():
                line.unread = dict.fromkeys(LANES, True)
                self._lines.want(line)
                self._lines.schedule(line)

    def _show(self) -> None:
        now = self._clock.now()
        states = dict.fromkeys(("closed", "open", "half_open", "recovering"), 0)
        oldest = now
        for line in self._lines.by_id.values():
            states[line.breaker.state] += 1
            if line.endpoint.state == "enabled":
                oldest = min([oldest, *(rows[0].row.due_at for rows in line.lanes.values() if rows)])
        for state, count in states.items():
            self._metrics.webhook_breakers.labels(state).set(count)
        self._metrics.webhook_oldest_due_seconds.set((now - oldest).total_seconds())
        self._metrics.webhook_rows_in_memory.set(self._lines.held.rows)
