"""Types: what conversations are about, a tree of two levels."""

from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, Field

from atd_conversation.api.catalogues import PolicyResource, Resource, SettingsManager, catalogue_router, policy_router
from atd_conversation.api.marks import Id, Name, marks_router
from atd_conversation.api.parts import Body, Parts
from atd_conversation.commands.effects import decided
from atd_conversation.commands.marking import CLOSING
from atd_conversation.domain.catalogue import CatalogueItem
from atd_conversation.domain.marking_kinds import TYPE, type_node, type_nodes
from atd_conversation.domain.types import UNORDERED, reorder

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


class NewType(Body):
    """A type to make. With `parent_id` it stands under a type of the first level."""

    name: Name
    parent_id: Id | None = None


class TypeEdit(Body):
    """The fields to change; absent ones stay. An archived type, and those under it, are offered no more."""

    name: Name | None = None
    parent_id: Id | None = None
    archived: bool | None = None


class TypeView(BaseModel):
    """A type of the company. Types of one parent stand by `position`, then by name."""

    id: str
    name: str
    parent_id: str | None = None
    position: int = UNORDERED
    archived: bool = False
    version: int


class TypeOrder(Body):
    """Types under one parent (null: of the first level) in their order; those that are left out follow as they were."""

    parent_id: Id | None = None
    ids: list[Id] = Field(max_length=TYPE.limit)


class TypesInOrder(BaseModel):
    """The types that were put in order."""

    items: list[TypeView]


class Closing(Body):
    """What it takes to close a conversation: `type_required`: people close only what has a type."""

    type_required: bool = False


def _shown(item: CatalogueItem) -> TypeView:
    node = type_node(item)
    return TypeView(
        id=item.id,
        name=item.values["name"],
        parent_id=node.parent_id,
        position=node.position,
        archived=item.archived,
        version=item.version,
    )


TYPES = Resource(TYPE, "types", new=NewType, edit=TypeEdit, view=TypeView, shown=_shown)


def types_router(parts: Parts) -> APIRouter:
    """`/api/v1/types`."""
    router = catalogue_router(parts, TYPES)
    router.include_router(marks_router(parts, TYPES))

    @router.put("/order", summary="Put the types under one parent in order")
    async def order(identity: SettingsManager, wanted: TypeOrder) -> TypesInOrder:
        async def work(session: "Session") -> list[CatalogueItem]:
            settings = await parts.catalogues.settings(identity.tenant_id, [TYPE])
            positions = decided(lambda: reorder(type_nodes(settings).values(), wanted.parent_id, wanted.ids))
            return [
                await parts.catalogue_commands.change(
                    session, identity.tenant_id, identity.actor(), TYPE, type_id, {"position": position}
                )
                for type_id, position in positions.items()
            ]

        items = await parts.transaction(work)
        parts.settings_cache.forget(identity.tenant_id)
        return TypesInOrder(items=[_shown(item) for item in items])

    return router


def closing_router(parts: Parts) -> APIRouter:
    """`/api/v1/settings/closing`."""
    return policy_router(parts, PolicyResource(CLOSING, Closing))
