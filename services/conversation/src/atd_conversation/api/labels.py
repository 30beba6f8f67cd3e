"""Labels: the company's list of them."""

from fastapi import APIRouter

from atd_conversation.api.catalogues import Resource, catalogue_router
from atd_conversation.api.marks import GREY, Color, Name, marks_router
from atd_conversation.api.parts import Body, Parts
from atd_conversation.domain.catalogue import CatalogueItem
from atd_conversation.domain.marking_kinds import LABEL
from atd_schemas.views import LabelRef


class NewLabel(Body):
    """A label to make."""

    name: Name
    color: Color = GREY


class LabelEdit(Body):
    """The fields to change; absent ones stay. An archived label stays on its customers and is offered no more."""

    name: Name | None = None
    color: Color | None = None
    archived: bool | None = None


class LabelView(LabelRef):
    """A label of the company."""

    archived: bool = False
    version: int


def _shown(item: CatalogueItem) -> LabelView:
    values = item.values
    return LabelView(
        id=item.id, name=values["name"], color=values["color"], archived=item.archived, version=item.version
    )


LABELS = Resource(LABEL, "labels", new=NewLabel, edit=LabelEdit, view=LabelView, shown=_shown)


def labels_router(parts: Parts) -> APIRouter:
    """`/api/v1/labels`."""
    router = catalogue_router(parts, LABELS)
    router.include_router(marks_router(parts, LABELS))
    return router
