"""Files of messages, and those that a channel announces: what they are called before they are here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from atd_conversation.domain.failure_texts import FailureTexts
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import MessageKind
from atd_schemas.inbound import InboundAttachment, SendFailure
from atd_schemas.views import AttachmentState

THUMBNAIL = "thumbnail"
"""The variant of a file that its thumbnail is kept under."""

MAX_NAME = 200
"""Characters of a file's name."""

UNKNOWN_TYPE = "application/octet-stream"

_EXTENSIONS = {
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/zip": "zip",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/csv": "csv",
    "text/plain": "txt",
    "video/3gpp": "3gp",
    "video/mp4": "mp4",
}

_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of writing and so can hide an extension."""


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """A file of a tenant: of a message, or uploaded by an attendant and part of none yet; or `contact_id`'s picture."""

    tenant_id: str
    attachment: Attachment
    created_at: datetime
    conversation_id: str | None = None
    message_id: str | None = None
    uploaded_by: str | None = None
    contact_id: str | None = None


def not_sendable(state: AttachmentState | None, field_name: str) -> Refusal:
    """Why a file cannot be sent; `state` is that of a file of the tenant that is no unused upload, or None."""
    if state == "infected":
        return Refusal("file_infected", "has a virus and cannot be sent", field_name)
    if state == "scanning":
        return Refusal("file_scanning", "waits for the virus scan and cannot be sent yet", field_name)
    return Refusal("unknown_attachment", "is not an unused upload; each upload can be sent once", field_name)


def announced(kind: MessageKind, files: Sequence[InboundAttachment]) -> tuple[Attachment, ...]:
    """The files of a message that has just come, each once: none is here yet."""
    return tuple(
        Attachment(
            id=file.id,
            name=file_name(kind, file.name, file.mime_type),
            mime_type=file.mime_type or UNKNOWN_TYPE,
            size=file.size,
            state="pending",
            sha256=file.sha256,
            source=file,
        )
        for file in {file.id: file for file in files}.values()
    )


def out_of_reach(files: tuple[Attachment, ...], texts: FailureTexts) -> tuple[Attachment, ...]:
    """The files of a message, those that the channel can never hand over as failed, with the words for it."""
    if not any(file.source is not None and file.source.unavailable for file in files):
        return files
    return tuple(_out_of_reach(file, texts) for file in files)


def _out_of_reach(file: Attachment, texts: FailureTexts) -> Attachment:
    why = file.source.unavailable if file.source is not None else None
    if why is None or file.state != "pending":
        return file
    error = texts.fetching_error(SendFailure(code=why, reason="media"))
    return replace(file, state="failed", error=error.model_copy(update={"retryable": False}))


def file_name(kind: MessageKind, name: str | None, mime_type: str | None) -> str:
    """The announced name without folders and control characters, or else one such as `image.jpg`."""
    cleaned = _NOT_IN_A_NAME.sub("", re.split(r"[/\\]", name)[-1]).strip(" .") if name else ""
    if cleaned:
        return _cut(cleaned)
    extension = _EXTENSIONS.get((mime_type or "").partition(";")[0].strip().lower())
    return f"{kind}.{extension}" if extension else kind


def _cut(name: str) -> str:
    """At most `MAX_NAME` characters, of which the extension is kept."""
    if len(name) <= MAX_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > MAX_NAME // 10:
        return name[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(extension) - 1]}{dot}{extension}"
