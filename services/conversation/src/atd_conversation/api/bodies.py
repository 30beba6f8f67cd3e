"""What clients send to say something. Shapes are those of the public API, the same for every channel."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

from atd_conversation.api.parts import Body
from atd_conversation.domain.drafts import FILE_KINDS, Draft, TemplateDraft
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import (
    Button,
    ButtonValue,
    CardEmail,
    CardPhone,
    ContactCard,
    FileRef,
    MessageKind,
    Place,
    Row,
    Section,
)

_Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"\S")]

MAX_FILES = 10
_PARTS = ("template", "interactive", "location", "contacts")


class UploadRef(FileRef, Body):
    """A file that was uploaded before."""

    attachment_id: _Id


class Location(Place, Body):
    """A place."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    name: _Word | None = None
    address: _Word | None = None
    url: _Word | None = None


class Phone(CardPhone, Body):
    """A telephone number of a contact card."""

    number: _Word
    type: _Word | None = None


class Email(CardEmail, Body):
    """An address of a contact card."""

    email: _Word
    type: _Word | None = None


class Card(ContactCard, Body):
    """Somebody's card."""

    name: _Word
    phones: tuple[Phone, ...] = Field(default=(), max_length=20)
    emails: tuple[Email, ...] = Field(default=(), max_length=20)
    organization: _Word | None = None


class NewButton(Button, Body):
    """An answer to tap."""


class NewRow(Row, Body):
    """A choice of a list."""


class NewSection(Section, Body):
    """Choices under a title; a single section needs none."""

    rows: tuple[NewRow, ...] = Field(max_length=100)


class Interactive(Body):
    """A text (`text` of the message) with something to tap. Which fields belong to it depends on `type`.

    `buttons`: `header`, `footer`, `buttons`. `list`: `header`, `footer`, `button`, `sections`. `link`: `header`,
    `footer`, `title`, `url`.
    """

    type: Literal["buttons", "list", "link", "ask_location", "ask_phone"]
    header: str | UploadRef | None = None
    footer: str | None = None
    buttons: list[NewButton] | None = Field(default=None, max_length=100)
    button: str | None = None
    sections: list[NewSection] | None = Field(default=None, max_length=100)
    title: str | None = None
    url: str | None = None


class NewButtonValue(ButtonValue, Body):
    """The value of one button of a template, counted from 0."""

    index: int | None = Field(default=None, ge=0, le=9)


class Parameters(Body):
    """What a template is filled in with: a list by position, or for texts an object by name."""

    header: list[str | UploadRef] | dict[str, str] = Field(default_factory=list, max_length=10)
    body: list[str] | dict[str, str] = Field(default_factory=list, max_length=100)
    buttons: list[str | NewButtonValue] = Field(default_factory=list, max_length=10)


class Template(Body):
    """A template of the channel."""

    name: str = Field(min_length=1, max_length=512)
    language: str = Field(min_length=1, max_length=20)
    parameters: Parameters = Field(default_factory=Parameters)

    def draft(self) -> TemplateDraft:
        given = self.parameters
        return TemplateDraft(
            name=self.name,
            language=self.language,
            header=given.header
            if isinstance(given.header, dict)
            else tuple(one if isinstance(one, str) else one.model_dump() for one in given.header),
            body=given.body if isinstance(given.body, dict) else tuple(given.body),
            buttons=tuple(one if isinstance(one, str) else one.model_dump() for one in given.buttons),
        )


def _cards(value: object) -> object:
    """A list of cards, or an object that holds one as `content` of a message does."""
    return value["contacts"] if isinstance(value, dict) and value.keys() == {"contacts"} else value


class NewMessage(Body):
    """What to send. Limits are those of the channel; what it cannot send is refused by name, never ignored."""

    text: str | None = Field(default=None, description="The text, or the caption of a file; a note takes 10,000")
    kind: MessageKind | None = Field(default=None, description="Absent: what the other fields and the file make it")
    direction: Literal["outbound", "note"] = "outbound"
    reply_to: str | None = Field(default=None, max_length=64, description="Id of the quoted message")
    client_id: str | None = Field(
        default=None, min_length=1, max_length=64, description="The client's own id: sent again, it is the same message"
    )
    attachment_ids: list[_Id] | None = Field(default=None, max_length=MAX_FILES)
    voice: bool | None = Field(default=None, description="Send the audio file as a voice message")
    template: Template | None = None
    interactive: Interactive | None = None
    location: Location | None = None
    contacts: Annotated[list[Card], Field(min_length=1, max_length=50), BeforeValidator(_cards)] | None = None
    mentions: list[_Id] = Field(default_factory=list, max_length=20, description="Attendants whom a note names")
    scheduled_for: AwareDatetime | None = Field(default=None, description="Say it then, at most a year ahead")
    cancel_on_reply: bool | None = Field(
        default=None, description="With `scheduled_for`: not when the customer writes first"
    )

    def draft(self) -> Draft:
        """Raises `Refusal` when the fields contradict each other."""
        return Draft(
            text=self.text,
            kind=self._kind(),
            note=self.direction == "note",
            attachment_ids=tuple(self.attachment_ids or ()),
            voice=bool(self.voice),
            content=self._content(),
            template=self.template.draft() if self.template else None,
            reply_to=self.reply_to,
            client_id=self.client_id,
            mentions=tuple(self.mentions),
        )

    def _kind(self) -> MessageKind | None:
        if self.cancel_on_reply is not None and self.scheduled_for is None:
            raise Refusal("invalid", "belongs to a message with scheduled_for", "cancel_on_reply")
        given = [name for name in _PARTS if getattr(self, name) is not None]
        if len(given) > 1:
            raise Refusal("invalid", f"a message can have only one of {', '.join(given)}", given[1])
        if given:
            part: MessageKind = given[0]  # type: ignore[assignment]  # the parts are called after their kinds
            if self.kind not in (None, part):
                raise Refusal("invalid", f"must be {part} when {part} is given", "kind")
            return part
        if self.kind in _PARTS:
            raise Refusal("invalid", f"is required for a message of kind {self.kind}", self.kind)
        if self.voice and self.kind is None:
            return "audio"
        if self.voice and self.kind not in FILE_KINDS:
            raise Refusal("invalid", "only a message of kind audio can be a voice message", "voice")
        return self.kind

    def _content(self) -> dict[str, Any]:
        if self.interactive is not None:
            return self.interactive.model_dump()
        if self.location is not None:
            return self.location.model_dump()
        return {"contacts": [one.model_dump() for one in self.contacts]} if self.contacts is not None else {}


class NewReaction(Body):
    """The emoji to put on a message; ours of before is replaced."""

    emoji: str = Field(min_length=1, max_length=64, description="One emoji")


class NewPrivateReply(Body):
    """What is said to the author of a public comment alone, once."""

    text: str = Field(min_length=1, description="As long as the channel's `private_replies` say")
    client_id: str | None = Field(
        default=None, min_length=1, max_length=64, description="The client's own id: sent again, it is the same message"
    )


class Reading(Body):
    """`typing` also tells the customer that an answer is being written, where the channel can."""

    typing: bool = False
