"""Recordings and videos share their containers: the tracks say which a file is, in every order and however hostile."""

import io
import struct
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from atd_conversation.domain.file_types import OGG_VORBIS, WebP, has_boxes, type_by_tracks, type_of, webp_of
from atd_conversation.domain.media_tracks import MAX_BOXES, Mp4Scan


def box(kind: bytes, *inside: bytes, long: bool = False) -> bytes:
    data = b"".join(inside)
    if long:
        return struct.pack(">I4sQ", 1, kind, len(data) + 16) + data
    return struct.pack(">I4s", len(data) + 8, kind) + data


def track(handler: bytes) -> bytes:
    head = box(b"tkhd", bytes(84))
    told = box(b"hdlr", bytes(8), handler, bytes(12), b"Handler\0")
    return box(b"trak", head, box(b"mdia", box(b"mdhd", bytes(24)), told, box(b"minf", bytes(300))))


def brand(name: bytes, *compatible: bytes) -> bytes:
    return box(b"ftyp", name, bytes(4), *compatible)


def index(*handlers: bytes) -> bytes:
    meta = box(b"udta", box(b"meta", bytes(4), box(b"hdlr", bytes(8), b"vide", bytes(12))))  # a tag, and no track
    return box(b"moov", box(b"mvhd", bytes(100)), *map(track, handlers), meta)


SAMPLES = box(b"mdat", b"\xff\xf1" * 5000)
FREE = box(b"free", bytes(64))


def scanned(parts: Iterable[bytes]) -> Mp4Scan:
    scan = Mp4Scan()
    for part in parts:
        scan.feed(part)
    return scan


def type_of_file(data: bytes, name: str = "x") -> str:
    """As an upload finds it."""
    assert has_boxes(data)
    return type_by_tracks(type_of(data[:8192], name), scanned([data]).tracks)


@pytest.mark.parametrize("main", [b"mp42", b"isom", b"iso5", b"M4A ", b"M4V ", b"dash", b"3gp4", b"3gp5"])
@pytest.mark.parametrize("index_last", [False, True])
def test_sound_alone_is_no_video_whatever_the_brand(main: bytes, index_last: bool) -> None:
    inside = [FREE, SAMPLES, index(b"soun")] if index_last else [index(b"soun"), SAMPLES]
    expected = "audio/3gpp" if main.startswith(b"3gp") else "audio/mp4"
    assert type_of_file(b"".join([brand(main, b"isom"), *inside])) == expected


@pytest.mark.parametrize(
    ("main", "mime_type"),
    [(b"mp42", "video/mp4"), (b"M4A ", "video/mp4"), (b"3gp4", "video/3gpp"), (b"qt  ", "video/quicktime")],
)
@pytest.mark.parametrize("handlers", [(b"soun", b"vide"), (b"vide",), (b"vide", b"soun", b"hint")])
def test_pictures_that_move_are_a_video(main: bytes, mime_type: str, handlers: tuple[bytes, ...]) -> None:
    assert type_of_file(b"".join([brand(main), SAMPLES, index(*handlers)])) == mime_type
    assert type_of_file(b"".join([brand(main), index(*handlers), SAMPLES])) == mime_type


def test_fragments_and_long_sizes_are_passed_over() -> None:
    fragments = [box(b"moof", bytes(60)), box(b"mdat", bytes(900), long=True)] * 20
    assert type_of_file(b"".join([brand(b"iso5"), index(b"soun"), *fragments])) == "audio/mp4"
    assert type_of_file(b"".join([brand(b"mp42"), *fragments, index(b"soun")])) == "audio/mp4"


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        index(),
        index(b"hint"),
        SAMPLES[:100],
        box(b"moov", bytes(4)) + struct.pack(">I4s", 7, b"trak"),
        struct.pack(">I4sQ", 1, b"mdat", 2**63) + bytes(50),
        struct.pack(">I4s", 0, b"mdat") + index(b"soun"),
        struct.pack(">I4s", 2**32 - 1, b"free") + index(b"soun"),
        box(b"free") * MAX_BOXES + index(b"soun"),
        box(b"moov", box(b"trak", box(b"mdia", box(b"hdlr", bytes(3))))),
    ],
    ids=lambda rest: f"{len(rest)} bytes",
)
def test_a_file_without_a_whole_track_keeps_the_name_of_its_container(rest: bytes) -> None:
    assert type_of_file(brand(b"mp42") + rest) == "video/mp4"


