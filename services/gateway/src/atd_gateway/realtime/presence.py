"""Tells the other gateway processes what the clients of this one look at, and where they type.

A socket never waits for Kafka: it leaves word here, and one loop publishes the news of all connections together. While
Kafka is away there is one piece of news per connection, the latest, and what could not be published is dropped: whoever
still looks at a conversation says so again within 15 seconds.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from atd_gateway.domain.presence import Announcements, Typing, Viewing
from atd_gateway.metrics import GatewayMetrics
from atd_schemas.ids import uuid7
from atd_schemas.presence import ConversationTyping, ConversationViewing, PresenceEvent, TypingData, ViewingData
from atd_schemas.topics import PRESENCE_EVENTS
from atd_servicekit.clock import Clock
from atd_servicekit.errors import PublishFailed
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing

_TICK_SECONDS = 0.2
_PUBLISH_SECONDS = 5.0
_AT_ONCE = 1_000
_WAITING = 20_000
"""Connections with news; more than are open at once, as those that closed have their last word here."""


class _Producer(Protocol):
    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None: ...


class ConnectionPresence:
    """What one connection tells its colleagues."""

    def __init__(self, publisher: "PresencePublisher") -> None:
        self.connection_id = uuid7()
        self.announcements = Announcements()
        self.identity: Identity | None = None
        self._publisher = publisher

    def see(self, identity: Identity, conversation_id: str | None) -> None:
        """The client looks at this conversation, or at none."""
        self.identity = identity
        self.announcements.see(conversation_id)
        self._publisher.add(self)

    def type(self, identity: Identity, typing: Typing) -> None:
        """The client's attendant is typing."""
        self.identity = identity
        self.announcements.type(typing)
        self._publisher.add(self)

    def leave_one(self, conversation_id: str) -> None:
        """The client must no longer look at this conversation."""
        if self.announcements.viewing == conversation_id:
            self.leave()

    def leave(self) -> None:
        """The connection has ended, and so has what it looked at."""
        self.announcements.see(None)
        self._publisher.add(self)


class PresencePublisher:
    """Publishes the news of all connections, each at most once a second."""

    def __init__(self, producer: _Producer, metrics: GatewayMetrics, clock: Clock) -> None:
        self._producer = producer
        self._metrics = metrics
        self._clock = clock
        self._waiting: dict[str, ConnectionPresence] = {}
        self._wake = asyncio.Event()

    def add(self, one: ConnectionPresence) -> None:
        """Publish soon what a connection has to tell, if anything."""
        if not one.announcements.waiting:
            return
        if len(self._waiting) >= _WAITING and one.connection_id not in self._waiting:
            self._metrics.presence_dropped.labels("full").inc()
            return
        self._waiting[one.connection_id] = one
        self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.publish_due()
            await asyncio.sleep(_TICK_SECONDS)
            if self._waiting:
                self._wake.set()

    async def publish_due(self) -> None:
        """Publish what may be told by now; what Kafka does not take in time is dropped."""
        records = self._due()
        try:
            await self._producer.publish(records, timeout_seconds=_PUBLISH_SECONDS)
        except PublishFailed:
            self._metrics.presence_dropped.labels("kafka").inc(len(records))

    def _due(self) -> list[Outgoing]:
        at, now = self._clock.monotonic(), self._clock.now()
        records: list[Outgoing] = []
        for connection_id, one in list(self._waiting.items()):
            if len(records) >= _AT_ONCE:
                break
            said = one.announcements.take(at)
            if not one.announcements.waiting:
                del self._waiting[connection_id]
            if one.identity is not None:
                records += [_record(one.identity, connection_id, thing, now) for thing in said]
        return records


def _record(identity: Identity, connection_id: str, said: Viewing | Typing, now: datetime) -> Outgoing:
    common: dict[str, Any] = {
        "id": uuid7(),
        "tenant_id": identity.tenant_id,
        "occurred_at": now,
        "recorded_at": now,
        "source": "gateway",
        "subject": said.conversation_id,
        "actor": identity.actor(),
        "connection_id": connection_id,
    }
    event: PresenceEvent
    if isinstance(said, Viewing):
        event = ConversationViewing(**common, data=ViewingData(viewing=said.viewing))
    else:
        event = ConversationTyping(**common, data=TypingData(note=said.note))
    return Outgoing.of(PRESENCE_EVENTS, event)
