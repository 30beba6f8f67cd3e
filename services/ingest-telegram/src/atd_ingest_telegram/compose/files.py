"""Files as Telegram shows them: which method, which go together, where the text goes.

Limits of uploads (Bot API 10.1): photos 10 MB, width and height together 10,000, one side at most 20 times the other;
other files 50 MB. An album has 2 to 10 files, photos with videos, or documents, or audios.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal, NamedTuple

from atd_channelkit.sending.texts import utf16_length
from atd_ingest_telegram.compose.calls import BotCall, FilePart
from atd_schemas.contents import AudioContent
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData

Pictures = Mapping[str, "Pixels"]
"""Sizes of the pictures among the files, by attachment id; what could not be read is absent."""

Shown = Literal["photo", "video", "animation", "audio", "voice", "document", "sticker"]


class Pixels(NamedTuple):
    """How large a picture is."""

    width: int
    height: int


CAPTION_MAX = 1024
"""UTF-16 units."""

UPLOAD_LIMIT = 50 * 1024 * 1024
"""Of one file and, to be safe, of all files of a call, in bytes: Telegram names no limit for albums."""

PHOTO_LIMIT = 10 * 1024 * 1024
_SIDES_MAX = 10_000
_RATIO_MAX = 20
_ALBUM_MAX = 10
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
_AUDIO_TYPES = frozenset({"audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a"})
_VOICE_TYPES = _AUDIO_TYPES | {"audio/ogg", "audio/opus"}
_METHODS: Mapping[Shown, str] = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "animation": "sendAnimation",
    "audio": "sendAudio",
    "voice": "sendVoice",
    "document": "sendDocument",
    "sticker": "sendSticker",
}
_TOGETHER: Mapping[Shown, str] = {"photo": "visual", "video": "visual", "document": "document", "audio": "audio"}


def may_be_photo(file: OutboundAttachment) -> bool:
    """Whether it is worth looking how many pixels a file has."""
    return _essence(file) in PHOTO_TYPES and file.size <= PHOTO_LIMIT


def fits_as_photo(size: Pixels) -> bool:
    """Whether Telegram takes a picture of this size as a photo."""
    long, short = max(size.width, size.height), min(size.width, size.height)
    return long + short <= _SIDES_MAX and long <= _RATIO_MAX * short


def takes_caption(message: OutboundMessageData, shown: Sequence[Shown]) -> bool:
    """Whether the text can stand with the files."""
    return shown[0] != "sticker" and utf16_length(message.text or "") <= CAPTION_MAX


def shown_as(message: OutboundMessageData, file: OutboundAttachment, pictures: Pictures) -> Shown:
    """How a file of a message is shown."""
    kind, mime_type = message.kind, _essence(file)
    if kind in ("document", "sticker"):
        return "document" if kind == "document" else "sticker"
    if mime_type == "image/gif":
        return "animation"
    if mime_type.startswith("image/"):
        size = pictures.get(file.id)
        return "photo" if may_be_photo(file) and (size is None or fits_as_photo(size)) else "document"
    if mime_type == "video/mp4":
        return "video"
    if isinstance(message.content, AudioContent) and message.content.voice and mime_type in _VOICE_TYPES:
        return "voice"
    return "audio" if mime_type in _AUDIO_TYPES else "document"


def compose_files(message: OutboundMessageData, address: Mapping[str, Any], pictures: Pictures) -> list[BotCall]:
    """The calls that send the files of a message, with its text where it fits; `takes_caption` says whether."""
    shown = [shown_as(message, file, pictures) for file in message.attachments]
    caption = message.text if message.text and message.text.strip() and takes_caption(message, shown) else None
    calls = []
    for group in _groups(list(zip(message.attachments, shown, strict=True))):
        calls.append(_call(group, address, caption))
        caption = None
    return calls


def _groups(files: list[tuple[OutboundAttachment, Shown]]) -> Iterable[list[tuple[OutboundAttachment, Shown]]]:
    """Neighbours that can be an album, in albums that are not too large."""
    for together, run in groupby(files, key=lambda one: _TOGETHER.get(one[1])):
        group: list[tuple[OutboundAttachment, Shown]] = []
        size = 0
        for file, shown in run:
            alone = together is None
            if group and (alone or len(group) == _ALBUM_MAX or size + file.size > UPLOAD_LIMIT):
                yield group
                group, size = [], 0
            group.append((file, shown))
            size += file.size
        yield group


def _call(group: list[tuple[OutboundAttachment, Shown]], address: Mapping[str, Any], caption: str | None) -> BotCall:
    if len(group) > 1:
        return _album(group, address, caption)
    [(file, shown)] = group
    call = _single(file, shown, address, caption)
    if shown == "photo":
        return _or(call, "photo_refused", _single(file, "document", address, caption))
    if shown == "voice":
        heard: Shown = "audio" if _essence(file) in _AUDIO_TYPES else "document"
        return _or(call, "voice_forbidden", _single(file, heard, address, caption))
    return call


def _or(call: BotCall, code: str, instead: BotCall) -> BotCall:
    return BotCall(call.method, call.parameters, call.files, {code: instead})


def _single(file: OutboundAttachment, shown: Shown, address: Mapping[str, Any], caption: str | None) -> BotCall:
    captioned = {"caption": caption} if caption is not None and shown != "sticker" else {}
    return BotCall(_METHODS[shown], {**address, **captioned}, (FilePart(shown, file),))


def _album(group: list[tuple[OutboundAttachment, Shown]], address: Mapping[str, Any], caption: str | None) -> BotCall:
    """One call for several files. The caption is the first one's, where an edit finds it (see `deeds`)."""
    call = _album_of(group, address, caption)
    if _TOGETHER[group[0][1]] != "visual":
        return call
    return _or(call, "photo_refused", _album_of([(file, "document") for file, _ in group], address, caption))


def _album_of(
    group: list[tuple[OutboundAttachment, Shown]], address: Mapping[str, Any], caption: str | None
) -> BotCall:
    media: list[dict[str, Any]] = [
        {"type": shown, "media": f"attach://file{number}"} for number, (_, shown) in enumerate(group)
    ]
    if caption is not None:
        media[0]["caption"] = caption
    files = tuple(FilePart(f"file{number}", file) for number, (file, _) in enumerate(group))
    return BotCall("sendMediaGroup", {**address, "media": media}, files)


def _essence(file: OutboundAttachment) -> str:
    return file.mime_type.partition(";")[0].strip().lower()
