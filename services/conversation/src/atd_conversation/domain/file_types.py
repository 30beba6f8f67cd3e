"""What a file is, by its content.

Whoever uploads a file can claim any type; browsers that are shown it believe the one that we tell them.
"""

from dataclasses import dataclass

import filetype

from atd_conversation.domain.media_tracks import Tracks, matroska_tracks, ogg_codec

HEAD_BYTES = 8192
"""How much of a file's beginning is enough to know its type."""

UNKNOWN = "application/octet-stream"
PLAIN_TEXT = "text/plain"

_OFFICE = "application/vnd.openxmlformats-officedocument"
_IN_ZIP = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
}
_IN_COMPOUND = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = "application/zip"

_RENAMED = {
    "video/x-m4v": "video/mp4",
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "image/apng": "image/png",
}

# Of the container that MP4, 3GP and QuickTime share (ISO/IEC 14496-12), by its main brand.
_FTYP = b"ftyp"
_BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime"}
_BRAND_FAMILIES = {b"3g2": "video/3gpp2", b"3g": "video/3gpp"}

_SOUND_ALONE = {
    "video/mp4": "audio/mp4",
    "video/3gpp": "audio/3gpp",
    "video/3gpp2": "audio/3gpp2",
    "video/webm": "audio/webm",
    "video/x-matroska": "audio/x-matroska",
}
"""What a container of videos is called when it holds sound alone."""

_MOVING = {sound: video for video, sound in _SOUND_ALONE.items()}

OGG_VORBIS = "audio/ogg; codecs=vorbis"
_OGG = {"vorbis": OGG_VORBIS, "theora": "video/ogg"}

# Matroska and WebM tell their names near the beginning (RFC 9559).
_EBML, _EBML_HEAD = bytes.fromhex("1a45dfa3"), 80
_EBML_TYPES = {b"webm": "video/webm", b"matroska": "video/x-matroska"}

_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}


def type_of(head: bytes, name: str) -> str:
    """The type of a file that begins with `head` (`HEAD_BYTES` or the whole).

    The name decides only between formats that share a container; text of every sort is `text/plain`, so that nothing
    that a browser would run is ever called so.
    """
    extension = name.rpartition(".")[2].lower()
    if head.startswith(_COMPOUND):
        return _IN_COMPOUND.get(extension, UNKNOWN)
    kind = filetype.guess(head)
    found = str(kind.mime) if kind is not None else None
    if found == _ZIP:
        return _IN_ZIP.get(extension, _ZIP)
    if has_boxes(head) and (found is None or not found.startswith("image/")):
        return _by_brand(head[8:12])
    if found == "audio/ogg":
        return _OGG.get(ogg_codec(head), found)
    if head.startswith(_EBML):
        named = next((mime_type for name, mime_type in _EBML_TYPES.items() if name in head[:_EBML_HEAD]), UNKNOWN)
        return type_by_tracks(named, matroska_tracks(head))
    if found is not None:
        return _RENAMED.get(found, found)
    return PLAIN_TEXT if _is_text(head) else UNKNOWN


def has_boxes(head: bytes) -> bool:
    """Whether the file is of the family of MP4, whose tracks `Mp4Scan` finds."""
    return head[4:8] == _FTYP


def _by_brand(brand: bytes) -> str:
    family = next((found for start, found in _BRAND_FAMILIES.items() if brand.startswith(start)), "video/mp4")
    return _BRANDS.get(brand, family)


def type_by_tracks(mime_type: str, tracks: Tracks) -> str:
    """The type of a container by what is in it; where that is not known its own name stands."""
    if tracks == "audio":
        return _SOUND_ALONE.get(mime_type, mime_type)
    return _MOVING.get(mime_type, mime_type) if tracks == "video" else mime_type


def _is_text(head: bytes) -> bool:
    """UTF-8, or an older encoding of one byte each, without control characters."""
    return bool(head) and not _CONTROLS.intersection(head)


@dataclass(frozen=True, slots=True)
class WebP:
    """A WebP image: its size in pixels, and whether it moves."""

    width: int
    height: int
    animated: bool = False


def webp_of(head: bytes) -> WebP | None:
    """What the beginning of a WebP image says of it (RFC 9649); None for other files and broken ones."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < _WEBP_BYTES:
        return None
    chunk = head[12:16]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        return WebP(width, height, animated=bool(head[20] & 0x02))
    if chunk == b"VP8L" and head[20] == _LOSSLESS:
        bits = int.from_bytes(head[21:25], "little")
        return WebP((bits & _14_BITS) + 1, (bits >> 14 & _14_BITS) + 1)
    if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(head[at : at + 2], "little") & _14_BITS for at in (26, 28))
        return WebP(width, height)
    return None


_WEBP_BYTES, _LOSSLESS, _14_BITS = 30, 0x2F, 0x3FFF
