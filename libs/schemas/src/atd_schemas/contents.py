"""`content` of a message: the part that depends on its `kind`, the same for every channel.

The model of a content is chosen by the `kind` beside it (`CONTENTS`). Reading is lenient, because stored messages are
read for ever: fields of a later version are ignored, and what fits no model of its kind is kept as `OtherContent`.
Writing is strict: whoever makes a message makes one of these models.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from atd_schemas.content_base import Content
from atd_schemas.envelope import Schema
from atd_schemas.notices import NOTICE_CONTENTS, NOTICES, NoticeContent

MessageKind = Literal[
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "template",
    "order",
    "unsupported",
]


def _is_none(value: object) -> bool:
    return value is None


class EmptyContent(Content):
    """`{}`: of a plain message, and of every message that was deleted."""

    model_config = ConfigDict(extra="forbid")


EMPTY = EmptyContent()


class OtherContent(Content):
    """What fits no model of its kind, unchanged."""

    model_config = ConfigDict(extra="allow")


class ProductRef(Schema):
    """A product of a catalogue."""

    catalog_id: str | None = None
    sku: str | None = None


class Shared(Schema):
    """What a message is about, or brings along from elsewhere on the channel: a story, a post, a reel, a comment.

    `type` is one of `story_reply`, `story_mention`, `story`, `post`, `reel`, `share`, `link`, `comment`, or the
    channel's own word. Its picture or video, where there is one, is an attachment whose `role` says so: a story is gone
    after a day, and what was fetched in time stays.
    """

    type: str
    id: str | None = Field(default=None, exclude_if=_is_none)
    url: str | None = Field(default=None, exclude_if=_is_none)
    title: str | None = Field(default=None, exclude_if=_is_none)


class Album(Schema):
    """Messages that were sent together: those with the same `id`, in the order of `position`."""

    id: str
    position: int


class _InContext(Content):
    """What can stand beside the content of any message of a customer; what there is not is absent.

    `product`: what the customer asks about. `shared`: what the message is about. `quote`: the part that the customer
    marked of the message that this one answers. `forwarded_from`: who wrote it first. `album`: what it was sent with.
    """

    product: ProductRef | None = Field(default=None, exclude_if=_is_none)
    shared: Shared | None = Field(default=None, exclude_if=_is_none)
    quote: str | None = Field(default=None, exclude_if=_is_none)
    forwarded_from: str | None = Field(default=None, exclude_if=_is_none)
    album: Album | None = Field(default=None, exclude_if=_is_none)


class Poll(Schema):
    """A question with answers to choose from, shown as it was asked."""

    question: str
    options: tuple[str, ...] = ()
    several: bool = False


class PlainContent(_InContext):
    """Of a text, picture, video or document: what it says is in `text` and `attachments`.

    A `poll` is a text, whose question is the `text` too.
    """

    poll: Poll | None = Field(default=None, exclude_if=_is_none)


class AudioContent(_InContext):
    """A sound; `duration` is in seconds."""

    voice: bool = False
    duration: float | None = None


class StickerContent(_InContext):
    """A sticker, which may move."""

    animated: bool = False


class Place(Schema):
    """A place, in degrees."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    url: str | None = None


class LocationContent(Place, _InContext):
    """Where the customer is, or a place that somebody chose."""


class CardPhone(Schema):
    """A telephone number of a contact card, as it is to be shown."""

    number: str
    type: str | None = None


class CardEmail(Schema):
    """An e-mail address of a contact card."""

    email: str
    type: str | None = None


class ContactCard(Schema):
    """Somebody's contact card."""

    name: str | None = None
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[CardEmail, ...] = ()
    organization: str | None = None


class ContactsContent(_InContext):
    """Contact cards. `origin` is `contact_request` when the customer answered the question for their number."""

    contacts: tuple[ContactCard, ...]
    origin: str | None = Field(default=None, exclude_if=_is_none)


class FileRef(Schema):
    """A file of the message, by its id."""

    attachment_id: str


class Button(Schema):
    """An answer to tap."""

    id: str
    title: str


class Row(Schema):
    """A choice of a list."""

    id: str
    title: str
    description: str | None = None


class Section(Schema):
    """Choices under a title; a single section needs none."""

    title: str | None = None
    rows: tuple[Row, ...]


