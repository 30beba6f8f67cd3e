"""Starts and stops the parts of a process in order.

Start: MongoDB and indexes, producer, actions, components (the relay among them), consumers, ready. While a dependency
is away the process lives, is not ready, and keeps trying. Stop: not ready, no more polling, the running batch is
finished and committed, components stop in reverse, everything is closed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from faststream.kafka import KafkaBroker
from pymongo import IndexModel

from atd_servicekit.backoff import Backoff
from atd_servicekit.consuming import is_retryable
from atd_servicekit.health import Health
from atd_servicekit.kafka import KAFKA_GRACE, Producer
from atd_servicekit.mongo import Mongo
from atd_servicekit.tracing import Tracing

_START_BACKOFF = Backoff.of_seconds(0.2, 5.0)


class Component(Protocol):
    """Something that runs beside the consumers."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@dataclass(slots=True)
class Lifecycle:
    """The order of one process. `stopping` is set when consumers are to begin nothing new."""

    instance: str
    mongo: Mongo
    producer: Producer
    broker: KafkaBroker
    health: Health
    tracing: Tracing
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    indexes: dict[str, list[IndexModel]] = field(default_factory=dict)
    actions: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    _started: list[Component] = field(default_factory=list)

    @property
    def _log(self) -> Any:
        return structlog.get_logger()

    async def start(self) -> None:
        """Start everything, again and again while a dependency is away. Raises what a restart would not cure."""
        attempt = 0
        while True:
            try:
                await self._start()
            except Exception as error:
                if not is_retryable(error):
                    self._log.exception("service.start_failed")
                    self.health.failed = f"{type(error).__name__}: {error}"[:200]
                    raise
                attempt += 1
                delay = _START_BACKOFF.longest(attempt).total_seconds()
                self._log.warning("service.waiting", error=f"{type(error).__name__}: {error}"[:200], retry_in_s=delay)
                await self._stop_started()
                await asyncio.sleep(delay)
            else:
                return

    async def stop(self, starting: "asyncio.Task[None]") -> None:
        """Stop everything in order; `starting` is the task of `start`, which may still be trying."""
        self.health.stopping = True
        self.stopping.set()
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await self._stop_started()
        self.mongo.close()
        self.tracing.shutdown()
        self._log.info("service.stopped")

    async def _start(self) -> None:
        await self.mongo.ping()
        await self.mongo.ensure_indexes(self.indexes)
        await self.producer.start()
        for action in self.actions:
            await action()
        for component in self.components:
            self._started.append(component)
            await component.start()
        await self.broker.start()
        self.health.add_check("mongodb", self.mongo.ping)
        self.health.add_check("kafka", self.producer.check, grace=KAFKA_GRACE)
        self.health.started.set()
        self._log.info("service.ready", instance=self.instance)

    async def _stop_started(self) -> None:
        await self._log_errors(self.broker.stop())
        while self._started:
            await self._log_errors(self._started.pop().stop())
        await self._log_errors(self.producer.stop())

    async def _log_errors(self, stopping: Awaitable[None]) -> None:
        """Wait for a part to stop; its error is logged, and does not keep the others from stopping."""
        try:
            await stopping
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and the rest is stopped
            self._log.exception("service.stop_failed")
