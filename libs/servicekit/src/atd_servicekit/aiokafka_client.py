"""What is done to every client of aiokafka of ours before it is used.

A client that is interrupted while its first broker describes the cluster forgets the connection to it, which then stays
open until the garbage collector meets it. `tests/test_aiokafka_client.py` interrupts it at that moment.
"""

import asyncio
from typing import Any

from atd_servicekit.metadata_pace import pace_metadata

_ANSWER_SECONDS = 2.0
"""How long one that is interrupted waits for what its first broker answers."""


def prepare_client(client: Any) -> None:
    """Have an `AIOKafkaClient` pause between requests for metadata, and leave no connection when it is interrupted."""
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
