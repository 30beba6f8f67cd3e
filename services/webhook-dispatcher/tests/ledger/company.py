"""A company with endpoints, events in its archive and deliveries in its ledger, on a database that others use too."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from atd_schemas.ids import uuid7
from atd_servicekit.mongo import Mongo
from atd_testing.clock import FakeClock
from atd_webhook_dispatcher.domain.acceptance import row_of
from atd_webhook_dispatcher.domain.delivery import Attempt, AttemptOutcome, Delivery, DeliveryState
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.domain.events import Event, Facts
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.domain.replay import Replay
from atd_webhook_dispatcher.engine.lines import Line
from atd_webhook_dispatcher.replaying import Replaying, ReplayStores
from atd_webhook_dispatcher.store.deliveries import DELIVERIES, Deliveries
from atd_webhook_dispatcher.store.endpoints import Endpoints
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.replayed import ReplayedDeliveries
from atd_webhook_dispatcher.store.replays import Replays

MONTH = timedelta(days=30)
SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Sent:
    """Stands for the engine: takes what it is told of, and finishes it when it is asked to."""

    queue: DeliveryQueue
    rows: list[Delivery] = field(default_factory=list)
    woken: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    alone: bool = False

    async def accepted(self, rows: Sequence[tuple[Endpoint, Delivery, bytes]]) -> None:
        self.rows += [row for _, row, _ in rows]

    def wake(self, endpoint_id: str) -> None:
        self.woken.append(endpoint_id)

    def forget_replay(self, endpoint_id: str) -> None:
        self.forgotten.append(endpoint_id)

    async def finish(self, at: datetime, state: DeliveryState = "delivered", most: int | None = None) -> int:
        """Bring what it was told of to its end; how many."""
        some = self.rows[:most]
        del self.rows[: len(some)]
        for start in range(0, len(some), 1_000):
            part = some[start : start + 1_000]
            await self.queue.write([ended(row, state, at=at) for row in part])
        return len(some)


def ended(row: Delivery, state: DeliveryState, outcome: AttemptOutcome | None = None, *, at: datetime) -> Outcome:
    """The end of a delivery after one attempt."""
    made = Attempt(at=at, outcome=outcome or ("delivered" if state == "delivered" else "refused"), ms=5, status=200)
    return Outcome(row, state, 1, made, at, expires_at=at + MONTH, reason=None if state == "delivered" else "used_up")


@dataclass(slots=True)
class Company:
    """A company, its events and what is done with them."""

    mongo: Mongo
    clock: FakeClock
    tenant: str = field(default_factory=uuid7)
    sent: Sent = field(init=False)
    stores: ReplayStores = field(init=False)
    replaying: Replaying = field(init=False)

    def __post_init__(self) -> None:
        db = self.mongo.db
        self.sent = Sent(DeliveryQueue(db))
        self.stores = ReplayStores(
            Replays(db), ReplayedDeliveries(db), Deliveries(db), Events(db, timedelta(days=7)), Endpoints(db)
        )
        self.replaying = Replaying(self.stores, self.sent, self.clock, MONTH)

    async def endpoint(self, **more: Any) -> Endpoint:
        """Make an endpoint."""
        now = self.clock.now()
        moments: dict[str, Any] = dict.fromkeys(("state_since", "created_at", "changed_at", "reset_at"), now)
        made = Endpoint(**{"id": uuid7(), "tenant_id": self.tenant, "url": "https://x.example/", **moments, **more})
        await self.mongo.transaction(lambda session: self.stores.endpoints.add(session, made))
        return made

    async def change(self, endpoint: Endpoint, **more: Any) -> Endpoint:
        """Change an endpoint."""
        after = replace(endpoint, version=endpoint.version + 1, **more)
        await self.mongo.transaction(lambda session: self.stores.endpoints.save(session, endpoint, after))
        return after

    def event(self, kind: str = "attendant.online", thread: str = "t1", sequence: int = 1, **more: Any) -> Event:
        """An event of now; the clock goes on by a second."""
        at = more.pop("at", None) or self.clock.now()
        event_id = uuid7()
        body = {"id": event_id, "type": kind, "sequence": sequence, "data": more.pop("data", {})}
        self.clock.advance(SECOND)
        return Event(
            id=event_id,
            type=kind,
            tenant_id=self.tenant,
            occurred_at=at,
            recorded_at=at,
            thread=thread,
            sequence=sequence,
            facts=Facts(),
            body=orjson.dumps(body),
        )

    async def archive(self, *events: Event) -> None:
        """Keep events."""
        await self.stores.events.add(events, self.clock.now())

    async def happens(self, endpoint: Endpoint, *kinds: str, state: DeliveryState = "waiting") -> list[Delivery]:
        """Events are archived and accepted for an endpoint."""
        events = [self.event(kind, sequence=place) for place, kind in enumerate(kinds, start=1)]
        await self.archive(*events)
        rows = [row_of(one, endpoint, None, one.recorded_at) for one in events]
        await self.stores.deliveries.add(rows)
        if state != "waiting":
            await self.sent.queue.write([ended(row, state, at=self.clock.now()) for row in rows])
        return rows

    async def replay(self, endpoint: Endpoint, since: datetime, **more: Any) -> Replay:
        """Begin a replay until now."""
        now = self.clock.now()
        made = Replay(
            id=uuid7(),
            tenant_id=self.tenant,
            endpoint_id=endpoint.id,
            since=since,
            until=more.pop("until", now),
            created_at=now,
            created_by="Ana",
            **more,
        )
        await self.mongo.transaction(lambda session: self.stores.replays.add(session, made))
        return made

    async def now(self, replay: Replay) -> Replay:
        """A replay as it is now."""
        found = await self.stores.replays.one(self.tenant, replay.id)
        assert found is not None
        return found

    async def rows(self, **query: Any) -> list[dict[str, Any]]:
        """Rows of the company's ledger."""
        return await self.mongo.db[DELIVERIES].find({"tenant_id": self.tenant, **query}).sort("_id", 1).to_list(None)
