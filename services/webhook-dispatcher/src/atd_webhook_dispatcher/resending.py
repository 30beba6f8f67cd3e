"""Sends a delivery once more by hand: one that has come to its end as a new one, one that waits at once."""

import hashlib
from dataclasses import replace

from atd_schemas.ids import uuid7
from atd_servicekit.clock import Clock
from atd_webhook_dispatcher.domain.delivery import Delivery
from atd_webhook_dispatcher.domain.endpoint import Endpoint
from atd_webhook_dispatcher.replaying import SendingEngine, once_more
from atd_webhook_dispatcher.requests import MANUAL
from atd_webhook_dispatcher.store.deliveries import Deliveries
from atd_webhook_dispatcher.store.events import Events
from atd_webhook_dispatcher.store.replayed import ReplayedDeliveries


class BodyGone(Exception):
    """What was sent is kept no longer: its time is over, or its customer was erased."""


class Resending:
    """Adds one delivery, in front of the replays."""

    def __init__(
        self,
        replayed: ReplayedDeliveries,
        deliveries: Deliveries,
        events: Events,
        engine: SendingEngine,
        clock: Clock,
    ) -> None:
        self._replayed = replayed
        self._deliveries = deliveries
        self._events = events
        self._engine = engine
        self._clock = clock

    async def resend(self, row: Delivery, endpoint: Endpoint, key: str | None = None) -> Delivery:
        """The delivery that is sent: a new one with the body of `row`, or `row` itself when it waits.

        The same `key` makes the same delivery. Raises `BodyGone`.
        """
        body = await self.body_of(row)
        if body is None:
            raise BodyGone
        now = self._clock.now()
        if row.state == "waiting" and await self._replayed.bring_forward(row.id, now):
            await self._engine.accepted([(endpoint, replace(row, due_at=min(row.due_at, now)), body)])
            return row
        made = replace(once_more(row, manual_id(key), now, ordered=endpoint.ordered), lane="live")
        known = await self._deliveries.add([made])
        if not known:
            await self._engine.accepted([(endpoint, made, body)])
        return made

    async def body_of(self, row: Delivery) -> bytes | None:
        """What a delivery sends; None when it is kept no longer."""
        return row.body if row.body is not None else (await self._events.bodies([row.event_id])).get(row.event_id)


def manual_id(key: str | None = None) -> str:
    """What marks a delivery as sent by hand."""
    return f"{MANUAL}-{uuid7() if key is None else hashlib.sha256(key.encode()).hexdigest()[:32]}"
