"""Cursors of the realtime stream: where a client is, in every partition of every streamed topic.

A cursor holds, for each topic and partition, the offset of the next record that the client has not seen. So it means
the same to every gateway process, in whatever order each of them reads partitions. Layout of version 2: version
(1 byte); for each topic the CRC-32 of its name (4 bytes), the number of its partitions (2 bytes) and 6 bytes for each
of them; CRC-16 of all that. Written as base64url: 12 characters, and 8 more per topic and per partition.

Version 1 knew `conversation.events.v1` alone: version, 6 bytes per partition, CRC-16. It can still be read.
"""

import binascii
import zlib
from collections.abc import Mapping, Sequence

from atd_gateway.domain.streams import StreamLayout

_VERSION = 2
_VERSION_1_TOPIC = "conversation.events.v1"
_WIDTH = 6
_TAG = 4
_HEADER = 6
_FRAME = 3  # version and checksum
_MAX_PARTITIONS = 1024
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/", b"+/!!")


class BadCursor(ValueError):
    """The text is no cursor of ours. The message says why, for the client's developer."""


class UnknownTopic(Exception):
    """The cursor is of a topic that is not streamed here: what came after it cannot be sent."""


class CursorWriter:
    """The cursor of a stream that moves on; writing one costs a microsecond whatever the number of partitions."""

    def __init__(self, layout: StreamLayout, offsets: Sequence[int]) -> None:
        """`offsets` by slot. Raises `ValueError` when two topics have the same CRC-32."""
        if len({_tag(topic) for topic in layout.partitions}) != len(layout.partitions):
            raise ValueError("the names of two streamed topics have the same CRC-32, so a cursor cannot hold both")
        self._raw = bytearray([_VERSION])
        self._places: list[int] = []
        for topic, count in layout.partitions.items():
            self._raw += _tag(topic) + count.to_bytes(_HEADER - _TAG, "big")
            for slot in layout.slots_of(topic):
                self._places.append(len(self._raw))
                self._raw += offsets[slot].to_bytes(_WIDTH, "big")

    def advance(self, slot: int, next_offset: int) -> None:
        """The stream has passed every record of a partition before `next_offset`."""
        at = self._places[slot]
        self._raw[at : at + _WIDTH] = next_offset.to_bytes(_WIDTH, "big")

    def text(self) -> bytes:
        """The cursor, ASCII."""
        raw = self._raw
        return binascii.b2a_base64(raw + _checksum(raw), newline=False).translate(_TO_URL)


def encode_cursor(layout: StreamLayout, offsets: Sequence[int]) -> str:
    """The cursor at these offsets, by slot."""
    return CursorWriter(layout, offsets).text().decode()


def decode_cursor(text: str, layout: StreamLayout, present: Sequence[int]) -> tuple[int, ...]:
    """The next offset of each slot.

    A topic that the cursor does not name was not streamed to this client: it begins at the `present` (offsets by
    slot). Partitions that a topic got since are read from their beginning. Raises `BadCursor` and `UnknownTopic`.
    """
    offsets = list(present)
    for topic, found in _read(_checked(text), layout).items():
        slots = layout.slots_of(topic)
        if len(found) > len(slots):
            raise BadCursor("the cursor belongs to another stream")
        for slot, offset in zip(slots, found + [0] * (len(slots) - len(found)), strict=True):
            offsets[slot] = offset
    return tuple(offsets)


def _checked(text: str) -> bytes:
    """The bytes before the checksum, with the version first."""
    if len(text) > (_MAX_PARTITIONS * _WIDTH + _FRAME) * 4 // 3:
        raise BadCursor("the cursor is too long")
    try:
        raw = binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadCursor("the cursor is not base64url") from error
    if len(raw) < _FRAME or (len(raw) - _FRAME) % _WIDTH:
        raise BadCursor("the cursor is truncated")
    if raw[0] not in (1, _VERSION):
        raise BadCursor("the cursor has an unknown version")
    if _checksum(raw[:-2]) != raw[-2:]:
        raise BadCursor("the cursor is damaged")
    return raw[:-2]


def _read(raw: bytes, layout: StreamLayout) -> Mapping[str, list[int]]:
    """By topic: the offsets of its partitions."""
    if raw[0] == 1:
        if _VERSION_1_TOPIC not in layout.partitions:
            raise UnknownTopic
        return {_VERSION_1_TOPIC: _offsets(raw[1:])}
    topics = {_tag(topic): topic for topic in layout.partitions}
    found: dict[str, list[int]] = {}
    at = 1
    while at < len(raw):
        tag, count = raw[at : at + _TAG], int.from_bytes(raw[at + _TAG : at + _HEADER], "big")
        body = raw[at + _HEADER : at + _HEADER + count * _WIDTH]
        if len(body) != count * _WIDTH:
            raise BadCursor("the cursor is truncated")
        if tag not in topics:
            raise UnknownTopic
        found[topics[tag]] = _offsets(body)
        at += _HEADER + len(body)
    return found


def _offsets(raw: bytes) -> list[int]:
    return [int.from_bytes(raw[at : at + _WIDTH], "big") for at in range(0, len(raw), _WIDTH)]


def _tag(topic: str) -> bytes:
    return zlib.crc32(topic.encode()).to_bytes(_TAG, "big")


def _checksum(raw: bytes | bytearray) -> bytes:
    return (zlib.crc32(raw) & 0xFFFF).to_bytes(2, "big")
