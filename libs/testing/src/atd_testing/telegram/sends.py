"""The methods that send: what each wants, and the messages that come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from atd_servicekit.files import picture_size
from atd_testing.telegram.checks import check_caption, check_chat, check_limits, check_markup, check_reply, check_text
from atd_testing.telegram.errors import BotApiError, bad_request
from atd_testing.telegram.files import PHOTO_LIMIT, UPLOAD_LIMIT, BotFile
from atd_testing.telegram.params import Params, Upload
from atd_testing.telegram.state import Chat, FakeState, Json

_SIDES_MAX = 10_000
_RATIO_MAX = 20
_ALBUM = range(2, 11)


@dataclass(frozen=True, slots=True)
class Sending:
    """A call that sends, checked: the contents of its messages, what a person reads, and the uploads that it used."""

    chat: Chat
    contents: list[Json]
    text: str
    common: Json


@dataclass(frozen=True, slots=True)
class _Source:
    """Where files of a call are: its uploads, and the bot's files by id."""

    state: FakeState
    bot_id: int
    params: Params

    def file(self, name: str, given: Any, *, folder: str) -> BotFile:
        """The file that a parameter names: an upload, `attach://<part>`, a file id."""
        upload = self.params.files.get(name)
        if isinstance(given, str) and given.startswith("attach://"):
            upload = self.params.files.get(given.removeprefix("attach://"))
        if upload is not None:
            return self._added(upload, folder)
        if not isinstance(given, str) or not given:
            raise bad_request(f"there is no {name} in the request")
        if given.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        known = self.state.files.get(self.bot_id, given)
        if known is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return known

    def _added(self, upload: Upload, folder: str) -> BotFile:
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > UPLOAD_LIMIT:
            raise BotApiError(413, "Request Entity Too Large")
        return self.state.files.add(
            self.bot_id, upload.data, upload.mime_type, folder=folder, name=upload.name, origin="upload"
        )


def _facts(file: BotFile, *, named: bool = True) -> Json:
    facts: Json = {"file_id": file.file_id, "file_unique_id": file.file_unique_id, "file_size": file.size}
    if named:
        facts |= {"mime_type": file.mime_type}
        facts |= {} if file.name is None else {"file_name": file.name}
    return facts


