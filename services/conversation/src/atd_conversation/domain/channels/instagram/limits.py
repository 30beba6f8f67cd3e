"""Instagram's limits, told to clients and held by `compose`.

Source: Meta's pages on Instagram messaging (2026). Texts are counted in bytes. As on Messenger, a file and a text are
two messages.
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
_PART, _PARTS = 1000, 5
_AUDIO = ("audio/aac", "audio/mp4", "audio/wav")
_VIDEO = ("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm")

TEXT = TextLimit(max_length=_PARTS * _PART, unit="bytes", part=_PART)

LIMITS = ContentLimits(
    sends=("text", "image", "video", "audio", "interactive"),
    text=TEXT,
    caption=TEXT,
    files=(
        FileLimit(kind="image", mime_types=("image/jpeg", "image/png"), max_bytes=8 * _MB, caption=True),
        FileLimit(kind="video", mime_types=_VIDEO, max_bytes=25 * _MB, caption=True),
        FileLimit(kind="audio", mime_types=_AUDIO, max_bytes=25 * _MB, caption=True),
    ),
    files_per_message=10,
    voice=VoiceLimit(mime_types=("audio/mp4",), max_bytes=25 * _MB),
    interactive=meta_interactive("bytes"),
    replies=False,
)

FILES = FileRules("Instagram", LIMITS)
