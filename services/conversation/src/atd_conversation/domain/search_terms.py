"""By what a customer is found: words of their names, and the digits of their phones, as somebody types their beginning.

A term is folded: accents, case and width do not matter. The terms stand on the contact, sorted by an index, so that a
beginning finds them at once.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.tax_numbers import formatted_document, tax_number
from atd_servicekit.text_folding import folded

MOST_WORDS = 12
"""Words of one name that can be found, and words of one question that are looked at."""

LONGEST_TERM = 40
_LONGEST_LISTED = 100
_LOCAL_DIGITS = 8
_NUMBER_DIGITS = 15

_WORD = re.compile(r"\w+")
_BETWEEN_DIGITS = re.compile(r"[\s()+./-]+")
_COUNTRIES_OF_TWO_DIGITS = frozenset(
    str(code)
    for code in (
        *(20, 27, *range(30, 35), 36, 39, 40, 41, *range(43, 50), *range(51, 59)),
        *(*range(60, 67), 81, 82, 84, 86, *range(90, 96), 98),
    )
)
"""Country codes of two digits (ITU-T E.164); 1 and 7 have one, all others three."""


def words_of(text: str) -> list[str]:
    """The folded words of a text, each once."""
    found = (word[:LONGEST_TERM] for word in _WORD.findall(folded(text[:1000])))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def all_words_of(texts: Iterable[str], most: int) -> list[str]:
    """The folded words of texts, each once, at most so many."""
    found = (word[:LONGEST_TERM] for text in texts for word in _WORD.findall(folded(text)))
    return list(islice(dict.fromkeys(found), most))


def asked_terms(question: str) -> list[str]:
    """What a contact must have, each as the beginning of a term; empty for a question that asks for nothing.

    A question of digits, however they are grouped, is one number, and so is a CNPJ with letters; with `#` in front it
    means a conversation alone.
    """
    if question.lstrip().startswith("#"):
        return []
    number = _BETWEEN_DIGITS.sub("", question)
    if number.isdecimal() and number.isascii():
        return [number[:LONGEST_TERM]]
    if (document := tax_number(question.strip())) is not None:
        return [folded(document)]
    if "@" in question:
        return [folded(email)[:LONGEST_TERM] for email in question.split() if "@" in email and email.isprintable()][:1]
    return words_of(question)


def asked_number(question: str) -> int | None:
    """The conversation number (the protocol) that a question can mean: digits, with `#` in front or not."""
    digits = question.strip().removeprefix("#").strip()
    return int(digits) if digits.isdecimal() and digits.isascii() and len(digits) <= _NUMBER_DIGITS else None


def terms_of(contact: Contact) -> list[str]:
    """The terms of a contact. One that another contact goes on for has none: nobody is to find it."""
    if contact.merged is not None:
        return []
    names = (contact.name, contact.profile_name)
    record = contact.record
    emails = (contact.email, record.email, contact.claimed_email)
    phones = (contact.phone, record.phone, contact.claimed_phone)
    found = [word for name in names if name for word in words_of(name)]
    found += [term for phone in phones if phone for term in _of_phone(phone)]
    found += [folded(email) for email in emails if email]
    found += _of_document(record.document) if record.document else ()
    return list(dict.fromkeys(term[:LONGEST_TERM] for term in found if term))


def listed_as(contact: Contact) -> str | None:
    """What a list by name is sorted by: the folded name, or the number where there is none. None: it is not listed."""
    if contact.merged is not None:
        return None
    return folded(contact.name or contact.shown_phone or contact.shown_email or "")[:_LONGEST_LISTED]


def _of_document(number: str) -> Iterator[str]:
    """A CPF or CNPJ without punctuation; one with letters also by its groups, as somebody types its beginning."""
    yield folded(number)
    if not number.isdecimal():
        yield from words_of(formatted_document(number))


def _of_phone(e164: str) -> Iterator[str]:
    """The number as it is dialled from abroad, within its country, and within its town."""
    digits = e164.removeprefix("+")
    yield digits
    national = digits[_country_digits(digits) :]
    yield national
    if len(national) > _LOCAL_DIGITS:
        yield national[-_LOCAL_DIGITS:]
    if len(national) > _LOCAL_DIGITS + 2:
        yield national[-_LOCAL_DIGITS - 1 :]


def _country_digits(digits: str) -> int:
    if digits.startswith(("1", "7")):
        return 1
    return 2 if digits[:2] in _COUNTRIES_OF_TWO_DIGITS else 3
