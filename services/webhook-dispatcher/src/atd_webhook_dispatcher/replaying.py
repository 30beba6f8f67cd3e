"""Replays events to an endpoint, step by step: a job, so that it goes on after a restart of whichever process.

A step reads pages of the archive (or of the deliveries that failed) and adds deliveries in the lane of replays, until
`MOST_WAITING` of them wait; the next step goes on when some have left. Their ids follow from event, endpoint and
replay: a page that is read twice adds nothing twice.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

import structlog

from atd_servicekit.clock import Clock
from atd_servicekit.errors import StaleVersion
from atd_servicekit.jobs import Again, Job
from atd_webhook_dispatcher.domain.acceptance import row_of
from atd_webhook_dispatcher.domain.delivery import Delivery, delivery_id
from atd_webhook_dispatcher.domain.delivery_times import recorded_at
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.replay import MOST_WAITING, Replay, takes
from atd_webhook_dispatcher.domain.shaping import CannotShape, shaped
from atd_webhook_dispatcher.store.deliveries import Deliveries
from atd_webhook_dispatcher.store.endpoints import Endpoints
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.replayed import Ends, ReplayedDeliveries
from atd_webhook_dispatcher.store.replays import Replays

REPLAY_JOB = "webhook-replay"
PAGE = 500
"""Events, or failed deliveries, in one read."""

STEP_SECONDS = 5.0
"""For how long one step goes on: then others have their turn."""

SOON = timedelta(seconds=1)
SELDOM = timedelta(seconds=10)
"""When a step follows on one that had nothing to do: its endpoint is stopped, or the last deliveries are slow."""

LATE = timedelta(seconds=2)
"""How long after the end of its period a replay still reads: what was recorded just before is on its way."""

_AT_ONCE = 20
"""Events that are matched before others have a turn: an expression may take 3 ms."""

T = TypeVar("T")


class SendingEngine(Protocol):
    """Who sends."""

    async def accepted(self, rows: Sequence[tuple[Endpoint, Delivery, bytes]]) -> None:
        """Rows that were just written down."""

    def wake(self, endpoint_id: str) -> None:
        """There are rows to be read."""


@dataclass(frozen=True, slots=True)
class ReplayStores:
    """What replays read and write."""

    replays: Replays
    replayed: ReplayedDeliveries
    deliveries: Deliveries
    events: Events
    endpoints: Endpoints


@dataclass(slots=True)
class Page:
    """What a page of the source gave: rows to add with the bodies that are sent, and where the next one begins."""

    rows: list[tuple[Delivery, bytes]] = field(default_factory=list)
    examined: int = 0
    unsendable: int = 0
    after: tuple[datetime, str] | None = None


class Replaying:
    """Does the steps of replays; `handle` is the handler of their jobs."""

    def __init__(self, stores: ReplayStores, engine: SendingEngine, clock: Clock, kept_dropped: timedelta) -> None:
        self._stores = stores
        self._engine = engine
        self._clock = clock
        self._kept_dropped = kept_dropped

    async def handle(self, job: Job) -> Again | None:
        """One step. Raises PyMongo's errors: it is then done again; `StaleVersion` when another process did it."""
        replay = await self._stores.replays.one(job.tenant_id, job.id)
        if replay is None:
            return None
        if replay.state == "stopped":
            await self._drop(replay)
        if replay.state != "running":
            return None
        endpoint = await self._stores.endpoints.one(replay.tenant_id, replay.endpoint_id)
        if endpoint is None:
            await self._stores.replays.end(replay.id, "stopped", "deleted", self._clock.now())
            await self._drop(replay)
            return None
        before = replay
        if endpoint.state == "enabled" and not replay.read_all:
            replay = await self._add(replay, endpoint)
        if replay.state != "running":
            await self._drop(replay)
            return None
        return await self._follow(replay, endpoint, added=replay.added - before.added)

    async def _add(self, replay: Replay, endpoint: Endpoint) -> Replay:
        """Add what there is room for, for a while; as it is then."""
        began, now = self._clock.monotonic(), self._clock.now()
        room = MOST_WAITING - await self._stores.replayed.waiting(replay.id, MOST_WAITING)
        while room >= PAGE and self._clock.monotonic() - began < STEP_SECONDS:
            page = await (self._failed if replay.kind == "failed" else self._archived)(replay, endpoint)
            exhausted = page.examined < PAGE
            rows = [row for row, _ in page.rows]
            known = await self._stores.deliveries.add(rows)
            further = await self._stores.replays.advance(
                replay,
                after=page.after or replay.after,
                examined=page.examined,
                added=len(rows),
                unsendable=page.unsendable,
                read_all=exhausted and now >= replay.until + LATE,
            )
            if further is None:
                raise StaleVersion
            replay, room = further, room - len(rows)
            if replay.state != "running":  # it was stopped meanwhile
                break
            await self._engine.accepted([(endpoint, row, body) for row, body in page.rows if row.id not in known])
            if known:  # a page that is read again: they may be under way
                self._engine.wake(endpoint.id)
            if exhausted:
                break
        return replay

    async def _follow(self, replay: Replay, endpoint: Endpoint, added: int) -> Again | None:
        """Count what has come to its end, and say when the next step is due."""
        now = self._clock.now()
        ends = await self._count(replay)
        if replay.read_all and not ends.waiting:
            await self._stores.replays.end(replay.id, "done", None, now)
            _log("webhooks.replayed", replay, ends)
            return None
        moves = added or ends.delivered + ends.failed > replay.delivered + replay.failed
        return Again(now + (SOON if endpoint.state == "enabled" and (moves or not ends.waiting) else SELDOM))

    async def _drop(self, replay: Replay) -> None:
        """Drop what waits of a replay that was stopped, in bounded steps."""
        while True:
            now = self._clock.now()
            dropped = await self._stores.replayed.drop(replay.id, now, now + self._kept_dropped)
            ends = await self._count(replay)
            if not dropped:
                break
        _log("webhooks.replay_stopped", replay, ends)

    async def _count(self, replay: Replay) -> Ends:
        now = await self._stores.replays.one(replay.tenant_id, replay.id) or replay
        ends = await self._stores.replayed.ends(replay.id, now.added)
        await self._stores.replays.count(replay.id, delivered=ends.delivered, failed=ends.failed, dropped=ends.dropped)
        return ends

    async def _archived(self, replay: Replay, endpoint: Endpoint) -> Page:
        """The next events of the archive."""
        events = await self._stores.events.between(
            replay.tenant_id, replay.since, replay.until, after=replay.after, limit=PAGE
        )
        page = Page(examined=len(events), after=(events[-1].recorded_at, events[-1].id) if events else None)
        for event in await wanted(self._stores.replayed, replay, endpoint, events):
            try:
                body = shaped(endpoint.shape, event.body)
            except CannotShape:
                page.unsendable += 1
                continue
            row = row_of(event, endpoint, body, self._clock.now(), replay.id)
            page.rows.append((row, event.body if body is None else body))
        return page

    async def _failed(self, replay: Replay, endpoint: Endpoint) -> Page:
        """The next deliveries that failed: each is sent as it was, byte for byte."""
        after = None if replay.after is None else replay.after[1]
        failed = await self._stores.replayed.failed(
            replay.endpoint_id, replay.since, replay.until, after=after, limit=PAGE
        )
        page = Page(examined=len(failed))
        if not failed:
            return page
        last = failed[-1].id
        page.after = (recorded_at(last), last)
        first, end = recorded_at(failed[0].id), recorded_at(last) + timedelta(milliseconds=1)
        reached = await self._stores.replayed.reached(
            replay.endpoint_id, [row.event_id for row in failed], first, end, but=replay.id
        )
        again = {row.event_id: row for row in failed if row.event_id not in reached}
        bodies = await self._stores.events.bodies([row.event_id for row in again.values() if row.body is None])
        for row in again.values():
            body = bodies.get(row.event_id) if row.body is None else row.body
            if body is None:
                page.unsendable += 1
            else:
                again_row = once_more(row, replay.id, self._clock.now(), ordered=endpoint.ordered)
                page.rows.append((again_row, body))
        return page


