"""Items of a kind that begins with defaults: what a company sees before it has changed anything."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from atd_routing.api.parts import Parts
from atd_routing.domain.items import Item, ItemKind, Values, own_list

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

Defaults = Callable[[str], Mapping[str, Values]]
"""The items of a tenant that has changed nothing, by id."""


class KeptItems:
    """The items of a kind as people see them: the company's own, or the defaults while it has changed nothing."""

    def __init__(self, parts: Parts, kind: ItemKind, defaults: Defaults | None) -> None:
        self._items = parts.items
        self._clock = parts.runtime.clock
        self._kind = kind
        self._defaults = defaults
        self._mark = own_list(kind)

    async def all(self, tenant_id: str, session: "Session | None" = None) -> list[Item]:
        """All items in order."""
        defaults = await self._unchanged(tenant_id, session)
        return await self._items.of_kind(tenant_id, self._kind, session) if defaults is None else defaults

    async def one(self, tenant_id: str, item_id: str, session: "Session | None" = None) -> Item | None:
        """One of them."""
        defaults = await self._unchanged(tenant_id, session)
        if defaults is None:
            return await self._items.one(tenant_id, self._kind, item_id, session)
        return next((one for one in defaults if one.id == item_id), None)

    async def make_own(self, session: "Session", tenant_id: str) -> None:
        """Make the defaults the company's own items, which are about to be changed."""
        defaults = await self._unchanged(tenant_id, session)
        if defaults is None:
            return
        now = self._clock.now()
        for item in defaults:
            await self._items.add(session, self._kind, item, now)
        await self._items.put_policy(session, tenant_id, self._mark, {"own": True}, now)

    async def _unchanged(self, tenant_id: str, session: "Session | None") -> list[Item] | None:
        """The defaults; None where the company has its own, or the kind has none."""
        if self._defaults is None or await self._items.policy(tenant_id, self._mark, session) is not None:
            return None
        now, rows = self._clock.now(), self._defaults(tenant_id).items()
        return [
            Item(item_id, tenant_id, self._kind.name, values, created_at=now, changed_at=now, position=place)
            for place, (item_id, values) in enumerate(rows, start=1)
        ]
