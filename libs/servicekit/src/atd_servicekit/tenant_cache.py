"""What tenants have set, in memory, for paths that look at it at every record: at most `FRESH_SECONDS` old.

The process that changes something forgets it at once; the others see by the tenant's revision that theirs is old.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from atd_servicekit.clock import Clock

FRESH_SECONDS = 1.0
MOST_TENANTS = 2_000
"""Tenants whose settings are kept; of more, those that were asked for least lately are read again."""


class Revised(Protocol):
    """Settings of a tenant that count their changes."""

    @property
    def revision(self) -> int: ...


S = TypeVar("S", bound=Revised)


@dataclass(slots=True)
class _Kept(Generic[S]):
    settings: S
    checked_at: float


class TenantCache(Generic[S]):
    """`of(tenant_id)` answers from memory most of the time."""

    def __init__(
        self, revision: Callable[[str], Awaitable[int]], read: Callable[[str], Awaitable[S]], clock: Clock
    ) -> None:
        """`revision` says how often a tenant's settings have changed, `read` reads them."""
        self._revision = revision
        self._read_all = read
        self._clock = clock
        self._kept: OrderedDict[str, _Kept[S]] = OrderedDict()
        self._reading: dict[str, asyncio.Task[S]] = {}

    def now(self, tenant_id: str) -> S | None:
        """What is in memory and fresh; None when it has to be read."""
        kept = self._kept.get(tenant_id)
        if kept is None or self._clock.monotonic() - kept.checked_at > FRESH_SECONDS:
            return None
        return kept.settings

    async def of(self, tenant_id: str) -> S:
        """The tenant's settings; those who ask at the same time wait for one reading."""
        fresh = self.now(tenant_id)
        if fresh is not None:
            return fresh
        reading = self._reading.get(tenant_id)
        if reading is None:
            reading = asyncio.create_task(self._read(tenant_id), name="tenant-cache")
            self._reading[tenant_id] = reading
            reading.add_done_callback(lambda done: self._ended(tenant_id, done))
        return await asyncio.shield(reading)

    def forget(self, tenant_id: str) -> None:
        """The settings have just been changed here: a reading that is under way may have missed it."""
        self._kept.pop(tenant_id, None)
        self._reading.pop(tenant_id, None)

    async def _read(self, tenant_id: str) -> S:
        kept, began = self._kept.get(tenant_id), self._clock.monotonic()
        if kept is not None and await self._revision(tenant_id) == kept.settings.revision:
            settings = kept.settings
        else:
            settings = await self._read_all(tenant_id)
        if self._reading.get(tenant_id) is asyncio.current_task():
            self._kept[tenant_id] = _Kept(settings, began)
            self._kept.move_to_end(tenant_id)
            while len(self._kept) > MOST_TENANTS:
                self._kept.popitem(last=False)
        return settings

    def _ended(self, tenant_id: str, task: "asyncio.Task[S]") -> None:
        if self._reading.get(tenant_id) is task:
            del self._reading[tenant_id]
