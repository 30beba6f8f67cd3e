"""What the `content` of each kind must be so that WhatsApp can carry it: the public API's shapes, with Meta's limits.

Limits: Meta's pages on messages of each type (2026), lengths in characters. Errors name the place, never the value.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

LIST_ROWS_LIMIT = 10


class Content(BaseModel):
    """What all contents have in common: deaf to fields of a later version."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True, allow_inf_nan=False)


class LocationContent(Content):
    """A place."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: str | None = None
    address: str | None = None


class Phone(Content):
    """A number of a contact card, as it is to be shown."""

    number: str = Field(min_length=1)
    type: str | None = None


class Email(Content):
    """An address of a contact card."""

    email: str = Field(min_length=1)
    type: str | None = None


class Card(Content):
    """One contact card."""

    name: str = Field(min_length=1)
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    organization: str | None = None


class ContactsContent(Content):
    """Contact cards."""

    contacts: tuple[Card, ...] = Field(min_length=1)


class AudioContent(Content):
    """Whether a sound is a voice message."""

    voice: bool = False


class FileHeader(Content):
    """A picture, a video or a document above a text."""

    attachment_id: str


HeaderText = Annotated[str, Field(min_length=1, max_length=60)]
Footer = Annotated[str, Field(min_length=1, max_length=60)]


class Button(Content):
    """One of up to three answers under a text."""

    id: str = Field(min_length=1, max_length=256)
    title: str = Field(min_length=1, max_length=20)


class ButtonsContent(Content):
    """A text with answers to tap."""

    type: Literal["buttons"]
    header: HeaderText | FileHeader | None = None
    footer: Footer | None = None
    buttons: tuple[Button, ...] = Field(min_length=1, max_length=3)


class ListRow(Content):
    """One choice of a list."""

    id: str = Field(min_length=1, max_length=200)
    title: str = Field(min_length=1, max_length=24)
    description: str | None = Field(default=None, max_length=72)


class Section(Content):
    """Some choices under a title, which only a single section may lack."""

    title: str | None = Field(default=None, max_length=24)
    rows: tuple[ListRow, ...] = Field(min_length=1)


class ListContent(Content):
    """A text with a list of choices behind a button."""

    type: Literal["list"]
    header: HeaderText | None = None
    footer: Footer | None = None
    button: str = Field(min_length=1, max_length=20)
    sections: tuple[Section, ...] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _few_rows(self) -> "ListContent":
        if sum(len(section.rows) for section in self.sections) > LIST_ROWS_LIMIT:
            raise ValueError(f"a list has at most {LIST_ROWS_LIMIT} rows, over all of its sections")
        if len(self.sections) > 1 and not all(section.title for section in self.sections):
            raise ValueError("every one of several sections has a title")
        return self


class LinkContent(Content):
    """A text with a button that opens a page."""

    type: Literal["link"]
    header: HeaderText | FileHeader | None = None
    footer: Footer | None = None
    title: str = Field(min_length=1, max_length=20)
    url: str = Field(pattern=r"^https?://")


class AskContent(Content):
    """A text with a button by which the customer shows where they are, or their number."""

    type: Literal["ask_location", "ask_phone"]


InteractiveContent = Annotated[ButtonsContent | ListContent | LinkContent | AskContent, Field(discriminator="type")]


class ButtonParameter(Content):
    """What fills a button of a template; `index` is the button's place, by default the parameter's own."""

    index: int | None = Field(default=None, ge=0, le=9)
    type: Literal["quick_reply", "url", "copy_code", "flow"] = "url"
    value: str = Field(min_length=1)


class TemplateParameters(Content):
    """What fills a template: by position, or by name where the template names its places."""

    header: tuple[str | FileHeader, ...] | dict[str, str] = ()
    body: tuple[str, ...] | dict[str, str] = ()
    buttons: tuple[ButtonParameter | str, ...] = ()


class TemplateContent(Content):
    """A template and what fills it."""

    name: str = Field(min_length=1, max_length=512)
    language: str = Field(min_length=1)
    parameters: TemplateParameters = TemplateParameters()
