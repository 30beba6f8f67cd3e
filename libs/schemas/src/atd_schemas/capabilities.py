"""What a kind of channel can carry: what a client offers, and how far, without knowing the channel.

The rules of a channel in conversation read the same `ContentLimits` that are told here.
"""

from typing import Literal

from pydantic import Field

from atd_schemas.contents import MessageKind
from atd_schemas.envelope import Schema
from atd_schemas.views import ChannelKind

FileKind = Literal["image", "video", "audio", "document", "sticker"]
InteractiveType = Literal["buttons", "list", "link", "ask_location", "ask_phone"]


TextUnit = Literal["characters", "utf16", "bytes"]
"""Unicode code points; UTF-16 units, of which an emoji has two; bytes of UTF-8."""


class TextLimit(Schema):
    """Of a text, counted in `unit`. With `part` a longer text goes out in parts of that length, between words.

    A caption that is longer than its `part` goes out as a text of its own, after the file.
    """

    max_length: int
    unit: TextUnit = "characters"
    part: int | None = None


class FileLimit(Schema):
    """Of the files of one kind of message.

    `caption`: whether a text can stand with the file. `animated_max_bytes` holds for files that move, where they have
    a limit of their own; `pixels` is the exact width and height where there is one.
    """

    kind: FileKind
    mime_types: tuple[str, ...]
    max_bytes: int
    caption: bool
    animated_max_bytes: int | None = None
    pixels: int | None = None


class VoiceLimit(Schema):
    """Of voice messages."""

    mime_types: tuple[str, ...]
    max_bytes: int


class ButtonsLimit(Schema):
    """Of answers to tap: how many, and how long each is: titles in characters, ids in `id_unit`."""

    max: int
    title_max: int
    id_max: int
    id_unit: TextUnit = "characters"


class ListLimit(Schema):
    """Of a list of choices; lengths in characters, of ids in `id_unit`.

    `rows_max` is in total, `body_max` of the text above the list.
    """

    body_max: int
    button_max: int
    sections_max: int
    section_title_max: int
    rows_max: int
    id_max: int
    id_unit: TextUnit = "characters"
    title_max: int
    description_max: int


class LinkLimit(Schema):
    """Of a button that opens a page, in characters."""

    title_max: int
    url_max: int


class InteractiveLimits(Schema):
    """Of messages with something to tap; lengths in characters, of the text in `body_unit`.

    `body_max` is of the text, `list.body_max` of the text of a list. `header_max`, `footer_max`: 0 where the channel
    has none. `header_files`: what can stand as a header beside a text; a list takes a text alone.
    """

    types: tuple[InteractiveType, ...]
    body_max: int
    body_unit: TextUnit = "characters"
    header_max: int
    footer_max: int
    header_files: tuple[FileKind, ...] = ()
    buttons: ButtonsLimit | None = None
    list: ListLimit | None = None
    link: LinkLimit | None = None


class ContentLimits(Schema):
    """What messages of a channel can be made of. What is absent or null cannot be sent.

    `templates`: whether there are messages that the provider has approved beforehand. `replies`: whether a message can
    quote another one.
    """

    sends: tuple[MessageKind, ...]
    text: TextLimit
    caption: TextLimit | None = None
    files: tuple[FileLimit, ...] = ()
    files_per_message: int = 0
    voice: VoiceLimit | None = None
    interactive: InteractiveLimits | None = None
    templates: bool = False
    replies: bool = True


class ReactionLimit(Schema):
    """How old, in seconds, a message may be that the company reacts to (null: any age), and with what.

    `emoji`: the only ones that the channel takes; null: all.
    """

    within_seconds: int | None
    emoji: tuple[str, ...] | None = None


class OwnMessageLimit(Schema):
    """How old, in seconds, a message of the company may be that it still changes or takes back; null: any age."""

    within_seconds: int | None
    kinds: tuple[MessageKind, ...]


Moderation = Literal["hide", "delete", "like"]


class PrivateReplyLimit(Schema):
    """How old, in seconds, a public comment may be that is answered in private, once; `text` is of that answer."""

    within_seconds: int
    text: TextLimit


class ChannelCapabilities(ContentLimits):
    """What one kind of channel can carry.

    `name` is what people call it. `reply_window_seconds`: how long after the customer's last message anything but a
    template may be sent; null: without end. `person_window_seconds`, longer than that: how long a person may, but no
    rule and no bot. `read_marks`: the customer can see that their messages were read; `typing`: that an answer is being
    written. `edits`, `deletes`: what the company can do to messages that it sent. `public`: everybody can read what is
    written; `moderation` is what the company can do to what customers write there, and `private_replies` how one of
    them is answered in private.
    """

    kind: ChannelKind
    name: str
    reactions: ReactionLimit | None = None
    reply_window_seconds: int | None = None
    person_window_seconds: int | None = None
    read_marks: bool = False
    typing: bool = False
    edits: OwnMessageLimit | None = None
    deletes: OwnMessageLimit | None = None
    public: bool = False
    moderation: tuple[Moderation, ...] = ()
    private_replies: PrivateReplyLimit | None = None


class NoteLimits(Schema):
    """Of internal notes, which no channel carries."""

    text: TextLimit
    files_per_message: int


class Capabilities(Schema):
    """What every kind of channel that can be answered carries, and what notes do."""

    items: tuple[ChannelCapabilities, ...] = Field(description="One for each kind of channel that can be answered")
    notes: NoteLimits
