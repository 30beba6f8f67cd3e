"""One contact goes on for two: identities and conversations move, on each account one conversation goes on.

What is decided here is the same whoever finds out: a channel that names ids of both (`joining.py`), or an attendant.
The record that gives way keeps what it takes to undo it (`separation.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atd_conversation.domain.arrivals import notice_message
from atd_conversation.domain.contact import Contact, Merge, MergedThread
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.conversation_change import Change
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.content_base import Content
from atd_schemas.envelope import SYSTEM, Actor
from atd_schemas.ids import uuid5
from atd_schemas.notices import ContinuedContent, MergedContent
from atd_schemas.views import Named

MOST_ABSORBED = 100
"""Contacts for which one contact goes on."""


@dataclass(frozen=True, slots=True)
class Merging:
    """A pass over a batch or a request that joins or separates: who does it, and what led to it."""

    intake: Intake
    cause: Cause
    actor: Actor = SYSTEM

    @property
    def by(self) -> Named | None:
        """The person who does it; None: the product, by what a channel has proven."""
        return None if self.actor.id is None else Named(id=self.actor.id, name=self.actor.name)

    def tell(self, conversation: Conversation, changes: list[Change]) -> None:
        """Publish changes of a conversation."""
        for change in changes:
            self.intake.emit(conversation, change, self.cause, actor=self.actor, occurred_at=self.intake.now)

    def notice(self, conversation: Conversation, content: Content, *names: str) -> None:
        """Add a line to a thread; `names` make its id."""
        self.intake.unit.touch(conversation)
        message = notice_message(
            uuid5(*names),
            conversation.tenant_id,
            conversation.id,
            conversation.channel.account_id,
            content,
            occurred_at=self.intake.now,
            now=self.intake.now,
        )
        self.tell(conversation, [conversation.add_notice(message)])
        self.intake.unit.new_messages.append(message)

    def threads_of(self, contact_id: str) -> list[Conversation]:
        """The conversations that take a contact's messages, one for each strand of each account."""
        every = self.intake.loaded.conversations.values()
        return sorted((c for c in every if c.current and c.contact.id == contact_id), key=lambda one: one.id)

    def say_in_threads(self, contact: Contact, other: Contact, merge: Merge, kind: str) -> None:
        """Say in the threads of a contact that another record was joined with it, or separated from it."""
        content = MergedContent.model_validate(
            {"type": kind, "merge_id": merge.id, "contact_id": other.id, "name": other.name}
        )
        for conversation in self.threads_of(contact.id):
            self.notice(conversation, content, kind, merge.id, conversation.id)

    def refresh(self, contact: Contact) -> None:
        """Let the conversations of a contact show it as it is now; only open and current ones tell of it."""
        ref = contact.ref()
        for each in self.intake.loaded.conversations.values():
            if each.contact.id != contact.id or each.contact == ref:
                continue
            self.intake.unit.touch(each)
            if each.current or each.status != "closed":
                self.tell(each, [each.move_to(ref)])
            else:
                each.contact = ref


