"""What a file is, by its content.

Whoever uploads a file can claim any type; browsers that are shown it believe the one that we tell them.
"""

import filetype

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

# sound alone, in the container of videos
_AUDIO_BRANDS = (b"ftypM4A ", b"ftypM4B ")

_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}


def type_of(head: bytes, name: str) -> str:
    """The type of a file that begins with `head` (`HEAD_BYTES` or the whole).

    The name decides only between formats that share a container; text of every sort is `text/plain`, so that nothing
    that a browser would run is ever called so.
    """
    extension = name.rpartition(".")[2].lower()
    if head.startswith(_COMPOUND):
        return _IN_COMPOUND.get(extension, UNKNOWN)
    if head[4:12] in _AUDIO_BRANDS:
        return "audio/mp4"
    kind = filetype.guess(head)
    found = str(kind.mime) if kind is not None else None
    if found == _ZIP:
        return _IN_ZIP.get(extension, _ZIP)
    if found is not None:
        return _RENAMED.get(found, found)
    return PLAIN_TEXT if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    """UTF-8, or an older encoding of one byte each, without control characters."""
    return bool(head) and not _CONTROLS.intersection(head)


def is_animated(head: bytes) -> bool:
    """Whether a WebP image moves (the flag of its extended header; WebP container specification)."""
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and len(head) > 20 and bool(head[20] & 0x02)  # noqa: PLR2004 - an offset
