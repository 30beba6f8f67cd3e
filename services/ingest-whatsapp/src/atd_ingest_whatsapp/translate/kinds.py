"""What a message says, kind by kind: from Meta's object to the text, content and files of every channel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import orjson

from atd_channelkit.webhooks.values import Json, file_name_of, id_of, is_blank, number_of, plain, shown, storable
from atd_ingest_whatsapp.failures import code_of, detail_of
from atd_ingest_whatsapp.translate.cards import cards_of
from atd_ingest_whatsapp.translate.part import Part
from atd_ingest_whatsapp.translate.values import sha256_of
from atd_schemas.content_base import Content
from atd_schemas.contents import (
    EMPTY,
    AudioContent,
    ContactCard,
    LocationContent,
    MessageKind,
    OrderContent,
    OrderItem,
    StickerContent,
    UnsupportedContent,
    answer_of,
)
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundAttachment

ITEMS_LIMIT = 500
"""Products of one order."""

FORM_LIMIT_BYTES = 65_536
"""A longer answer to a form is left out, which is a problem."""

MEDIA_UNAVAILABLE = 131052
"""Meta could not take the customer's file (over 100 MB, or gone): there is nothing to fetch."""

SAYS_NOTHING = "says nothing"
"""Nothing could be shown of it: the message shows as `unsupported`, and the body is kept."""

