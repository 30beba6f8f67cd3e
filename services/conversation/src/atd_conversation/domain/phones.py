"""Telephone numbers (E.164): which spellings are one number, and which of them is shown.

Numbering plans change, and channels go on naming an account by the spelling under which it was registered. In each
country here both spellings reach the same person, and by the length alone it is clear which one a number has:

- Brazil: a mobile has a 9 in front of its eight digits since 2016. A landline (eight digits that begin with 2 to 5) has
  none.
- Mexico: a mobile had a 1 behind the country code until 2019.
- Argentina: a mobile has a 9 behind the country code when it is called from abroad. Its ten digits are no landline's,
  so the spelling without the 9 names nobody else; which of the two a landline has cannot be told by its digits, so
  nothing is added to a number.
- Benin: every number has 01 in front of its eight digits since 2024.

Côte d'Ivoire went from eight to ten digits too (2021), by the operator of each number: the new one cannot be derived.
"""

_MOBILE_FIRST_DIGITS = "6789"

_BRAZIL, _BRAZIL_WITHOUT_NINTH = "+55", len("+55AANNNNNNNN")
_MEXICAN_MOBILE, _MEXICAN_MOBILE_LENGTH = "+521", len("+521NNNNNNNNNN")
_ARGENTINE_MOBILE, _ARGENTINE_MOBILE_LENGTH = "+549", len("+549NNNNNNNNNN")
_BENIN, _BENIN_BEFORE = "+229", len("+229NNNNNNNN")


def canonical_phone(e164: str) -> str:
    """The spelling that is shown: of numbers with two, the one of today's numbering plan.

    An Argentine number stays as it is written, for both of its spellings are of today.
    """
    if e164.startswith(_BRAZIL) and len(e164) == _BRAZIL_WITHOUT_NINTH and e164[5] in _MOBILE_FIRST_DIGITS:
        return f"{e164[:5]}9{e164[5:]}"
    if e164.startswith(_MEXICAN_MOBILE) and len(e164) == _MEXICAN_MOBILE_LENGTH:
        return f"+52{e164[4:]}"
    if e164.startswith(_BENIN) and len(e164) == _BENIN_BEFORE:
        return f"+22901{e164[4:]}"
    return e164


def number_of(e164: str) -> str:
    """What all spellings of one number have in common: two phones are the same when this is."""
    canonical = canonical_phone(e164)
    if canonical.startswith(_ARGENTINE_MOBILE) and len(canonical) == _ARGENTINE_MOBILE_LENGTH:
        return f"+54{canonical[4:]}"
    return canonical


def known_spellings(e164: str) -> tuple[str, ...]:
    """Under what a contact with this number may be known: the number, and the spelling where that is another.

    The spelling was once a number of its own, under which contacts were stored; and where it is new of a contact,
    its record is looked at. Brazilian numbers have had one key from the beginning.
    """
    number = number_of(e164)
    return (number,) if e164 == number or e164.startswith(_BRAZIL) else (number, e164)


def is_fuller_spelling(e164: str, known: str) -> bool:
    """Whether it is the same number as the known one and tells more of it: that it is an Argentine mobile."""
    return len(e164) > len(known) and number_of(e164) == number_of(known)


def other_spellings(e164: str) -> tuple[str, ...]:
    """The other spellings of the number, for looking something up under each of them."""
    number = number_of(e164)
    found = [number]
    if number.startswith(_BRAZIL) and len(number) == _BRAZIL_WITHOUT_NINTH + 1 and number[5] == "9":
        found.append(number[:5] + number[6:])
    for country, mobile, length in (
        ("+52", _MEXICAN_MOBILE, _MEXICAN_MOBILE_LENGTH),
        ("+54", _ARGENTINE_MOBILE, _ARGENTINE_MOBILE_LENGTH),
    ):
        if number.startswith(country) and len(number) == length - 1:
            found.append(mobile + number[3:])
    if number.startswith(f"{_BENIN}01") and len(number) == _BENIN_BEFORE + 2:
        found.append(_BENIN + number[6:])
    return tuple(one for one in found if one != e164)
