"""Tags: the company's list of them."""

from fastapi import APIRouter

from atd_conversation.api.catalogues import Resource, catalogue_router
from atd_conversation.api.marks import GREY, Color, Name, marks_router
from atd_conversation.api.parts import Body, Parts
from atd_conversation.domain.catalogue import CatalogueItem
from atd_conversation.domain.marking_kinds import TAG
from atd_schemas.views import TagRef


class NewTag(Body):
    """A tag to make."""

    name: Name
    color: Color = GREY


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
    values = item.values
    return TagView(id=item.id, name=values["name"], color=values["color"], archived=item.archived, version=item.version)


TAGS = Resource(TAG, "tags", new=NewTag, edit=TagEdit, view=TagView, shown=_shown)


def tags_router(parts: Parts) -> APIRouter:
    """`/api/v1/tags`."""
    router = catalogue_router(parts, TAGS)
    router.include_router(marks_router(parts, TAGS))
    return router
