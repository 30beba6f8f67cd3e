"""Replaces the consumer of a subscription that hears nothing any more although Kafka answers this process.

A consumer of aiokafka is a handful of tasks that wait for each other. One that ends by an error of its own, or waits
for an answer that never comes, leaves a consumer that polls for ever and gets nothing; and it asks the brokers that it
saw last, never the bootstrap servers. Only another consumer helps, as it does for producers (`kafka.py`) and for
readers of whole topics (`broadcast.py`). What was handled and not committed comes again, as after a restart.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiokafka.errors import KafkaError

from atd_servicekit.backoff import Backoff
from atd_servicekit.consumer_state import ConsumerState
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.tasks import being_cancelled

PATIENCE = Backoff.of_seconds(30.0, 240.0)
"""How long a consumer may be unable to work before it is replaced: longer each time, since every member of the group
waits for a new one, and partitions that have lost their leader are heard by none."""

CALM_SECONDS = 900.0
"""A consumer that has lasted for as long is replaced as soon as the first one was."""

LOST_SECONDS = 300.0
"""One that cannot work for longer, and could not be replaced, makes the process count as dead."""

STOP_SECONDS = 20.0
"""For the old one to end its batch, commit and leave its group; then it is abandoned."""

START_SECONDS = 60.0
"""For the new one to be given its partitions: a rebalance waits for batches of the other members."""

WATCH_SECONDS = 2.0
"""Between two looks."""

_BACKOFF = Backoff.of_seconds(0.5, 10.0)


@dataclass(slots=True)
class ConsumerWatch:
    """Looks after the consumer of one FastStream subscriber. It ends before its broker is stopped.

    Args:
        subscriber: FastStream's; its consumer is an `ObservedConsumer`.
        state: what the consumer tells of itself.
        answered: whether Kafka answers this process otherwise. While it is away for everybody, another consumer would
            hear no more.
        on_replaced: called after each replacement.
        log: bound to topic and group.
    """

    subscriber: Any
    state: ConsumerState
    answered: Callable[[], bool]
    on_replaced: Callable[[], None]
    log: Any
    replacing: bool = field(init=False, default=False)
    _lost_since: float | None = field(init=False, default=None)

    def check(self) -> None:
        """Raise `InfrastructureFault` when the consumer cannot work (see `ConsumerState.problem`)."""
        if self.replacing:
            raise InfrastructureFault("the consumer is being replaced")
        problem = self.state.problem(self.subscriber.consumer, time.monotonic(), time.time() * 1000)
        if problem is None:
            self._lost_since = None
            return
        if self._lost_since is None:
            self._lost_since = time.monotonic()
        raise InfrastructureFault(problem)

    def alive(self) -> bool:
        """Whether the loop that polls runs, or another is being started for it; and neither has failed for long."""
        if self._lost_for(LOST_SECONDS):
            return False
        return self.replacing or any(not task.done() for task in self.subscriber.tasks)

    async def run(self) -> None:
        """Replace the consumer whenever it is lost."""
        times, replaced_at = 1, -CALM_SECONDS
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if time.monotonic() - replaced_at > CALM_SECONDS:
                times = 1
            if self._lost_for(PATIENCE.longest(times).total_seconds()) and self.state.busy_since is None:
                await self._replace()
                times, replaced_at = times + 1, time.monotonic()

    def _lost_for(self, seconds: float) -> bool:
        since = self._lost_since
        return since is not None and time.monotonic() - since > seconds and self.answered()

    async def _replace(self) -> None:
        """Stop the consumer, and start others until one has its partitions."""
        began = time.monotonic()
        self.log.error("consumer.lost")
        self.replacing = True
        try:
            await self._stop()
            for attempt in itertools.count(1):
                if await self._started():
                    break
                await self._stop()
                await asyncio.sleep(_BACKOFF.longest(attempt).total_seconds())
        finally:
            self.replacing = False
        self._lost_since = None
        self.log.warning("consumer.replaced", seconds=round(time.monotonic() - began, 1))
        self.on_replaced()

    async def _stop(self) -> None:
        old = self.subscriber.consumer
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.subscriber.stop()
        except asyncio.CancelledError:  # nobody can stop it a second time
            cancelled = being_cancelled()  # if not, a task inside was, for which aiokafka waits
            await self._abandon(old, "CancelledError")
            if cancelled:
                raise
        except Exception as error:  # noqa: BLE001 - it may tell again what it broke down of
            await self._abandon(old, type(error).__name__)
        self.state.left()

    async def _abandon(self, consumer: Any, error: str) -> None:
        self.log.warning("consumer.abandoned", error=error)
        for polling in self.subscriber.tasks:
            polling.cancel()
        self.subscriber.tasks.clear()
        if consumer is not None:
            await consumer.abandon()
        self.subscriber.consumer = None

    async def _started(self) -> bool:
        try:
            async with asyncio.timeout(START_SECONDS):
                await self.subscriber.start()
        except (KafkaError, TimeoutError) as error:
            self.log.warning("consumer.not_replaced", error=type(error).__name__)
            return False
        return True