_EMPTY_CARD = ContactCard()
_NORTHERNMOST = 90
_EASTERNMOST = 180


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says, in the shapes of the public API."""

    kind: MessageKind
    text: str | None = None
    content: Content = EMPTY
    attachments: tuple[InboundAttachment, ...] = ()


def said(part: Part) -> Said | None:
    """What the message says; `None` when this version does not understand it, which is named as a problem.

    What Meta itself could not hand on is understood: a message `unsupported` with Meta's reason.
    """
    kind = part.item.get("type")
    read = KINDS.get(kind) if isinstance(kind, str) else None
    errors = part.errors()
    if kind == "unsupported" or (errors and _nothing_to_read(part.item, kind, errors)):
        return _unsupported(part, errors)
    part.name_errors()
    if read is None:
        part.problem(f"type {shown(kind)} is not known to this version")
        return None
    return read(part)


def _nothing_to_read(item: Json, kind: Any, errors: list[Json]) -> bool:
    unavailable = any(code_of(error) == MEDIA_UNAVAILABLE for error in errors)
    return unavailable or not isinstance(kind, str) or kind not in KINDS or item.get(kind) is None


def _unsupported(part: Part, errors: list[Json]) -> Said:
    kind = part.item.get("type")
    named, media = part.item.get("unsupported"), part.item.get(kind) if isinstance(kind, str) else None
    told = named.get("type") if isinstance(named, dict) else None
    caption = media.get("caption") if isinstance(media, dict) else None
    reason = next((words for error in errors if (words := detail_of(error))), None)
    return Said(
        "unsupported",
        text=part.text(caption, f".{kind}.caption"),
        content=UnsupportedContent(
            type=next((plain(one) for one in (told, kind) if isinstance(one, str) and one), "unknown"), reason=reason
        ),
    )


def _text(part: Part) -> Said | None:
    text = part.item.get("text")
    words = part.text(text.get("body"), ".text.body") if isinstance(text, dict) else None
    if words is None or is_blank(words):
        part.problem("is missing", ".text.body")
        return None
    return Said("text", words)


def _media(part: Part, kind: MessageKind) -> Said | None:
    media = part.object(kind)
    if media is None:
        return None
    media_id = id_of(media.get("id"))
    if media_id is None:
        part.problem("is missing or too long", f".{kind}.id")
        return None
    content: Content = EMPTY
    if kind == "audio":
        content = AudioContent(voice=media.get("voice") is True)
    elif kind == "sticker":
        content = StickerContent(animated=media.get("animated") is True)
    attachment = InboundAttachment(
        id=uuid5("attachment", part.account.id, str(part.item.get("id")), media_id),
        provider_id=media_id,
        name=file_name_of(media.get("filename")),
        mime_type=part.label(media.get("mime_type"), 255),
        sha256=sha256_of(media.get("sha256")),
        url=part.link(media.get("url")),
    )
    return Said(kind, part.text(media.get("caption"), f".{kind}.caption"), content, (attachment,))


def _location(part: Part) -> Said | None:
    place = part.object("location")
    if place is None:
        return None
    latitude, longitude = number_of(place.get("latitude")), number_of(place.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > _NORTHERNMOST or abs(longitude) > _EASTERNMOST:
        part.problem("has no place on the globe", ".location")
        return None
    return Said(
        "location",
        content=LocationContent(
            latitude=latitude,
            longitude=longitude,
            name=part.label(place.get("name")),
            address=part.label(place.get("address")),
            url=part.link(place.get("url")),
        ),
    )


def _contacts(part: Part) -> Said | None:
    content = cards_of(part)
    if content is not None and all(card == _EMPTY_CARD for card in content.contacts):
        part.problem(SAYS_NOTHING, ".contacts")
        return None
    return None if content is None else Said("contacts", content=content)


def _interactive(part: Part) -> Said | None:
    answer = part.object("interactive")
    if answer is None:
        return None
    kind = answer.get("type")
    given = answer.get(kind) if isinstance(kind, str) else None
    if kind in ("button_reply", "list_reply") and isinstance(given, dict):
        return _reply(part, given.get("id"), given.get("title"), given.get("description"))
    if kind == "nfm_reply" and isinstance(given, dict):
        form = _form(part, given.get("response_json"))
        return _reply(part, given.get("name"), given.get("body"), None, form)
    part.problem(f"type {shown(kind)} is not known to this version", ".interactive")
    return None


def _button(part: Part) -> Said | None:
    button = part.object("button")
    if button is None:
        return None
    title = part.label(button.get("text"))
    return _answer(part, part.label(button.get("payload")) or title, title)


def _reply(part: Part, chosen: Any, title: Any, description: Any, form: dict[str, Any] | None = None) -> Said | None:
    title = part.label(title)
    return _answer(part, part.label(chosen) or (title if form is None else None), title, part.label(description), form)


def _answer(
    part: Part,
    chosen: str | None,
    title: str | None,
    description: str | None = None,
    form: dict[str, Any] | None = None,
) -> Said | None:
    """What was chosen: its title is the text, so that the thread reads well and the word is found."""
    content = answer_of(chosen, title, description, form)
    if content is None:
        part.problem(SAYS_NOTHING, f".{part.item['type']}")
        return None
    return Said("interactive", content.reply.title, content)


def _form(part: Part, answer: Any) -> dict[str, Any] | None:
    """The fields of a form that was filled in, which Meta writes as JSON in a text."""
    at = ".interactive.nfm_reply.response_json"
    try:
        fields = orjson.loads(answer) if isinstance(answer, str) and len(answer) <= FORM_LIMIT_BYTES else None
    except orjson.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        part.problem("is not an object of sensible size", at)
        return None
    form: dict[str, Any] = storable(fields)
    return form


def _order(part: Part) -> Said | None:
    order = part.object("order")
    if order is None:
        return None
    items = part.objects(order.get("product_items"), ITEMS_LIMIT, ".order.product_items")
    words = part.text(order.get("text"), ".order.text")
    words = None if words is None or is_blank(words) else words
    if words is None and not items:
        part.problem(SAYS_NOTHING, ".order")
        return None
    return Said(
        "order",
        words,
        OrderContent(
            catalog_id=part.label(order.get("catalog_id")),
            items=tuple(
                OrderItem(
                    sku=part.label(item.get("product_retailer_id")),
                    quantity=number_of(item.get("quantity")),
                    price=number_of(item.get("item_price")),
                    currency=part.label(item.get("currency"), 8),
                )
                for item in items
            ),
        ),
    )


KINDS: Mapping[str, Callable[[Part], Said | None]] = MappingProxyType(
    {
        "text": _text,
        "image": partial(_media, kind="image"),
        "audio": partial(_media, kind="audio"),
        "video": partial(_media, kind="video"),
        "document": partial(_media, kind="document"),
        "sticker": partial(_media, kind="sticker"),
        "location": _location,
        "contacts": _contacts,
        "interactive": _interactive,
        "button": _button,
        "order": _order,
    }
)
