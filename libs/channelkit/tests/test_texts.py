"""Long texts in parts."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from atd_channelkit.sending.texts import split_text, text_length
from atd_schemas.capabilities import TextUnit

FAMILY = "👨‍👩‍👧‍👦"
LETTERS = st.sampled_from(["a", "é", "e\u0301", " ", "\n", "\r\n", "👍", "👍🏽", FAMILY, "🇧🇷", "ção", "한", "word "])


def graphemes(text: str) -> list[str]:
    return [one for one in regex.findall(r"\X", text) if not one.isspace()]


@given(
    st.lists(LETTERS, max_size=200).map("".join), st.integers(25, 60), st.sampled_from(["characters", "utf16", "bytes"])
)
def test_parts_lose_nothing_fit_and_cut_no_character(text: str, limit: int, unit: TextUnit) -> None:
    parts = split_text(text, limit, unit)
    assert all(0 < text_length(one, unit) <= limit for one in parts)
    assert [seen for one in parts for seen in graphemes(one)] == graphemes(text)


@given(st.text(max_size=60), st.integers(4, 12), st.sampled_from(["characters", "utf16", "bytes"]))
def test_any_text_is_split_into_parts_that_fit_and_together_say_all_of_it(
    text: str, limit: int, unit: TextUnit
) -> None:
    parts = split_text(text, limit, unit)
    assert all(text_length(one, unit) <= limit for one in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_4090_letters_and_10_emoji_are_two_messages_in_utf16_units_and_one_in_characters() -> None:
    text = "a" * 4090 + "👍" * 10
    assert [len(one) for one in split_text(text, 4096, "utf16")] == [4093, 7]
    assert split_text(text, 4100, "characters") == (text,)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 5, ()),
        (" \n ", 5, ()),
        ("short", 5, ("short",)),
        ("one two three", 7, ("one two", "three")),
        ("one two three", 8, ("one two", "three")),
        ("first line\nsecond one", 14, ("first line", "second one")),
        ("a\nbbbb bbbb bbbb", 11, ("a\nbbbb bbbb", "bbbb")),
        ("aaaaaaaaaaaa", 5, ("aaaaa", "aaaaa", "aa")),
        (f"aa {FAMILY}", 9, ("aa", FAMILY)),
        ("a\u0301" + "\u0301" * 5, 4, ("a\u0301\u0301\u0301", "\u0301\u0301\u0301")),
    ],
)
def test_a_text_is_cut_after_lines_else_words_and_inside_a_character_only_if_it_must(
    text: str, limit: int, parts: tuple[str, ...]
) -> None:
    assert split_text(text, limit, "characters") == parts
