"""How often a client of aiokafka asks Kafka for metadata: the only module that replaces this part of it.

While a partition that it reads or writes has no leader, aiokafka asks again as soon as it has the answer, without a
pause. Measured: 700 requests a second of one producer and one consumer, which took a third of a core; all services
together ask as often as the brokers that are left can answer. `tests/test_producer_recovery.py` fails when a version of
aiokafka no longer works this way; its minor version is pinned in `pyproject.toml`.
"""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from atd_servicekit.backoff import Backoff

BACKOFF = Backoff.of_seconds(0.1, 1.0)
"""Between two requests that follow each other: `retry.backoff.ms` and `retry.backoff.max.ms` of Java's client."""

_FOLLOWS = 2.0
"""A request follows another when it comes within so many times the pause between them."""


@dataclass(slots=True)
class MetadataPace:
    """Says how long a request waits. The first one does not, nor one for topics that were not asked for before."""

    _topics: frozenset[str] = frozenset()
    _asked_at: float = field(default=-float("inf"))
    _following: int = 0

    def wait_seconds(self, topics: Collection[str], now: float) -> float:
        """How long to wait with the request that is wanted at `now` (of `time.monotonic()`); it is made after that."""
        wanted = frozenset(topics)
        pause = BACKOFF.longest(self._following + 1).total_seconds()
        follows = wanted == self._topics and now - self._asked_at < _FOLLOWS * pause
        self._following = self._following + 1 if follows else 0
        wait = max(0.0, self._asked_at + pause - now) if follows else 0.0
        self._topics, self._asked_at = wanted, now + wait
        return wait


def pace_metadata(client: Any, clock: Callable[[], float] = time.monotonic) -> None:
    """Have an `AIOKafkaClient` wait between metadata requests that follow each other."""
    update, cluster, pace = client._metadata_update, client.cluster, MetadataPace()

    async def paced(cluster_metadata: Any, topics: Collection[str] | None) -> Any:
        if cluster_metadata is cluster:  # another one: somebody asks once for something else
            await asyncio.sleep(pace.wait_seconds(topics or (), clock()))
        return await update(cluster_metadata, topics)

    client._metadata_update = paced
