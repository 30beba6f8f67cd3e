"""Files: their types, their sizes and their captions. Whether a voice message has one channel is not checked."""

from atd_conversation.domain.channels.whatsapp.limits import CAPTION, LIMITS, STICKER, VOICE
from atd_conversation.domain.drafts import Composed, Draft, References, UploadedFile, too_long
from atd_conversation.domain.file_types import OGG_VORBIS, WebP
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import FileKind, FileLimit
from atd_schemas.contents import EMPTY, AudioContent

_REASONS = {
    "image/webp": "pictures go as JPEG or PNG, and a WebP image as a sticker if kind is sticker",
    OGG_VORBIS: "of Ogg, WhatsApp takes Opus alone",
    "audio/3gpp": "a recording in 3GP is not taken; AMR goes as an .amr file",
}
"""Why a type that looks familiar is refused."""


def compose_file(draft: Draft, references: References) -> Composed:
    """A message that carries one file. The kind is the one asked for, or else the one that takes the file's type."""
    field_name = "attachment_ids"
    if not references.files:
        raise Refusal("invalid", f"is required for a message of kind {draft.kind}", field_name)
    if len(references.files) > LIMITS.files_per_message:
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
    if not _limit_of(kind).caption:
        raise Refusal("invalid", f"cannot be sent with a message of kind {kind}; send it separately", "text")
    if len(text) > CAPTION.max_length:
        raise too_long("text", len(text), CAPTION.max_length)
    return text


def check_file(file: UploadedFile, asked: FileKind | None, field_name: str, *, voice: bool = False) -> FileKind:
    """The kind of message that carries the file. Raises `Refusal` `unsupported_type` or `too_large`."""
    mime_type = file.attachment.mime_type
    kind = asked or next(
        (one.kind for one in LIMITS.files if mime_type in one.mime_types and one.kind != "sticker"), None
    )
    taken = VOICE.mime_types if voice else _limit_of(kind).mime_types if kind else ()
    if kind is None or mime_type not in taken:
        what = "a voice message" if voice else f"a message of kind {kind}" if kind else "a message on WhatsApp"
        takes = f"; allowed: {', '.join(taken)}" if taken else ""
        reason = f" ({_REASONS[mime_type]})" if mime_type in _REASONS else ""
        raise Refusal("unsupported_type", f"is {mime_type}, which cannot be sent as {what}{takes}{reason}", field_name)
    if kind == "sticker":
        _check_pixels(file.webp, field_name)
    limit = VOICE.max_bytes if voice else _max_bytes(_limit_of(kind), file)
    size = file.attachment.size or 0
    if size > limit:
        raise Refusal("too_large", f"has {size} bytes; at most {limit} are allowed as {kind}", field_name)
    return kind


def _limit_of(kind: FileKind) -> FileLimit:
    return next(one for one in LIMITS.files if one.kind == kind)


def _max_bytes(limit: FileLimit, file: UploadedFile) -> int:
    moves = file.webp is not None and file.webp.animated
    return limit.animated_max_bytes if moves and limit.animated_max_bytes is not None else limit.max_bytes


def _check_pixels(webp: WebP | None, field_name: str) -> None:
    size = (webp.width, webp.height) if webp else None
    if size != (STICKER.pixels, STICKER.pixels):
        found = f"has {size[0]} x {size[1]} pixels" if size else "cannot be read"
        detail = f"{found}; a sticker is a WebP image of {STICKER.pixels} x {STICKER.pixels}"
        raise Refusal("unsupported_type", detail, field_name)
