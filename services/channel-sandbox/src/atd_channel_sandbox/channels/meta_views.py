"""Translates between what the fake of Meta knows and what a phone shows. Pure."""

import mimetypes
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from atd_channel_sandbox.channels.channel import Json
from atd_channel_sandbox.model import ChannelKind, Customer, FileView, PhoneMessage
from atd_channel_sandbox.views import milliseconds
from atd_channel_sandbox.voice import seconds_of
from atd_testing.meta import SentMessage
from atd_testing.meta.customers import FileKind

STRANGER = "psid-"
"""Begins the key of a person whom somebody else let write: what follows is the id that the company knows."""

REACTIONS: Mapping[str, str] = MappingProxyType(
    {"love": "❤️", "smile": "😆", "wow": "😮", "sad": "😢", "angry": "😠", "like": "👍", "dislike": "👎"}
)
FILE_KINDS: Mapping[str, FileKind] = MappingProxyType(
    {"image": "image", "video": "video", "audio": "audio", "document": "file"}
)
_SHOWN = {"image": "image", "video": "video", "audio": "audio", "file": "document"}
_FIRST_DIGIT: Mapping[ChannelKind, str] = MappingProxyType({"messenger": "8", "facebook": "1", "instagram": "9"})
_SIGNATURES = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8", "image/jpeg"),
    (b"OggS", "audio/ogg"),
    (b"%PDF", "application/pdf"),
)
_TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4"}


def person_id(kind: ChannelKind, customer: Customer) -> str:
    """The person as a company knows them: by another id on each channel, none of which is the phone number."""
    if customer.key.startswith(STRANGER):
        return customer.key.removeprefix(STRANGER)
    digits = "".join(letter for letter in customer.key if letter.isdigit())
    return f"{_FIRST_DIGIT[kind]}{digits[:15]:0>15}"


def user_name(customer: Customer) -> str:
    """What the person is called on Instagram."""
    return ".".join(customer.name.casefold().split())


def received(sent: SentMessage, company: str, customer: Customer, file: FileView | None, about: str) -> PhoneMessage:
    """The message that a phone shows for one that a company sent. `about`: the comment that it answers."""
    message = sent.body.get("message")
    made = PhoneMessage(
        id=sent.message_id,
        company=company,
        customer=customer.key,
        mine=False,
        kind=_SHOWN.get(sent.kind, "text"),
        at=milliseconds(sent.at),
        status="delivered" if customer.online else "undelivered",
        text=sent.text,
        reply_to=sent.reply_to,
        file=file,
    )
    choices = _choices(message) if isinstance(message, dict) else None
    if choices is not None:
        made.kind, made.content = "interactive", choices
        if choices["type"] == "cards":
            made.text = None
    if about:
        made.content = {**made.content, "comment": about}
    return made


def file_type(sent: SentMessage) -> str:
    """The media type of a file that a company sent."""
    data = sent.file or b""
    known = next((mime_type for start, mime_type in _SIGNATURES if data.startswith(start)), None)
    guessed = mimetypes.guess_type(sent.file_name or "")[0]
    return known or guessed or _TYPES.get(sent.kind, "application/octet-stream")


def file_view(media_id: str, sent: SentMessage, mime_type: str) -> FileView:
    """A file of a company's message, which the phones' store has under this id."""
    data = sent.file or b""
    spoken = sent.kind == "audio"
    seconds = seconds_of(data) if spoken else None
    return FileView(
        id=media_id, name=sent.file_name, mime_type=mime_type, size=len(data), voice=spoken, seconds=seconds
    )


def _choices(message: Json) -> Json | None:
    """Quick replies, or the buttons and cards of a template."""
    if replies := message.get("quick_replies"):
        buttons = [{"id": one["payload"], "title": one["title"]} for one in replies]
        return {"type": "button", "buttons": buttons}
    payload = (message.get("attachment") or {}).get("payload") or {}
    match payload.get("template_type"):
        case "button":
            return {"type": "button", "buttons": [_button(one) for one in payload["buttons"]]}
        case "generic":
            rows = [_card(one) for one in payload["elements"]]
            return {"type": "cards", "sections": [{"rows": rows}]}
        case _:
            return None


def _button(one: Json) -> Json:
    given = {"url": one["url"]} if "url" in one else {"id": one.get("payload")}
    return {"title": one["title"], **given}


def _card(one: Json) -> Json:
    """A card is chosen by its first button, whose words are told where they are not the card's own."""
    button = _button(one["buttons"][0])
    said = {"button": button["title"]} if button["title"] != one["title"] else {}
    return {"title": one["title"], "description": one.get("subtitle"), "id": button.get("id"), **said}


def told_ids(body: str) -> list[str]:
    """The ids of people's messages and comments in a webhook body."""
    found: list[str] = []
    for entry in orjson.loads(body).get("entry", ()):
        for item in entry.get("messaging", ()):
            said: Any = item.get("message") or item.get("postback") or {}
            if "mid" in said:
                found.append(said["mid"])
        found += [one["value"]["comment_id"] for one in entry.get("changes", ()) if "comment_id" in one["value"]]
    return found
