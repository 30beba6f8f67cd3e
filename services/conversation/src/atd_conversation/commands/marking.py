"""Which tag, label or type somebody means: read in the transaction, so that it is there when it is put on something.

`field` is the field of the request that names it; None: its address does, and one that is unknown is 404.
"""

from typing import TYPE_CHECKING

from atd_conversation.commands.effects import refused
from atd_conversation.domain.catalogue import CatalogueItem, CatalogueKind
from atd_conversation.domain.marking_kinds import LABEL, TAG, TYPE, label_ref, tag_ref, type_node, type_ref
from atd_conversation.domain.names import Names
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.types import may_be_chosen
from atd_conversation.settings_cache import SettingsCache
from atd_conversation.store.catalogues import Catalogues
from atd_conversation.store.names import NameSource
from atd_schemas.refusals import RefusalCode
from atd_schemas.views import LabelRef, Named, TagRef
from atd_servicekit.problems import not_found

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

CLOSING = "closing"
"""The policy of closing."""

_UNKNOWN: dict[str, RefusalCode] = {"tag": "unknown_tag", "label": "unknown_label", "type": "unknown_type"}


class Marking:
    """Finds what marks name. Raises `Problem` 422 with the field that names it."""

    def __init__(self, catalogues: Catalogues, names: NameSource, settings: SettingsCache) -> None:
        self._catalogues = catalogues
        self._names = names
        self._settings = settings

    async def names(self, tenant_id: str) -> Names:
        """What the tenant's ids are called."""
        return await self._names.of(tenant_id)

    async def tag(self, session: "Session", tenant_id: str, tag_id: str, field: str | None, *, to_set: bool) -> TagRef:
        """A tag; `to_set`: one that is not archived."""
        item = await self._item(session, tenant_id, TAG, tag_id, field, to_set=to_set)
        return tag_ref(item)

    async def label(
        self, session: "Session", tenant_id: str, label_id: str, field: str | None, *, to_set: bool
    ) -> LabelRef:
        """A label; `to_set`: one that is not archived."""
        item = await self._item(session, tenant_id, LABEL, label_id, field, to_set=to_set)
        return label_ref(item)

    async def type(self, session: "Session", tenant_id: str, type_id: str, field: str) -> Named:
        """A type that conversations may be given now."""
        item = await self._item(session, tenant_id, TYPE, type_id, field, to_set=True)
        nodes = {item.id: type_node(item)}
        if (parent_id := item.values.get("parent_id")) is not None:
            parent = await self._catalogues.one(tenant_id, TYPE, parent_id, session)
            nodes |= {parent.id: type_node(parent)} if parent else {}
        if not may_be_chosen(nodes, item.id):
            raise refused(Refusal("archived", "is archived", field))
        return type_ref(item)

    async def needs_type(self, tenant_id: str) -> bool:
        """Whether people may close only conversations that have a type."""
        return bool((await self._settings.of(tenant_id)).policy(CLOSING).get("type_required", False))

    async def _item(
        self, session: "Session", tenant_id: str, kind: CatalogueKind, item_id: str, field: str | None, *, to_set: bool
    ) -> CatalogueItem:
        """An item, or the one that has taken its place."""
        item = await self._catalogues.one(tenant_id, kind, item_id, session)
        if item is None:
            names = await self._names.of(tenant_id)
            stands_for = names.stands_for(kind.name, item_id)
            if stands_for is not None:
                item = await self._catalogues.one(tenant_id, kind, stands_for, session)
        if item is None and field is None:
            raise not_found(f"{kind.name.capitalize()} not found.")
        if item is None:
            raise refused(Refusal(_UNKNOWN[kind.name], "is unknown", field))
        if to_set and item.archived:
            raise refused(Refusal("archived", "is archived", field or f"{kind.name}_id"))
        return item
