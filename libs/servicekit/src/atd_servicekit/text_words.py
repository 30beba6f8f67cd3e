"""Finding words and phrases in a text: whole words, in whatever case and with or without accents."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from atd_servicekit.text_folding import folded

_LOOKED_AT = 2000
"""Characters of a text in which words are looked for."""

_WORD = re.compile(r"\w+")


def words_in(text: str) -> tuple[str, ...]:
    """The folded words of a text in their order; empty where it has no letter and no digit."""
    return tuple(_WORD.findall(folded(text[:_LOOKED_AT])))


@dataclass(frozen=True, slots=True)
class Said:
    """A text made ready for looking for many phrases in it. `spaced` is its words, each between spaces."""

    words: frozenset[str]
    spaced: str

    @classmethod
    def of(cls, text: str | None) -> "Said":
        """What a text says; nothing where there is none."""
        found = words_in(text or "")
        return cls(frozenset(found), _spaced(found))

    def mentions(self, phrases: Iterable[str]) -> bool:
        """Whether one of the words or phrases stands in the text, whole."""
        words, longer = _prepared(tuple(phrases))
        if not self.words.isdisjoint(words):
            return True
        return any(first in self.words and phrase in self.spaced for first, phrase in longer)


NOTHING_SAID = Said(frozenset(), "")


def mentions(text: str | None, phrases: Iterable[str]) -> bool:
    """Whether one of the words or phrases stands in the text, whole."""
    return bool(text) and Said.of(text).mentions(phrases)


def _spaced(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


@lru_cache(maxsize=4_096)  # phrases of settings stay the same from text to text
def _prepared(phrases: tuple[str, ...]) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """The single words, and the longer phrases with their first word."""
    found = [words for words in map(words_in, phrases) if words]
    single = frozenset(words[0] for words in found if len(words) == 1)
    return single, tuple((words[0], _spaced(words)) for words in found if len(words) > 1)
