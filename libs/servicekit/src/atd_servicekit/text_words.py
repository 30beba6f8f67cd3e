"""Finding words and phrases in a text: whole words, in whatever case and with or without accents."""

import re
from collections.abc import Iterable
from functools import lru_cache

from atd_servicekit.text_folding import folded

_LOOKED_AT = 2000
"""Characters of a text in which words are looked for."""

_WORD = re.compile(r"\w+")


def words_in(text: str) -> tuple[str, ...]:
    """The folded words of a text in their order; empty where it has no letter and no digit."""
    return tuple(_WORD.findall(folded(text[:_LOOKED_AT])))


def mentions(text: str | None, phrases: Iterable[str]) -> bool:
    """Whether one of the words or phrases stands in the text, whole."""
    if not text:
        return False
    said = _spaced(text)
    return any(wanted in said for wanted in map(_spaced_phrase, phrases) if wanted.strip())


def _spaced(text: str) -> str:
    """Its words, each between spaces, so that one is found whole."""
    return f" {' '.join(words_in(text))} "


_spaced_phrase = lru_cache(maxsize=4_096)(_spaced)
"""Phrases of settings stay the same from message to message."""
