"""Telegram's limits, told to clients and held by `compose`.

Source: Bot API 10.1. A photo over 10 MB, or with too many pixels, goes out as a document, so the limit told is that of
documents. Texts are counted in UTF-16 units; a longer one goes out in up to five parts. Choices are an inline keyboard.
"""

from atd_conversation.domain.channels.composing import FileRules
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

_MB = 1024 * 1024
_PART, _CAPTION_PART, _PARTS = 4096, 1024, 5
_FILE = 50 * _MB
_OFFICE = "application/vnd.openxmlformats-officedocument"
_IMAGES = ("image/jpeg", "image/png", "image/webp")
_DOCUMENTS = (
    "application/octet-stream",
    "text/plain",
    *("application/pdf", "application/rtf", "application/epub+zip"),
    *("application/zip", "application/x-7z-compressed", "application/x-tar", "application/gzip", "application/vnd.rar"),
    *("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
    f"{_OFFICE}.wordprocessingml.document",
    f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation",
    *("image/gif", "image/bmp", "image/tiff", "image/heic"),
    *("audio/ogg", "audio/aac", "audio/amr", "audio/wav", "audio/flac", "audio/webm", "audio/x-matroska", "audio/3gpp"),
    *("video/3gpp", "video/quicktime", "video/webm", "video/x-matroska", "video/ogg", "video/x-msvideo"),
)

TEXT = TextLimit(max_length=_PARTS * _PART, unit="utf16", part=_PART)

LIMITS = ContentLimits(
    sends=("text", "image", "video", "audio", "document", "location", "contacts", "interactive"),
    text=TEXT,
    caption=TextLimit(max_length=TEXT.max_length, unit="utf16", part=_CAPTION_PART),
    files=(
        FileLimit(kind="image", mime_types=(*_IMAGES, "image/gif"), max_bytes=_FILE, caption=True),
        FileLimit(kind="video", mime_types=("video/mp4",), max_bytes=_FILE, caption=True),
        FileLimit(kind="audio", mime_types=("audio/mpeg", "audio/mp4"), max_bytes=_FILE, caption=True),
        FileLimit(
            kind="document",
            mime_types=(*_DOCUMENTS, *_IMAGES, "video/mp4", "audio/mpeg", "audio/mp4"),
            max_bytes=_FILE,
            caption=True,
        ),
    ),
    files_per_message=10,
    voice=VoiceLimit(mime_types=("audio/ogg", "audio/mpeg", "audio/mp4"), max_bytes=_FILE),
    interactive=InteractiveLimits(
        types=("buttons", "list", "link", "ask_location", "ask_phone"),
        body_max=_PART,
        body_unit="utf16",
        header_max=256,
        footer_max=256,
        header_files=("image", "video", "document"),
        buttons=ButtonsLimit(max=10, title_max=64, id_max=64, id_unit="bytes"),
        list=ListLimit(
            body_max=_PART,
            button_max=64,
            sections_max=10,
            section_title_max=64,
            rows_max=20,
            id_max=64,
            id_unit="bytes",
            title_max=64,
            description_max=200,
        ),
        link=LinkLimit(title_max=64, url_max=2000),
    ),
    replies=True,
)

FILES = FileRules("Telegram", LIMITS)

EMOJI = (
    *"❤👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓",
    *"🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡",
    "❤\u200d🔥",
    "👨\u200d💻",
    "🤷\u200d♂",
    "🤷\u200d♀",
)
"""`ReactionTypeEmoji` of the Bot API: all that a bot can react with."""
