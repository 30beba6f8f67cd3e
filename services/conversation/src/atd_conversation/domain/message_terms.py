"""By what a message is found: its words and their stems, folded, and its numbers without what groups them.

The terms stand on the message, in an index. They are made once, when the message is stored, and again only when what
it says changes. Words are cut out of the folded text, so accents, case and width make no difference; the stem is
the one of Portuguese (Snowball), taken after folding, so that `acao`, `ação` and `AÇÕES` have the same one.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import snowballstemmer

from atd_servicekit.text_folding import folded

MOST_TERMS = 1_000
"""Terms of one message: what a longer one says after them is not found."""

MOST_CHARACTERS = 20_000
"""Characters of one message, with its captions and names, that are looked at."""

LONGEST_WORD = 40
"""Characters of a word that are told apart: longer ones are the same when their beginnings are."""

SHORTEST_NUMBER = 5
"""Digits of a number that is found however it is grouped (`1.234,56`); shorter ones are found as they are written."""

SHORTEST_PHONE = 8
LONGEST_PHONE = 15
_BRAZIL = "55"
_BRAZILIAN_DIGITS = (12, 13)
_STEMMED = range(4, 25)
"""Lengths of words that have a stem of their own."""

WORD = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"\d+(?:[.,/:\-]\d+)+")
"""Digits in groups that belong together: a version, an amount, a date, a CPF."""

GROUPED = re.compile(r"\+?\(?\d[\d\s().\-/]{5,}\d")
"""Digits as telephone numbers are written."""

_NOT_DIGITS = re.compile(r"\D+")

_LATIN = {code: folded(chr(code)) for code in range(0x250) if folded(chr(code)) != chr(code)}
_ENDINGS = (
    ("coes", "ção"),
    ("cao", "ção"),
    ("oes", "ão"),
    ("aes", "ão"),
    ("ao", "ão"),
    ("ais", "al"),
    ("eis", "el"),
    ("ois", "ol"),
    ("encia", "ência"),
    ("encias", "ência"),
    ("ancia", "ância"),
    ("ancias", "ância"),
    ("avel", "ável"),
    ("aveis", "ável"),
    ("ivel", "ível"),
    ("iveis", "ível"),
)
"""What folding took from endings that the stemmer knows by their accents; plurals have the ending of the singular."""

_BY_ENDING = dict(_ENDINGS)
_ENDING_LENGTHS = sorted({len(ending) for ending in _BY_ENDING}, reverse=True)
_NOT_OF_SHORT_WORDS = frozenset({"ais", "eis", "ois"})
_SHORT = 5
"""Letters up to which a word in `-ais` is no plural: `mais`, `dois`, `seis`."""

_SHORTEST_STEM = 3
_STEMMER = snowballstemmer.stemmer("portuguese")


def fold(text: str) -> str:
    """`folded`, made fast for languages that are written in Latin letters."""
    if text.isascii():
        return text.lower()
    latin = text.translate(_LATIN)
    return latin if latin.isascii() else folded(text)


@lru_cache(maxsize=65_536)
def stem_of(word: str) -> str:
    """The stem of a folded word: the same for its plural and its other forms. About 30 µs, and nothing when known."""
    if len(word) not in _STEMMED or not word.isalpha():
        return word
    restored = _restored(word)
    stem = fold(_STEMMER.stemWord(restored))
    return stem if len(stem) >= _SHORTEST_STEM else fold(restored)


def _restored(word: str) -> str:
    """The word with the accents of its ending, in the singular where the ending tells."""
    for length in _ENDING_LENGTHS:
        ending = word[-length:]
        restored = _BY_ENDING.get(ending)
        if restored is not None and len(word) > length:
            is_short = ending in _NOT_OF_SHORT_WORDS and len(word) <= _SHORT
            return word if is_short else word[:-length] + restored
    return word


def words_in(folded_text: str) -> list[str]:
    """The words of a folded text, in their order."""
    return [word[:LONGEST_WORD] for word in WORD.findall(folded_text)]


def terms_of_texts(texts: Iterable[str]) -> list[str]:
    """The terms of what a message says, each once, at most `MOST_TERMS`."""
    text = fold("\n".join(texts)[:MOST_CHARACTERS])
    words = dict.fromkeys(words_in(text))
    terms = dict.fromkeys(words)
    terms.update(dict.fromkeys(stem_of(word) for word in words))
    if any(word.isdecimal() for word in words):
        terms.update(dict.fromkeys(term for _, found in numbers_in(text) for term in found))
    return list(terms)[:MOST_TERMS]


def digits_of(text: str) -> str:
    """Its digits alone."""
    return _NOT_DIGITS.sub("", text)


def spellings_of(digits: str) -> tuple[str, ...]:
    """A telephone number as it is dialled from abroad, and within Brazil where it is a Brazilian one."""
    if digits.startswith(_BRAZIL) and len(digits) in _BRAZILIAN_DIGITS:
        return (digits, digits[len(_BRAZIL) :])
    return (digits,)


def numbers_in(text: str) -> Iterator[tuple[tuple[int, int], tuple[str, ...]]]:
    """The numbers of a folded text that are written in groups: where each stands, and the terms that it is found by."""
    for found in NUMBER.finditer(text):
        number, digits = found[0][:LONGEST_WORD], digits_of(found[0])
        is_long = SHORTEST_NUMBER <= len(digits) <= LONGEST_WORD
        yield found.span(), (number, digits) if is_long else (number,)
    for found in GROUPED.finditer(text):
        digits = digits_of(found[0])
        if SHORTEST_PHONE <= len(digits) <= LONGEST_PHONE:
            yield found.span(), spellings_of(digits)
