"""What somebody asks of all messages: words, beginnings of words, numbers and phrases, read from what they typed.

- Every word must be there. A word of three letters or more is found by its stem and as a beginning (`impr` finds
  `impressora`), a shorter one only as it is.
- `"In quotes"` the words stand one after the other, as they are written but for accents and case.
- What is written in one piece (`ana@example.com`, `loja.com/p/1`, `v1.7`) is a phrase too, whose end may be missing.
- A number is found however it is grouped: a CPF with dots or without, a telephone number with its country or without.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from atd_conversation.domain.message_terms import (
    GROUPED,
    LONGEST_WORD,
    NUMBER,
    SHORTEST_NUMBER,
    SHORTEST_PHONE,
    WORD,
    digits_of,
    fold,
    numbers_in,
    spellings_of,
    stem_of,
    words_in,
)

LONGEST_QUESTION = 500
"""Characters of a question."""

SHORTEST_BEGINNING = 3
"""Letters from which a word is found by its beginning."""

_QUOTED = re.compile(r'"([^"]*)"?')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_PROTOCOL = re.compile(r"[0-9]+(?:[.\-/ ][0-9]+)*")
_PROTOCOL_MARKS = re.compile(r"[.\-/ ]")
_PROTOCOL_DIGITS = 15
_PHONE_MARKS = frozenset("()+-")
_BETWEEN = r"[\W_]+"
_REST = r"[^\W_]*"
_STARTS, _ENDS = r"(?<![^\W_])", r"(?![^\W_])"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word or number: a message has one of the terms `exact`, or one that begins with `beginning`."""

    exact: frozenset[str]
    beginning: str | None = None

    def is_met_by(self, word: str) -> bool:
        """Whether a folded word of a text is meant."""
        word = word[:LONGEST_WORD]
        if word in self.exact or stem_of(word) in self.exact:
            return True
        return self.beginning is not None and word.startswith(self.beginning)


@dataclass(frozen=True, slots=True)
class Question:
    """What a message must have: each of `words` and `in_phrases`, and in one of its texts each of `phrases`."""

    words: tuple[Wanted, ...] = ()
    in_phrases: tuple[Wanted, ...] = ()
    phrases: tuple[re.Pattern[str], ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.words or self.in_phrases)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """What the terms of a message must have."""
        return tuple(dict.fromkeys((*self.words, *self.in_phrases)))

    def accepts(self, folded_texts: Iterable[str]) -> bool:
        """Whether the phrases are there: what terms alone cannot tell."""
        texts = tuple(folded_texts)
        return all(any(phrase.search(text) for text in texts) for phrase in self.phrases)


def question_of(typed: str) -> Question:
    """Read what was typed. A question without a letter or digit asks for nothing."""
    text = fold(typed[:LONGEST_QUESTION].translate(_QUOTES))
    words: list[Wanted] = []
    phrases: list[tuple[list[str], bool]] = []
    for quoted in _QUOTED.findall(text):
        number = NUMBER.fullmatch(quoted.strip())
        if number is not None:
            words.append(_number(number[0], goes_on=False))
        elif found := words_in(quoted):
            phrases.append((found, False))
    for token in _joined_phones(_QUOTED.sub(" ", text)).split():
        found = words_in(token)
        number = NUMBER.search(token)
        if number is not None and words_in(number[0]) == found:
            words.append(_number(number[0], goes_on=True))
        elif len(found) == 1:
            words.append(_word(found[0]))
        elif found:
            phrases.append((found, True))
    return Question(
        tuple(dict.fromkeys(words)),
        tuple(dict.fromkeys(one for each in phrases for one in _in_phrase(*each))),
        tuple(dict.fromkeys(_pattern(*each) for each in phrases)),
    )


def protocol_of(typed: str) -> int | None:
    """The conversation number that is meant: digits, with `#` in front, dots or dashes between, or not."""
    text = typed.strip().removeprefix("#").strip()
    digits = _PROTOCOL_MARKS.sub("", text) if _PROTOCOL.fullmatch(text) else ""
    return int(digits) if digits and len(digits) <= _PROTOCOL_DIGITS else None


def _joined_phones(text: str) -> str:
    """The text with its telephone numbers, which may have spaces, in one piece."""

    def joined(found: re.Match[str]) -> str:
        digits = digits_of(found[0])
        is_phone = len(digits) >= SHORTEST_PHONE and not _PHONE_MARKS.isdisjoint(found[0])
        return digits if is_phone else found[0]

    return GROUPED.sub(joined, text)


def _word(word: str) -> Wanted:
    if word.isdecimal():
        spellings = frozenset(spellings_of(word))
        return Wanted(spellings, word if len(word) >= SHORTEST_BEGINNING else None)
    is_long = len(word) >= SHORTEST_BEGINNING
    return Wanted(frozenset((stem_of(word),)), word) if is_long else Wanted(frozenset((word,)))


def _number(number: str, *, goes_on: bool) -> Wanted:
    """Digits in groups: short ones as they are written, longer ones by their digits."""
    digits = digits_of(number)
    found = digits if len(digits) >= SHORTEST_NUMBER else number
    return Wanted(frozenset(spellings_of(found)), found if goes_on else None)


def _in_phrase(words: list[str], goes_on: bool) -> Iterator[Wanted]:  # noqa: FBT001 - the two parts of a phrase
    """The words of a phrase; `goes_on`: of the last one only the beginning is known."""
    yield from (Wanted(frozenset((word,))) for word in words[:-1])
    yield Wanted(frozenset((words[-1],)), words[-1] if goes_on else None)


def _pattern(words: list[str], goes_on: bool) -> re.Pattern[str]:  # noqa: FBT001 - the two parts of a phrase
    pieces = [re.escape(word) + (_REST if len(word) == LONGEST_WORD else "") for word in words]
    return re.compile(_STARTS + _BETWEEN.join(pieces) + (_REST if goes_on else "") + _ENDS)


def spans_of(question: Question, folded_text: str) -> list[tuple[int, int]]:
    """Where a folded text has what was asked for: places of words, numbers and phrases, in order, not overlapping.

    A word that is asked for in a phrase alone is marked within the phrase alone.
    """
    spans = {found.span() for phrase in question.phrases for found in phrase.finditer(folded_text)}
    for found in WORD.finditer(folded_text):
        if any(one.is_met_by(found[0]) for one in question.words):
            spans.add(found.span())
    for span, terms in numbers_in(folded_text):
        if any(one.is_met_by(term) for one in question.words for term in terms):
            spans.add(span)
    return _merged(sorted(spans))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