class ButtonsContent(Content):
    """A text with answers to tap."""

    type: Literal["buttons"] = "buttons"
    header: str | FileRef | None = None
    footer: str | None = None
    buttons: tuple[Button, ...]


class ListContent(Content):
    """A text with a list of choices behind a button, whose title is `button`."""

    type: Literal["list"] = "list"
    header: str | FileRef | None = None
    footer: str | None = None
    button: str
    sections: tuple[Section, ...]


class LinkContent(Content):
    """A text with a button that opens a page."""

    type: Literal["link"] = "link"
    header: str | FileRef | None = None
    footer: str | None = None
    title: str
    url: str


class AskContent(Content):
    """A text with a button by which the customer shows where they are, or their number."""

    type: Literal["ask_location", "ask_phone"]


class AnswerContent(_InContext):
    """What the customer chose (`reply`), or filled in: `form` has the fields of the form."""

    reply: Row
    form: dict[str, Any] | None = None


def answer_of(
    chosen: str | None, title: str | None, description: str | None = None, form: dict[str, Any] | None = None
) -> AnswerContent | None:
    """What the customer chose, titled by what it has; None when it says nothing.

    The title, else the description, the id, or the form's first answer: channels leave out any of them (a template's
    button that has a payload alone).
    """
    answers = [value for name, value in (form or {}).items() if isinstance(value, str) and name != "flow_token"]
    shown = next((one for one in (title, description, chosen, *answers) if one and not one.isspace()), None)
    if shown is None:
        return None
    return AnswerContent(reply=Row(id=chosen or "", title=shown, description=description), form=form)


class ButtonValue(Schema):
    """The value of one button of a template; `index` counts the template's buttons from 0."""

    value: str
    index: int | None = None
    type: Literal["quick_reply", "url", "copy_code", "flow"] | None = None


class TemplateValues(Schema):
    """What a template is filled in with: by position, or texts by name."""

    header: tuple[str | FileRef, ...] | dict[str, str] = ()
    body: tuple[str, ...] | dict[str, str] = ()
    buttons: tuple[str | ButtonValue, ...] = ()


class RenderedTemplate(Schema):
    """What stands around the text of a template that was filled in."""

    header: str | None = None
    footer: str | None = None
    buttons: tuple[str, ...] = ()


class TemplateContent(Content):
    """A template and what it was filled in with; the filled-in body is the message's `text`."""

    name: str
    language: str
    parameters: TemplateValues = TemplateValues()
    rendered: RenderedTemplate | None = Field(default=None, exclude_if=_is_none)


class OrderItem(Schema):
    """One product of an order. `price` is for one, in units of `currency`."""

    sku: str | None = None
    quantity: int | float | None = None
    price: int | float | None = None
    currency: str | None = None


class OrderContent(_InContext):
    """What the customer orders from a catalogue."""

    catalog_id: str | None = None
    items: tuple[OrderItem, ...] = ()


class UnsupportedContent(_InContext):
    """A message that the channel or this version could not read: its type, and why."""

    type: str
    reason: str | None = None


_PLAIN = (PlainContent,)
CONTENTS: Mapping[MessageKind, tuple[type[Content], ...]] = MappingProxyType(
    {
        "text": (
            PlainContent,
            *NOTICE_CONTENTS,
        ),
        "image": _PLAIN,
        "audio": (AudioContent,),
        "video": _PLAIN,
        "document": _PLAIN,
        "sticker": (StickerContent,),
        "location": (LocationContent,),
        "contacts": (ContactsContent,),
        "interactive": (AnswerContent, ButtonsContent, ListContent, LinkContent, AskContent),
        "template": (TemplateContent,),
        "order": (OrderContent,),
        "unsupported": (UnsupportedContent,),
    }
)
"""The models of each kind; beside them every kind can have `EmptyContent`."""

_BY_TYPE: Mapping[str, type[Content]] = MappingProxyType(
    {
        kind: model
        for model in (ButtonsContent, ListContent, LinkContent, AskContent)
        for kind in get_args(model.model_fields["type"].annotation)
    }
)