async def wanted(
    replayed: ReplayedDeliveries, replay: Replay, endpoint: Endpoint, events: Sequence[Event]
) -> list[Event]:
    """Those of a page's events that a replay brings; others have their turn while they are matched."""
    taken: list[Event] = []
    for some in _parts(events):
        taken += filter(partial(takes, replay, endpoint), some)
        await asyncio.sleep(0)
    if replay.only == "all" or not taken:
        return taken
    since, until = taken[0].recorded_at, taken[-1].recorded_at + timedelta(milliseconds=1)
    reached = await replayed.reached(endpoint.id, [one.id for one in taken], since, until, but=replay.id)
    return [one for one in taken if one.id not in reached]


def once_more(row: Delivery, replay_id: str, now: datetime, *, ordered: bool) -> Delivery:
    """A delivery that is sent once more, with the body that it had; `ordered`: its endpoint is."""
    return replace(
        row,
        id=delivery_id(row.event_id, recorded_at(row.id), row.endpoint_id, replay_id),
        lane="replay",
        replay_id=replay_id,
        accepted_at=now,
        due_at=now,
        state="waiting",
        tries=0,
        ordered=ordered,
    )


def _parts(events: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(events), _AT_ONCE):
        yield events[start : start + _AT_ONCE]


def _log(what: str, replay: Replay, ends: Ends) -> None:
    structlog.get_logger().info(
        what,
        tenant_id=replay.tenant_id,
        endpoint_id=replay.endpoint_id,
        replay_id=replay.id,
        examined=replay.examined,
        added=replay.added,
        delivered=ends.delivered,
        failed=ends.failed,
        dropped=ends.dropped,
    )
