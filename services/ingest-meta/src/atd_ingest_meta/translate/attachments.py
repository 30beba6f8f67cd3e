"""What is attached to a message: files to fetch, and what can only be named, linked or shown as text.

An address is fetched only where Meta serves media (`MEDIA_DOMAINS`): the page of a post or a reel is a link.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from atd_channelkit.webhooks.values import Json, file_name_of, is_blank, link_of, number_of, plain, shown
from atd_ingest_meta.ids import meta_id
from atd_ingest_meta.translate.part import Part
from atd_schemas.content_base import Content
from atd_schemas.contents import (
    EMPTY,
    LocationContent,
    MessageKind,
    PlainContent,
    ProductRef,
    Shared,
    StickerContent,
    UnsupportedContent,
)
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundAttachment
from atd_schemas.views import AttachmentRole

ATTACHMENTS_LIMIT = 30
"""Attachments of one message; Messenger allows fewer."""

MEDIA_DOMAINS = (".fbcdn.net", ".fbsbx.com", ".cdninstagram.com")
"""Where Meta serves the media of messages."""

_ADDRESS = re.compile(
    r"https?://(?P<host>[A-Za-z0-9.-]{1,253})(?::\d{1,5})?(?![^/?#])(?P<path>/[^?#]{0,2048})?", re.IGNORECASE
)
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_NORTHERNMOST = 90
_EASTERNMOST = 180


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says, in the shapes of the public API."""

    kind: MessageKind
    text: str | None = None
    content: Content = EMPTY
    attachments: tuple[InboundAttachment, ...] = ()
    shared: Shared | None = None
    product: ProductRef | None = None


_Read = Callable[[Part, str, Json, int], Said | None]


@dataclass(slots=True)
class _Found:
    """What the attachments of one message say together."""

    said: list[Said] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def attached(part: Part, message: Json, mid: str) -> tuple[Sequence[Said], Sequence[str]]:
    """What each attachment says, in their order; and the types that this version does not know, which are problems."""
    if message.get("attachments") is None:
        return (), ()
    items = part.objects(message.get("attachments"), ATTACHMENTS_LIMIT, ".message.attachments")
    stickers = {meta_id(_payload(one).get("sticker_id")) for one in items if one.get("type") == "sticker"} - {None}
    urls = {link_of(_payload(one).get("url")) for one in items if one.get("type") == "sticker"} - {None}
    found = _Found()
    for place, item in enumerate(items):
        payload, kind = _payload(item), item.get("type")
        if kind == "image" and (link_of(payload.get("url")) in urls or meta_id(payload.get("sticker_id")) in stickers):
            continue  # until August 2026 a sticker comes as a sticker and as an image
        if kind == "image" and payload.get("sticker_id") is not None:
            kind = "sticker"
        read = KINDS.get(kind) if isinstance(kind, str) else None
        if read is None:
            part.problem(f"type {shown(kind)} is not known to this version", f".message.attachments[{place}]")
            found.unknown.append(plain(kind) if isinstance(kind, str) and kind else "unknown")
        elif (said := read(part, mid, {**item, "payload": payload}, place)) is not None:
            found.said.append(said)
    return found.said, found.unknown


def joined(text: str | None, said: Sequence[Said]) -> Said:
    """One message of its text and its attachments: of the kind of the first file, with all of them."""
    files = [one for one in said if one.attachments and one.kind != "text"]
    first = files[0] if files else next((one for one in said if one.kind != "text"), said[0])
    words = "\n".join(one for one in (text, *(one.text for one in said)) if one and not is_blank(one)) or None
    return replace(
        first,
        text=words,
        attachments=tuple(file for one in said for file in one.attachments),
        shared=next((one.shared for one in said if one.shared is not None), None),
        product=next((one.product for one in said if one.product is not None), None),
    )


def media_url(value: Any) -> str | None:
    """The address, when Meta serves media there."""
    url = link_of(value)
    found = None if url is None else _ADDRESS.match(url)
    return url if found is not None and found["host"].lower().endswith(MEDIA_DOMAINS) else None


def file_at(
    part: Part, message_id: str, url: str, place: str, *, role: AttachmentRole | None = None, name: str | None = None
) -> InboundAttachment:
    """A file of a message by its address; Meta gives files no ids, so the place in the message is part of its name.

    What is no file of the customer's is called by what it is.
    """
    return InboundAttachment(
        id=uuid5("attachment", part.account.id, message_id, place),
        provider_id=f"{message_id}#{place}",
        name=name or role,
        url=url,
        role=role,
    )


def _payload(item: Json) -> Json:
    """The payload, which may stand at the attachment itself, or be the address alone."""
    payload = item.get("payload")
    beside = {name: item[name] for name in ("url", "title", "URL") if item.get(name) is not None}
    if isinstance(payload, dict):
        return {**beside, **payload}
    return {**beside, "url": payload} if isinstance(payload, str) and link_of(payload) else beside


def _media(part: Part, mid: str, item: Json, place: int, kind: MessageKind) -> Said | None:
    payload = item["payload"]
    url = part.link(payload.get("url"))
    if url is None:
        part.problem("has no address", f".message.attachments[{place}].payload.url")
        return Said("unsupported", content=UnsupportedContent(type=plain(str(item.get("type")))))
    content: Content = StickerContent() if kind == "sticker" else EMPTY
    name = _name_in(url) if kind == "document" else None
    return Said(kind, content=content, attachments=(file_at(part, mid, url, str(place), name=name),))


