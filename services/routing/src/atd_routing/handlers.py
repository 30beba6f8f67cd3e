"""Kafka in: what happens in conversations, batch by batch, one transaction for each batch."""

import re
from collections.abc import Sequence
from typing import Any

from atd_routing.domain.tenant import Tenant
from atd_routing.engine import Engine
from atd_servicekit.consuming import Record
from atd_servicekit.tenant_cache import TenantCache

_OF_A_MESSAGE = re.compile(
    rb'\{"id":"[\w-]{1,64}","type":"message\.[a-z_]{1,32}","version":\d{1,4},"tenant_id":"([\w-]{1,64})",'
)
"""How an event of a message begins (`atd_schemas.topics.encode`). What begins otherwise is parsed."""


class ConversationHandler:
    """`conversation.events.v1`. Events of settings are not for routing."""

    def __init__(self, engine: Engine, tenants: TenantCache[Tenant]) -> None:
        self._engine = engine
        self._tenants = tenants

    async def __call__(self, records: Sequence[Record[Any]]) -> None:
        """Take the batch in. Raises as `retry_stale` does."""
        await self._engine.take(records)

    def passes_over(self, value: bytes) -> bool:
        """Whether it is a message of a company of which is known, just now, that it has set nothing: most of all."""
        found = _OF_A_MESSAGE.match(value)
        if found is None:
            return False
        tenant = self._tenants.now(found[1].decode())
        return tenant is not None and not tenant.has_settings
