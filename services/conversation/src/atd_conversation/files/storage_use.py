"""How much room a tenant's files take, and whether there is room for one more.

The file store counts it in the transaction that keeps or lets go the bytes: each content once, with thumbnails and
prepared files. Nothing is remembered here, so a limit holds whoever uploads at the same time.
"""

from atd_servicekit.files import DeduplicatedStore, StorageFull, TenantUse
from atd_servicekit.problems import Problem


class Storage:
    """The room of every tenant. `limit` is in bytes, 0: there is none."""

    def __init__(self, store: DeduplicatedStore, limit: int) -> None:
        self.limit = limit
        self._store = store

    async def use(self, tenant_id: str) -> TenantUse:
        """What the tenant's files take now."""
        return await self._store.use(tenant_id)

    async def check_room(self, tenant_id: str) -> None:
        """Spare whoever uploads the way of the bytes. Raises `Problem` 413 `storage_full` when nothing is left."""
        if not self.limit:
            return
        used = (await self.use(tenant_id)).total.bytes
        if used >= self.limit:
            raise storage_full(used, self.limit, None)


def storage_full(used: int, limit: int, size: int | None) -> Problem:
    """413: what was too much, and what is left. All in bytes; `size` is not known before the file came."""
    left = max(limit - used, 0)
    what = "No file can be stored" if size is None else f"The file ({_shown(size)}) cannot be stored"
    detail = f"{what}: of the company's {_shown(limit)} for files, {_shown(left)} are left."
    return Problem(413, "storage_full", detail, members={"used": used, "limit": limit, "left": left, "size": size})


def refused_by(error: StorageFull) -> Problem:
    """What whoever uploads is told when the store has no room."""
    return storage_full(error.used, error.limit, error.size)


def _shown(size: int) -> str:
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
