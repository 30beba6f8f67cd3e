"""How much room a tenant's files take, and whether there is room for one more.

The number is read from the index of files, so that it is what is there, whoever stored or removed something. Uploads
that are checked against a limit remember it for `FRESH`, with what they have added themselves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from atd_conversation.store.files import Files, StorageUse
from atd_servicekit.clock import Clock
from atd_servicekit.problems import Problem

FRESH = timedelta(seconds=10)
_TENANTS = 10_000


@dataclass(slots=True)
class _Known:
    use: int
    at: datetime


class Storage:
    """The room of every tenant. `limit` is in bytes, 0: there is none."""

    def __init__(self, files: Files, limit: int, clock: Clock) -> None:
        self.limit = limit
        self._files = files
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def use(self, tenant_id: str) -> StorageUse:
        """What the tenant's files take now."""
        return await self._files.use(tenant_id)

    async def check_room(self, tenant_id: str) -> None:
        """Raises `Problem` 413 `storage_full` when the tenant's room is used up. Customers' files are always taken."""
        if not self.limit:
            return
        known, now = self._known.get(tenant_id), self._clock.now()
        if known is None or now - known.at >= FRESH:
            if len(self._known) >= _TENANTS:
                self._known.clear()
            known = self._known[tenant_id] = _Known((await self.use(tenant_id)).bytes, now)
        if known.use >= self.limit:
            raise Problem(413, "storage_full", f"The company's files take all of its {self.limit} bytes.")

    def added(self, tenant_id: str, size: int) -> None:
        """An upload of this size was stored."""
        if (known := self._known.get(tenant_id)) is not None:
            known.use += size
