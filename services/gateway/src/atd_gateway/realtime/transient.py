"""Transient frames: what is shown to whoever is connected now, and never again (somebody is typing, viewing).

They have no cursor and no id, are stored nowhere, and are dropped for a client that is slow: what it missed is out of
date anyway. Every other event goes through the feed, where nothing is lost.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from atd_gateway.domain.frames import NotAnEvent, Transient, read_transient
from atd_gateway.domain.presence import Viewers
from atd_gateway.metrics import GatewayMetrics
from atd_gateway.raw_record import RawRecord
from atd_schemas.presence import VIEWING_SECONDS
from atd_servicekit.clock import Clock

_OLD = timedelta(seconds=VIEWING_SECONDS)


class Listener(Protocol):
    """A connection, as far as transient frames go."""

    def offer(self, frame: Transient) -> None: ...


class TransientFrames:
    """Passes the records of transient topics on to the connections of their tenant."""

    def __init__(self, skipped: Callable[[str], None], metrics: GatewayMetrics, clock: Clock) -> None:
        """`skipped` is called with the topic of each record that cannot be read; the record is ignored."""
        self._skipped = skipped
        self._metrics = metrics
        self._clock = clock
        self._viewers = Viewers()
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    @contextmanager
    def listening(self, tenant_id: str, listener: Listener) -> Iterator[None]:
        """While a connection is live."""
        self._listeners[tenant_id].add(listener)
        try:
            yield
        finally:
            self._listeners[tenant_id].discard(listener)
            if not self._listeners[tenant_id]:
                del self._listeners[tenant_id]

    def present(self, tenant_id: str) -> Sequence[Transient]:
        """Who of a tenant looks at a conversation now, for a connection that begins."""
        return self._viewers.present(tenant_id, self._clock.monotonic())

    async def take(self, records: Sequence[RawRecord]) -> None:
        """Offer each record to the connections of its tenant; its frame is built once."""
        for record in records:
            try:
                frame = read_transient(record.value or b"")
            except NotAnEvent as error:
                self._skipped(record.topic)
                structlog.get_logger().warning("transient.skipped", topic=record.topic, error=str(error))
                continue
            if self._is_old(frame):
                self._metrics.presence_dropped.labels("old").inc()
                continue
            if not self._viewers.take(frame, self._clock.monotonic()):
                continue
            for listener in tuple(self._listeners.get(frame.tenant_id, ())):
                listener.offer(frame)

    def _is_old(self, frame: Transient) -> bool:
        """Whether a client's word comes so late that it is true no longer: Kafka or this process was away."""
        if frame.connection_id is None:
            return False
        return self._clock.now() - datetime.fromisoformat(frame.occurred_at) > _OLD
