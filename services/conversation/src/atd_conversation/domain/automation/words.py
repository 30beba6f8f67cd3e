"""Finding a keyword in what a customer wrote: whole words, in whatever case and with or without accents."""

import re
from collections.abc import Iterable

from atd_conversation.domain.text_folding import folded

MAX_WORDS = 20
"""Words and phrases of one rule."""

MAX_WORD_LENGTH = 60
"""Characters of one of them."""

_LOOKED_AT = 2000
"""Characters of a message in which words are looked for."""

_WORD = re.compile(r"\w+")


def words_in(text: str) -> tuple[str, ...]:
    """The folded words of a text in their order; empty where it has no letter and no digit."""
    return tuple(_WORD.findall(folded(text[:_LOOKED_AT])))


def mentions(text: str | None, phrases: Iterable[str]) -> bool:
    """Whether one of the words or phrases stands in the text, whole."""
    if not text:
        return False
    said = f" {' '.join(words_in(text))} "
    return any(f" {' '.join(wanted)} " in said for wanted in map(words_in, phrases) if wanted)
