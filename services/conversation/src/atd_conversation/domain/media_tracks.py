"""What is in a container that can hold pictures that move, sound, or both: told by its tracks, not by its name.

Sources: ISO/IEC 14496-12 (MP4, 3GP, QuickTime), RFC 9559 (Matroska, WebM), RFC 3533 and 7845 (Ogg, Opus).
"""

from typing import Literal

Tracks = Literal["video", "audio", "unknown"]

MAX_BOXES = 5_000
"""Boxes that are looked at: more than a recording of hours has, and little work."""

_HEADER_BYTES = 8
_LONG_HEADER_BYTES = 16
_DESCENDED = frozenset({b"moov", b"trak", b"mdia"})
_HANDLER_BYTES = 12  # version and flags, a field that is unused, the kind of track


class Mp4Scan:
    """Looks for the tracks of an MP4 while its bytes pass, wherever its index is; keeps no more than a header of them.

    A file that is cut off or lies about its sizes is `unknown`, or what its whole tracks said.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skip = 0
        self._boxes = 0
        self._ended = False
        self._handlers: set[bytes] = set()

    @property
    def tracks(self) -> Tracks:
        """What was found so far."""
        if b"vide" in self._handlers:
            return "video"
        return "audio" if b"soun" in self._handlers else "unknown"

    def feed(self, data: bytes) -> None:
        """Look at the next bytes of the file."""
        if self._ended:
            return
        if self._skip >= len(data):
            self._skip -= len(data)
            return
        self._rest += data[self._skip :] if self._skip else data
        self._skip = 0
        while self._read_box():
            pass

    def _read_box(self) -> bool:
        """Pass over one box, or into it; False when more bytes are needed, or none."""
        rest = self._rest
        if self._ended or len(rest) < _HEADER_BYTES:
            return False
        size, kind, header = int.from_bytes(rest[:4], "big"), bytes(rest[4:8]), _HEADER_BYTES
        if size == 1:
            if len(rest) < _LONG_HEADER_BYTES:
                return False
            size, header = int.from_bytes(rest[8:16], "big"), _LONG_HEADER_BYTES
        if kind == b"hdlr" and len(rest) < header + _HANDLER_BYTES:
            return False
        self._boxes += 1
        if kind in _DESCENDED:
            self._pass(header)
        elif size < header:  # 0: it reaches to the end of the file; else it is broken
            self._ended = True
        else:
            if kind == b"hdlr":
                self._handlers.add(bytes(rest[header + 8 : header + _HANDLER_BYTES]))
            self._pass(size)
        self._ended |= self._boxes >= MAX_BOXES or self.tracks == "video"
        return True

    def _pass(self, size: int) -> None:
        held = min(size, len(self._rest))
        del self._rest[:held]
        self._skip = size - held


_TRACK_VIDEO, _TRACK_AUDIO = 1, 2
_SEGMENT, _TRACKS, _TRACK_ENTRY, _TRACK_TYPE = 0x18538067, 0x1654AE6B, 0xAE, 0x83
_ENTERED = frozenset({_SEGMENT, _TRACKS, _TRACK_ENTRY})


def matroska_tracks(head: bytes) -> Tracks:
    """The tracks of a Matroska or WebM file that begins with `head`: writers put them before the first sound."""
    types: set[int] = set()
    place = 0
    while place < len(head):
        identifier, place = _number(head, place, keep_marker=True)
        size, place = _number(head, place, keep_marker=False)
        if identifier is None or size is None:
            break
        if identifier in _ENTERED:
            continue
        if identifier == _TRACK_TYPE:
            types.update(head[place : place + 1])
        place += size
    if _TRACK_VIDEO in types:
        return "video"
    return "audio" if _TRACK_AUDIO in types else "unknown"


def _number(data: bytes, place: int, *, keep_marker: bool) -> tuple[int | None, int]:
    """An element's id or size: its first byte says by its leading zeros how long it is."""
    first = data[place] if place < len(data) else 0
    length = 9 - first.bit_length()
    if not first or place + length > len(data):
        return None, len(data)
    value = int.from_bytes(data[place : place + length], "big")
    if not keep_marker:
        value &= (1 << 7 * length) - 1
    return value, place + length


_OGG_PAGE_BYTES = 27


def ogg_codec(head: bytes) -> Literal["opus", "vorbis", "theora", "other"]:
    """The codec of the first stream of an Ogg file that begins with `head`."""
    if len(head) < _OGG_PAGE_BYTES:
        return "other"
    packet = head[_OGG_PAGE_BYTES + head[_OGG_PAGE_BYTES - 1] :]  # behind the table of the page's segments
    if packet.startswith(b"OpusHead"):
        return "opus"
    if packet.startswith(b"\x01vorbis"):
        return "vorbis"
    return "theora" if packet.startswith(b"\x80theora") else "other"
