"""The size of a picture is read from its first bytes, whatever they say."""

import io
import random
import struct
import zlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from atd_servicekit.files import PictureProbe, PictureSize, picture_size
from atd_servicekit.files.pictures import HEAD_BYTES, MAX_SIDE

_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)
"""Orientations (EXIF 2.3) of a camera that was held on its side."""


def picture(
    kind: str, *, width: int = 640, height: int = 480, orientation: int | None = None, mode: str = "RGB"
) -> bytes:
    made = io.BytesIO()
    more = {}
    if orientation is not None:
        exif = Image.Exif()
        exif[_ORIENTATION] = orientation
        more["exif"] = exif
    Image.effect_noise((width, height), 60).convert(mode).save(made, kind, **more)
    return made.getvalue()


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG of a few bytes that says to be large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_the_beginning_of_a_picture_is_enough(kind: str) -> None:
    data = picture(kind)
    assert picture_size(data) == PictureSize(640, 480)
    assert picture_size(data[:2048]) == PictureSize(640, 480)


@pytest.mark.parametrize("lossless", [True, False], ids=["VP8L", "VP8"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_sort_of_webp_is_read(mode: str, lossless: bool) -> None:
    made = io.BytesIO()
    Image.new(mode, (301, 173)).save(made, "WEBP", lossless=lossless)
    assert picture_size(made.getvalue()) == PictureSize(301, 173)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_as_large_as_it_is_shown(orientation: int) -> None:
    size = picture_size(picture("JPEG", orientation=orientation))
    assert size == (PictureSize(480, 640) if orientation in _TURNED else PictureSize(640, 480))


def test_a_photo_with_a_preview_and_colours_before_its_size_is_read() -> None:
    plain = picture("JPEG")
    segments = b"".join(b"\xff\xed" + struct.pack(">H", 65535) + bytes(65533) for _ in range(3))
    assert picture_size((plain[:2] + segments + plain[2:])[:HEAD_BYTES]) == PictureSize(640, 480)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"%PDF-1.7 and so on and so on and so on",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"></svg>',
        b"P6 10 10 255 and so on and so on and so on",
        b"II*\x00" + bytes(60),
        b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(40),
        b"RIFF\x00\x00\x00\x00WEBPVP9 " + bytes(40),
        picture("JPEG")[:100],
        picture("PNG")[:20] + bytes(8),
        png_header(0, 480),
        png_header(MAX_SIDE + 1, 1),
        png_header(2**31 - 1, 2**31 - 1),
        png_header(2**32 - 1, 2**32 - 1),
    ],
    ids=range(15),
)
def test_of_what_is_no_picture_or_broken_or_gigantic_the_size_is_not_known(head: bytes) -> None:
    assert picture_size(head) is None


@given(data=st.data(), kind=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]))
def test_a_damaged_picture_raises_nothing(data: st.DataObject, kind: str) -> None:
    made = bytearray(_SMALL[kind])
    for place in data.draw(st.lists(st.integers(0, len(made) - 1), max_size=20)):
        made[place] = data.draw(st.integers(0, 255))
    found = picture_size(bytes(made[: data.draw(st.integers(0, len(made)))]))
    assert found is None or (0 < found.width <= MAX_SIDE and 0 < found.height <= MAX_SIDE)


_SMALL = {
    kind: picture(kind, width=40, height=30, orientation=6 if kind == "JPEG" else None)
    for kind in ("JPEG", "PNG", "GIF", "WEBP")
}


async def test_the_probe_passes_on_what_comes_and_keeps_the_beginning() -> None:
    data = picture("PNG", width=700, height=700)
    assert len(data) > HEAD_BYTES
    random_sizes = random.Random(1)

    async def pieces() -> AsyncIterator[bytes]:
        place = 0
        while place < len(data):
            step = random_sizes.randint(1, 90_000)
            yield data[place : place + step]
            place += step

    probe = PictureProbe()
    assert b"".join([chunk async for chunk in probe.watch(pieces())]) == data
    assert probe.size() == PictureSize(700, 700)
    assert len(probe._head) == HEAD_BYTES


async def test_a_probe_that_saw_nothing_knows_nothing() -> None:
    assert PictureProbe().size() is None