def _photo(source: _Source, name: str, given: Any, chat: Chat) -> Json:  # noqa: ARG001 - one signature for every kind
    file = source.file(name, given, folder="photos")
    size = picture_size(file.data)
    if file.size > PHOTO_LIMIT:
        raise bad_request(f"file of size {file.size} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT}")
    if size is None and not file.mime_type.startswith("image/"):
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = (size.width, size.height) if size is not None else (800, 600)
    if width + height > _SIDES_MAX or max(width, height) > _RATIO_MAX * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    sizes = [
        {**_facts(file, named=False), "width": max(1, width // part), "height": max(1, height // part)}
        for part in (4, 1)
    ]
    return {"photo": sizes}


def _document(source: _Source, name: str, given: Any, chat: Chat) -> Json:  # noqa: ARG001 - see `_photo`
    return {"document": _facts(source.file(name, given, folder="documents"))}


def _video(source: _Source, name: str, given: Any, chat: Chat) -> Json:  # noqa: ARG001 - see `_photo`
    facts = _facts(source.file(name, given, folder="videos"))
    return {"video": {**facts, "width": 1280, "height": 720, "duration": 12}}


def _animation(source: _Source, name: str, given: Any, chat: Chat) -> Json:  # noqa: ARG001 - see `_photo`
    facts = _facts(source.file(name, given, folder="animations"))
    return {"animation": {**facts, "width": 320, "height": 240, "duration": 3}, "document": facts}


def _audio(source: _Source, name: str, given: Any, chat: Chat) -> Json:  # noqa: ARG001 - see `_photo`
    return {"audio": {**_facts(source.file(name, given, folder="music")), "duration": 180}}


def _voice(source: _Source, name: str, given: Any, chat: Chat) -> Json:
    if chat.refuses_voice:
        raise bad_request("VOICE_MESSAGES_FORBIDDEN")
    file = source.file(name, given, folder="voice")
    return {"voice": {**_facts(file, named=False), "mime_type": file.mime_type, "duration": 4}}


def _video_note(source: _Source, name: str, given: Any, chat: Chat) -> Json:
    if chat.refuses_voice:
        raise bad_request("VOICE_MESSAGES_FORBIDDEN")
    facts = _facts(source.file(name, given, folder="video_notes"), named=False)
    return {"video_note": {**facts, "length": 240, "duration": 5}}


def _sticker(source: _Source, name: str, given: Any, chat: Chat) -> Json:  # noqa: ARG001 - see `_photo`
    facts = _facts(source.file(name, given, folder="stickers"), named=False)
    shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": {**facts, **shape}}


_FileKind = Callable[[_Source, str, Any, Chat], Json]
_FILES: Mapping[str, tuple[str, _FileKind]] = MappingProxyType(
    {
        "sendPhoto": ("photo", _photo),
        "sendDocument": ("document", _document),
        "sendVideo": ("video", _video),
        "sendAnimation": ("animation", _animation),
        "sendAudio": ("audio", _audio),
        "sendVoice": ("voice", _voice),
        "sendVideoNote": ("video_note", _video_note),
        "sendSticker": ("sticker", _sticker),
    }
)
_WITHOUT_CAPTION = frozenset({"sendVideoNote", "sendSticker"})
_ALBUM_KINDS: Mapping[str, _FileKind] = MappingProxyType(
    {"photo": _photo, "video": _video, "document": _document, "audio": _audio}
)

SEND_METHODS = frozenset(
    {*_FILES, "sendMessage", "sendMediaGroup", "sendLocation", "sendVenue", "sendContact", "sendPoll", "sendDice"}
)


def check_send(state: FakeState, bot_id: int, method: str, params: Params) -> Sending:
    """What a call sends. Refuses what the Bot API refuses; nothing is sent yet."""
    chat = check_chat(state, bot_id, params)
    check_limits(state, bot_id, chat)
    check_markup(params.object("reply_markup"), chat)
    source = _Source(state, bot_id, params)
    common = check_reply(state, bot_id, chat, params)
    if method == "sendMessage":
        text = check_text(params)
        return Sending(chat, [{"text": text}], text, common)
    if method == "sendMediaGroup":
        return _album(source, chat, common)
    if method in _FILES:
        name, kind = _FILES[method]
        caption = None if method in _WITHOUT_CAPTION else check_caption(params.values.get("caption"), params)
        content = kind(source, name, params.values.get(name), chat)
        return Sending(chat, [content | _captioned(caption)], caption or "", common)
    content, text = _bare(method, params)
    return Sending(chat, [content], text, common)


def _album(source: _Source, chat: Chat, common: Json) -> Sending:
    items = source.params.object("media")
    if not isinstance(items, list) or len(items) not in _ALBUM:
        raise bad_request("group send failed: there must be from 2 to 10 media")
    kinds = {item.get("type") for item in items}
    if not kinds <= _ALBUM_KINDS.keys() or (len(kinds) > 1 and kinds & {"document", "audio"}):
        raise bad_request("can't mix such media in an album")
    contents, captions = [], []
    for place, item in enumerate(items):
        caption = check_caption(item.get("caption"), source.params)
        content = _ALBUM_KINDS[item["type"]](source, f"media{place}", item.get("media"), chat)
        contents.append(content | _captioned(caption))
        captions.append(caption or "")
    group = f"1{source.state.next_message_id()}"
    return Sending(chat, contents, "\n".join(filter(None, captions)), {**common, "media_group_id": group})


def _captioned(caption: str | None) -> Json:
    return {} if caption is None else {"caption": caption}


def _bare(method: str, params: Params) -> tuple[Json, str]:
    """Messages without a file."""
    if method in ("sendLocation", "sendVenue"):
        place = {name: params.degrees(name) for name in ("latitude", "longitude")}
        if not (-90 <= place["latitude"] <= 90 and -180 <= place["longitude"] <= 180):  # noqa: PLR2004 - degrees
            raise bad_request("invalid coordinates specified")
        if method == "sendLocation":
            return {"location": place}, ""
        title, address = params.text("title"), params.text("address")
        if not title or not address:
            raise bad_request("venue title and address must be non-empty")
        return {"venue": {"location": place, "title": title, "address": address}, "location": place}, title
    if method == "sendContact":
        phone, first = params.text("phone_number"), params.text("first_name")
        if not phone or not first:
            raise bad_request("contact phone number and first name must be non-empty")
        more = {name: params.text(name) for name in ("last_name", "vcard") if params.text(name)}
        return {"contact": {"phone_number": phone, "first_name": first, **more}}, first
    raise bad_request(f"{method} is not played by this fake")


def send_out(state: FakeState, bot_id: int, sending: Sending, params: Params) -> list[Json]:
    """Make the messages."""
    bot = state.bot(bot_id).told()
    sender = {name: bot[name] for name in ("id", "is_bot", "first_name", "username")}
    made = []
    for content in sending.contents:
        message: Json = {
            "message_id": state.next_message_id(),
            "from": sender,
            "chat": sending.chat.told(),
            "date": int(state.now().timestamp()),
            **sending.common,
            **content,
        }
        if (markup := params.object("reply_markup")) and "inline_keyboard" in markup:
            message["reply_markup"] = {"inline_keyboard": markup["inline_keyboard"]}
        if connection := params.text("business_connection_id"):
            message["business_connection_id"] = connection
        if (thread := params.values.get("message_thread_id")) is not None:
            message |= {"message_thread_id": int(thread), "is_topic_message": True}
        state.keep(bot_id, message)
        made.append(message)
    return made
