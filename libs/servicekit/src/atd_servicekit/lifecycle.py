"""Starts and stops the parts of a process in order.

Start: MongoDB and indexes, producer, actions, components (the relay among them), consumers, what watches them, ready.
While a dependency is away the process lives, is not ready, and keeps trying the part that needs it; those before it
have started and stay so (a part that was stopped need not work a second time). Stop: not ready, no more watching, no
more polling, the running batch is finished and committed, components stop in reverse, everything is closed.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from faststream.kafka import KafkaBroker
from pymongo import IndexModel

from atd_servicekit.backoff import Backoff
from atd_servicekit.faults import is_retryable
from atd_servicekit.health import Health
from atd_servicekit.kafka import KAFKA_GRACE, Producer
from atd_servicekit.mongo import MONGODB_GRACE, Mongo
from atd_servicekit.tasks import SupervisedTask, being_cancelled, cancel_and_wait
from atd_servicekit.tracing import Tracing

_START_BACKOFF = Backoff.of_seconds(0.2, 5.0)

_STEP_SECONDS = 120.0
"""A try of one part that takes longer has failed."""

_STUCK_SECONDS = 300.0
"""A start that has tried nothing for as long hangs in a part that cannot be interrupted."""

_TOLD_SECONDS = 30.0
"""How long a start that failed for good is told by `/livez` and `/readyz` before the process ends."""

_Step = Callable[[], Awaitable[None]]


def _nothing() -> None:
    """What follows a failed start in a process that is not ours to end, such as a test's."""


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
    packed: frozenset[str] = frozenset()
    actions: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    watches: list[Component] = field(default_factory=list)
    on_failure: Callable[[], None] = _nothing
    _tried_at: float = field(default_factory=time.monotonic)
    _started: list[Component] = field(default_factory=list)
    _building: "asyncio.Task[None] | None" = None
    _checking: SupervisedTask = field(init=False)

    @property
    def _log(self) -> Any:
        return structlog.get_logger()

    def __post_init__(self) -> None:
        self.health.start_alive = self._starts
        self._checking = SupervisedTask("health", self.health.run)

    async def start(self) -> None:
        """Start everything, each part again and again while what it needs is away.

        What has started stays so while a later part is tried. What no repeat cures is shown in `/livez` and `/readyz`,
        and then ends the process (`on_failure`), so that it is started again.
        """
        try:
            await self._start()
        except Exception as error:  # noqa: BLE001 - whatever it is, the process must not live on half started
            self._log.exception("service.start_failed")
            self.health.failed = _described(error)
            await asyncio.sleep(_TOLD_SECONDS)
            self.on_failure()

    async def stop(self, starting: "asyncio.Task[None]") -> None:
        """Stop everything in order; `starting` is the task of `start`, which may still be trying."""
        self.health.stopping = True
        self.stopping.set()
        await cancel_and_wait(starting)
        if self._building is not None:
            await cancel_and_wait(self._building)
        await self._checking.stop()
        await self._stop_started()
        await self.mongo.close()
        self.tracing.shutdown()
        self._log.info("service.stopped")

    async def _start(self) -> None:
        await self._until_done("mongodb", self.mongo.ping)
        await self._until_done("indexes", self._build_indexes)
        await self._until_done("producer", self.producer.start)
        for action in self.actions:
            await self._until_done(getattr(action, "__name__", "action"), action)
        for component in self.components:
            self._started.append(component)
            await self._until_done(type(component).__name__, component.start, component.stop)
        await self._until_done("consumers", self.broker.start, self.broker.stop)
        for watch in self.watches:
            await watch.start()
        self.health.add_check("mongodb", self.mongo.ping, grace=MONGODB_GRACE)
        self.health.add_check("kafka", self.producer.check, grace=KAFKA_GRACE)
        await self._checking.start()
        self.health.started.set()
        self._log.info("service.ready", instance=self.instance)

    async def _build_indexes(self) -> None:
        """Build what is missing; a try that took too long leaves the building to the next, which waits for it."""
        building = self._building
        failed = building is not None and building.done() and (building.cancelled() or building.exception() is not None)
        if building is None or failed:
            self._building = building = asyncio.create_task(
                self.mongo.ensure_indexes(self.indexes, self.packed), name="indexes"
            )
        await asyncio.shield(building)

    async def _until_done(self, part: str, begin: _Step, undo: _Step | None = None) -> None:
        """Do one step until it succeeds; `undo` clears up after a try. Raises what a repeat would not cure."""
        for attempt in itertools.count(1):
            self._tried_at = time.monotonic()
            try:
                async with asyncio.timeout(_STEP_SECONDS):
                    await begin()
                return
            except asyncio.CancelledError as cancelled:
                if being_cancelled():
                    raise
                error: BaseException = cancelled  # of something inside: nobody asked this process to stop
            except Exception as raised:
                if not is_retryable(raised):
                    raise
                error = raised
            delay = _START_BACKOFF.longest(attempt).total_seconds()
            self._log.warning("service.waiting", part=part, error=_described(error), retry_in_s=delay)
            if undo is not None:
                await self._log_errors(undo())
            await asyncio.sleep(delay)

    def _starts(self) -> bool:
        """Whether a start that is not over is still trying."""
        return self.health.stopping or time.monotonic() - self._tried_at <= _STUCK_SECONDS

    async def _stop_started(self) -> None:
        for watch in self.watches:  # they start consumers, which nobody would stop any more
            await self._log_errors(watch.stop())
        await self._log_errors(self.broker.stop())
        while self._started:
            await self._log_errors(self._started.pop().stop())
        await self._log_errors(self.producer.stop())

    async def _log_errors(self, stopping: Awaitable[None]) -> None:
        """Wait for a part to stop; its error is logged, and does not keep the others from stopping."""
        try:
            await stopping
        except asyncio.CancelledError:
            if being_cancelled():
                raise
            self._log.warning("service.stop_failed", error="CancelledError")
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and the rest is stopped
            self._log.exception("service.stop_failed")


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
