"""Converts voice messages to Ogg with Opus, as phones record them; browsers record Opus in WebM.

Only the containers are read and written (RFC 3533, RFC 7845, Matroska's element ids), nothing is re-encoded. Pure.
"""

import struct
from collections.abc import Iterator, Sequence

SAMPLE_RATE = 48_000
_OPUS_HEAD = b"OpusHead" + bytes([1, 1]) + struct.pack("<HIhB", 312, SAMPLE_RATE, 0, 0)
"""The identification header of mono Opus (RFC 7845, section 5.1)."""

SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms of silence."""

_MASTERS = {0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xA0}
"""Segment, Cluster, Tracks, TrackEntry, BlockGroup: their contents are read, they themselves are skipped."""
_CODEC_PRIVATE, _SIMPLE_BLOCK, _BLOCK = 0x63A2, 0xA3, 0xA1
_LACING = 0x06
_BLOCK_HEADER_BYTES = 3
"""Time (2 bytes) and flags, after the number of the track."""
_PACKETS_PER_PAGE = 50
_MAX_SEGMENTS = 255
_HEADER_BYTES = 27

_CELT_MS = (2.5, 5.0, 10.0, 20.0)
_SILK_MS = (10.0, 20.0, 40.0, 60.0)
_HYBRID_MS = (10.0, 20.0)


class UnreadableAudioError(ValueError):
    """The data is not WebM with Opus, or uses features that browsers do not record."""


def is_webm(data: bytes) -> bool:
    """Whether a file is Matroska or WebM."""
    return data.startswith(b"\x1a\x45\xdf\xa3")


def ogg_from_webm(data: bytes) -> bytes:
    """The same audio in an Ogg file.

    Raises:
        UnreadableAudioError: it has no Opus track, or uses features that browsers do not record.
    """
    if not is_webm(data):
        raise UnreadableAudioError("not WebM")
    head, packets = _OPUS_HEAD, []
    for element, payload in _elements(data):
        if element == _CODEC_PRIVATE and payload.startswith(b"OpusHead"):
            if len(payload) < len(_OPUS_HEAD):
                raise UnreadableAudioError("truncated OpusHead")
            head = payload
        elif element in (_SIMPLE_BLOCK, _BLOCK):
            _, track_bytes = _vint(payload, 0, keep_marker=False)
            if len(payload) < track_bytes + _BLOCK_HEADER_BYTES:
                raise UnreadableAudioError("truncated block")
            if payload[track_bytes + 2] & _LACING:
                raise UnreadableAudioError("blocks with lacing are not supported")
            packets.append(payload[track_bytes + _BLOCK_HEADER_BYTES :])
    if not packets:
        raise UnreadableAudioError("no audio packets")
    return ogg(packets, head)


def silence(seconds: float) -> bytes:
    """A valid voice message of silence."""
    return ogg([SILENCE] * max(1, round(seconds * 50)))


def ogg(packets: Sequence[bytes], head: bytes | None = None) -> bytes:
    """An Ogg file of Opus packets."""
    head = head or _OPUS_HEAD
    vendor = b"atendimento"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, 2), _page([tags], 0, 1, 0)]
    granule, number = int(struct.unpack_from("<H", head, 10)[0]), 2
    waiting: list[bytes] = []
    for place, packet in enumerate(packets, 1):
        waiting.append(packet)
        granule += samples(packet)
        segments = sum(len(one) // _MAX_SEGMENTS + 1 for one in waiting)
        full = len(waiting) == _PACKETS_PER_PAGE or segments > _MAX_SEGMENTS - 10
        if full or place == len(packets):
            pages.append(_page(waiting, granule, number, 4 if place == len(packets) else 0))
            waiting, number = [], number + 1
    return b"".join(pages)


def seconds_of(data: bytes) -> float | None:
    """How long an Ogg file with Opus is; `None` for anything else."""
    if not data.startswith(b"OggS") or b"OpusHead" not in data[:100]:
        return None
    last = data.rfind(b"OggS")
    if last + 14 > len(data):
        return None
    granule = int(struct.unpack_from("<q", data, last + 6)[0])
    return round(max(granule, 0) / SAMPLE_RATE, 2)


def samples(packet: bytes) -> int:
    """How many samples at 48 kHz a packet has (RFC 6716, section 3.1)."""
    if not packet:
        return 0
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:  # noqa: PLR2004 - the table of the RFC
        milliseconds = _SILK_MS[config % 4]
    elif config < 16:  # noqa: PLR2004
        milliseconds = _HYBRID_MS[config % 2]
    else:
        milliseconds = _CELT_MS[config % 4]
    frames = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[code]
    return int(milliseconds * 48) * frames


def _vint(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A variable-length integer of Matroska, and how many bytes it takes."""
    if at >= len(data) or data[at] == 0:
        raise UnreadableAudioError("invalid Matroska element")
    length = 8 - data[at].bit_length() + 1
    if at + length > len(data):
        raise UnreadableAudioError("truncated Matroska element")
    value = int.from_bytes(data[at : at + length])
    return (value if keep_marker else value & ~(1 << (7 * length))), length


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every element that is not a master: (id, payload). The last one may be cut off."""
    at = 0
    while at < len(data):
        element, id_bytes = _vint(data, at, keep_marker=True)
        at += id_bytes
        size, size_bytes = _vint(data, at, keep_marker=False)
        at += size_bytes
        if element in _MASTERS:
            continue
        yield element, data[at : at + size]
        at += size


def _page(packets: Sequence[bytes], granule: int, number: int, flags: int) -> bytes:
    """One page of an Ogg file (RFC 3533, section 6)."""
    lacing = bytearray()
    for packet in packets:
        lacing += b"\xff" * (len(packet) // _MAX_SEGMENTS) + bytes([len(packet) % _MAX_SEGMENTS])
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 0x41544431, number, 0, len(lacing))
    page = bytearray(header + lacing + b"".join(packets))
    struct.pack_into("<I", page, _HEADER_BYTES - 5, _crc(page))
    return bytes(page)


def _table() -> tuple[int, ...]:
    found = []
    for start in range(256):
        value = start << 24
        for _ in range(8):
            value = ((value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        found.append(value)
    return tuple(found)


_CRC_TABLE = _table()


def _crc(page: bytes | bytearray) -> int:
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFFFFFF) ^ _CRC_TABLE[(value >> 24) ^ byte]
    return value
