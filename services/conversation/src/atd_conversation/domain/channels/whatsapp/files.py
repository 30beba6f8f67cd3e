"""Files: their types, their sizes and their captions.

Source: Meta's page on supported media types. A voice message of more than 512 KB shows no play icon, and is sent all
the same. Of Ogg, Opus is taken alone; that it must have one channel is not checked here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from atd_conversation.domain.drafts import Composed, Draft, FileKind, References, UploadedFile, too_long
from atd_conversation.domain.file_types import OGG_VORBIS, WebP
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import EMPTY, AudioContent

MAX_CAPTION = 1024

_KB, _MB = 1024, 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"

TYPES: Mapping[FileKind, tuple[str, ...]] = MappingProxyType(
    {
        "image": ("image/jpeg", "image/png"),
        "video": ("video/mp4", "video/3gpp"),
        "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
        "sticker": ("image/webp",),
        "document": (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}.wordprocessingml.document",
            f"{_OFFICE}.spreadsheetml.sheet",
            f"{_OFFICE}.presentationml.presentation",
        ),
    }
)
"""The types that each kind of message carries."""

SIZES: Mapping[FileKind, int] = MappingProxyType(
    {"image": 5 * _MB, "video": 16 * _MB, "audio": 16 * _MB, "document": 100 * _MB, "sticker": 100 * _KB}
)
"""Bytes at the most."""

MAX_MOVING_STICKER = 500 * _KB
STICKER_PIXELS = 512
"""Width and height of a sticker."""

VOICE_TYPE = "audio/ogg"

_REASONS = {
    "image/webp": "pictures go as JPEG or PNG, and a WebP image as a sticker if kind is sticker",
    OGG_VORBIS: "of Ogg, WhatsApp takes Opus alone",
    "audio/3gpp": "a recording in 3GP is not taken; AMR goes as an .amr file",
}
"""Why a type that looks familiar is refused."""

_WITHOUT_CAPTION = ("audio", "sticker")


def compose_file(draft: Draft, references: References) -> Composed:
    """A message that carries one file. The kind is the one asked for, or else the one that takes the file's type."""
    field_name = "attachment_ids"
    if not references.files:
        raise Refusal("invalid", f"is required for a message of kind {draft.kind}", field_name)
    if len(references.files) > 1:
        raise Refusal("too_many", "WhatsApp allows one file per message; send several messages", field_name)
    file = references.files[0]
    kind = check_file(file, _asked(draft), f"{field_name}[0]", voice=draft.voice)
    content = AudioContent(voice=draft.voice) if kind == "audio" else EMPTY
    text = _caption(draft.text, kind)
    return Composed(kind=kind, text=text, content=content, attachments=(file.attachment,), field_name=field_name)


def _asked(draft: Draft) -> FileKind | None:
    if not draft.voice:
        return draft.kind  # type: ignore[return-value]  # `compose` calls this for kinds of files alone
    if draft.kind not in (None, "audio"):
        raise Refusal("invalid", "only a message of kind audio can be a voice message", "voice")
    return "audio"


def _caption(text: str | None, kind: FileKind) -> str | None:
    if text is None or not text.strip():
        return None
    if kind in _WITHOUT_CAPTION:
        raise Refusal("invalid", f"cannot be sent with a message of kind {kind}; send it separately", "text")
    if len(text) > MAX_CAPTION:
        raise too_long("text", len(text), MAX_CAPTION)
    return text


def check_file(file: UploadedFile, asked: FileKind | None, field_name: str, *, voice: bool = False) -> FileKind:
    """The kind of message that carries the file. Raises `Refusal` `unsupported_type` or `too_large`."""
    mime_type = file.attachment.mime_type
    kind = asked or next((kind for kind, types in TYPES.items() if mime_type in types and kind != "sticker"), None)
    taken = (VOICE_TYPE,) if voice else TYPES[kind] if kind else ()
    if kind is None or mime_type not in taken:
        what = "a voice message" if voice else f"a message of kind {kind}" if kind else "a message on WhatsApp"
        takes = f"; allowed: {', '.join(taken)}" if taken else ""
        reason = f" ({_REASONS[mime_type]})" if mime_type in _REASONS else ""
        raise Refusal("unsupported_type", f"is {mime_type}, which cannot be sent as {what}{takes}{reason}", field_name)
    if kind == "sticker":
        _check_pixels(file.webp, field_name)
    limit = MAX_MOVING_STICKER if kind == "sticker" and file.webp and file.webp.animated else SIZES[kind]
    size = file.attachment.size or 0
    if size > limit:
        raise Refusal("too_large", f"has {size} bytes; at most {limit} are allowed as {kind}", field_name)
    return kind


def _check_pixels(webp: WebP | None, field_name: str) -> None:
    size = (webp.width, webp.height) if webp else None
    if size != (STICKER_PIXELS, STICKER_PIXELS):
        found = f"has {size[0]} x {size[1]} pixels" if size else "cannot be read"
        detail = f"{found}; a sticker is a WebP image of {STICKER_PIXELS} x {STICKER_PIXELS}"
        raise Refusal("unsupported_type", detail, field_name)
