"""The files of a message, as Telegram announces them. Pure."""

from typing import Any

from atd_channelkit.webhooks.values import Json, file_name_of, id_of, number_of
from atd_ingest_telegram.translate.part import Part
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundAttachment

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes; a larger file of a customer's a bot cannot fetch. Source: `getFile` of the Bot API."""

TOO_LARGE = "too_large"

PERSON = "person:"
"""How the ids of customers' pictures begin; no file of Telegram's has a colon in its id."""

PHOTOS_LIMIT = 20
"""Sizes of one photo; Telegram makes about four."""


def attachment_of(
    part: Part, file: Json, at: str, ref: str, *, mime_type: str | None = None, name: str | None = None
) -> InboundAttachment | None:
    """A file of the message `ref`; a problem, and nothing, when it has no id.

    `mime_type` and `name` are for files of which Telegram tells none. Its id here is made of `file_unique_id`, which
    stays the same; `file_id`, by which it is fetched, may not.
    """
    file_id = id_of(file.get("file_id"))
    if file_id is None:
        part.problem("is missing or too long", f"{at}.file_id")
        return None
    told, size = part.label(file.get("mime_type"), 255), _size_of(file.get("file_size"))
    return InboundAttachment(
        id=uuid5("attachment", part.account.id, ref, id_of(file.get("file_unique_id")) or file_id),
        provider_id=file_id,
        name=file_name_of(file.get("file_name")) or name,
        mime_type=told or mime_type,
        size=size,
        unavailable=TOO_LARGE if size is not None and size > LARGEST_FILE else None,
    )


def largest_photo(part: Part, photos: Any, at: str) -> Json | None:
    """The largest size of a photo: Telegram writes them from small to large."""
    sizes = part.objects(photos, PHOTOS_LIMIT, at)
    usable = [one for one in sizes if id_of(one.get("file_id")) is not None]
    if not usable:
        part.problem("has no size that can be fetched", at)
        return None
    return max(enumerate(usable), key=lambda one: (_pixels(one[1]), one[0]))[1]


def _pixels(size: Json) -> float:
    width, height = number_of(size.get("width")), number_of(size.get("height"))
    return 0 if width is None or height is None else float(width) * float(height)


def _size_of(value: Any) -> int | None:
    """Bytes. Telegram writes sizes of large files as integers beyond 32 bits."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None
