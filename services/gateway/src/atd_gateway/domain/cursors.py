"""Cursors of the realtime stream: where a client stands, in every partition at once.

A cursor holds, for each partition of `conversation.events.v1`, the offset of the next record that the client
has not seen. So it means the same to every gateway process, in whatever order each of them reads partitions.
Layout: version (1 byte), 6 bytes per partition, CRC-16 of those; base64url, 8 characters per partition and 4 more.
"""

import binascii
import zlib
from collections.abc import Sequence

_VERSION = 1
_WIDTH = 6
_FRAME = 3
_MAX_OFFSET = (1 << (8 * _WIDTH)) - 1
_MAX_PARTITIONS = 1024
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/", b"+/!!")


class BadCursor(ValueError):
    """The text is no cursor of ours. The message says why, for the client's developer."""


class CursorWriter:
    """The cursor of a stream that moves on; writing one costs a microsecond whatever the number of partitions."""

    def __init__(self, offsets: Sequence[int]) -> None:
        self._raw = bytearray([_VERSION]) + b"".join(one.to_bytes(_WIDTH, "big") for one in offsets)

    def advance(self, partition: int, next_offset: int) -> None:
        """The stream has passed every record of `partition` before `next_offset`."""
        at = 1 + partition * _WIDTH
        self._raw[at : at + _WIDTH] = next_offset.to_bytes(_WIDTH, "big")

    def text(self) -> bytes:
        """The cursor, ASCII."""
        raw = self._raw
        check = (zlib.crc32(raw) & 0xFFFF).to_bytes(2, "big")
        return binascii.b2a_base64(raw + check, newline=False).translate(_TO_URL)


def encode_cursor(offsets: Sequence[int]) -> str:
    """The cursor at these offsets, one per partition."""
    return CursorWriter(offsets).text().decode()


def decode_cursor(text: str, partitions: int) -> tuple[int, ...]:
    """The next offset of each of the topic's `partitions`.

    A cursor from before partitions were added reads those from their beginning. Raises `BadCursor`.
    """
    if len(text) > (_MAX_PARTITIONS * _WIDTH + _FRAME) * 4 // 3:
        raise BadCursor("the cursor is too long")
    try:
        raw = binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadCursor("the cursor is not base64url") from error
    body = raw[:-2]
    if len(raw) < _FRAME or (len(raw) - _FRAME) % _WIDTH:
        raise BadCursor("the cursor is cut off")
    if body[0] != _VERSION:
        raise BadCursor("the cursor is of another version")
    if (zlib.crc32(body) & 0xFFFF).to_bytes(2, "big") != raw[-2:]:
        raise BadCursor("the cursor is damaged")
    offsets = [int.from_bytes(body[at : at + _WIDTH], "big") for at in range(1, len(body), _WIDTH)]
    if len(offsets) > partitions:
        raise BadCursor("the cursor is of another stream")
    return (*offsets, *([0] * (partitions - len(offsets))))
