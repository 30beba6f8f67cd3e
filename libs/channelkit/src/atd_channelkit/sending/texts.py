"""Long texts in parts, as channels count them: between words, and never inside what a reader sees as one character.

A character as it is seen is an extended grapheme cluster (UAX #29): an emoji of a family is one, of seven code points.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import regex

from atd_schemas.capabilities import TextUnit

_GRAPHEME = regex.compile(r"\X")


def utf16_length(text: str) -> int:
    """How many UTF-16 units the text takes; an emoji has two or more."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")


def _utf8_length(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


_LENGTHS: Mapping[TextUnit, Callable[[str], int]] = MappingProxyType(
    {"characters": len, "utf16": utf16_length, "bytes": _utf8_length}
)


def text_length(text: str, unit: TextUnit) -> int:
    """The length of a text in this unit."""
    return _LENGTHS[unit](text)


def split_text(text: str, limit: int, unit: TextUnit) -> tuple[str, ...]:
    """The text in as many parts as it needs, each of at most `limit` units (4 or more); a short one is one part.

    A part ends after a line where one ends in its second half, else after a word; only a word that is longer than a
    part is cut, and only a character that is longer than a part is cut inside. The white space at which a text is cut
    goes, nothing else does. A text of white space alone has no parts.
    """
    if text_length(text, unit) <= limit:
        return (text,) if text.strip() else ()
    parts = []
    rest = text.strip()
    while text_length(rest, unit) > limit:
        end = _end_of_part(rest, limit, _LENGTHS[unit])
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return (*parts, rest) if rest else tuple(parts)


def _end_of_part(text: str, limit: int, length: Callable[[str], int]) -> int:
    """Where the first part of a text ends that is longer than the limit and begins with a letter."""
    used = line = word = end = 0
    for found in _GRAPHEME.finditer(text):
        one = found.group()
        used += length(one)
        if used > limit:
            if one.isspace() and not line > end / 2:
                return end  # the word before the white space is whole
            break
        end = found.end()
        if "\n" in one or "\r" in one:
            line = end
        if one.isspace():
            word = end
    if line > end / 2:
        return line
    return word or end or _end_inside(text, limit, length)


def _end_inside(text: str, limit: int, length: Callable[[str], int]) -> int:
    """As many code points as fit, of a first character that does not."""
    return max(place for place, used in _running(text, length) if used <= limit)


def _running(text: str, length: Callable[[str], int]) -> Iterator[tuple[int, int]]:
    used = 0
    for place, letter in enumerate(text, 1):
        used += length(letter)
        yield place, used
