"""Routing between its topics, on a real database: events in, decisions out, and conversations that heed them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from atd_routing.app import tenants_of
from atd_routing.domain.availability.attendant import Attendant
from atd_routing.domain.items import Item, ItemKind
from atd_routing.domain.scene import Part
from atd_routing.domain.teams import TEAM
from atd_routing.engine import Engine
from atd_routing.metrics import METRICS, RoutingMetrics
from atd_routing.store.attendants import Attendants
from atd_routing.store.copies import Copies
from atd_routing.store.customers import Customers
from atd_routing.store.indexes import INDEXES
from atd_routing.store.items import Items
from atd_routing.store.pools import Pools
from atd_routing.store.queues import Queues
from atd_routing.store.recent import Recent
from atd_routing.store.turns import TurnStore
from atd_routing.timers import Timers
from atd_schemas.envelope import Actor
from atd_schemas.ids import uuid7
from atd_schemas.topics import ROUTING_DECISIONS, adapter
from atd_servicekit.clock import SystemClock
from atd_servicekit.metrics import Metrics
from atd_servicekit.mongo import Mongo
from atd_servicekit.outbox import OUTBOX, OUTBOX_INDEXES, Outbox
from atd_testing.inbound import record_of

from .talks import NOON, Talk


class MovedTime:
    """The database's time, moved by a test."""

    def __init__(self, now: datetime = NOON) -> None:
        self.moment = now

    async def now(self) -> datetime:
        return self.moment

    def pass_(self, **passed: float) -> datetime:
        self.moment += timedelta(**passed)
        return self.moment


class Replica:
    """One process of routing, without Kafka and HTTP."""

    def __init__(self, mongo: Mongo, time: MovedTime, parts: Sequence[Part] = ()) -> None:
        outbox, self.db = Outbox(mongo.db, SystemClock()), mongo.db
        self.items, self.pools, self.copies = Items(mongo.db), Pools(mongo.db), Copies(mongo.db)
        self.attendants = Attendants(mongo.db, outbox)
        self.metrics = Metrics().declare(RoutingMetrics, METRICS)
        self.tenants = tenants_of(self.items, SystemClock())
        self.engine = Engine(
            copies=self.copies,
            turns=TurnStore(mongo.db, self.attendants, outbox),
            tenants=self.tenants,
            time=time,
            transaction=mongo.transaction,
            metrics=self.metrics,
            parts=parts,
            customers=Customers(mongo.db),
            queues=Queues(mongo.db),
            recent=Recent(shared_for=timedelta(0)),  # goes by memory as often as it can
        )
        self.timers = Timers(self.engine, self.copies, self.pools, time, self.metrics)


