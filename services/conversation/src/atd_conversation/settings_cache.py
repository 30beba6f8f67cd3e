"""Companies' settings in memory, for the message path and for what is shown: at most `FRESH_SECONDS` old.

The process that changes something forgets it at once; the others see by the tenant's revision that theirs is old.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from atd_conversation.domain.catalogue import CatalogueKind, TenantSettings
from atd_conversation.store.catalogues import Catalogues
from atd_servicekit.clock import Clock

FRESH_SECONDS = 1.0
MOST_TENANTS = 2_000
"""Tenants whose settings are kept; of more, those that were asked for least lately are read again."""


@dataclass(slots=True)
class _Kept:
    settings: TenantSettings
    checked_at: float


class SettingsCache:
    """`of(tenant_id)` answers from memory most of the time."""

    def __init__(self, catalogues: Catalogues, kinds: Sequence[CatalogueKind], clock: Clock) -> None:
        self._catalogues = catalogues
        self._kinds = [kind for kind in kinds if kind.remembered]
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._reading: dict[str, asyncio.Task[TenantSettings]] = {}

    def now(self, tenant_id: str) -> TenantSettings | None:
        """What is in memory and fresh; None when it has to be read."""
        kept = self._kept.get(tenant_id)
        if kept is None or self._clock.monotonic() - kept.checked_at > FRESH_SECONDS:
            return None
        return kept.settings

    async def of(self, tenant_id: str) -> TenantSettings:
        """The tenant's settings; those who ask at the same time wait for one reading."""
        fresh = self.now(tenant_id)
        if fresh is not None:
            return fresh
        reading = self._reading.get(tenant_id)
        if reading is None:
            reading = asyncio.create_task(self._read(tenant_id), name="settings-cache")
            self._reading[tenant_id] = reading
            reading.add_done_callback(lambda done: self._ended(tenant_id, done))
        return await asyncio.shield(reading)

    def forget(self, tenant_id: str) -> None:
        """The settings have just been changed here: a reading that is under way may have missed it."""
        self._kept.pop(tenant_id, None)
        self._reading.pop(tenant_id, None)

    async def _read(self, tenant_id: str) -> TenantSettings:
        kept, began = self._kept.get(tenant_id), self._clock.monotonic()
        if kept is not None and await self._catalogues.revision(tenant_id) == kept.settings.revision:
            settings = kept.settings
        else:
            settings = await self._catalogues.settings(tenant_id, self._kinds)
        if self._reading.get(tenant_id) is asyncio.current_task():
            self._kept[tenant_id] = _Kept(settings, began)
            self._kept.move_to_end(tenant_id)
            while len(self._kept) > MOST_TENANTS:
                self._kept.popitem(last=False)
        return settings

    def _ended(self, tenant_id: str, task: "asyncio.Task[TenantSettings]") -> None:
        if self._reading.get(tenant_id) is task:
            del self._reading[tenant_id]