def join(merging: Merging, kept: Contact, lost: Contact, chosen: Mapping[str, Any] | None = None) -> Merge:
    """Let one of two contacts go on for both. All that belongs to either is loaded.

    `chosen` are values that a person chose for the one that goes on; else what it has stays.
    """
    intake = merging.intake
    loaded, unit = intake.loaded, intake.unit
    unit.touch_contact(kept)
    unit.touch_contact(lost)
    threads = tuple(_as_it_is(each) for one in (kept, lost) for each in merging.threads_of(one.id))
    merge_id = uuid5("merge", lost.id, str(lost.sequence))
    before = kept.values()
    keys = _move_identities(intake, lost.id, kept.id)
    changed = {*kept.absorb(lost), *(kept.edit(chosen) if chosen else ())}
    after = kept.values()
    kept.absorbed = (*kept.absorbed, lost.id, *lost.absorbed)
    both = {kept.id, lost.id}
    kept.apart = tuple(one for one in dict.fromkeys((*kept.apart, *lost.apart)) if one not in both)
    kept.dismissed = tuple(one for one in dict.fromkeys((*kept.dismissed, *lost.dismissed)) if one not in both)
    moved = [each for each in loaded.conversations.values() if each.contact.id == lost.id]
    gave_way = _move_conversations(merging, kept, moved, merge_id)
    if any(each.contact.id == kept.id for each in loaded.conversations.values()):
        unit.first_seen.update(one.id for one in (kept, lost) if one.written_by is not None)
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    lost.merged = Merge(
        into=kept.id,
        at=intake.now,
        cause=merging.cause.event.id,
        identities=tuple(sorted(keys)),
        conversations=tuple(each.id for each in moved),
        gave_way=tuple(each.id for each in gave_way),
        id=merge_id,
        by=merging.by,
        threads=threads,
        before={name: before[name] for name in sorted(names) if name in before},
        after={name: after[name] for name in sorted(names) if name in after},
    )
    merging.refresh(kept)
    merging.say_in_threads(kept, lost, lost.merged, "contacts_merged")
    intake.emit_contact(kept, "contact.updated", ("identities", *sorted(changed)), merging.cause, merging.actor)
    intake.emit_contact(lost, "contact.merged", ("merged_into",), merging.cause, merging.actor)
    return lost.merged


def _as_it_is(thread: Conversation) -> MergedThread:
    return MergedThread(
        id=thread.id,
        recipient=thread.recipient,
        closed=thread.status == "closed",
        unread_count=thread.unread_count,
        first_unread_sequence=thread.first_unread_sequence,
        waiting_since=thread.waiting_since,
    )


def _move_identities(intake: Intake, old: str, new: str) -> set[str]:
    keys = set(intake.loaded.ids_of[old])
    for key in keys:
        intake.hand_over(key, old, new)
    del intake.loaded.ids_of[old]
    return keys


def _move_conversations(
    merging: Merging, kept: Contact, moved: list[Conversation], merge_id: str
) -> list[Conversation]:
    """Give a contact the conversations of the other one; those that give way to another one on their account."""
    loaded, gave_way = merging.intake.loaded, []
    for each in moved:
        if each.current:
            loaded.current.pop(each.place, None)
        merging.intake.unit.touch(each)
        merging.tell(each, [each.move_to(kept.ref())])
        if not each.current:
            continue
        place = each.place  # of the contact that goes on; a thread meets another one of its own strand alone
        rival = loaded.current.get(place)
        if rival is not None:
            loaded.current[place], former = ranked(each, rival)
            gave_way.append(former)
            _give_way(merging, former, loaded.current[place], merge_id)
        else:
            loaded.current[place] = each
    return gave_way


def ranked(one: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """Which of two conversations goes on, and which gives way: an open one goes on, of two the one used later."""

    def rank(each: Conversation) -> tuple[bool, float, str]:
        return each.closed_at is None, (each.closed_at or each.last_activity_at).timestamp(), each.id

    last, first = sorted((one, other), key=rank)
    return first, last


def _give_way(merging: Merging, former: Conversation, going_on: Conversation, merge_id: str) -> None:
    """One thread goes on. If something waits in the other one, both say so, and it waits in the one that goes on."""
    merging.intake.unit.touch(former)
    merging.intake.unit.touch(going_on)
    merging.intake.unit.continued[former.id] = (former.tenant_id, going_on.id)
    merging.tell(going_on, going_on.take_address(former))
    taken, left = going_on.take_scheduled(former, former.scheduled_count, former.until_reply)
    merging.tell(going_on, taken)
    merging.tell(former, left)
    if former.status == "closed":
        former.current = False
        return
    for one, other, kind in ((former, going_on, "continued_in"), (going_on, former, "continued_from")):
        content = ContinuedContent.model_validate({"type": kind, "conversation_id": other.id, "number": other.number})
        merging.notice(one, content, "continued", one.id, other.id, merge_id)
    merging.tell(going_on, going_on.take_over(former, merging.intake.now))
    merging.tell(former, former.give_way(merging.intake.now))
