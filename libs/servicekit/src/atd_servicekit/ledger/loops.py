"""Waiting of the ledger's loops: for each other, and for MongoDB while it is not available."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from atd_servicekit.backoff import Backoff
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.mongo import is_away

T = TypeVar("T")
BACKOFF = Backoff.of_seconds(0.05, 2.0)
"""Of the ledger's own operations while MongoDB or Kafka are away: never gives up."""


@dataclass(frozen=True, slots=True)
class LoopSignals:
    """Events that wake each loop, and the one that ends those that begin sends. `tick`: the next one is due at once."""

    load: asyncio.Event = field(default_factory=asyncio.Event)
    tick: asyncio.Event = field(default_factory=asyncio.Event)
    send: asyncio.Event = field(default_factory=asyncio.Event)
    write: asyncio.Event = field(default_factory=asyncio.Event)
    report: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


class BatchDelay:
    """Delays the turns of a busy loop, so that more work collects for each.

    A turn costs MongoDB and us about a millisecond whatever it carries, so two of twenty rows cost nearly twice as much
    as one of forty. The first turn after a pause is not delayed.
    """

    def __init__(self, seconds: float = 0.004) -> None:
        self._seconds = seconds
        self._ended = -seconds

    async def wait(self) -> None:
        """Wait before a turn."""
        left = self._ended + self._seconds - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)

    def ended(self) -> None:
        """Note the end of a turn."""
        self._ended = asyncio.get_running_loop().time()


def is_transient(error: Exception) -> bool:
    """Whether the same operation may succeed later."""
    return isinstance(error, InfrastructureFault | OSError) or is_away(error)


async def retry_until_available(what: str, operation: Callable[[], Awaitable[T]]) -> T:
    """Repeat `operation`, which must be idempotent, until MongoDB answers. Ends by cancellation or another error."""
    failures = 0
    while True:
        try:
            return await operation()
        except Exception as error:
            if not is_transient(error):
                raise
            failures += 1
            delay = BACKOFF.longest(failures).total_seconds()
            structlog.get_logger().warning("ledger.retry", what=what, error=type(error).__name__, delay_s=delay)
            await asyncio.sleep(delay)