@given(
    st.lists(st.sampled_from([brand(b"mp42"), FREE, SAMPLES, index(b"soun"), index(b"soun", b"vide")]), max_size=5),
    st.lists(st.integers(1, 400), min_size=1, max_size=30),
)
def test_how_the_bytes_are_cut_changes_nothing(parts: list[bytes], lengths: list[int]) -> None:
    data, cut, place = b"".join(parts), [], 0
    while place < len(data):
        length = lengths[len(cut) % len(lengths)]
        cut.append(data[place : place + length])
        place += length
    assert scanned(cut).tracks == scanned([data]).tracks


@given(st.binary(max_size=600))
def test_any_bytes_are_survived(data: bytes) -> None:
    scan = scanned([data])
    assert scan.tracks in ("video", "audio", "unknown")
    assert len(scan._rest) <= len(data)


def test_a_large_file_is_passed_over_without_being_kept() -> None:
    scan = scanned([brand(b"mp42"), struct.pack(">I4s", 50_000_008, b"mdat")])
    for _ in range(50):
        scan.feed(bytes(1_000_000))
        assert len(scan._rest) == 0
    scan.feed(index(b"soun"))
    assert scan.tracks == "audio"


def element(identifier: bytes, *inside: bytes) -> bytes:
    data = b"".join(inside)
    return identifier + (0x10000000 | len(data)).to_bytes(4, "big") + data


def matroska(doctype: bytes, *types: int) -> bytes:
    head = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x86", b"\x01"), element(b"\x42\x82", doctype))
    entries = [element(b"\xae", element(b"\xd7", b"\x01"), element(b"\x83", bytes([kind]))) for kind in types]
    tracks = element(b"\x16\x54\xae\x6b", *entries)
    return head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + element(b"\x15\x49\xa9\x66", bytes(30)) + tracks


@pytest.mark.parametrize(
    ("types", "mime_type"),
    [((2,), "audio/webm"), ((1,), "video/webm"), ((2, 1), "video/webm"), ((), "video/webm"), ((17,), "video/webm")],
)
def test_a_webm_is_what_its_tracks_are(types: tuple[int, ...], mime_type: str) -> None:
    assert type_of(matroska(b"webm", *types), "voz.webm") == mime_type


@given(st.binary(max_size=200))
def test_any_bytes_after_the_head_of_a_webm_are_survived(data: bytes) -> None:
    head = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm"))
    assert type_of(head + data, "x").partition("/")[2] == "webm"


def ogg(packet: bytes) -> bytes:
    return b"OggS" + bytes(22) + b"\x01" + bytes([len(packet)]) + packet


@pytest.mark.parametrize(
    ("packet", "mime_type"),
    [
        (b"OpusHead\x01\x01" + bytes(9), "audio/ogg"),
        (b"\x01vorbis" + bytes(23), OGG_VORBIS),
        (b"\x80theora" + bytes(30), "video/ogg"),
        (b"\x7fFLAC" + bytes(30), "audio/ogg"),
    ],
)
def test_an_ogg_says_its_codec(packet: bytes, mime_type: str) -> None:
    assert type_of(ogg(packet), "x.ogg") == mime_type


@pytest.mark.parametrize("options", [{}, {"lossless": True}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_webp_says_its_size(mode: str, options: dict[str, bool]) -> None:
    made = io.BytesIO()
    Image.new(mode, (512, 300), 7).save(made, "WEBP", **options)
    assert webp_of(made.getvalue()[:8192]) == WebP(512, 300)


def test_a_webp_that_moves_says_so() -> None:
    made = io.BytesIO()
    frames = [Image.new("RGB", (512, 512), colour) for colour in ("red", "blue")]
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:])
    assert webp_of(made.getvalue()[:8192]) == WebP(512, 512, animated=True)


@pytest.mark.parametrize(
    "head", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt " + bytes(40), b"RIFF\0\0\0\0WEBPVP8 " + bytes(40)]
)
def test_what_is_no_webp_has_no_size(head: bytes) -> None:
    assert webp_of(head) is None
