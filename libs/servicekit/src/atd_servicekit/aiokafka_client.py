"""What aiokafka's clients leave behind, and how ours do not: starts that are interrupted, consumers that fail to stop.

This module uses private parts of aiokafka, whose minor version is pinned in `pyproject.toml`. Its tests, and
`tests/test_consumer_watch.py`, fail when a version of it no longer works this way.
"""

import asyncio
from typing import Any

import structlog

from atd_servicekit.metadata_pace import pace_metadata
from atd_servicekit.tasks import being_cancelled

_ANSWER_SECONDS = 2.0
"""How long one that is interrupted waits for what its first broker answers."""

_END_SECONDS = 5.0
"""How long tasks of a consumer may take to end when they are cancelled."""


def prepare_client(client: Any) -> None:
    """Have an `AIOKafkaClient` pause between requests for metadata, and leave no connection when it is interrupted.

    Interrupted while its first broker describes the cluster, it would forget the connection to it.
    """
    pace_metadata(client)
    bootstrap = client.bootstrap

    async def whole() -> None:
        asking = asyncio.create_task(bootstrap(), name="bootstrap")
        try:
            await asyncio.shield(asking)
        except asyncio.CancelledError:
            await asyncio.wait([asking], timeout=_ANSWER_SECONDS)  # its connection is the client's to close, then
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            raise

    client.bootstrap = whole


async def stop_consumer(consumer: Any) -> None:
    """Stop an `AIOKafkaConsumer`, or abandon it when it fails to. Raises nothing of its own."""
    try:
        await consumer.stop()
    except BaseException as error:  # one that was frozen tells of requests that ended meanwhile, or were cancelled
        interrupted = being_cancelled() or not isinstance(error, Exception | asyncio.CancelledError)
        structlog.get_logger().warning("consumer.abandoned", error=type(error).__name__)
        await abandon_consumer(consumer)  # it does nothing when it is stopped again
        if interrupted:
            raise


async def abandon_consumer(consumer: Any) -> None:
    """End what an `AIOKafkaConsumer` that could not stop has left: every task that would go on, and the connections.

    A group gives its partitions to others when it has not been heard of for the time of a session.
    """
    coordinator, fetcher, client = consumer._coordinator, consumer._fetcher, consumer._client
    owners = {
        coordinator: ("_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_reset_committed_task"),
        fetcher: ("_fetch_task",),
        client: ("_sync_task",),
    }
    tasks = [getattr(owner, name, None) for owner, names in owners.items() for name in names]
    tasks += [] if fetcher is None else fetcher._pending_tasks
    left = {task for task in tasks if task is not None and not task.done()}
    for task in left:
        task.cancel()
    for connection in list(client._conns.values()):
        connection.close()
    if left:
        await asyncio.wait(left, timeout=_END_SECONDS)
