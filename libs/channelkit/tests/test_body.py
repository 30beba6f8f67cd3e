"""Bytes are read as JSON, or refused with reason and place."""

import pytest

from atd_channelkit.webhooks.body import MalformedBodyError, UnreadableBodyError, decode


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": "\xff"}', "byte 7"),
        (b"not json", "line 1, column 1"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(raw: bytes, reason: str) -> None:
    with pytest.raises(MalformedBodyError, match=reason):
        decode(raw)


def test_a_text_cut_inside_an_emoji_is_read() -> None:
    value = decode(rb'{"text": "Oi \ud83d", "whole": "\ud83d\udc4b", "\udc4b": ["\udc4b"]}')
    assert value["whole"] == "👋"
    assert value["text"].startswith("Oi ")
    for text in (value["text"], *value):
        text.encode()


@pytest.mark.parametrize("raw", [b"[" * 100_000 + b"]" * 100_000, b"-" + b"9" * 10_000, b"1e999"])
def test_beyond_what_can_be_read_is_authentic_all_the_same(raw: bytes) -> None:
    try:
        decode(raw)
    except UnreadableBodyError:
        return
