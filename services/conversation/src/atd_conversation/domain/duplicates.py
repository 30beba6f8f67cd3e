"""Who may be the same customer twice: only a hint for people, who join or dismiss.

What two records of one person share is written on each as a sign, found by an index. A phone, e-mail address or
document is a sign enough, proven or not; a name needs one more.
"""

from collections.abc import Iterator
from typing import Literal

from atd_conversation.domain.contact import Contact
from atd_conversation.domain.phones import number_of
from atd_servicekit.text_folding import folded

DuplicateReason = Literal["phone", "email", "document", "name", "birthday", "local_phone", "email_name"]

_STRONG: dict[str, DuplicateReason] = {"p": "phone", "e": "email", "d": "document"}
_SHORTEST_NAME = 5
_LOCAL_DIGITS = 8
_LONGEST_SIGN = 100


def signs_of(contact: Contact) -> list[str]:
    """What another record of the same person would have too; none for a record that gave way to another one."""
    if contact.merged is not None:
        return []
    record = contact.record
    signs = [f"p:{number_of(one)}" for one in _phones(contact)]
    signs += [f"e:{one.strip().lower()}" for one in _emails(contact)]
    if record.document:
        signs.append(f"d:{record.document}")
    if (name := _name(contact)) is not None:
        signs.append(f"n:{name}")
    return list(dict.fromkeys(sign[:_LONGEST_SIGN] for sign in signs))


def same_person_hints(contact: Contact, other: Contact) -> tuple[DuplicateReason, ...]:
    """Why the two may be one person, the strongest reason first; empty when they probably are not."""
    if other.id in {contact.id, *contact.apart, *contact.dismissed} or contact.id in {*other.apart, *other.dismissed}:
        return ()
    shared = set(signs_of(contact)) & set(signs_of(other))
    reasons = [reason for kind, reason in _STRONG.items() if any(sign[0] == kind for sign in shared)]
    by_name = any(sign[0] == "n" for sign in shared)
    weak = list(_weak(contact, other))
    if not reasons and not (by_name and weak):
        return ()
    return (*reasons, *(("name",) if by_name else ()), *(one for one in weak if one == "birthday" or not reasons))


def _weak(contact: Contact, other: Contact) -> Iterator[DuplicateReason]:
    """What many people share, and says something beside the same name."""
    if contact.record.birthday is not None and contact.record.birthday == other.record.birthday:
        yield "birthday"
    ends = {number_of(one)[-_LOCAL_DIGITS:] for one in _phones(contact)}
    if not ends.isdisjoint(number_of(one)[-_LOCAL_DIGITS:] for one in _phones(other)):
        yield "local_phone"
    names = {one.rpartition("@")[0].lower() for one in _emails(contact)}
    if not names.isdisjoint(one.rpartition("@")[0].lower() for one in _emails(other)):
        yield "email_name"


def _phones(contact: Contact) -> list[str]:
    return [one for one in (contact.phone, contact.record.phone, contact.claimed_phone) if one]


def _emails(contact: Contact) -> list[str]:
    return [one for one in (contact.email, contact.record.email, contact.claimed_email) if one]


def _name(contact: Contact) -> str | None:
    """The folded name, if it is one that says something: of two words."""
    words = folded(contact.name or "").split()
    name = " ".join(words)
    return name if len(words) > 1 and len(name) >= _SHORTEST_NAME else None
