"""Changes of customers' records by people: edited, blocked, joined and separated.

A write to a record that gave way to another one follows to the one that goes on, whenever it comes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from atd_conversation.commands.effects import overtakings, refused
from atd_conversation.domain.channels import Channels
from atd_conversation.domain.contact import Contact, Merge
from atd_conversation.domain.contact_record import Block
from atd_conversation.domain.refusals import Refusal
from atd_conversation.domain.timeline import TimelineEntry
from atd_conversation.intake.loaded import Loaded
from atd_conversation.intake.merging import MOST_ABSORBED, Merging, join
from atd_conversation.intake.separation import give_back, separate
from atd_conversation.intake.state import Cause, Intake
from atd_conversation.store.records import Belongings, Records
from atd_conversation.store.unit import UnitStore
from atd_schemas.conversation import ContactEventType
from atd_schemas.envelope import Actor, Envelope
from atd_schemas.ids import uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.problems import FieldError, Problem, not_found
from atd_servicekit.tracing import current_traceparent
from atd_servicekit.versions import etag_of, overtaken

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

_TIMES = 3
"""How many times as much as can be joined can be separated: what was joined goes on growing."""


class Caller(NamedTuple):
    """Who asks, for which tenant, and by which request."""

    tenant_id: str
    actor: Actor
    request_id: str


class Merged(NamedTuple):
    """A merge, or one that was undone: who goes on, and whose record gave way or came back."""

    kept: Contact
    other: Contact
    merge: Merge


class ContactCommands:
    """Each method runs inside the transaction whose session it is given, and answers the contact as it is then."""

    def __init__(self, records: Records, store: UnitStore, channels: Channels, clock: Clock) -> None:
        self._records = records
        self._store = store
        self._channels = channels
        self._clock = clock

    async def create(
        self, session: "Session", caller: Caller, wanted: Mapping[str, Any], *, written_by: str | None = None
    ) -> Contact:
        """A record of somebody who has not written yet: no channel knows them by it.

        `written_by`: an attendant who sees own conversations only, and this record while it has none.
        """
        now = self._clock.now()
        contact = Contact(uuid7(), caller.tenant_id, None, None, None, now, written_by=written_by)
        contact.attendants = frozenset({written_by}) if written_by else frozenset()
        merging = self._merging(caller, contact.id, now, {}, Belongings({}, [], complete=True))
        contact.edit(wanted)
        merging.intake.unit.new_contacts[contact.id] = contact
        await self._save(session, merging, contact, (), "contact.created")
        return contact

    async def edit(
        self,
        session: "Session",
        caller: Caller,
        contact_id: str,
        wanted: Mapping[str, Any],
        expected_version: int | None = None,
    ) -> Contact:
        """Change the fields that are given, whoever changed others meanwhile.

        Raises `Problem` 404, and 409 `conflict`, which names what changed since `expected_version`.
        """
        contact = await self._present(session, caller, contact_id, expected_version)
        before = contact.ref()
        merging = self._about(caller, contact)
        changed = contact.edit(wanted)
        if changed:
            if contact.ref() != before:
                await self._with_conversations(session, caller, merging, contact)
            await self._save(session, merging, contact, changed)
        return contact

    async def block(
        self, session: "Session", caller: Caller, contact_id: str, *, blocked: bool, reason: str | None = None
    ) -> Contact:
        """Block a customer, or take that back. Raises `Problem` 404."""
        contact = await self._present(session, caller, contact_id)
        merging = self._about(caller, contact)
        block = Block(merging.intake.now, merging.by, reason) if blocked else None
        changed = contact.set_block(block)
        if changed:
            await self._with_conversations(session, caller, merging, contact)
            await self._save(session, merging, contact, changed)
        return contact

    async def restore(
        self, session: "Session", caller: Caller, contact: Contact, values: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """Give fields the values that they had (see `Contact.values`; None: none); the fields that changed."""
        merging, before = self._about(caller, contact), contact.ref()
        changed = contact.put_values(values)
        if contact.ref() != before:
            await self._with_conversations(session, caller, merging, contact)
        await self._save(session, merging, contact, changed)
        return changed

    async def remove(self, session: "Session", caller: Caller, contact: Contact) -> None:
        """Remove a record to which nothing belongs. Its last event is `contact.erased`."""
        merging = self._about(caller, contact)
        merging.intake.unit.forget_contact(contact)
        contact.forget()
        await self._save(session, merging, contact, (), "contact.erased")

    async def note_changed(self, session: "Session", caller: Caller, contact: Contact) -> None:
        """Tell that the notes on a customer changed."""
        merging = self._about(caller, contact)
        await self._save(session, merging, contact, ("notes",))

    async def dismiss(self, session: "Session", caller: Caller, contact_id: str, other_id: str) -> Contact:
        """Remember that two contacts are no duplicates. Raises `Problem` 404."""
        contact = await self._present(session, caller, contact_id)
        other = await self._records.contacts.present(caller.tenant_id, other_id, session)
        if other is None or other.id == contact.id:
            raise not_found("Contact not found.")
        merging = self._about(caller, contact)
        if changed := contact.dismiss(other.id):
            await self._save(session, merging, contact, changed)
        return contact

    async def merge(
        self, session: "Session", caller: Caller, contact_id: str, other_id: str, chosen: Mapping[str, Any]
    ) -> Merged:
        """Let the contact go on for another one too, with the values that a person chose.

        Raises `Problem` 404, 409 `already_merged`, 422 `merge_with_itself`, `unknown_contact`, `too_large_to_merge`.
        """
        if contact_id == other_id:
            raise refused(Refusal("merge_with_itself", "is this same contact", "contact_id"))
        kept = await self._records.contacts.one(caller.tenant_id, contact_id, session)
        if kept is None:
            raise not_found("Contact not found.")
        lost = await self._records.contacts.one(caller.tenant_id, other_id, session)
        if lost is None:
            raise refused(Refusal("unknown_contact", "is no contact", "contact_id"))
        for one in (kept, lost):
            if one.merged is not None:
                detail = f"The contact {one.id} was merged into {one.merged.into}; read both again."
                raise refused(Refusal("already_merged", detail))
        both = await self._records.belongings(caller.tenant_id, [kept.id, lost.id], session)
        if not both.complete or len(kept.absorbed) + len(lost.absorbed) >= MOST_ABSORBED:
            raise refused(_too_large())
        merging = self._merging(caller, kept.id, self._clock.now(), {one.id: one for one in (kept, lost)}, both)
        merge = join(merging, kept, lost, chosen)
        await self._store.save(session, merging.intake.unit, merging.intake.now)
        return Merged(kept, lost, merge)

    async def undo(self, session: "Session", caller: Caller, merge_id: str) -> Merged:
        """Take a merge back, whoever made it. Raises `Problem` 404, 409 `not_merged`, 422 `too_large_to_merge`."""
        lost = await self._records.by_merge(caller.tenant_id, merge_id, session)
        if lost is None or lost.merged is None:
            if await self._records.was_undone(caller.tenant_id, merge_id, session):
                raise refused(Refusal("not_merged", "The merge was undone already."))
            raise not_found("Merge not found.")
        merge = lost.merged
        path = await self._records.contacts.path(caller.tenant_id, merge.into, session)
        if not path or path[-1].merged is not None:
            raise refused(_too_large())
        root = path[-1]
        both = await self._records.belongings(caller.tenant_id, [root.id, lost.id], session, times=_TIMES)
        if not both.complete:
            raise refused(_too_large())
        contacts = {one.id: one for one in (lost, *path)}
        merging = self._merging(caller, root.id, self._clock.now(), contacts, both)
        siblings = await self._records.merged_into(caller.tenant_id, [one.id for one in path], session)
        moved = await self._records.moved_to([one for one in both.conversations if one.current], session)
        separate(merging, lost, path, merge, [one for one in siblings if one.id not in contacts])
        give_back(merging, moved)
        await self._store.save(session, merging.intake.unit, merging.intake.now)
        return Merged(root, lost, merge)

    async def _present(
        self, session: "Session", caller: Caller, contact_id: str, expected_version: int | None = None
    ) -> Contact:
        contact = await self._records.contacts.present(caller.tenant_id, contact_id, session)
        if contact is None:
            raise not_found("Contact not found.")
        if expected_version is not None and contact.id == contact_id and contact.sequence != expected_version:
            told = await self._records.timeline.since(caller.tenant_id, contact.id, expected_version, session)
            raise stale(contact, expected_version, told)
        return contact

    def _about(self, caller: Caller, contact: Contact) -> Merging:
        """A pass over one contact, without what belongs to it."""
        nothing = Belongings({}, [], complete=True)
        merging = self._merging(caller, contact.id, self._clock.now(), {contact.id: contact}, nothing)
        merging.intake.unit.touch_contact(contact)
        return merging

    async def _with_conversations(self, session: "Session", caller: Caller, merging: Merging, contact: Contact) -> None:
        """Let the contact's conversations, the latest up to a bound, show it as it is now."""
        theirs = await self._records.belongings(caller.tenant_id, [contact.id], session)
        for conversation in theirs.conversations:
            merging.intake.loaded.add_conversation(conversation)
        merging.refresh(contact)

    async def _save(
        self,
        session: "Session",
        merging: Merging,
        contact: Contact,
        changed: tuple[str, ...],
        event_type: ContactEventType = "contact.updated",
    ) -> None:
        merging.intake.emit_contact(contact, event_type, changed, merging.cause, merging.actor)
        await self._store.save(session, merging.intake.unit, merging.intake.now)

    def _merging(
        self, caller: Caller, subject: str, now: datetime, contacts: dict[str, Contact], theirs: Belongings
    ) -> Merging:
        loaded = Loaded(self._channels, contact_ids=theirs.contact_ids, contacts=contacts)
        loaded.ids_of = {contact_id: set() for contact_id in contacts}
        for key, contact_id in theirs.contact_ids.items():
            loaded.ids_of[contact_id].add(key)
        for conversation in theirs.conversations:
            loaded.add_conversation(conversation)
        request = Envelope(
            id=caller.request_id,
            type="request",
            tenant_id=caller.tenant_id,
            occurred_at=now,
            recorded_at=now,
            source="conversation",
            subject=subject,
            actor=caller.actor,
        )
        return Merging(Intake(loaded, {}, now, uuid7), Cause(request, current_traceparent()), caller.actor)


def stale(contact: Contact, expected_version: int, told: Sequence[TimelineEntry]) -> Problem:
    """409 that says what changed since a version, when and by whom: `overtaken`, and each field among `errors`."""
    changed = contact.changed_since(expected_version)
    errors = [FieldError(name, f"was changed by {by}" if by else "was changed") for name, by in changed.items()]
    found = overtaken(expected_version, contact.sequence, "contact", overtakings(told))
    return Problem(
        found.status,
        found.code,
        found.detail,
        errors=errors,
        headers={"ETag": etag_of(contact.sequence)},
        members=found.members,
    )


def _too_large() -> Refusal:
    return Refusal("too_large_to_merge", "The contacts have too many identities or conversations to be moved at once.")
