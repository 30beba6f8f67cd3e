"""What of a customer stands in the rows of an imported file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atd_conversation.domain.contact import Contact
from atd_servicekit.text_folding import folded

ERASED = "erased"
"""The problem of a row that was about a customer who was erased."""

_TELLING_DIGITS = 10
"""The end of a phone number that names one: in Brazil area code and number, without the ninth digit."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What names these customers: ends of phone numbers, e-mail addresses, documents, names of two words and more."""

    phones: frozenset[str]
    emails: frozenset[str]
    documents: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, contacts: Iterable[Contact]) -> "Traces":
        """All that is known of the contacts, claimed or proven."""
        known = list(contacts)
        phones = (one for each in known for one in (each.phone, each.record.phone, each.claimed_phone) if one)
        emails = (one for each in known for one in (each.email, each.record.email, each.claimed_email) if one)
        names = (folded(one) for each in known for one in (each.name, each.profile_name) if one)
        return cls(
            frozenset(_digits(one)[-_TELLING_DIGITS:] for one in phones),
            frozenset(one.strip().lower() for one in emails),
            frozenset(_digits(each.record.document) for each in known if each.record.document),
            frozenset(one for one in names if len(one.split()) > 1),
        )

    def in_row(self, cells: Sequence[str]) -> bool:
        """Whether a row names one of them."""
        return any(self._in_cell(cell) for cell in cells)

    def _in_cell(self, cell: str) -> bool:
        digits, lower = _digits(cell), cell.lower()
        return (
            any(one in digits for one in (*self.phones, *self.documents) if one)
            or any(one in lower for one in self.emails)
            or folded(cell) in self.names
        )


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isascii() and one.isdigit())
