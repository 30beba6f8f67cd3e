"""What an administrator may do to attendants, and which names, e-mails and passwords are good."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

ManagedRole = Literal["admin", "supervisor", "attendant"]
"""The roles that administrators give. Bots and operators are not theirs to change."""

MANAGED_ROLES: frozenset[str] = frozenset({"admin", "supervisor", "attendant"})

Visibility = Literal["all", "own"]
"""Which conversations an attendant sees: all of the company, or only those assigned to them (docs/adr/0028)."""

LIMITABLE_ROLE = "attendant"
"""The role whose sight can be limited: whoever manages others sees everything."""

MAX_NAME_LENGTH = 80
MAX_EMAIL_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, without the brackets
MIN_PASSWORD_LENGTH = 10
"""Characters. Length is what makes a password hard to guess; no rule asks for kinds of characters (NIST SP 800-63B)."""

_DIFFERENT_CHARACTERS = 5
_MAX_LOCAL_PART = 64
_EMAIL = re.compile(r"""[^\s@<>"(),:;\\\[\]]+@[^\s@<>"(),:;\\\[\]/]+""")
_JOINERS = frozenset("\u200c\u200d")  # emoji of several parts, and Indic and Persian letters, need them
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0\u200c\u200d")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class InvalidValue(ValueError):
    """A value that is not accepted; the text says to a person what is."""


class LastAdministrator(Exception):
    """The tenant would be left without an active administrator."""


class NotManaged(Exception):
    """Bots and operators are not changed here."""


class NotLimitable(Exception):
    """Only attendants can be limited to own conversations."""


@dataclass(frozen=True, slots=True)
class ManagedFields:
    """What of an attendant is changed."""

    name: str
    role: str
    active: bool
    visibility: Visibility = "all"


def checked_name(text: str) -> str:
    """The name as it is stored. Raises `InvalidValue`.

    Signs that nobody sees are refused, those that turn the direction of text too: a name stands within sentences, in
    lists, and in what customers are shown.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS for sign in name):
        raise InvalidValue("must not contain control characters or signs that change the direction of text")
    if not any(_is_visible(sign) for sign in name):
        raise InvalidValue("must not be empty")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidValue(f"must have at most {MAX_NAME_LENGTH} characters")
    return name


def _is_visible(sign: str) -> bool:
    return sign not in _INVISIBLE and unicodedata.category(sign)[0] not in "ZM"


def normalise_email(text: str) -> str:
    """The form in which e-mails are stored and compared."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def checked_email(text: str) -> str:
    """The e-mail as it is stored. Raises `InvalidValue`. Whether it can be reached only a mail can tell."""
    email = normalise_email(text)
    hidden = any(unicodedata.category(sign) in _HIDDEN for sign in email)
    local = email.partition("@")[0]
    if hidden or not _EMAIL.fullmatch(email) or len(email) > MAX_EMAIL_LENGTH or len(local) > _MAX_LOCAL_PART:
        raise InvalidValue("must be an e-mail address")
    return email


def check_password(password: str, email: str) -> None:
    """Raises `InvalidValue` for a password that is quickly guessed."""
    if len(password) < MIN_PASSWORD_LENGTH:
        raise InvalidValue(f"must have at least {MIN_PASSWORD_LENGTH} characters")
    if len(set(password)) < _DIFFERENT_CHARACTERS:
        raise InvalidValue(f"must have at least {_DIFFERENT_CHARACTERS} different characters")
    if normalise_email(password) == email:
        raise InvalidValue("must not be the e-mail address")


def changed_fields(before: ManagedFields, changes: Mapping[str, object], *, other_admins: int) -> ManagedFields:
    """The fields after a change by an administrator.

    `other_admins` counts the active administrators of the tenant beside this attendant. Who is given another role
    than `LIMITABLE_ROLE` sees everything from then on. Raises `LastAdministrator`, `NotLimitable` when both are asked
    for, and `NotManaged` for those whom administrators do not manage.
    """
    if before.role not in MANAGED_ROLES:
        raise NotManaged
    after = replace(before, **changes)  # type: ignore[arg-type]  # the request's model has checked them
    if after.role != LIMITABLE_ROLE and "visibility" not in changes:
        after = replace(after, visibility="all")
    check_limitable(after.role, after.visibility)
    if _is_admin(before) and not _is_admin(after) and other_admins == 0:
        raise LastAdministrator
    return after


def check_limitable(role: str, visibility: Visibility) -> None:
    """Raises `NotLimitable` for a role that always sees everything."""
    if visibility != "all" and role != LIMITABLE_ROLE:
        raise NotLimitable


def seen_by(visibility: object) -> Visibility:
    """What is stored as a visibility that this version knows: of a later version's, the narrowest."""
    return "all" if visibility in (None, "all") else "own"


def _is_admin(fields: ManagedFields) -> bool:
    return fields.active and fields.role == "admin"
