import contextlib
import zlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_gateway.domain.cursors import BadCursor, CursorWriter, UnknownTopic, decode_cursor, encode_cursor
from atd_gateway.domain.streams import StreamLayout

CONVERSATIONS, ATTENDANTS = "conversation.events.v1", "attendant.events.v1"
ONE = StreamLayout({CONVERSATIONS: 2})
TWO = StreamLayout({CONVERSATIONS: 12, ATTENDANTS: 3})

LAYOUTS = st.lists(st.integers(min_value=1, max_value=24), min_size=1, max_size=4).map(
    lambda counts: StreamLayout({f"topic-{number}": count for number, count in enumerate(counts)})
)
OFFSET = st.integers(min_value=0, max_value=(1 << 48) - 1)


def drawn(data: st.DataObject) -> tuple[StreamLayout, list[int]]:
    layout = data.draw(LAYOUTS)
    size = len(layout.places)
    return layout, data.draw(st.lists(OFFSET, min_size=size, max_size=size))


def version_1(offsets: list[int]) -> str:
    """A cursor as gateways of the first version wrote it."""
    raw = b"\x01" + b"".join(one.to_bytes(6, "big") for one in offsets)
    return urlsafe_b64encode(raw + (zlib.crc32(raw) & 0xFFFF).to_bytes(2, "big")).decode()


@given(st.data())
def test_a_cursor_reads_back_as_it_was_written(data: st.DataObject) -> None:
    layout, offsets = drawn(data)
    assert list(decode_cursor(encode_cursor(layout, offsets), layout, [0] * len(offsets))) == offsets


@given(st.data())
def test_a_cursor_that_moves_on_is_the_cursor_at_its_new_offsets(data: st.DataObject) -> None:
    layout, offsets = drawn(data)
    writer = CursorWriter(layout, offsets)
    slot = data.draw(st.integers(min_value=0, max_value=len(offsets) - 1))
    writer.advance(slot, 12345)
    offsets[slot] = 12345
    assert writer.text().decode() == encode_cursor(layout, offsets)


def test_a_cursor_fits_a_url_and_is_short() -> None:
    text = encode_cursor(TWO, [(1 << 48) - 1 - n for n in range(15)])
    assert len(text) == 4 + 2 * 8 + 15 * 8
    assert text.replace("-", "").replace("_", "").isalnum()


def test_a_cursor_from_before_partitions_were_added_reads_those_from_the_beginning() -> None:
    text = encode_cursor(ONE, [7, 8])
    assert decode_cursor(text, StreamLayout({CONVERSATIONS: 4}), [9, 9, 9, 9]) == (7, 8, 0, 0)


def test_a_topic_that_the_cursor_does_not_name_begins_at_the_present() -> None:
    text = encode_cursor(ONE, [7, 8])
    assert decode_cursor(text, StreamLayout({ATTENDANTS: 1, CONVERSATIONS: 2}), [50, 60, 70]) == (50, 7, 8)


def test_topics_are_found_by_name_in_whatever_order() -> None:
    text = encode_cursor(StreamLayout({CONVERSATIONS: 2, ATTENDANTS: 1}), [7, 8, 9])
    assert decode_cursor(text, StreamLayout({ATTENDANTS: 1, CONVERSATIONS: 2}), [0, 0, 0]) == (9, 7, 8)


def test_a_cursor_of_a_topic_that_is_not_streamed_here_is_told_apart() -> None:
    with pytest.raises(UnknownTopic):
        decode_cursor(encode_cursor(TWO, [0] * 15), ONE, [0, 0])
    with pytest.raises(UnknownTopic):
        decode_cursor(version_1([1]), StreamLayout({ATTENDANTS: 1}), [0])


def test_a_cursor_of_version_1_is_of_conversation_events() -> None:
    assert decode_cursor(version_1([7, 8]), ONE, [0, 0]) == (7, 8)
    layout = StreamLayout({ATTENDANTS: 1, CONVERSATIONS: 3})
    assert decode_cursor(version_1([7, 8]), layout, [5, 0, 0, 0]) == (5, 7, 8, 0)


def test_topics_that_a_cursor_cannot_tell_apart_are_refused() -> None:
    assert zlib.crc32(b"plumless") == zlib.crc32(b"buckeroo")
    with pytest.raises(ValueError, match="CRC-32"):
        CursorWriter(StreamLayout({"plumless": 1, "buckeroo": 1}), [0, 0])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "truncated"),
        ("çç", "base64url"),
        ("====", "base64url"),
        ("a+b/", "base64url"),
        ("AQ", "base64url"),
        (encode_cursor(ONE, [1, 2])[:-4], "truncated"),
        (encode_cursor(ONE, [1, 2])[:-8], "damaged"),
        ("x" * 20_000, "too long"),
        (encode_cursor(StreamLayout({CONVERSATIONS: 3}), [1, 2, 3]), "another stream"),
        (version_1([1, 2, 3]), "another stream"),
        (version_1([1, 2]).replace("A", "B", 1), "version|damaged"),
        (urlsafe_b64encode(b"\x03" + bytes(8)).decode(), "unknown version"),
    ],
)
def test_what_is_no_cursor_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadCursor, match=reason):
        decode_cursor(text, ONE, [0, 0])


def test_a_count_that_the_cursor_does_not_hold_is_refused() -> None:
    raw = b"\x02" + zlib.crc32(CONVERSATIONS.encode()).to_bytes(4, "big") + b"\x00\x09" + bytes(12)
    text = urlsafe_b64encode(raw + (zlib.crc32(raw) & 0xFFFF).to_bytes(2, "big")).decode()
    with pytest.raises(BadCursor, match="truncated"):
        decode_cursor(text, ONE, [0, 0])


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(BadCursor, UnknownTopic):
        decode_cursor(text, TWO, [0] * 15)


@given(st.integers(min_value=0, max_value=139), st.integers(min_value=1, max_value=63))
def test_a_changed_character_never_gives_another_place(at: int, by: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    text = encode_cursor(TWO, [1000 * n for n in range(15)])
    changed = alphabet[(alphabet.index(text[at]) + by) % 64]
    with pytest.raises(BadCursor):
        decode_cursor(text[:at] + changed + text[at + 1 :], TWO, [0] * 15)
