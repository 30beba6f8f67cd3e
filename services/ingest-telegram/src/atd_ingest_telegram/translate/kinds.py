"""What a message says, by the field that it has: from Telegram's objects to text, content and files of every channel.

The order of `KINDS` matters: an animation has a `document` too, and a venue a `location`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from atd_channelkit.webhooks.values import Json, is_blank, label_of, number_of
from atd_ingest_telegram.translate.cards import card_of
from atd_ingest_telegram.translate.files import attachment_of, largest_photo
from atd_ingest_telegram.translate.part import Part
from atd_ingest_telegram.translate.texts import text_of
from atd_schemas.content_base import Content
from atd_schemas.contents import (
    EMPTY,
    AudioContent,
    LocationContent,
    MessageKind,
    PlainContent,
    Poll,
    StickerContent,
    UnsupportedContent,
)
from atd_schemas.inbound import InboundAttachment

OPTIONS_LIMIT = 100
"""Answers of a poll; Telegram allows 12."""

_NORTHERNMOST = 90
_EASTERNMOST = 180


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says, in the shapes of the public API. `shared_phone` is the sender's own, which they shared."""

    kind: MessageKind
    text: str | None = None
    content: Content = EMPTY
    attachments: tuple[InboundAttachment, ...] = ()
    shared_phone: str | None = None


Read = Callable[[Part, str], Said | None]
"""Reads one kind of message; `ref` is our name of it."""


def kind_of(item: Json) -> str | None:
    """The field that says what a message is; `None` when it has none that is known."""
    return next((name for name in KINDS if item.get(name) is not None), None)


def said(part: Part, ref: str) -> Said | None:
    """What the message says; `None` when this version does not understand it, which is named as a problem."""
    kind = kind_of(part.item)
    if kind is None:
        part.problem("says nothing that is known to this version")
        return None
    return KINDS[kind](part, ref)


def not_shown(part: Part, kind: str) -> Said:
    """The placeholder of what cannot be shown: what kind of thing it is, and the words that it has."""
    caption = part.item.get("caption")
    text = caption if isinstance(caption, str) else _title(part.item.get(kind))
    return Said("unsupported", text=label_of(text), content=UnsupportedContent(type=kind))


def _title(value: Any) -> str | None:
    found = value.get("title") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _text(part: Part, _ref: str) -> Said | None:
    words = text_of(part, "text", "entities")
    if words is None:
        return None
    if is_blank(words):
        part.problem("is empty", ".text")
        return None
    return Said("text", words)


def _caption(part: Part) -> str | None:
    return text_of(part, "caption", "caption_entities")


def _photo(part: Part, ref: str) -> Said | None:
    photo = largest_photo(part, part.item["photo"], ".photo")
    attachment = None if photo is None else attachment_of(part, photo, ".photo", ref, mime_type="image/jpeg")
    return None if attachment is None else Said("image", _caption(part), attachments=(attachment,))


def _file(part: Part, ref: str, name: str, kind: MessageKind, mime_type: str | None = None) -> Said | None:
    file = part.object(name)
    attachment = None if file is None else attachment_of(part, file, f".{name}", ref, mime_type=mime_type)
    return None if attachment is None else Said(kind, _caption(part), attachments=(attachment,))


def _sound(part: Part, ref: str, name: str, *, voice: bool) -> Said | None:
    sound = part.object(name)
    if sound is None:
        return None
    titles = [label_of(sound.get(one), 100) for one in ("performer", "title")]
    mime_type, title = ("audio/ogg", None) if voice else ("audio/mpeg", " - ".join(one for one in titles if one))
    attachment = attachment_of(part, sound, f".{name}", ref, mime_type=mime_type, name=title or None)
    if attachment is None:
        return None
    seconds = number_of(sound.get("duration"))
    content = AudioContent(voice=voice, duration=None if seconds is None or seconds < 0 else float(seconds))
    return Said("audio", _caption(part), content, (attachment,))


def _sticker(part: Part, ref: str) -> Said | None:
    """A sticker that moves comes in formats that no browser shows as a picture: then its still picture is taken."""
    sticker = part.object("sticker")
    if sticker is None:
        return None
    animated = sticker.get("is_animated") is True or sticker.get("is_video") is True
    still = sticker.get("thumbnail") if animated else None
    file, at = (still, ".sticker.thumbnail") if isinstance(still, dict) else (sticker, ".sticker")
    attachment = attachment_of(part, file, at, ref, mime_type=_sticker_type(sticker, still=file is still))
    if attachment is None:
        return None
    shows = file is still or not animated
    return Said(
        "sticker",
        None if shows else label_of(sticker.get("emoji"), 64),
        StickerContent(animated=animated),
        (attachment,),
    )


