"""Kafka in: what happens in conversations, batch by batch, one transaction for each batch."""

from collections.abc import Sequence
from typing import Any

from atd_routing.engine import Engine
from atd_servicekit.consuming import Record


class ConversationHandler:
    """`conversation.events.v1`. Events of settings are not for routing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        """Take the batch in. Raises as `retry_stale` does."""
        await self._engine.take(records)
