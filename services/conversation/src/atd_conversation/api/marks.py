"""What tags, labels and types have in common over HTTP: merging into another one, and how much bears one."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from atd_conversation.api.catalogues import Resource, SettingsManager
from atd_conversation.api.parts import Body, Parts
from atd_conversation.store.marked import COUNTED
from atd_servicekit.problems import not_found

MAX_NAME = 60
"""Characters of the name of a tag, label or type."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]

GREY = "#64748b"
"""The colour of what nobody has given one."""


class Merging(Body):
    """The one that takes its place."""

    into: Id


class Usage(BaseModel):
    """How many messages, customers or conversations bear it, counted up to `limit`."""

    count: int
    limit: int = Field(default=COUNTED)


def marks_router(parts: Parts, resource: Resource) -> APIRouter:
    """`POST /{id}/merge` and `GET /{id}/usage`, to be included in the router of a list."""
    router = APIRouter(prefix="/{item_id}")
    noun = resource.noun

    @router.post("/merge", summary=f"Merge a {noun} into another one", response_model=resource.view)
    async def merge(identity: SettingsManager, item_id: str, merging: Merging) -> BaseModel:
        item = await parts.transaction(
            lambda session: parts.marks.merging.merge(
                session, identity.tenant_id, identity.actor(), resource.kind, item_id, merging.into
            )
        )
        parts.settings_cache.forget(identity.tenant_id)
        return resource.shown(item)

    @router.get("/usage", summary=f"How much bears a {noun}")
    async def usage(identity: SettingsManager, item_id: str) -> Usage:
        if await parts.catalogues.one(identity.tenant_id, resource.kind, item_id) is None:
            raise not_found(f"{noun.capitalize()} not found.")
        return Usage(count=await parts.marks.queries.count(identity.tenant_id, resource.kind.name, item_id))

    return router