def _sticker_type(sticker: Json, *, still: bool) -> str | None:
    if still:
        return None
    if sticker.get("is_animated") is True:
        return "application/x-tgsticker"
    return "video/webm" if sticker.get("is_video") is True else "image/webp"


def _venue(part: Part, _ref: str) -> Said | None:
    venue = part.object("venue")
    if venue is None:
        return None
    return _place(part, venue.get("location"), ".venue.location", venue.get("title"), venue.get("address"))


def _location(part: Part, _ref: str) -> Said | None:
    return _place(part, part.item["location"], ".location")


def _place(part: Part, place: Any, at: str, name: Any = None, address: Any = None) -> Said | None:
    found = place if isinstance(place, dict) else {}
    latitude, longitude = number_of(found.get("latitude")), number_of(found.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > _NORTHERNMOST or abs(longitude) > _EASTERNMOST:
        part.problem("has no place on the globe", at)
        return None
    content = LocationContent(
        latitude=latitude, longitude=longitude, name=part.label(name), address=part.label(address)
    )
    return Said("location", content=content)


def _contact(part: Part, _ref: str) -> Said | None:
    card = card_of(part)
    return None if card is None else Said("contacts", content=card.content, shared_phone=card.own_phone)


def _poll(part: Part, _ref: str) -> Said | None:
    poll = part.object("poll")
    question = None if poll is None else part.label(poll.get("question"))
    if poll is None or question is None:
        part.problem("asks nothing", ".poll")
        return None
    options = [part.label(one.get("text")) for one in part.objects(poll.get("options"), OPTIONS_LIMIT, ".poll.options")]
    asked = Poll(
        question=question,
        options=tuple(one for one in options if one),
        several=poll.get("allows_multiple_answers") is True,
    )
    return Said("text", question, PlainContent(poll=asked))


def _dice(part: Part, _ref: str) -> Said | None:
    dice = part.object("dice")
    if dice is None:
        return None
    emoji, value = label_of(dice.get("emoji"), 64), dice.get("value")
    if emoji is None or isinstance(value, bool) or not isinstance(value, int):
        part.problem("has no emoji and value", ".dice")
        return None
    return Said("text", f"{emoji} {value}")


def _checklist(part: Part, _ref: str) -> Said | None:
    checklist = part.object("checklist")
    if checklist is None:
        return None
    tasks = part.objects(checklist.get("tasks"), OPTIONS_LIMIT, ".checklist.tasks")
    title = part.label(checklist.get("title"))
    lines = [f"{'☑' if _is_done(one) else '☐'} {text}" for one in tasks if (text := part.label(one.get("text")))]
    if not lines:
        part.problem("has no task", ".checklist")
        return None
    return Said("text", "\n".join([title, *lines] if title else lines))


def _is_done(task: Json) -> bool:
    return bool(task.get("completion_date"))


def _unsupported(part: Part, _ref: str, kind: str) -> Said | None:
    part.problem("is not shown by this version", f".{kind}")
    return None


OTHERS = (
    *("paid_media", "live_photo", "rich_message", "story", "game", "invoice", "successful_payment"),
    *("web_app_data", "users_shared", "chat_shared", "giveaway", "giveaway_winners"),
)
"""What this version shows as a placeholder alone."""

KINDS: Mapping[str, Read] = MappingProxyType(
    {
        "text": _text,
        **{kind: partial(_unsupported, kind=kind) for kind in OTHERS},
        "animation": partial(_file, name="animation", kind="video", mime_type="video/mp4"),
        "photo": _photo,
        "video": partial(_file, name="video", kind="video", mime_type="video/mp4"),
        "video_note": partial(_file, name="video_note", kind="video", mime_type="video/mp4"),
        "voice": partial(_sound, name="voice", voice=True),
        "audio": partial(_sound, name="audio", voice=False),
        "sticker": _sticker,
        "document": partial(_file, name="document", kind="document"),
        "venue": _venue,
        "location": _location,
        "contact": _contact,
        "poll": _poll,
        "dice": _dice,
        "checklist": _checklist,
    }
)
"""How each kind is read, in the order in which their fields are looked for."""
