"""A message as the calls that send it, one for each part.

The parts follow from the message (and the sizes of its pictures) alone: whoever goes on with part 2 makes the same one.
Texts go as they are, without `parse_mode`, so there is nothing to escape and nothing that could be cut inside a tag.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from atd_channelkit.answers import Unsendable
from atd_channelkit.sending.texts import split_text
from atd_ingest_telegram.compose.address import Body, address_of, reply_to
from atd_ingest_telegram.compose.calls import BotCall, CannotCompose
from atd_ingest_telegram.compose.files import Pictures, compose_files, shown_as, takes_caption
from atd_ingest_telegram.compose.keyboards import Language, keyboard_of, text_with
from atd_schemas.content_base import Content
from atd_schemas.contents import ContactCard, ContactsContent, LocationContent
from atd_schemas.outbound import OutboundMessageData

TEXT_MAX = 4096
"""UTF-16 units."""

VCARD_MAX = 2048
"""Bytes."""

_C = TypeVar("_C", bound=Content)


def compose_message(
    message: OutboundMessageData, pictures: Pictures, language: Language = "pt-BR"
) -> tuple[BotCall, ...] | Unsendable:
    """The calls that send a message, in order; the first one quotes what the message answers.

    `language` is of the words on buttons that ask for a phone or a place.
    """
    compose = _KINDS.get(message.kind)
    if compose is None:
        return Unsendable("kind_not_supported", f"A message of kind {message.kind} cannot be sent to Telegram.")
    try:
        address = address_of(message.recipient, message.thread_id)
        first, *others = compose(message, address, pictures, language)
    except CannotCompose as error:
        return error.unsendable
    return (first.having(**reply_to(message.reply_to_external_id, address)), *others)


def _text(message: OutboundMessageData, address: Body, pictures: Pictures, language: Language) -> list[BotCall]:  # noqa: ARG001 - one signature for every kind
    return _said(message.text, address)


def _said(text: str | None, address: Body) -> list[BotCall]:
    parts = split_text(text or "", TEXT_MAX, "utf16")
    if not parts:
        raise CannotCompose("text: is missing", "empty_text")
    return [BotCall("sendMessage", {**address, "text": part}) for part in parts]


def _files(message: OutboundMessageData, address: Body, pictures: Pictures, language: Language) -> list[BotCall]:  # noqa: ARG001 - see `_text`
    """A text that is too long for a caption follows the files as messages of its own."""
    if not message.attachments:
        raise CannotCompose(f"attachments: a message of kind {message.kind} has a file")
    calls = compose_files(message, address, pictures)
    shown = [shown_as(message, file, pictures) for file in message.attachments]
    if message.text and message.text.strip() and not takes_caption(message, shown):
        calls += _said(message.text, address)
    return calls


def _interactive(message: OutboundMessageData, address: Body, pictures: Pictures, language: Language) -> list[BotCall]:
    """What can be tapped stands below the last part; a file above the text goes before it."""
    content = message.content
    keyboard = keyboard_of(content, private=address["chat_id"] > 0, language=language)
    files = compose_files(message.model_copy(update={"text": None}), address, pictures) if message.attachments else []
    *texts, last = _said(text_with(content, message.text or ""), address)
    return [*files, *texts, last.having(reply_markup=keyboard)]


def _location(message: OutboundMessageData, address: Body, pictures: Pictures, language: Language) -> list[BotCall]:  # noqa: ARG001 - see `_text`
    """A place that has a name is a venue, which wants an address too."""
    place = _content(message, LocationContent)
    where = {**address, "latitude": place.latitude, "longitude": place.longitude}
    title, lines = place.name or place.address, place.address or place.name
    if not title:
        return [BotCall("sendLocation", where)]
    return [BotCall("sendVenue", {**where, "title": title, "address": lines})]


def _contacts(message: OutboundMessageData, address: Body, pictures: Pictures, language: Language) -> list[BotCall]:  # noqa: ARG001 - see `_text`
    cards = _content(message, ContactsContent).contacts
    if not cards:
        raise CannotCompose("content.contacts: is empty")
    return [BotCall("sendContact", {**address, **_card(card)}) for card in cards]


def _card(card: ContactCard) -> Body:
    """Telegram shows one name and one number; the rest is in a vCard."""
    if not card.name or not card.name.strip():
        raise CannotCompose("content.contacts: a card has no name")
    if not card.phones:
        raise CannotCompose("content.contacts: a card has no phone number, and Telegram wants one", "no_phone")
    first, _, last = card.name.strip().partition(" ")
    made: Body = {"phone_number": card.phones[0].number, "first_name": first}
    if last.strip():
        made["last_name"] = last.strip()
    if len(card.phones) > 1 or card.emails or card.organization:
        vcard = _vcard(card)
        made |= {"vcard": vcard} if len(vcard.encode()) <= VCARD_MAX else {}
    return made


def _vcard(card: ContactCard) -> str:
    """RFC 2426."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_escaped(card.name or '')}"]
    lines += [f"TEL;TYPE={_type(phone.type, 'CELL')}:{_escaped(phone.number)}" for phone in card.phones]
    lines += [f"EMAIL;TYPE={_type(one.type, 'INTERNET')}:{_escaped(one.email)}" for one in card.emails]
    lines += [f"ORG:{_escaped(card.organization)}"] if card.organization else []
    return "\n".join([*lines, "END:VCARD"])


def _type(told: str | None, default: str) -> str:
    return told.upper() if told and told.isascii() and told.isalpha() else default


def _escaped(value: str) -> str:
    for letter, written in (("\\", "\\\\"), ("\r\n", "\\n"), ("\n", "\\n"), (",", "\\,"), (";", "\\;")):
        value = value.replace(letter, written)
    return value


def _content(message: OutboundMessageData, model: type[_C]) -> _C:
    if not isinstance(message.content, model):
        raise CannotCompose(f"content: does not fit a message of kind {message.kind}")
    return message.content


_Compose = Callable[[OutboundMessageData, Body, Pictures, Language], list[BotCall]]
_KINDS: Mapping[str, _Compose] = MappingProxyType(
    {
        "text": _text,
        "image": _files,
        "video": _files,
        "audio": _files,
        "document": _files,
        "sticker": _files,
        "location": _location,
        "contacts": _contacts,
        "interactive": _interactive,
    }
)
