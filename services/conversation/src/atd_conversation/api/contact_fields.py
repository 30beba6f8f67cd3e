"""Custom fields: what a company wants to know of its customers beside the usual."""

import re
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from atd_conversation.api.catalogues import Resource, catalogue_router
from atd_conversation.api.parts import Body, Parts
from atd_conversation.domain.catalogue import CatalogueItem
from atd_conversation.domain.catalogue_kinds import CONTACT_FIELD
from atd_conversation.domain.custom_fields import FieldType
from atd_servicekit.text_folding import folded

LONGEST_KEY = 40
MOST_OPTIONS = 100

Key = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_KEY),
    Field(description="The field's name in the API, for good; made of the label unless given"),
]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Help = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Order = Annotated[int, Field(ge=0, le=10_000, description="Fields are shown by this, then by label")]
_CHOICES = ("choice", "choices")


class Option(Body):
    """What can be chosen. `value` is what records keep, for good; the label can change."""

    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    label: Label


Options = Annotated[list[Option], Field(max_length=MOST_OPTIONS)]


class NewContactField(Body):
    """A custom field to make. Its key and type stay for good."""

    label: Label
    type: FieldType
    key: Key | None = None
    required: bool = False
    help: Help = ""
    options: Options = Field(default_factory=list, validate_default=True)
    order: Order = 0

    @field_validator("options", mode="after")
    @classmethod
    def _fits(cls, options: list[Option], info: ValidationInfo) -> list[Option]:
        is_choice = info.data.get("type") in _CHOICES
        if is_choice and not options:
            raise ValueError("a choice needs at least one")
        if options and not is_choice:
            raise ValueError("only choices have options")
        return _different(options)

    @model_validator(mode="after")
    def _named(self) -> "NewContactField":
        self.key = self.key or key_of(self.label)
        return self


class ContactFieldEdit(Body):
    """The fields to change; absent ones stay. An archived field keeps its values and takes no new ones."""

    label: Label | None = None
    required: bool | None = None
    help: Help | None = None
    options: Options | None = None
    order: Order | None = None
    archived: bool | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("must not be null")
        return value

    @field_validator("options", mode="after")
    @classmethod
    def _fits(cls, options: list[Option]) -> list[Option]:
        return _different(options)


class OptionView(BaseModel):
    """What can be chosen."""

    value: str
    label: str


class ContactFieldView(BaseModel):
    """A custom field of customers' records."""

    id: str
    key: str
    label: str
    type: FieldType
    required: bool = False
    help: str = ""
    options: list[OptionView] = Field(default_factory=list)
    order: int = 0
    archived: bool = False
    version: int


def key_of(label: str) -> str:
    """A key made of a label: `Data da compra` is `data_da_compra`."""
    key = re.sub(r"[^a-z0-9]+", "_", folded(label)).strip("_")[:LONGEST_KEY].strip("_")
    return key if key[:1].isalpha() else f"field_{key}".strip("_")[:LONGEST_KEY]


def _different(options: list[Option]) -> list[Option]:
    values = [one.value for one in options]
    if len(values) != len(set(values)):
        raise ValueError("two have the same value")
    return options


def _shown(item: CatalogueItem) -> ContactFieldView:
    values: dict[str, Any] = dict(item.values)
    return ContactFieldView(id=item.id, **values, archived=item.archived, version=item.version)


def contact_fields_router(parts: Parts) -> APIRouter:
    """`/api/v1/contact-fields`."""
    resource = Resource(
        CONTACT_FIELD,
        "contact-fields",
        new=NewContactField,
        edit=ContactFieldEdit,
        view=ContactFieldView,
        shown=_shown,
    )
    return catalogue_router(parts, resource)