def _name_in(url: str) -> str | None:
    """The name of a file, which Meta tells in the path of its address alone."""
    found = _ADDRESS.match(url)
    name = None if found is None else file_name_of(_decoded(found["path"] or ""))
    return name if name and "." in name else None


def _decoded(path: str) -> str:
    """A path without its percent signs (RFC 3986, section 2.1)."""
    if "%" not in path:
        return path
    raw = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), path.encode("utf-8", "replace"))
    return raw.decode("utf-8", "replace")


def _shared(part: Part, mid: str, item: Json, place: int, kind: str) -> Said | None:
    """Something of Meta's that was shared: a link, and its picture or video where there is one."""
    payload = item["payload"]
    url, title = part.link(payload.get("url")), part.label(payload.get("title"))
    media = media_url(payload.get("url"))
    named = next(
        (payload[name] for name in ("id", "post_id", "reel_video_id", "ig_post_media_id") if payload.get(name)), None
    )
    files = () if media is None else (file_at(part, mid, media, str(place), role="shared"),)
    if url is None and title is None and named is None:
        return Said("unsupported", content=UnsupportedContent(type=plain(str(item.get("type")))))
    shared = Shared(type=kind, id=meta_id(named), url=None if media else url, title=title)
    return Said("text", attachments=files, shared=shared)


def _story(part: Part, mid: str, item: Json, place: int, kind: str) -> Said | None:
    """A story: it is gone after a day, so its picture is fetched at once."""
    payload = item["payload"]
    url = part.link(payload.get("url"))
    media = media_url(url)
    files = () if media is None else (file_at(part, mid, media, str(place), role="story"),)
    shared = Shared(type=kind, id=meta_id(payload.get("id")), url=None if media else url)
    return Said("text", attachments=files, shared=shared)


def _template(part: Part, _mid: str, item: Json, _place: int) -> Said | None:
    """A template that somebody sent from elsewhere, or a product: what it says, as text."""
    payload = item["payload"]
    product = payload.get("product")
    holder = product if isinstance(product, dict) else payload
    elements = holder.get("elements")
    items = [one for one in elements[:10] if isinstance(one, dict)] if isinstance(elements, list) else []
    lines = [part.label(one.get(name)) for one in items for name in ("title", "subtitle")]
    words = "\n".join(line for line in (part.text(payload.get("text"), ".message.attachments"), *lines) if line)
    found = None
    if isinstance(product, dict) and items:
        found = ProductRef(sku=part.label(items[0].get("retailer_id")) or meta_id(items[0].get("id")))
    if not words and found is None:
        title = part.label(payload.get("title"))
        if title is None:
            return Said("unsupported", content=UnsupportedContent(type="template"))
        words = title
    return Said("text", words or None, product=found)


def _location(part: Part, _mid: str, item: Json, place: int) -> Said | None:
    payload = item["payload"]
    at = payload.get("coordinates")
    latitude = number_of(at.get("lat")) if isinstance(at, dict) else None
    longitude = number_of(at.get("long")) if isinstance(at, dict) else None
    if latitude is None or longitude is None or abs(latitude) > _NORTHERNMOST or abs(longitude) > _EASTERNMOST:
        part.problem("has no place on the globe", f".message.attachments[{place}].payload.coordinates")
        return Said("unsupported", content=UnsupportedContent(type="location"))
    name, url = part.label(payload.get("title")), part.link(payload.get("url"))
    return Said("location", content=LocationContent(latitude=latitude, longitude=longitude, name=name, url=url))


def _unsupported(_part: Part, _mid: str, item: Json, _place: int) -> Said | None:
    """What Meta itself does not hand on."""
    return Said("unsupported", content=UnsupportedContent(type=plain(str(item.get("type")))))


KINDS: Mapping[str, _Read] = MappingProxyType(
    {
        "image": partial(_media, kind="image"),
        "video": partial(_media, kind="video"),
        "audio": partial(_media, kind="audio"),
        "file": partial(_media, kind="document"),
        "sticker": partial(_media, kind="sticker"),
        "animated_image": partial(_media, kind="image"),
        "fallback": partial(_shared, kind="link"),
        "share": partial(_shared, kind="share"),
        "post": partial(_shared, kind="post"),
        "ig_post": partial(_shared, kind="post"),
        "reel": partial(_shared, kind="reel"),
        "ig_reel": partial(_shared, kind="reel"),
        "story_mention": partial(_story, kind="story_mention"),
        "ig_story": partial(_story, kind="story"),
        "story": partial(_story, kind="story"),
        "template": _template,
        "location": _location,
        "appointment_booking": _unsupported,
        "unsupported_type": _unsupported,
    }
)


def in_context(said: Said) -> Content:
    """The content of a message with what it is about."""
    content = said.content
    if said.shared is None and said.product is None:
        return content
    if content is EMPTY:
        return PlainContent(shared=said.shared, product=said.product)
    return content.model_copy(update={"shared": said.shared, "product": said.product})
