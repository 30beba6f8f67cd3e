"""Contacts: the company's record of a customer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from atd_conversation.domain.contact_picture import Picture, of_both, picture_url
from atd_conversation.domain.contact_record import Block, FieldChange, Record
from atd_conversation.domain.names import UNNAMED, Mark, Names, bears, marked, shown, without
from atd_conversation.domain.phones import canonical_phone, is_fuller_spelling
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.tax_numbers import document_type, formatted_document
from atd_schemas.envelope import Actor
from atd_schemas.inbound import InboundContact
from atd_schemas.views import AuthorView, ContactRef, ContactView, DetailStatus, LabelRef, Named

MAX_LABELS = 50
"""Labels that one contact can have."""


@dataclass(frozen=True, slots=True)
class MergedThread:
    """A conversation that took its contact's messages when the contact was merged, as it was then."""

    id: str
    recipient: str
    closed: bool
    unread_count: int = 0
    first_unread_sequence: int | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """That a contact turned out to be another one: what it takes to show why, and to undo it.

    `into` is the contact that goes on, `cause` the event or request that joined both, `by` the person who did.
    `identities` (keys) and `conversations` were this contact's; `gave_way` are those of both that took messages before,
    and do so no longer; `threads` are all that took messages of either. `before` and `after` have the fields of the
    contact that goes on that this changed (see `Contact.values`).
    """

    into: str
    at: datetime
    cause: str
    identities: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    gave_way: tuple[str, ...] = ()
    id: str = ""
    by: Named | None = None
    threads: tuple[MergedThread, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


_PROVEN = ("profile_name", "phone", "email", "claimed_phone", "claimed_email", "marketing", "marketing_at")
_GIVEN = {f"given_{name}": name for name in ("phone", "email")}
_TOLD_AS = {**_GIVEN, "picture": "avatar_url"}
_WRITTEN = {**_GIVEN, **{name: name for name in ("named", "document", "birthday", "address")}}
"""Names of `Contact.values` that stand in the record, and what they are called there."""

_UNTOLD = frozenset({"named", "profile_name", "marketing_at"})

MOST_NOTED = 50
"""Contacts that are remembered as somebody else, and merges as undone: the latest."""


@dataclass(slots=True)
class Contact:
    """A customer. `profile_name` is the name that the channel told last; `name` is what attendants see.

    `phone` and `email` are proven by a channel; `claimed_phone` and `claimed_email` are what the customer said last of
    themselves: attendants see them, and nobody is recognised by them.
    `attendants` are those to whom a conversation of theirs is assigned, as they were read. `names` is what labels were
    called then.
    `written_by` is who wrote the record down and sees own conversations only: they see it while it has none.
    `record` is what people wrote down; its phone and e-mail are shown first. `changes` says of each field when it
    changed last. `order` and `sequence` count this contact's events (see `atd_servicekit.outbox`). `marketing` is what
    they told the channel about advertising, at `marketing_at`. `merged` is set once another contact goes on in its
    place, `absorbed` names the contacts for which this one goes on. `apart` are contacts that people separated from
    this one, `dismissed` those that they said are no duplicates, `undone` the merges of this one that were taken back.
    `picture` is what a channel shows of them.
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
    record: Record = field(default_factory=Record)
    block: Block | None = None
    changes: dict[str, FieldChange] = field(default_factory=dict)
    absorbed: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    dismissed: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    written_by: str | None = None
    picture: Picture | None = None

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
            if not self.has_given_name:
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

    @property
    def has_given_name(self) -> bool:
        """Whether a person gave the name, and no channel told it."""
        return self.record.named or self.name not in (None, self.profile_name)

    @property
    def shown_phone(self) -> str | None:
        """The phone that attendants see."""
        return self.record.phone or self.phone

    @property
    def shown_email(self) -> str | None:
        """The e-mail address that attendants see."""
        return self.record.email or self.email

    def edit(self, wanted: Mapping[str, Any]) -> tuple[str, ...]:
        """Take over what a person wrote down; the fields that changed. The values are valid, absent ones stay.

        A phone or e-mail that a channel has proven already is not given: taking it away shows the proven one again.
        """
        wanted = dict(wanted)
        for name, proven in (("phone", self.phone), ("email", self.email)):
            if name in wanted and wanted[name] == proven:
                wanted[name] = None
        before, shown = self.values(), self._shown()
        if "name" in wanted:
            self.name = wanted["name"] or self.profile_name
            wanted["named"] = bool(wanted["name"])
        self.record = self.record.edited(wanted)
        after = self.values()
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        changed = {"name" if name == "named" else _GIVEN.get(name, name) for name in changed}
        changed |= {name for name, value in self._shown().items() if value != shown[name]}
        return tuple(sorted(changed))

    def _shown(self) -> dict[str, str | None]:
        return {"phone": self.shown_phone, "email": self.shown_email}

    def values(self) -> dict[str, Any]:
        """Every field that a merge can change, by a name of its own; those without a value are left out."""
        record, block = self.record, self.block
        found: dict[str, Any] = {"name": self.name, **{name: getattr(self, name) for name in _PROVEN}}
        found |= {name: getattr(record, called) for name, called in _WRITTEN.items()}
        found |= {
            f"fields.{key}": list(value) if isinstance(value, tuple) else value for key, value in record.fields.items()
        }
        found |= {f"labels.{mark.id}": True for mark in self.labels}
        if block is not None:
            by = None if block.by is None else {"id": block.by.id, "name": block.by.name}
            found["blocked"] = {"at": block.at, "by": by, "reason": block.reason}
        found["picture"] = self.picture.value() if self.picture is not None else None
        return {name: value for name, value in found.items() if value is not None}

    def _put_value(self, name: str, value: Any) -> None:
        """Set a field by its name in `values`."""
        if name == "name" or name in _PROVEN:
            setattr(self, name, value)
        elif name.startswith("labels."):
            self.labels = tuple(mark for mark in self.labels if f"labels.{mark.id}" != name)
        elif name == "blocked":
            by = None if value is None or value["by"] is None else Named(**value["by"])
            self.block = None if value is None else Block(value["at"], by, value["reason"])
        elif name == "picture":
            self.picture = (self.picture or Picture()).showing(value)
        elif name.startswith("fields."):
            given = tuple(value) if isinstance(value, list) else value
            self.record = self.record.edited({"fields": {name.removeprefix("fields."): given}})
        else:
            self.record = self.record.edited({_WRITTEN[name]: value or False if name == "named" else value})

    def absorb(self, other: "Contact") -> tuple[str, ...]:
        """Take over what is known of a contact that turned out to be this one; the fields that changed.

        A name that an attendant gave comes before one that the channel told. Of everything else what this contact has
        stays, and what it lacks is taken over. Who is blocked under one record is blocked.
        """
        before = self.values()
        named = self.record.named
        if other.name and (self.name is None or (other.has_given_name and not self.has_given_name)):
            self.name, named = other.name, other.record.named
        for name in ("profile_name", "phone", "email", "claimed_phone", "claimed_email"):
            if getattr(self, name) is None:
                setattr(self, name, getattr(other, name))
        theirs = other.record
        taken: dict[str, Any] = {"named": named}
        taken |= {
            name: getattr(theirs, name)
            for name in ("document", "birthday", "address")
            if not getattr(self.record, name)
        }
        if self.shown_phone is None:
            taken["phone"] = theirs.phone
        if self.shown_email is None:
            taken["email"] = theirs.email
        taken["fields"] = {key: value for key, value in theirs.fields.items() if key not in self.record.fields}
        self.record = self.record.edited(taken)
        mine = {one.id for one in self.labels}
        gained = tuple(one for one in other.labels if one.id not in mine)[: MAX_LABELS - len(mine)]
        self.labels = (*self.labels, *gained)
        if other.marketing is not None and other.marketing_at is not None:
            self.choose(other.marketing, other.marketing_at)
        self.block = self.block or other.block
        self.picture = of_both(self.picture, other.picture)
        after = self.values()
        changed = (name for name in {*before, *after} if before.get(name) != after.get(name))
        return tuple(sorted(told(changed)))

    def is_set_since(self, name: str, moment: datetime) -> bool:
        """Whether a label (by its name in `values`) was put on after a moment; of others the value itself tells."""
        return any(f"labels.{mark.id}" == name and mark.at > moment for mark in self.labels)

    def put_values(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Set fields by their names in `values`, None for none; the fields that changed."""
        now = self.values()
        changed = [name for name, value in sorted(values.items()) if now.get(name) != value]
        for name in changed:
            self._put_value(name, values[name])
        return told(changed)

    def forget(self) -> None:
        """Leave nothing of the customer but the id."""
        for name in ("name", *_PROVEN):
            setattr(self, name, None)
        self.record, self.block, self.merged, self.changes = Record(), None, None, {}
        self.picture = None
        self.absorbed = self.apart = self.dismissed = self.undone = ()
        self.labels, self.marketing, self.marketing_at = (), None, None

    def keep_apart(self, other_id: str) -> None:
        """Remember that people said these are two."""
        self.apart = (*(one for one in self.apart if one != other_id), other_id)[-MOST_NOTED:]

    def dismiss(self, other_id: str) -> tuple[str, ...]:
        """Remember that another contact is no duplicate of this one, so that it is not suggested again."""
        if other_id in self.dismissed:
            return ()
        self.dismissed = (*self.dismissed, other_id)[-MOST_NOTED:]
        return ("dismissed",)

    def set_block(self, block: Block | None) -> tuple[str, ...]:
        """Block the customer, or take that back; the fields that changed."""
        if block is None or self.block is None:
            if block is self.block:
                return ()
        elif block.reason == self.block.reason:
            return ()
        self.block = block
        return ("blocked",)

    def changed_since(self, version: int) -> dict[str, str | None]:
        """The fields that changed after a version, each with the name of who did it."""
        return {name: change.by for name, change in sorted(self.changes.items()) if change.version > version}

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
        return ContactRef(
            id=self.id,
            name=self.name,
            avatar_url=picture_url(self.picture),
            labels=tuple({one.id: one for one in labels}.values()),
            blocked=True if self.block is not None else None,
        )

    def view(self) -> ContactView:
        record = self.record
        return ContactView(
            id=self.id,
            name=self.name,
            profile_name=self.profile_name,
            phone=self.shown_phone,
            phone_status=_status(record.phone, self.phone),
            email=self.shown_email,
            email_status=_status(record.email, self.email),
            claimed_phone=self.claimed_phone,
            claimed_email=self.claimed_email,
            avatar_url=picture_url(self.picture),
            labels=marked(self.labels, self.names.labels),
            document=record.document,
            document_type=document_type(record.document) if record.document else None,
            document_formatted=formatted_document(record.document) if record.document else None,
            birthday=record.birthday,
            address=record.address,
            fields=dict(record.fields),
            blocked=self.block is not None,
            block=self.block.view() if self.block else None,
            marketing=self.marketing,
            merged_into=self.merged.into if self.merged else None,
            created_at=self.created_at,
            version=self.sequence,
        )


def told(names: Iterable[str]) -> tuple[str, ...]:
    """What an event calls fields of `Contact.values` that changed."""
    found = ("labels" if name.startswith("labels.") else _TOLD_AS.get(name, name) for name in names)
    return tuple(name for name in dict.fromkeys(found) if name not in _UNTOLD)


def _status(given: str | None, proven: str | None) -> DetailStatus | None:
    if given is not None:
        return "given"
    return None if proven is None else "verified"
