"""Kafka in: what happened, batch by batch, written down before the offsets are committed."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from atd_servicekit.clock import Clock
from atd_servicekit.consuming import Record
from atd_webhook_dispatcher.domain.acceptance import Matches, Shaped, accept
from atd_webhook_dispatcher.domain.delivery import Attempt, Delivery
from atd_webhook_dispatcher.domain.endpoint import MOST_KEPT_WHILE_PAUSED, Endpoint
from atd_webhook_dispatcher.domain.events import Event
from atd_webhook_dispatcher.domain.outcome import Outcome
from atd_webhook_dispatcher.domain.reading import event_from
from atd_webhook_dispatcher.engine.engine import Engine, Retention
from atd_webhook_dispatcher.metrics import WebhookMetrics
from atd_webhook_dispatcher.store.deliveries import Deliveries
from atd_webhook_dispatcher.store.endpoints import EndpointCache
from atd_webhook_dispatcher.store.erasing import Erasing
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.queue import DeliveryQueue
from atd_webhook_dispatcher.store.tallies import Tallies, hour_of

ERASED = "contact.erased"

_START = re.compile(rb'\{"id":"[\w-]{1,64}","type":"([a-z_.]{1,64})","version":\d{1,4},"tenant_id":"([\w-]{1,64})",')
"""How an event begins (`atd_schemas.topics.encode`). What begins otherwise is parsed."""

_NOT_SENT = b"setting.changed"

COUNTED_SECONDS = 5.0
"""How long the number of deliveries that wait for a paused endpoint is taken as it was counted."""


def parse(value: bytes) -> Event:
    """The event of a record. Raises for what is none, and for kinds that are passed over by `EventHandler`."""
    event = event_from(value)
    if event is None:
        raise ValueError("an event that is not sent")
    return event


class EventHandler:
    """`conversation.events.v1` and `attendant.events.v1`."""

    def __init__(
        self,
        *,
        cache: EndpointCache,
        events: Events,
        deliveries: Deliveries,
        queue: DeliveryQueue,
        tallies: Tallies,
        erasing: Erasing,
        engine: Engine,
        clock: Clock,
        metrics: WebhookMetrics,
        retention: Retention,
        matches: Matches,
        shaped: Shaped,
    ) -> None:
        self._cache = cache
        self._events = events
        self._deliveries = deliveries
        self._queue = queue
        self._tallies = tallies
        self._erasing = erasing
        self._engine = engine
        self._clock = clock
        self._metrics = metrics
        self._retention = retention
        self._matches = matches
        self._shaped = shaped
        self._counted: dict[str, tuple[float, int]] = {}

    def passes_over(self, value: bytes) -> bool:
        """Whether it is not sent at all, or of a company of which is known, just now, that it has no endpoint."""
        found = _START.match(value)
        if found is None:
            return False
        if found[1] == _NOT_SENT:
            return True
        known = self._cache.now(found[2].decode())
        return known is not None and not known.endpoints and found[1] != ERASED.encode()

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        """Write the batch down and hand it over. Raises PyMongo's errors: the same batch again is then safe."""
        events: list[Event] = [record.event for record in records]
        endpoints = await self._endpoints(events)
        wanted = [event for event in events if endpoints.get(event.tenant_id)]
        now = self._clock.now()
        accepted = accept(wanted, endpoints, await self._waiting(endpoints), self._matches, self._shaped, now)
        # Side by side: each waits for the journal. A row whose event is not there yet is looked at again.
        erases = any(event.type == ERASED for event in wanted)
        _, known = await asyncio.gather(
            self._events.add(wanted, now), self._add(accepted.rows, endpoints, wanted, send=not erases)
        )
        await self._deliveries.add_ended([self._failed(row, why, now) for row, why in accepted.unsendable])
        erased = await self._forget_erased(events, endpoints)
        self._count(accepted.rows)
        await self._tell(accepted.left_out)
        self._metrics.webhook_events.inc(len(wanted))
        self._metrics.webhook_deliveries.inc(len(accepted.rows))
        if erases:
            new = [row for row in accepted.rows if row.id not in known]
            left = [row for row in new if erased.get(row.contact_id, row.event_id) == row.event_id]
            await self._hand_over(left, endpoints, wanted)
        for endpoint_id in {row.endpoint_id for row in accepted.rows if row.id in known}:
            self._engine.wake(endpoint_id)  # a batch that comes again: they may be under way already, so they are read

    async def _add(
        self,
        rows: Sequence[Delivery],
        endpoints: Mapping[str, Sequence[Endpoint]],
        events: Sequence[Event],
        *,
        send: bool,
    ) -> set[str]:
        """Write rows down, and hand over those that are new at once, if they may be sent; the ids of the others."""
        known = await self._deliveries.add(rows)
        if send:
            await self._hand_over([row for row in rows if row.id not in known], endpoints, events)
        return known

    async def _hand_over(
        self, rows: Sequence[Delivery], endpoints: Mapping[str, Sequence[Endpoint]], events: Sequence[Event]
    ) -> None:
        bodies = {event.id: event.body for event in events}
        by_id = {one.id: one for some in endpoints.values() for one in some}
        await self._engine.accepted([(by_id[row.endpoint_id], row, row.body or bodies[row.event_id]) for row in rows])

    def _failed(self, row: Delivery, why: str, now: datetime) -> Outcome:
        attempt = Attempt(at=now, outcome="unsendable", ms=0, error=why)
        until = now + self._retention.failed
        return Outcome(row, "failed", 0, attempt, now, expires_at=until, reason="unsendable")

    async def _endpoints(self, events: Sequence[Event]) -> Mapping[str, Sequence[Endpoint]]:
        found = {one: self._cache.now(one) for one in sorted({event.tenant_id for event in events})}
        missing = [one for one, known in found.items() if known is None]
        read = await asyncio.gather(*(self._cache.of(one) for one in missing))
        found.update(zip(missing, read, strict=True))
        return {one: tuple(known.endpoints.values()) for one, known in found.items() if known is not None}

    async def _waiting(self, endpoints: Mapping[str, Sequence[Endpoint]]) -> Mapping[str, int]:
        """How many rows wait for each endpoint that is paused and keeps them."""
        now, found = self._clock.monotonic(), {}
        for endpoint in (one for some in endpoints.values() for one in some):
            if endpoint.state != "paused" or endpoint.while_paused != "keep":
                continue
            counted_at, count = self._counted.get(endpoint.id, (-COUNTED_SECONDS, 0))
            if now - counted_at >= COUNTED_SECONDS:
                count = await self._queue.count_waiting(endpoint.id, MOST_KEPT_WHILE_PAUSED)
                self._counted[endpoint.id] = (now, count)
            found[endpoint.id] = count
        return found

    async def _forget_erased(
        self, events: Sequence[Event], endpoints: Mapping[str, Sequence[Endpoint]]
    ) -> Mapping[str | None, str]:
        """Erase customers, in the ledger and in the memory of every process; each with the event that tells of it."""
        erased: dict[str | None, str] = {}
        for event in events:
            if event.type == ERASED and event.facts.contact_id is not None:
                await self._erasing.erase(event.tenant_id, event.facts.contact_id, event.id, self._clock.now())
                await self._engine.ended([one.id for one in endpoints.get(event.tenant_id, ())])
                erased[event.facts.contact_id] = event.id
        return erased

    def _count(self, rows: Sequence[Delivery]) -> None:
        for row in rows:
            if row.endpoint_id in self._counted:
                counted_at, count = self._counted[row.endpoint_id]
                self._counted[row.endpoint_id] = (counted_at, count + 1)

    async def _tell(self, left_out: Mapping[str, int]) -> None:
        if left_out:
            hour = hour_of(self._clock.now())
            await self._tallies.count_left_out({(one, hour): count for one, count in left_out.items()})
            self._metrics.webhook_left_out.inc(sum(left_out.values()))
