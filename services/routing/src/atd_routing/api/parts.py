"""What the routes share: what they are built from, and who may call them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Depends

from atd_routing.attendance import Attendance
from atd_routing.domain.tenant import Tenant
from atd_routing.engine import Engine
from atd_routing.store.attendants import Attendants
from atd_routing.store.copies import Copies
from atd_routing.store.customers import Customers
from atd_routing.store.database_time import Time
from atd_routing.store.items import Items
from atd_routing.store.pools import Pools
from atd_routing.store.queues import Queues
from atd_routing.timers import Timers
from atd_servicekit.errors import StaleVersion
from atd_servicekit.idempotency import Idempotency
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.problems import unavailable
from atd_servicekit.requests import StorableBody
from atd_servicekit.runtime import Runtime
from atd_servicekit.tenant_cache import TenantCache

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

T = TypeVar("T")

Reader = Annotated[Identity, Depends(Requires("conversations:read"))]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root hands to the routes."""

    runtime: Runtime
    items: Items
    tenants: TenantCache[Tenant]
    idempotency: Idempotency
    pools: Pools
    copies: Copies
    attendants: Attendants
    engine: Engine
    timers: Timers
    time: Time
    attendance: Attendance
    customers: Customers
    queues: Queues

    async def transaction(self, work: "Callable[[Session], Awaitable[T]]") -> T:
        """Run `work` in a transaction. Raises `Problem` 503 when somebody else was faster and no retry helped."""
        try:
            return await self.runtime.transaction(work)
        except StaleVersion as error:
            raise unavailable("Another request changed this at the same time; try again.") from error

    async def touch(self, session: "Session", tenant_id: str) -> None:
        """Have the tenant's queues looked at by the settings as they are in this transaction, soon after the commit."""
        await self.pools.touch(session, [tenant_id], revision=await self.items.revision(tenant_id, session))

    def changed(self, tenant_id: str) -> None:
        """What is in memory of the tenant's settings is old."""
        self.tenants.forget(tenant_id)
        self.pools.wake()


class Body(StorableBody):
    """What the bodies of this service's requests have in common."""
