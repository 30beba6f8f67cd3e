"""How large a picture is in pixels, from its first bytes: what shows it can keep its place before it has come.

imagesize reads headers alone and decodes nothing, so a picture of few bytes that says it is gigantic costs nothing.
"""

import io
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass

import imagesize

HEAD_BYTES = 256 * 1024
"""Enough for the headers: cameras and editors write up to three blocks of 64 KB (preview, colours) before them."""

MAX_SIDE = 16_383
"""Pixels. What says that it is larger (WebP can have no more) is damaged, or made to do damage."""

_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_SHORTEST = 32


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Width and height in pixels as the picture is shown: turned as the camera says (EXIF)."""

    width: int
    height: int


def picture_size(head: bytes) -> PictureSize | None:
    """The size of the JPEG, PNG, GIF or WebP picture that begins with `head`.

    `None` for every other file, for one that is broken before its size, and for sides of more than `MAX_SIDE`.
    """
    is_webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    if len(head) < _SHORTEST or not (is_webp or head.startswith(_STARTS)):
        return None  # of other formats the library would do more than read a header
    width, height = imagesize.get(io.BytesIO(head))
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        return None
    return PictureSize(width, height)


class PictureProbe:
    """Finds the size of a picture while its bytes pass; keeps no more than `HEAD_BYTES` of them."""

    def __init__(self) -> None:
        self._head = bytearray()

    async def watch(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """The same bytes."""
        async for chunk in chunks:
            if (wanted := HEAD_BYTES - len(self._head)) > 0:
                self._head += memoryview(chunk)[:wanted]
            yield chunk

    def size(self) -> PictureSize | None:
        """What the bytes that passed say."""
        return picture_size(bytes(self._head))
