"""Small pictures: of every format, the right way up, and none of what would fill the memory."""

import asyncio
import io
import struct
import zlib
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

import pytest
from PIL import Image, ImageOps

from atd_conversation.domain.message_files import Attachment
from atd_conversation.files import thumbnails
from atd_conversation.files.thumbnails import MAX_PIXELS, SIDE, NoThumbnail, Thumbnails, shrink
from atd_servicekit.files import FileMissing, OpenFile, StoredFile


class Shelf:
    """Files in memory."""

    def __init__(self, kept: dict[str, bytes]) -> None:
        self.kept = kept

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def put(self, key: str, chunks: AsyncIterable[bytes], *, content_type: str, limit: int) -> StoredFile:
        self.kept[key] = b"".join([chunk async for chunk in chunks])
        assert len(self.kept[key]) <= limit
        return StoredFile(key, len(self.kept[key]), "", content_type)

    async def open(self, key: str, *, start: int = 0, end: int | None = None) -> OpenFile:
        await asyncio.sleep(0)
        if key not in self.kept:
            raise FileMissing(key)
        return OpenFile(len(self.kept[key]), "", self._read(self.kept[key][start:end]))

    @staticmethod
    async def _read(data: bytes) -> AsyncIterator[bytes]:
        yield data

    async def delete(self, key: str) -> None:
        self.kept.pop(key, None)


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **more: Any) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else None).save(made, kind, **more)
    return made.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says to be large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def opened(data: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(data))
    assert found.format == "WEBP"
    return found


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("RGB", "RGBA", "P", "L", "1", "I;16")),
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
        ("GIF", "P"),
    ],
)
def test_every_sort_of_picture_gets_small(kind: str, mode: str) -> None:
    assert opened(shrink(picture(kind, mode=mode))).size == (320, 240)


@pytest.mark.parametrize(
    ("size", "small"), [((3000, 100), (320, 11)), ((100, 3000), (11, 320)), ((50, 40), (50, 40)), ((1, 1), (1, 1))]
)
def test_the_shape_stays_and_nothing_gets_larger(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert opened(shrink(picture(size=size))).size == small


def test_a_picture_that_lies_on_its_side_stands_up() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    assert opened(shrink(picture("JPEG", (640, 480), exif=turned))).size == (240, 320)


def test_a_large_picture_is_turned_when_it_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[tuple[int, int]] = []

    def turn(image: Image.Image) -> Image.Image:
        turned.append(image.size)
        return image

    monkeypatch.setattr(ImageOps, "exif_transpose", turn)
    shrink(picture(size=(3000, 2000)))
    assert turned == [(320, 213)]


async def test_a_picture_that_many_look_at_is_shrunk_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shrunk: list[bytes] = []

    def once(data: bytes) -> bytes:
        shrunk.append(data)
        return shrink(data)

    monkeypatch.setattr(thumbnails, "shrink", once)
    files = Shelf({"t1/f1": picture()})
    made = Thumbnails(files)
    image = Attachment(id="f1", name="a.png", mime_type="image/png", size=10, state="ready")
    seen = await asyncio.gather(*(made.open("t1", image) for _ in range(5)))
    assert len(shrunk) == 1
    assert {b"".join([chunk async for chunk in one.chunks]) for one in seen} == {files.kept["t1/f1.thumbnail"]}


def test_what_is_transparent_stays_so() -> None:
    assert opened(shrink(picture(mode="RGBA"))).mode == "RGBA"


def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (640, 480), colour) for colour in ("red", "blue")]
    made = io.BytesIO()
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:])
    small = opened(shrink(made.getvalue()))
    assert getattr(small, "n_frames", 1) == 1
    red, _, blue = small.convert("RGB").getpixel((10, 10))  # type: ignore[misc]  # three bands
    assert red > blue


@pytest.mark.proves("whatsapp", "thumbnail-pictures-not-bombs")
@pytest.mark.parametrize("size", [(5_001, 5_000), (20_000, 20_000), (2_000_000_000, 1), (60_000, 60_000)])
def test_a_bomb_is_not_opened(size: tuple[int, int]) -> None:
    assert size[0] * size[1] > MAX_PIXELS
    with pytest.raises(NoThumbnail):
        shrink(bomb(*size))


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", picture()[:200], b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"BM" + bytes(60)],
)
def test_what_is_no_whole_picture_has_none(data: bytes) -> None:
    with pytest.raises(NoThumbnail):
        shrink(data)


def test_the_side_is_what_lists_show() -> None:
    assert SIDE == 320
