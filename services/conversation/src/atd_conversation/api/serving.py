"""How files are served: unchanged ones not again, and nothing that a browser would run.

Sources: RFC 9110 (conditions), RFC 6266 and 8187 (names of files).
"""

import re
from urllib.parse import quote

INLINE = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp"),
        *("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/webm"),
        *("video/mp4", "video/3gpp", "video/webm", "video/quicktime"),
    }
)
"""Types that a browser may show where it stands: none of them can hold a script. All others but PDF are saved."""

_PDF = "application/pdf"
_LOCKED = "default-src 'none'; sandbox; frame-ancestors 'self'"
_LOCKED_PDF = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
"""Browsers refuse to show a PDF in a sandbox. What it holds runs in their viewer, apart from the page's origin."""

_CACHE = "private, max-age=86400, immutable"
"""The bytes of a file never change. A day, so that what was deleted does not stay in a browser for long."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_NAMED = frozenset(
    {
        *(_PDF, "text/plain", "application/zip"),
        *("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
        f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.spreadsheetml.sheet",
        f"{_OFFICE}.presentationml.presentation",
    }
)
"""Types that are told to whoever saves a file; others are bytes."""

_BYTES = "application/octet-stream"
_UNSAFE = re.compile(r"[^ !#$&+\-.0-9A-Z^_`a-z|~()\[\]{}@,]")


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has this very file."""
    if if_none_match is None:
        return False
    known = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return "*" in known or etag in known


def served_type(mime_type: str) -> str:
    """The type that is told: never one that a browser would run, whatever the file claims to be."""
    bare = mime_type.partition(";")[0].strip().lower()
    return bare if bare in INLINE or bare in _NAMED else _BYTES


def disposition(name: str, mime_type: str, *, save: bool = False) -> str:
    """Shown or saved (`save`: in any case), under its name; twice, for clients that know plain letters only."""
    shown = not save and served_type(mime_type) in INLINE | {_PDF}
    how = "inline" if shown else "attachment"
    return f"{how}; filename=\"{_UNSAFE.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"


def file_headers(name: str, mime_type: str, etag: str, *, save: bool = False) -> dict[str, str]:
    """The headers of every answer with bytes of a file; `save`: it is to be saved, also where it could be shown."""
    told = served_type(mime_type)
    return {
        "Content-Type": told,
        "Content-Disposition": disposition(name, mime_type, save=save),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _LOCKED_PDF if told == _PDF and not save else _LOCKED,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": _CACHE,
        "Accept-Ranges": "bytes",
        "ETag": etag,
    }
