"""A service that does what the kit promises, and kills itself where it is told: run by `test_killed_service.py`.

Events of one topic change an aggregate per customer and lead to an event of a second topic, in one transaction (inbox,
outbox). The second topic is read into a ledger, which sends to the receiver: a collection that notes every call.
"""

import os
import signal
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from fastapi import FastAPI
from pydantic import Field
from pymongo import InsertOne, UpdateOne

from atd_schemas.inbound import InboundMessage
from atd_schemas.topics import INBOUND_EVENTS, Topic, adapter
from atd_servicekit import consuming
from atd_servicekit.consuming import Record
from atd_servicekit.errors import StaleVersion
from atd_servicekit.kafka import Outgoing
from atd_servicekit.ledger import Delivered, Ledger, NewRow, Row, ledger_indexes
from atd_servicekit.mongo import Session
from atd_servicekit.outbox import next_order
from atd_servicekit.runtime import Runtime
from atd_servicekit.serving import read_settings, serve
from atd_servicekit.settings import ServiceSettings

BATCH = 8


class ToySettings(ServiceSettings):
    """`die_at` is `<step>:<how often it is reached before>`."""

    toy: str = Field(description="Name of the service, and first part of its topics")
    die_at: str = Field(default="", description="Where to die")


class Death:
    """Kills the process when a step is reached for the n-th time: nothing runs after it, as after `kill -9`."""

    def __init__(self, at: str) -> None:
        self._step, _, count = at.partition(":")
        self._left = Counter({self._step: int(count or 0)})

    def reach(self, step: str) -> None:
        if step == self._step:
            if not self._left[step]:
                os.kill(os.getpid(), signal.SIGKILL)
            self._left[step] -= 1


class Toy:
    """The handlers."""

    def __init__(self, runtime: Runtime, passed: Topic, death: Death) -> None:
        self._runtime = runtime
        self._passed = passed
        self._death = death
        self._inbox = runtime.use_inbox()
        self.ledger = Ledger(
            runtime.mongo.db,
            "sends",
            runtime.leases("sends", 4),
            self.send,
            runtime.clock,
            runtime.metrics,
            uncertain_for=timedelta(seconds=1),
            poll=timedelta(milliseconds=100),
        )

    async def take(self, records: Sequence[Record[InboundMessage]]) -> None:
        await self._inbox.once(self._runtime.transaction, records, self._count)
        self._death.reach("committed")

    async def _count(self, session: Session, records: Sequence[Record[InboundMessage]]) -> None:
        db, now = self._runtime.mongo.db, self._runtime.clock.now()
        customers = {record.event.subject for record in records}
        found = db.customers.find({"_id": {"$in": list(customers)}}, session=session)
        orders = {row["_id"]: row["order"] async for row in found}
        order = next_order(now, *orders.values())
        arrived = Counter(record.event.subject for record in records)
        writes: list[Any] = [
            UpdateOne({"_id": one, "order": orders[one]}, {"$set": {"order": order}, "$inc": {"count": arrived[one]}})
            if one in orders
            else InsertOne({"_id": one, "order": order, "count": arrived[one]})
            for one in customers
        ]
        result = await db.customers.bulk_write(writes, session=session)
        if result.matched_count != len(orders):
            raise StaleVersion
        await db.effects.insert_many([{"event": record.event.id} for record in records], session=session)
        outgoing = [Outgoing.of(self._passed, record.event) for record in records]
        before = {record.event.key(): orders.get(record.event.subject, 0) for record in records}
        await self._runtime.outbox.add(session, outgoing, order=order, before=before)
        self._death.reach("in the transaction")

    async def pass_on(self, records: Sequence[Record[InboundMessage]]) -> None:
        await self.ledger.add(
            [
                NewRow(
                    one.event.id, "t", "receiver", one.event.subject, one.offset, {"text": one.event.data.text or ""}
                )
                for one in records
            ]
        )
        self._death.reach("added to the ledger")

    async def send(self, row: Row) -> Delivered:
        self._death.reach("claimed")
        await self._runtime.mongo.db.received.insert_one({"row": row.id, "customer": row.lane})
        self._death.reach("sent")
        return Delivered({})


def create_app(settings: ToySettings) -> FastAPI:
    """Wire it as any service is."""
    registered = adapter(INBOUND_EVENTS)
    cast("Any", consuming).adapter = lambda _: registered
    incoming, passed = (_topic(f"{settings.toy}.{name}") for name in ("in", "out"))
    death = Death(settings.die_at)
    runtime = Runtime.build(settings.toy, settings)
    publish = runtime.producer.publish

    async def published(records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None:
        await publish(records, timeout_seconds=timeout_seconds)
        death.reach("published")

    cast("Any", runtime.producer).publish = published
    runtime.add_indexes({"customers": [], "effects": [], "received": [], **ledger_indexes("sends")})
    toy = Toy(runtime, passed, death)
    runtime.use_outbox()
    runtime.add_component(toy.ledger)
    runtime.consume(incoming, toy.take, group=f"{settings.toy}.in", max_records=BATCH)
    runtime.consume(passed, toy.pass_on, group=f"{settings.toy}.out", max_records=BATCH)
    return runtime.create_app("Toy", [])


def _topic(name: str) -> Topic:
    return Topic(
        name=name,
        owner="toy",
        key="subject",
        schema=INBOUND_EVENTS.schema,
        producers=("toy",),
        consumers=("toy",),
        retention=INBOUND_EVENTS.retention,
        partitions=2,
    )


if __name__ == "__main__":
    settings = read_settings(ToySettings)
    serve(settings.toy, create_app, settings)
