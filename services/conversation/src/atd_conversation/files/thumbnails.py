"""Small pictures of pictures, made once and kept in the file store."""

import asyncio
import io
import warnings
from collections.abc import AsyncIterator
from contextlib import suppress

from PIL import Image, ImageOps

from atd_conversation.domain.attachments import THUMBNAIL
from atd_conversation.domain.message_files import THUMBNAILED, Attachment
from atd_servicekit.files import FileMissing, FileStore, OpenFile, file_key

SIDE = 320
"""Pixels of the longer side at the most."""

MAX_PIXELS = 16_000_000
"""Of a picture that is opened: each takes up to eight bytes on the way. A picture of few bytes can have any number."""

MAX_SOURCE_BYTES = 20 * 1024 * 1024
MAX_THUMBNAIL_BYTES = 1024 * 1024
MIME_TYPE = "image/webp"

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 80


class NoThumbnail(Exception):
    """There can be none of this file."""


def shrink(picture: bytes) -> bytes:
    """The picture as WebP, `SIDE` pixels at the most, turned the right way up; of a moving one its first frame.

    Raises `NoThumbnail` for what is no picture, is broken, or has more than `MAX_PIXELS`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(picture), formats=_FORMATS) as opened:
                width, height = opened.size
                if width * height > MAX_PIXELS:
                    raise NoThumbnail
                opened.thumbnail((SIDE, SIDE))  # first, in place: turning makes a copy
                small = ImageOps.exif_transpose(opened)
                made = io.BytesIO()
                has_alpha = small.mode in ("RGBA", "LA", "PA") or "transparency" in small.info
                small.convert("RGBA" if has_alpha else "RGB").save(made, "WEBP", quality=_QUALITY)
    except NoThumbnail:
        raise
    except Exception as error:  # Pillow raises errors of every sort for broken files
        raise NoThumbnail from error
    return made.getvalue()


class Thumbnails:
    """Makes them in a thread, one at a time: decoding takes processor and memory."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._place = asyncio.Lock()

    async def open(self, tenant_id: str, attachment: Attachment) -> OpenFile:
        """The thumbnail of a file that is ready. Raises `NoThumbnail`, and `FileMissing` when the file is gone."""
        if attachment.mime_type not in THUMBNAILED or (attachment.size or 0) > MAX_SOURCE_BYTES:
            raise NoThumbnail
        key = file_key(tenant_id, attachment.id, THUMBNAIL)
        with suppress(FileMissing):
            return await self._store.open(key)
        async with self._place:
            with suppress(FileMissing):  # whoever was here before has made it
                return await self._store.open(key)
            picture = await self._read(file_key(tenant_id, attachment.id))
            made = await asyncio.to_thread(shrink, picture)
            await self._store.put(key, _once(made), content_type=MIME_TYPE, limit=MAX_THUMBNAIL_BYTES)
        return OpenFile(len(made), MIME_TYPE, _once(made))

    async def _read(self, key: str) -> bytes:
        file = await self._store.open(key, end=MAX_SOURCE_BYTES)
        return b"".join([chunk async for chunk in file.chunks])


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
