"""What an attendant wants to say, and the message that it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from atd_conversation.domain.file_types import WebP
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import FileKind
from atd_schemas.content_base import Content
from atd_schemas.contents import EMPTY, MessageKind
from atd_schemas.views import TemplateView

MAX_NOTE = 10_000
"""Characters of an internal note."""

MAX_NOTE_FILES = 10

FILE_KINDS: tuple[FileKind, ...] = get_args(FileKind)

TemplateButton = str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template to fill in: by position, or texts by name.

    A value of `header` by position is a text, or the id of an uploaded file as `{"attachment_id"}`.
    """

    name: str
    language: str
    header: tuple[str | Mapping[str, Any], ...] | Mapping[str, str] = ()
    body: tuple[str, ...] | Mapping[str, str] = ()
    buttons: tuple[TemplateButton, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to say: `content` has the shape that the public API gives the kind.

    `client_id` makes a repeat of the same draft the same message.
    """

    text: str | None = None
    kind: MessageKind | None = None
    note: bool = False
    attachment_ids: tuple[str, ...] = ()
    voice: bool = False
    content: Mapping[str, Any] = field(default_factory=dict)
    template: TemplateDraft | None = None
    reply_to: str | None = None
    client_id: str | None = None
    mentions: tuple[str, ...] = ()

    @property
    def files_named(self) -> tuple[tuple[str, str], ...]:
        """Every uploaded file that is named, with its field: also in the header of a template or above buttons."""
        named = [(f"attachment_ids[{number}]", one) for number, one in enumerate(self.attachment_ids)]
        headers = [("interactive.header", self.content.get("header"))]
        if self.template is not None and not isinstance(self.template.header, Mapping):
            headers += [(f"template.parameters.header[{at}]", one) for at, one in enumerate(self.template.header)]
        named += [
            (f"{place}.attachment_id", one["attachment_id"]) for place, one in headers if isinstance(one, Mapping)
        ]
        return tuple(named)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that a draft names; `webp` is what is known of a WebP image."""

    attachment: Attachment
    webp: WebP | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """What a message says, ready to be stored and sent."""

    kind: MessageKind
    text: str | None
    content: Content = EMPTY
    attachments: tuple[Attachment, ...] = ()
    free: bool = True
    """Whether it is free text of any kind, which the reply window is for; a template is not."""

    field_name: str = "text"
    """The field of the request that a refusal of the whole names."""


@dataclass(frozen=True, slots=True)
class References:
    """What a draft refers to, as it was found: its files in the order of `files_named`, and the template."""

    files: Sequence[UploadedFile] = ()
    template: TemplateView | None = None


def compose_note(draft: Draft, files: Sequence[UploadedFile]) -> Composed:
    """A note for colleagues: text, files, or both. Raises `Refusal` `kind_not_supported`, `too_long`, `too_many`."""
    if draft.content or draft.template or draft.voice or draft.kind not in (None, "text", *FILE_KINDS):
        raise Refusal(
            "kind_not_supported", "A note can contain text and files only.", "kind" if draft.kind else "direction"
        )
    text = _note_text(draft)
    if len(files) > MAX_NOTE_FILES:
        raise Refusal("too_many", f"A note takes at most {MAX_NOTE_FILES} files.", "attachment_ids")
    attachments = tuple(one.attachment for one in files)
    kind = file_kind(attachments[0].mime_type) if attachments else "text"
    return Composed(kind=kind, text=text, attachments=attachments, free=False)


def _note_text(draft: Draft) -> str | None:
    if draft.text is None or not draft.text.strip():
        if draft.attachment_ids:
            return None
        raise Refusal("invalid", "must not be empty", "text")
    if len(draft.text) > MAX_NOTE:
        raise too_long("text", len(draft.text), MAX_NOTE)
    return draft.text


def file_kind(mime_type: str) -> FileKind:
    """The kind of a message that carries a file of this type, when nobody says otherwise."""
    main = mime_type.partition("/")[0]
    if main == "image":
        return "image"
    if main == "video":
        return "video"
    return "audio" if main == "audio" else "document"


def too_long(field_name: str, length: int, limit: int) -> Refusal:
    """A text over its limit, in characters."""
    return Refusal("too_long", f"has {length} characters; at most {limit} are allowed", field_name)
