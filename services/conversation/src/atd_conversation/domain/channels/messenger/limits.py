"""Messenger's limits, told to clients and held by `compose`.

Source: Meta's pages of the Messenger Platform (v25.0). A file and a text are two messages there, and so are two files:
a message of ours with both goes out in parts. Buttons are quick replies, a list is a row of cards (generic template), a
link is a button template, whose text is the shortest.
"""

from atd_conversation.domain.channels.composing import FileRules
from atd_conversation.domain.channels.meta_interactive import meta_interactive
from atd_schemas.capabilities import (
    ContentLimits,
    FileLimit,
    TextLimit,
    VoiceLimit,
)

_MB = 1024 * 1024
_PART, _PARTS = 2000, 5
_OFFICE = "application/vnd.openxmlformats-officedocument"
_AUDIO = ("audio/aac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav")
_DOCUMENTS = (
    "text/plain",
    "application/pdf",
    "application/zip",
    *("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
    f"{_OFFICE}.wordprocessingml.document",
    f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation",
)

TEXT = TextLimit(max_length=_PARTS * _PART, part=_PART)

LIMITS = ContentLimits(
    sends=("text", "image", "video", "audio", "document", "interactive"),
    text=TEXT,
    caption=TEXT,
    files=(
        FileLimit(kind="image", mime_types=("image/jpeg", "image/png", "image/gif"), max_bytes=8 * _MB, caption=True),
        FileLimit(
            kind="video",
            mime_types=("video/mp4", "video/quicktime", "video/webm", "video/3gpp"),
            max_bytes=25 * _MB,
            caption=True,
        ),
        FileLimit(kind="audio", mime_types=_AUDIO, max_bytes=25 * _MB, caption=True),
        FileLimit(kind="document", mime_types=_DOCUMENTS, max_bytes=25 * _MB, caption=True),
    ),
    files_per_message=10,
    voice=VoiceLimit(mime_types=("audio/mp4", "audio/mpeg", "audio/ogg"), max_bytes=25 * _MB),
    interactive=meta_interactive("characters"),
    replies=True,
)

FILES = FileRules("Messenger", LIMITS)

EMOJI = ("❤", "😆", "😮", "😢", "😠", "👍", "👎")
"""What Meta calls love, smile, wow, sad, angry, like and dislike."""
