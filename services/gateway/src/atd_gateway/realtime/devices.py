"""Tells routing which browsers of attendants are open, and when they were last touched: `attendant.devices.v1`.

A socket never waits for Kafka: it leaves word here, and one loop publishes what is due of all devices together. What
Kafka does not take in time is dropped and counted: a device tells again within 30 seconds, and one that is gone for
routing after 90 seconds of silence anyway.
"""

import asyncio
import heapq
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Protocol

from atd_gateway.domain.device_words import DeviceWord, DeviceWords
from atd_gateway.metrics import GatewayMetrics
from atd_schemas.attendants import DeviceData, DeviceSeen
from atd_schemas.ids import uuid7
from atd_schemas.topics import ATTENDANT_DEVICES
from atd_servicekit.clock import Clock
from atd_servicekit.errors import PublishFailed
from atd_servicekit.identity import Identity
from atd_servicekit.kafka import Outgoing

DEVICE_PERMISSION = "conversations:read"
"""Whose sockets are devices: attendants who work with conversations."""

_TICK_SECONDS = 0.1
_PUBLISH_SECONDS = 5.0
_AT_ONCE = 1_000


class _Producer(Protocol):
    async def publish(self, records: Sequence[Outgoing], *, timeout_seconds: float | None = None) -> None: ...


class Device:
    """The open browser of an attendant."""

    def __init__(self, publisher: "DevicePublisher", identity: Identity, opened_at: float) -> None:
        self.id = uuid7()
        self.identity = identity
        self.words = DeviceWords(opened_at)
        self._publisher = publisher

    def used(self, at: datetime | None) -> None:
        """Somebody touched it, now or (as it remembers) earlier."""
        self._publisher.used(self, at)

    def close(self) -> None:
        """The connection has ended."""
        self._publisher.closed(self)


class DevicePublisher:
    """Publishes the words of all devices of this process when they are due."""

    def __init__(self, producer: _Producer, metrics: GatewayMetrics, clock: Clock) -> None:
        self._producer = producer
        self._metrics = metrics
        self._clock = clock
        self._heap: list[tuple[float, int, Device]] = []
        self._numbers = count()

    def open(self, identity: Identity) -> Device | None:
        """The device that a connection is; None for those of bots and operators."""
        if identity.actor_type != "attendant" or not identity.may(DEVICE_PERMISSION):
            return None
        device = Device(self, identity, self._clock.monotonic())
        self._push(device)
        return device

    def used(self, device: Device, at: datetime | None) -> None:
        """Note a touch; one of the future is of a wrong clock, and is now."""
        now = self._clock.now()
        self._changed(device, lambda: device.words.used(min(at or now, now), self._clock.monotonic()))

    def closed(self, device: Device) -> None:
        """Note that a device is gone."""
        self._changed(device, lambda: device.words.close(self._clock.monotonic()))

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            await self.publish_due()

    async def publish_due(self) -> None:
        """Publish what is due by now."""
        records = self._due()
        if not records:
            return
        try:
            await self._producer.publish(records, timeout_seconds=_PUBLISH_SECONDS)
        except PublishFailed:
            self._metrics.devices_dropped.inc(len(records))

    def _due(self) -> list[Outgoing]:
        at, now = self._clock.monotonic(), self._clock.now()
        records: list[Outgoing] = []
        while self._heap and self._heap[0][0] <= at and len(records) < _AT_ONCE:
            due, _, device = heapq.heappop(self._heap)
            if due != device.words.due:
                continue  # its due time was changed, and is in the heap again
            word = device.words.take(at)
            if word is not None:
                records.append(_record(device, word, now))
            self._push(device)
        return records

    def _changed(self, device: Device, change: "_Change") -> None:
        before = device.words.due
        change()
        if device.words.due != before:
            self._push(device)

    def _push(self, device: Device) -> None:
        if device.words.due != _NEVER:
            heapq.heappush(self._heap, (device.words.due, next(self._numbers), device))


class _Change(Protocol):
    def __call__(self) -> None: ...


_NEVER = float("inf")


def _record(device: Device, word: DeviceWord, now: datetime) -> Outgoing:
    identity = device.identity
    event = DeviceSeen(
        id=uuid7(),
        tenant_id=identity.tenant_id,
        occurred_at=now,
        recorded_at=now,
        source="gateway",
        subject=identity.actor_id,
        data=DeviceData(attendant_id=identity.actor_id, device_id=device.id, used_at=word.used_at, gone=word.gone),
    )
    return Outgoing.of(ATTENDANT_DEVICES, event)
