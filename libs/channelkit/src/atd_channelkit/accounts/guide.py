"""How an account of a kind of channel is connected: what a client shows that knows no channel.

A channel writes the words (`ChannelGuide`); what a field takes is read from the models of its credentials and settings,
so that the two cannot differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field

from atd_channelkit.accounts.views import ChannelChanges, NewChannel
from atd_channelkit.accounts.words import LocalizedText
from atd_schemas.views import ChannelKind

Where = Literal["credentials", "settings"]
FieldType = Literal["text", "boolean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """What people are told of one field; `help` says where its value is found."""

    name: str
    where: Where = "credentials"
    label: LocalizedText
    help: LocalizedText
    example: str | None = None


class GuideStep(BaseModel):
    """Something to do at the provider, in its order."""

    title: LocalizedText
    text: LocalizedText


class GuideCopy(BaseModel):
    """A value of the connected account that is to be pasted at the provider."""

    what: Literal["webhook_url", "verify_token"]
    label: LocalizedText
    help: LocalizedText


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelGuide:
    """The words of one kind of channel, beside the models of its accounts.

    Attributes:
        kind: of channel.
        name: what people call it.
        new: the request to connect one.
        changes: the request to change one.
        fields: the words of every field of the credentials and settings, in the order of a form.
        steps: what is done at the provider before the form.
        copy: what is pasted at the provider after it.
        docs_url: the provider's own page.
        has_templates: whether its accounts have templates.
    """

    kind: ChannelKind
    name: str
    new: type[NewChannel]
    changes: type[ChannelChanges]
    fields: Sequence[FieldWords]
    steps: Sequence[GuideStep] = ()
    copy: Sequence[GuideCopy] = ()
    docs_url: str | None = None
    has_templates: bool = False


class GuideField(BaseModel):
    """One field of the form. `changeable`: whether it can be replaced later, by the same name."""

    name: str
    where: Where
    type: FieldType
    label: LocalizedText
    help: LocalizedText
    secret: bool
    required: bool
    default: bool | str | None = None
    pattern: str | None = Field(default=None, description="A regular expression for the whole value")
    min_length: int | None = None
    max_length: int | None = None
    example: str | None = None
    changeable: bool


class ConnectableKind(BaseModel):
    """One kind of channel that can be connected: the form, what to do before it, and what to paste after it."""

    kind: ChannelKind
    name: str
    fields: list[GuideField]
    steps: list[GuideStep]
    copy_: list[GuideCopy] = Field(serialization_alias="copy")
    docs_url: str | None
    has_templates: bool


class ConnectableKinds(BaseModel):
    """The kinds of channel that can be connected."""

    items: list[ConnectableKind]


def connectable(guide: ChannelGuide) -> ConnectableKind:
    """The guide as it is answered. Raises `ValueError` when its words are not those of exactly the models' fields."""
    fields = dict(_fields(guide))
    told = [(one.where, one.name) for one in guide.fields]
    if sorted(told) != sorted(fields):
        raise ValueError(f"the guide of {guide.kind} has words for {sorted(told)}; its fields are {sorted(fields)}")
    return ConnectableKind(
        kind=guide.kind,
        name=guide.name,
        fields=[_shown(one, *fields[one.where, one.name], _is_changeable(guide, one)) for one in guide.fields],
        steps=list(guide.steps),
        copy_=list(guide.copy),
        docs_url=guide.docs_url,
        has_templates=guide.has_templates,
    )


def _fields(guide: ChannelGuide) -> Iterator[tuple[tuple[Where, str], tuple[type[BaseModel], str]]]:
    for where in ("credentials", "settings"):
        model = _model(guide.new, where)
        for name in model.model_fields:
            yield (where, name), (model, name)


def _model(request: type[BaseModel], where: str) -> type[BaseModel]:
    model = request.model_fields[where].annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise TypeError(f"{where} of {request.__name__} has no model")
    return model


def _is_changeable(guide: ChannelGuide, field: FieldWords) -> bool:
    return field.name in _model(guide.changes, field.where).model_fields


def _shown(field: FieldWords, model: type[BaseModel], name: str, changeable: bool) -> GuideField:  # noqa: FBT001 - private
    info = model.model_fields[name]
    schema = _plain(model.model_json_schema()["properties"][name])
    default = None if info.is_required() else info.default
    return GuideField(
        name=field.name,
        where=field.where,
        type="boolean" if schema.get("type") == "boolean" else "text",
        label=field.label,
        help=field.help,
        secret=schema.get("format") == "password",
        required=info.is_required(),
        default=default if isinstance(default, bool | str) else None,
        pattern=schema.get("pattern"),
        min_length=schema.get("minLength"),
        max_length=schema.get("maxLength"),
        example=field.example,
        changeable=changeable,
    )


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a value that is given: of an optional one, the alternative that is not null."""
    return next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
