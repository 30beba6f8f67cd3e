"""WhatsApp's limits, told to clients and held by `compose`; lengths in characters.

Source: Meta's pages on messages, supported media types and interactive messages (2026). A voice message of more than
512 KB shows no play icon, and is sent all the same. Of Ogg, Opus is taken alone.
"""

from atd_conversation.domain.channels.composing import FileRules
from atd_conversation.domain.file_types import OGG_VORBIS
from atd_schemas.capabilities import (
    ButtonsLimit,
    ContentLimits,
    FileLimit,
    InteractiveLimits,
    LinkLimit,
    ListLimit,
    TextLimit,
    VoiceLimit,
)

_KB, _MB = 1024, 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
_AUDIO = ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
_DOCUMENTS = (
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    f"{_OFFICE}.wordprocessingml.document",
    f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation",
)

STICKER = FileLimit(
    kind="sticker",
    mime_types=("image/webp",),
    max_bytes=100 * _KB,
    animated_max_bytes=500 * _KB,
    pixels=512,
    caption=False,
)
TEXT = TextLimit(max_length=4096)
CAPTION = TextLimit(max_length=1024)
VOICE = VoiceLimit(mime_types=("audio/ogg",), max_bytes=16 * _MB)
BUTTONS = ButtonsLimit(max=3, title_max=20, id_max=256)
LIST = ListLimit(
    body_max=4096,
    button_max=20,
    sections_max=10,
    section_title_max=24,
    rows_max=10,
    id_max=200,
    title_max=24,
    description_max=72,
)
LINK = LinkLimit(title_max=20, url_max=2000)
INTERACTIVE = InteractiveLimits(
    types=("buttons", "list", "link", "ask_location", "ask_phone"),
    body_max=1024,
    header_max=60,
    footer_max=60,
    header_files=("image", "video", "document"),
    buttons=BUTTONS,
    list=LIST,
    link=LINK,
)

LIMITS = ContentLimits(
    sends=(
        *("text", "image", "video", "audio", "document", "sticker"),
        *("location", "contacts", "interactive", "template"),
    ),
    text=TEXT,
    caption=CAPTION,
    files=(
        FileLimit(kind="image", mime_types=("image/jpeg", "image/png"), max_bytes=5 * _MB, caption=True),
        FileLimit(kind="video", mime_types=("video/mp4", "video/3gpp"), max_bytes=16 * _MB, caption=True),
        FileLimit(kind="audio", mime_types=_AUDIO, max_bytes=16 * _MB, caption=False),
        STICKER,
        FileLimit(kind="document", mime_types=_DOCUMENTS, max_bytes=100 * _MB, caption=True),
    ),
    files_per_message=1,
    voice=VOICE,
    interactive=INTERACTIVE,
    templates=True,
    replies=True,
)

FILES = FileRules(
    "WhatsApp",
    LIMITS,
    {
        "image/webp": "pictures go as JPEG or PNG, and a WebP image as a sticker if kind is sticker",
        OGG_VORBIS: "of Ogg, WhatsApp takes Opus alone",
        "audio/3gpp": "a recording in 3GP is not taken; AMR goes as an .amr file",
    },
)
