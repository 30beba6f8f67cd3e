"""Texts as customers and attendants write them: words of Portuguese by how often they are used (Zipf)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

COMMON = (Path(__file__).parent / "words.txt").read_text().split()
"""The most frequent words first."""

_ONSETS = (
    "b",
    "c",
    "d",
    "f",
    "g",
    "j",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "br",
    "cr",
    "dr",
    "gr",
    "tr",
    "lh",
    "qu",
)
_VOWELS = ("a", "e", "i", "o", "u", "ã", "ei", "ou", "ai")
_ENDINGS = (
    "ar",
    "er",
    "ir",
    "ado",
    "ida",
    "ção",
    "ções",
    "mente",
    "dor",
    "dora",
    "ista",
    "eza",
    "oso",
    "inha",
    "s",
    "o",
)


def vocabulary(size: int, seed: int = 1) -> list[str]:
    """Words by their rank: those of `COMMON`, then made-up ones that are formed like Portuguese."""
    chance = random.Random(seed)
    words = dict.fromkeys(COMMON)
    while len(words) < size:
        syllables = "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.randint(1, 3)))
        words[syllables + chance.choice(_ENDINGS)] = None
    return list(words)


def texts(count: int, seed: int, words: list[str]) -> Iterator[str]:
    """So many texts of 1 to 40 words; one in thirty has a number, one in two hundred a CPF, an address or a link."""
    chance = random.Random(seed)
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))  # Zipf and Mandelbrot
    for number in range(count):
        length = min(40, 1 + int(chance.expovariate(1 / 9)))
        said = chance.choices(words, cum_weights=weights, k=length)
        if number % 30 == 0:
            said.append(str(chance.randint(10_000, 9_999_999)))
        if number % 200 == 0:
            said.append(_special(chance))
        yield " ".join(said).capitalize()


def _special(chance: random.Random) -> str:
    digits = "".join(str(chance.randint(0, 9)) for _ in range(11))
    return chance.choice(
        (
            f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}",
            f"cliente{digits[:5]}@exemplo.com.br",
            f"https://loja.exemplo.com/p/{digits[:6]}",
            f"({digits[:2]}) 9{digits[2:6]}-{digits[6:10]}",
        )
    )
