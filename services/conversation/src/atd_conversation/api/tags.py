"""Tags: the company's list of them."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import StringConstraints

from atd_conversation.api.catalogues import Resource, catalogue_router
from atd_conversation.api.parts import Body, Parts
from atd_conversation.domain.catalogue import CatalogueItem
from atd_conversation.domain.catalogue_kinds import TAG
from atd_schemas.views import TagRef

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]


class NewTag(Body):
    """A tag to make."""

    name: Name
    color: Color = "#64748b"


class TagEdit(Body):
    """The fields to change; absent ones stay. An archived tag stays on its messages and is offered no more."""

    name: Name | None = None
    color: Color | None = None
    archived: bool | None = None


class TagView(TagRef):
    """A tag of the company."""

    archived: bool = False
    version: int


def _shown(item: CatalogueItem) -> TagView:
    return TagView(id=item.id, **item.values, archived=item.archived, version=item.version)


def tags_router(parts: Parts) -> APIRouter:
    """`/api/v1/tags`."""
    return catalogue_router(parts, Resource(TAG, "tags", new=NewTag, edit=TagEdit, view=TagView, shown=_shown))
