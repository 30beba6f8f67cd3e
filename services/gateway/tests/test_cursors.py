import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atd_gateway.domain.cursors import BadCursor, CursorWriter, decode_cursor, encode_cursor

OFFSETS = st.lists(st.integers(min_value=0, max_value=(1 << 48) - 1), min_size=1, max_size=48)


@given(OFFSETS)
def test_a_cursor_reads_back_as_it_was_written(offsets: list[int]) -> None:
    assert list(decode_cursor(encode_cursor(offsets), len(offsets))) == offsets


@given(OFFSETS, st.data())
def test_a_cursor_that_moves_on_is_the_cursor_at_its_new_offsets(offsets: list[int], data: st.DataObject) -> None:
    writer = CursorWriter(offsets)
    partition = data.draw(st.integers(min_value=0, max_value=len(offsets) - 1))
    writer.advance(partition, 12345)
    offsets[partition] = 12345
    assert writer.text().decode() == encode_cursor(offsets)


def test_a_cursor_fits_a_url_and_is_short() -> None:
    text = encode_cursor([(1 << 48) - 1 - n for n in range(12)])
    assert len(text) == 100
    assert text.replace("-", "").replace("_", "").isalnum()


def test_a_cursor_from_before_partitions_were_added_reads_those_from_the_beginning() -> None:
    assert decode_cursor(encode_cursor([7, 8]), 4) == (7, 8, 0, 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cut off"),
        ("çç", "base64url"),
        ("====", "base64url"),
        ("a+b/", "base64url"),
        ("AQ", "base64url"),
        (encode_cursor([1, 2])[:-4], "cut off"),
        (encode_cursor([1, 2])[:-8], "damaged"),
        ("x" * 20_000, "too long"),
        (encode_cursor([1, 2, 3]), "another stream"),
        (encode_cursor([1, 2]).replace("A", "B", 1), "version|damaged"),
    ],
)
def test_what_is_no_cursor_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadCursor, match=reason):
        decode_cursor(text, 2)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(BadCursor):
        decode_cursor(text, 12)


@given(st.integers(min_value=0, max_value=99), st.integers(min_value=1, max_value=63))
def test_a_changed_character_never_gives_another_place(at: int, by: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    text = encode_cursor([1000 * n for n in range(12)])
    changed = alphabet[(alphabet.index(text[at]) + by) % 64]
    with pytest.raises(BadCursor):
        decode_cursor(text[:at] + changed + text[at + 1 :], 12)