def content_of(kind: str | None, value: Mapping[str, Any]) -> Content:
    """The content of a message of this kind; never raises for an object that fits no model: see `OtherContent`."""
    if not value:
        return EMPTY
    model = _model_of(kind, value)
    try:
        return model.model_validate(value)
    except ValidationError:
        return OtherContent.model_validate(value)


def with_product(kind: MessageKind, content: Content, product: ProductRef) -> Content:
    """The content of a customer's message that asks about a product."""
    return content_of(kind, {**content.model_dump(), "product": product})


def _model_of(kind: str | None, value: Mapping[str, Any]) -> type[Content]:
    match kind:
        case "text" if "type" in value:
            told = value["type"]
            return NOTICES.get(told, NoticeContent) if isinstance(told, str) else NoticeContent
        case "interactive" if "reply" not in value:
            told = value.get("type")
            return _BY_TYPE.get(told, OtherContent) if isinstance(told, str) else OtherContent
        case None:
            return OtherContent
        case _:
            models = CONTENTS.get(kind)  # type: ignore[call-overload]  # a kind of a later version is in no table
            return models[0] if models else OtherContent


def _read(value: object, info: ValidationInfo) -> object:
    if isinstance(value, Content):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("must be an object")  # noqa: TRY004 - pydantic reports a ValueError, and lets others through
    return content_of(info.data.get("kind"), value)


ContentOfKind = Annotated[
    SerializeAsAny[EmptyContent | Annotated[Content, BeforeValidator(_read)]], Field(union_mode="left_to_right")
]
"""The type of a field `content` that stands after a field `kind`, in a class that is a `WithContent`.

Most messages are plain: their `{}` is tried first, because that calls no Python.
"""


class WithContent(Schema):
    """What has a `kind` and a `content`: readers of its JSON schema see the content of each kind."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema_of_class: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        found = handler(schema_of_class)
        schema = handler.resolve_ref_schema(found)
        if schema.get("properties", {}).pop("content", None) is not None:
            schema["oneOf"] = [_alternative(kind, models, handler) for kind, models in CONTENTS.items()]
        return found


def _alternative(
    kind: MessageKind, models: tuple[type[Content], ...], handler: GetJsonSchemaHandler
) -> JsonSchemaValue:
    """A message of one kind; what is written always has a content.

    The alternatives alone describe `content`: a generator of clients intersects them with what stands beside them, and
    an object without fields there would leave no field of the content usable. Only within a union does the handler
    refer to models instead of repeating them.
    """
    choices: list[type[Content]] = [*models, EmptyContent]
    union = handler(core_schema.union_schema([model.__pydantic_core_schema__ for model in choices]))
    content = {"title": "Content", "anyOf": union["anyOf"]}
    properties = {"kind": {"type": "string", "const": kind}, "content": content}
    required = ["kind", "content"] if handler.mode == "serialization" else ["kind"]
    return {"type": "object", "title": f"Kind {kind}", "properties": properties, "required": required}


class Referral(Schema):
    """The advertisement, post or link that a customer came from; what the channel does not tell is absent.

    `ref` is what the company itself wrote into the link (m.me's `ref`, Telegram's `start`).
    """

    ref: str | None = Field(default=None, exclude_if=_is_none)
    source_url: str | None = Field(default=None, exclude_if=_is_none)
    source_id: str | None = Field(default=None, exclude_if=_is_none)
    source_type: str | None = Field(default=None, exclude_if=_is_none)
    body: str | None = Field(default=None, exclude_if=_is_none)
    headline: str | None = Field(default=None, exclude_if=_is_none)
    media_type: str | None = Field(default=None, exclude_if=_is_none)
    image_url: str | None = Field(default=None, exclude_if=_is_none)
    video_url: str | None = Field(default=None, exclude_if=_is_none)
    thumbnail_url: str | None = Field(default=None, exclude_if=_is_none)
    ctwa_clid: str | None = Field(default=None, exclude_if=_is_none)
    welcome_message: str | None = Field(default=None, exclude_if=_is_none)


def read_referral(value: object) -> object:
    """Values that are no text are left out: old referrals were not checked."""
    if not isinstance(value, Mapping):
        return value
    return {name: text for name, text in value.items() if isinstance(text, str)}


OptionalReferral = Annotated[Referral, BeforeValidator(read_referral)] | None
