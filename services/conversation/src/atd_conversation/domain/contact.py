"""Contacts: who a customer is, by any of the names that the channels give.

An identity key names a person within a tenant. The phone number is one key whatever channel and account it comes
by, so that a customer is one contact; other ids hold within their channel, or within one account of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atd_schemas.inbound import InboundContact
from atd_schemas.views import ChannelKind, ContactRef, ContactView

_BRAZIL = "+55"
_BRAZIL_WITHOUT_NINTH = len("+55AANNNNNNNN")
_MOBILE_FIRST_DIGITS = "6789"


def canonical_phone(e164: str) -> str:
    """One spelling for both spellings of a Brazilian mobile number.

    Numbers registered before the ninth digit appear as 55 + area + 8 digits, the others with a 9 in front of the 8;
    both reach the same person. The canonical form has the 9. A landline (8 digits that begin with 2 to 5) has none.
    """
    if e164.startswith(_BRAZIL) and len(e164) == _BRAZIL_WITHOUT_NINTH and e164[5] in _MOBILE_FIRST_DIGITS:
        return f"{e164[:5]}9{e164[5:]}"
    return e164


def identity_keys(tenant_id: str, channel: ChannelKind, account_id: str, contact: InboundContact) -> tuple[str, ...]:
    """Every key under which this person may be known, the most certain first, without repeats."""
    keys = [f"{tenant_id}|phone|{canonical_phone(contact.phone)}"] if contact.phone else []
    for external_id in (contact.external_id, *contact.aliases):
        if channel != "whatsapp":
            keys.append(f"{tenant_id}|{channel}|{account_id}|{external_id}")
        elif external_id.isdigit():  # a wa_id is the phone number without the plus
            keys.append(f"{tenant_id}|phone|{canonical_phone('+' + external_id)}")
        else:  # a business-scoped user id holds for all numbers of the business
            keys.append(f"{tenant_id}|whatsapp|{external_id}")
    return tuple(dict.fromkeys(keys))


def keys_of_ids(tenant_id: str, channel: ChannelKind, account_id: str, ids: Sequence[str]) -> tuple[str, ...]:
    """The keys of somebody of whom only ids are known, the most certain first as given."""
    if not ids:
        return ()
    return identity_keys(tenant_id, channel, account_id, InboundContact(external_id=ids[0], aliases=tuple(ids[1:])))


@dataclass(slots=True)
class Contact:
    """A customer. `profile_name` is the name that the channel told last; `name` is what attendants see.

    `order` and `sequence` count this contact's events (see `atd_servicekit.outbox`). `marketing` is what they told the
    channel about advertising, at `marketing_at`.
    """

    id: str
    tenant_id: str
    name: str | None
    profile_name: str | None
    phone: str | None
    created_at: datetime
    email: str | None = None
    sequence: int = 0
    order: int = 0
    marketing: Literal["allowed", "stopped"] | None = None
    marketing_at: datetime | None = None

    @classmethod
    def new(cls, contact_id: str, tenant_id: str, seen: InboundContact, now: datetime) -> "Contact":
        """The record of somebody who writes for the first time."""
        phone = canonical_phone(seen.phone) if seen.phone else None
        return cls(contact_id, tenant_id, seen.name, seen.name, phone, now)

    def learn(self, seen: InboundContact) -> tuple[str, ...]:
        """Take over what the channel tells and we did not know; the fields that changed.

        A new profile name becomes the name unless an attendant has given another.
        """
        changed = []
        if seen.name and seen.name != self.profile_name:
            if self.name in (None, self.profile_name):
                self.name = seen.name
                changed.append("name")
            self.profile_name = seen.name
        if seen.phone and self.phone is None:
            self.phone = canonical_phone(seen.phone)
            changed.append("phone")
        return tuple(changed)

    def renumber(self, phone: str) -> tuple[str, ...]:
        """Their phone is another one now; the fields that changed."""
        phone = canonical_phone(phone)
        if phone == self.phone:
            return ()
        self.phone = phone
        return ("phone",)

    def choose(self, choice: Literal["allowed", "stopped"], at: datetime) -> tuple[str, ...]:
        """What they want of advertising; the fields that changed. The latest choice stands, in whatever order."""
        if self.marketing_at is not None and at < self.marketing_at:
            return ()
        before, self.marketing, self.marketing_at = self.marketing, choice, at
        return ("marketing",) if choice != before else ()

    def ref(self) -> ContactRef:
        return ContactRef(id=self.id, name=self.name)

    def view(self) -> ContactView:
        return ContactView(
            id=self.id,
            name=self.name,
            phone=self.phone,
            email=self.email,
            marketing=self.marketing,
            created_at=self.created_at,
            version=self.sequence,
        )