class World:
    """One company, its replicas of routing, and the conversations that it has."""

    def __init__(self, mongo: Mongo, tenant_id: str | None = None) -> None:
        self.mongo = mongo
        self.tenant_id = tenant_id or uuid7()
        self.time = MovedTime()
        self.replica = Replica(mongo, self.time)
        self.talks: dict[str, Talk] = {}
        self._read: set[tuple[Any, int]] = set()

    @property
    def engine(self) -> Engine:
        return self.replica.engine

    def id(self, name: str) -> str:
        """The id of an attendant of this company."""
        return f"{name}:{self.tenant_id}"

    def person(self, name: str) -> Actor:
        """An attendant who acts by hand."""
        return Actor(type="attendant", id=self.id(name), name=name)

    def another(self, parts: Sequence[Part] = ()) -> Replica:
        """Another process."""
        return Replica(self.mongo, self.time, parts)

    async def team(self, *members: str, limits: Mapping[str, float] | None = None, **values: Any) -> str:
        """A team of these attendants; its id."""
        told = [{"attendant_id": self.id(one), "limit": (limits or {}).get(one)} for one in members]
        body = {"name": uuid7(), "members": told, "strategy": "round_robin", "limit": 5, **values}
        return await self.item(TEAM, body)

    async def item(self, kind: ItemKind, values: Mapping[str, Any]) -> str:
        """Something that the company sets; its id."""
        now = self.time.moment
        item = Item(uuid7(), self.tenant_id, kind.name, values, created_at=now, changed_at=now)
        await self.mongo.transaction(lambda session: self.replica.items.add(session, kind, item, now))
        self.replica.tenants.forget(self.tenant_id)
        return item.id

    async def policy(self, name: str, **values: Any) -> None:
        now = self.time.moment
        items = self.replica.items
        await self.mongo.transaction(lambda session: items.put_policy(session, self.tenant_id, name, values, now))
        self.replica.tenants.forget(self.tenant_id)

    async def change(self, item_id: str, kind: ItemKind = TEAM, **values: Any) -> None:
        """Change a team, and look at the queues as the API has it done."""
        items = self.replica.items
        item = await items.one(self.tenant_id, kind, item_id)
        assert item is not None
        changed = item.changed(values, self.time.moment)
        if changed is item:
            return
        await self.mongo.transaction(lambda session: items.save(session, kind, changed, self.time.moment))
        self.replica.tenants.forget(self.tenant_id)
        await self.engine.drain([self.tenant_id])

    async def present(self, *attendants: str, state: str = "online", drain: bool = True) -> None:
        """Attendants come, or go."""
        now = self.time.moment
        ids = [self.id(one) for one in attendants]
        known = await self.replica.attendants.of_ids(ids)
        pairs = []
        for one in ids:
            before = known.get(one)
            fresh = before or Attendant(id=one, tenant_id=self.tenant_id, since=now, name=one[:3])
            pairs.append((before, replace(fresh, state=state, since=now)))  # type: ignore[arg-type]
        await self.mongo.transaction(lambda session: self.replica.attendants.save(session, pairs, now=now))
        if drain:
            await self.engine.drain([self.tenant_id])

    async def hear(self, *events: Any, by: Replica | None = None) -> None:
        """One batch of events of conversations."""
        engine = (by or self.replica).engine
        await engine.take([record_of(event, offset) for offset, event in enumerate(events)])

    def begin(self, count: int = 1, *, apart: float = 1.0, **fields: Any) -> list[Talk]:
        """Conversations that begin so many seconds apart."""
        begun = []
        for _ in range(count):
            number = len(self.talks) + 1
            talk = Talk(self.tenant_id, number=number, at=self.time.pass_(seconds=apart), **fields)
            self.talks[talk.id] = talk
            begun.append(talk)
        return begun

    async def opened(self, count: int = 1, *, apart: float = 1.0, **fields: Any) -> list[Talk]:
        """Conversations that have begun, in one batch; what is decided is done."""
        begun = self.begin(count, apart=apart, **fields)
        await self.hear(*(talk.opened() for talk in begun))
        await self.settle()
        return begun

    async def decisions(self) -> list[Any]:
        """What was decided since this was asked the last time, in order."""
        rows = await self.mongo.db[OUTBOX].find().sort([("order", 1), ("part", 1), ("_id", 1)]).to_list(None)
        found = []
        for row in rows:
            for number, record in enumerate(row["records"]):
                place = (row["_id"], number)
                if place not in self._read and record["t"] == ROUTING_DECISIONS.name:
                    self._read.add(place)
                    event = adapter(ROUTING_DECISIONS).validate_json(record["v"])
                    found += [event] if event.tenant_id == self.tenant_id else []
        return found

    async def settle(self, rounds: int = 20) -> list[Any]:
        """Have conversation do what was decided, and routing hear of it, until no more is; all that was decided."""
        everything: list[Any] = []
        for _ in range(rounds):
            decided = await self.decisions()
            if not decided:
                return everything
            everything += decided
            for decision in decided:
                answer = self.talks[decision.subject].hear(decision, self.time.moment)
                if answer is not None:
                    await self.hear(answer)
        raise AssertionError("what is decided leads to decisions for ever")

    async def copy(self, talk: Talk) -> Any:
        found = await self.replica.copies.of_ids([talk.id])
        return found[talk.id]

    async def loads(self) -> dict[str, float]:
        """What the attendants have, as routing counts it."""
        found = await self.replica.attendants.of_tenants([self.tenant_id])
        return {one.id.partition(":")[0]: one.load for one in found[self.tenant_id].values()}

    def having(self) -> dict[str, int]:
        """How many conversations the attendants have open, as conversation has it."""
        found: dict[str, int] = {}
        for talk in self.talks.values():
            if talk.who is not None and talk.status == "open":
                found[talk.who] = found.get(talk.who, 0) + 1
        return found

    def waiting(self) -> list[Talk]:
        return [talk for talk in self.talks.values() if talk.status == "queued"]


@asynccontextmanager
async def database(url: str, name: str) -> AsyncIterator[Mongo]:
    """A database of one module, with routing's indexes."""
    mongo = Mongo(url, name, Metrics())
    await mongo.ensure_indexes({**INDEXES, **OUTBOX_INDEXES})
    yield mongo
    await mongo.client.drop_database(name)
    await mongo.close()
