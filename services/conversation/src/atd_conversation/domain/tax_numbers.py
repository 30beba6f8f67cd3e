"""CPF and CNPJ: the Brazilian tax numbers of people and of companies.

Both end in two check digits. A CNPJ issued since July 2026 can have letters in its first twelve places; a character
counts as its ASCII code minus 48, so digits count as before (Receita Federal, Nota Técnica Conjunta 2025.001).
"""

import re

from atd_schemas.views import DocumentType

_PUNCTUATION = re.compile(r"[\s./-]+")
_CPF = re.compile(r"[0-9]{11}")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
LONGEST_TYPED = 40
"""Characters of what somebody types, punctuation included."""


def tax_number(typed: str) -> str | None:
    """The CPF or CNPJ without punctuation, letters in upper case; None for anything else or wrong check digits."""
    if len(typed) > LONGEST_TYPED or not typed.isascii():
        return None
    number = _PUNCTUATION.sub("", typed).upper()
    return number if is_cpf(number) or is_cnpj(number) else None


def is_cpf(number: str) -> bool:
    """Whether eleven digits are a CPF; one digit repeated passes the sum, and is nobody's."""
    if not _CPF.fullmatch(number) or len(set(number)) == 1:
        return False
    return number[9:] == _digit(number[:9], range(10, 1, -1)) + _digit(number[:10], range(11, 1, -1))


def is_cnpj(number: str) -> bool:
    """Whether fourteen characters are a CNPJ, of digits alone or with letters."""
    if not _CNPJ.fullmatch(number) or len(set(number)) == 1:
        return False
    weights = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    return number[12:] == _digit(number[:12], weights) + _digit(number[:13], (6, *weights))


def document_type(number: str) -> DocumentType:
    """Which of the two a valid number is."""
    return "cpf" if len(number) == 11 else "cnpj"  # noqa: PLR2004 - the lengths of the two


def formatted_document(number: str) -> str:
    """As it is written on paper: `529.982.247-25`, `12.ABC.345/01DE-35`."""
    if document_type(number) == "cpf":
        return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"
    return f"{number[:2]}.{number[2:5]}.{number[5:8]}/{number[8:12]}-{number[12:]}"


def _digit(places: str, weights: "range | tuple[int, ...]") -> str:
    """The check digit of these places (modulo 11)."""
    total = sum((ord(one) - ord("0")) * weight for one, weight in zip(places, weights, strict=True))
    rest = total % 11
    return "0" if rest < 2 else str(11 - rest)  # noqa: PLR2004 - 10 and 11 are written as 0
