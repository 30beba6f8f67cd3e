"""Contacts: the company's record of a customer."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from atd_conversation.domain.names import UNNAMED, Mark, Names, bears, marked, shown, without
from atd_conversation.domain.phones import canonical_phone, is_fuller_spelling
from atd_conversation.domain.refusals import Refusal
from atd_schemas.envelope import Actor
from atd_schemas.inbound import InboundContact
from atd_schemas.views import AuthorView, ContactRef, ContactView, LabelRef

MAX_LABELS = 50
"""Labels that one contact can have."""


@dataclass(frozen=True, slots=True)
class Merge:
    """That a contact turned out to be another one: what it takes to show why, and to undo it.

    `into` is the contact that goes on, `cause` the event that named both. `identities` (keys) and `conversations` were
    this contact's; `gave_way` are those of both that took messages before, and do so no longer.
    """

    into: str
    at: datetime
    cause: str
    identities: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    gave_way: tuple[str, ...] = ()


@dataclass(slots=True)
class Contact:
    """A customer. `profile_name` is the name that the channel told last; `name` is what attendants see.

    `phone` and `email` are proven by a channel; `claimed_phone` and `claimed_email` are what the customer said last of
    themselves: attendants see them, and nobody is recognised by them.
    `order` and `sequence` count this contact's events (see `atd_servicekit.outbox`). `marketing` is what they told the
    channel about advertising, at `marketing_at`. `merged` is set once another contact goes on in its place.
    `attendants` are those to whom a conversation of theirs is assigned, as they were read. `names` is what labels were
    called then.
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
    claimed_phone: str | None = None
    claimed_email: str | None = None
    merged: Merge | None = None
    attendants: frozenset[str] = frozenset()
    labels: tuple[Mark, ...] = ()
    names: Names = field(default=UNNAMED, repr=False, compare=False)

    @classmethod
    def new(cls, contact_id: str, tenant_id: str, seen: InboundContact, now: datetime) -> "Contact":
        """The record of somebody who writes for the first time."""
        contact = cls(contact_id, tenant_id, seen.name, seen.name, None, now)
        contact.learn(seen)
        return contact

    def learn(self, seen: InboundContact) -> tuple[str, ...]:
        """Take over what the channel tells and we did not know; the fields that changed.

        A new profile name becomes the name unless an attendant has given another. The latest claim replaces the former.
        """
        changed = []
        if seen.name and seen.name != self.profile_name:
            if self.name in (None, self.profile_name):
                self.name = seen.name
                changed.append("name")
            self.profile_name = seen.name
        if seen.phone and (self.phone is None or is_fuller_spelling(seen.phone, self.phone)):
            self.phone = canonical_phone(seen.phone)
            changed.append("phone")
        if seen.email and self.email is None:
            self.email = seen.email
            changed.append("email")
        return (*changed, *self._learn_claims(seen))

    def _learn_claims(self, seen: InboundContact) -> tuple[str, ...]:
        claimed = seen.claimed
        if claimed is None:
            return ()
        changed = []
        phone = canonical_phone(claimed.phone) if claimed.phone else self.claimed_phone
        if phone != self.claimed_phone:
            self.claimed_phone = phone
            changed.append("claimed_phone")
        if claimed.email and claimed.email != self.claimed_email:
            self.claimed_email = claimed.email
            changed.append("claimed_email")
        return tuple(changed)

    def take_shared_phone(self, phone: str, *, is_theirs: bool) -> tuple[str, ...]:
        """Take over the phone that they gave when asked for it; the fields that changed.

        Of a number that another contact has (not `is_theirs`) it is only noted that they say it is theirs.
        """
        if is_theirs:
            return self.renumber(phone) if self.phone is None else ()
        claimed = canonical_phone(phone)
        if claimed == self.claimed_phone:
            return ()
        self.claimed_phone = claimed
        return ("claimed_phone",)

    def renumber(self, phone: str) -> tuple[str, ...]:
        """Their phone is another one now; the fields that changed."""
        phone = canonical_phone(phone)
        if phone == self.phone or (self.phone is not None and is_fuller_spelling(self.phone, phone)):
            return ()
        self.phone = phone
        return ("phone",)

    def absorb(self, other: "Contact") -> tuple[str, ...]:
        """Take over what is known of a contact that turned out to be this one; the fields that changed.

        A name that an attendant gave comes before one that the channel told.
        """
        changed = []
        if other.name and (self.name is None or (self.name == self.profile_name and other.name != other.profile_name)):
            self.name = other.name
            changed.append("name")
        self.profile_name = self.profile_name or other.profile_name
        for name in ("phone", "email", "claimed_phone", "claimed_email"):
            if getattr(self, name) is None and getattr(other, name) is not None:
                setattr(self, name, getattr(other, name))
                changed.append(name)
        mine = {one.id for one in self.labels}
        if gained := tuple(one for one in other.labels if one.id not in mine)[: MAX_LABELS - len(mine)]:
            self.labels = (*self.labels, *gained)
            changed.append("labels")
        if other.marketing is not None and other.marketing_at is not None:
            changed += self.choose(other.marketing, other.marketing_at)
        return tuple(changed)

    def choose(self, choice: Literal["allowed", "stopped"], at: datetime) -> tuple[str, ...]:
        """What they want of advertising; the fields that changed. The latest choice stands, in whatever order."""
        if self.marketing_at is not None and at < self.marketing_at:
            return ()
        before, self.marketing, self.marketing_at = self.marketing, choice, at
        return ("marketing",) if choice != before else ()

    def label(self, wanted: LabelRef, actor: Actor, now: datetime) -> tuple[str, ...]:
        """Put a label on the customer; what changed. Raises `Refusal` `too_many`."""
        if bears(self.labels, wanted.id, self.names.labels):
            return ()
        if shown(self.labels, self.names.labels) >= MAX_LABELS:
            raise Refusal("too_many", f"A customer takes at most {MAX_LABELS} labels.", "label_id")
        by = AuthorView(type=actor.type, id=actor.id, name=actor.name)
        self.labels = (*self.labels, Mark(wanted.id, by, now))
        return ("labels",)

    def unlabel(self, unwanted: LabelRef) -> tuple[str, ...]:
        """Take a label off the customer; what changed."""
        left = without(self.labels, unwanted.id, self.names.labels)
        if left == self.labels:
            return ()
        self.labels = left
        return ("labels",)

    def ref(self) -> ContactRef:
        """What a conversation keeps of the contact: of its labels the ids, whether or not their names are known."""
        known = self.names.labels
        labels = (known.get(one.id) or LabelRef(id=one.id, name="", color="") for one in self.labels)
        return ContactRef(id=self.id, name=self.name, labels=tuple({one.id: one for one in labels}.values()))

    def view(self) -> ContactView:
        return ContactView(
            id=self.id,
            name=self.name,
            phone=self.phone,
            email=self.email,
            claimed_phone=self.claimed_phone,
            claimed_email=self.claimed_email,
            labels=marked(self.labels, self.names.labels),
            marketing=self.marketing,
            merged_into=self.merged.into if self.merged else None,
            created_at=self.created_at,
            version=self.sequence,
        )
