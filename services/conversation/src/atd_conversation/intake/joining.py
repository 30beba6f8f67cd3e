"""Two contacts turn out to be one person: an event names an id of each.

The older record goes on, with the ids and conversations of both; the other one keeps what it takes to undo this. On
each account one conversation goes on. Only what a channel proves joins anybody, and never where it can be a phone
number that has gone to somebody else (see `same_person`).
"""

from collections.abc import Sequence

from atd_conversation.domain.arrivals import notice_message
from atd_conversation.domain.contact import Contact, Merge
from atd_conversation.domain.conversation import Change, Conversation, current_of
from atd_conversation.domain.identities import can_be_one, is_phone
from atd_conversation.intake.batch import PersonEvent
from atd_conversation.intake.loaded import Loaded
from atd_conversation.intake.state import Cause, Intake
from atd_schemas.contents import ContinuedContent
from atd_schemas.envelope import SYSTEM
from atd_schemas.ids import uuid5
from atd_schemas.inbound import InboundContactChange


def contact_named(intake: Intake, event: PersonEvent, cause: Cause) -> str | None:
    """The contact that an event is about, if there is one; those that it proves to be one are joined first."""
    loaded = intake.loaded
    contact_id = loaded.contact_id_of(loaded.known_by(event))
    if contact_id is None:
        return None
    for other in loaded.beside(event, contact_id):
        if contact_id in loaded.ids_of and other in loaded.ids_of and same_person(loaded, event, contact_id, other):
            contact_id = _join(intake, contact_id, other, cause)
    return contact_id


def joinable(loaded: Loaded, several: Sequence[tuple[PersonEvent, Sequence[str]]]) -> set[str]:
    """Of the contacts that events name together, those that may be joined: all of them must be known.

    A contact that the batch itself makes is not among those loaded; nothing is known of it yet that speaks against it.
    """
    found: set[str] = set()
    for event, named in several:
        known = [contact_id for contact_id in named if contact_id in loaded.contacts]
        first, *others = named
        for other in others:
            if len(known) < len(named) or same_person(loaded, event, first, other):
                found.update(known)
    return found


def same_person(loaded: Loaded, event: PersonEvent, contact_id: str, other: str) -> bool:
    """Whether an event proves that the contact it is about and another one that it names are the same person.

    Ids that a message names together are one person's, unless each of the two has an id of the same kind already. Of
    somebody who goes by another user id or number, the one before and the new one are, unless the other contact had the
    new number before them.
    """
    if not isinstance(event, InboundContactChange) or event.data.reason == "identity_changed":
        return can_be_one(loaded.ids_of[contact_id], loaded.ids_of[other])
    new, theirs = loaded.keys(event), loaded.ids_of[other]
    if any(key in theirs for key in new if not is_phone(key)):
        named = {*new, *loaded.known_by(event)}
        return _is_new(loaded, event, other) or all(key in named for key in theirs if not is_phone(key))
    if event.data.reason == "number_changed" and any(key in theirs for key in new):
        return _is_new(loaded, event, other)
    return can_be_one(loaded.ids_of[contact_id], theirs)


def _is_new(loaded: Loaded, event: PersonEvent, contact_id: str) -> bool:
    """Whether nobody knew the contact before what the event tells of happened."""
    return loaded.contacts[contact_id].created_at > event.occurred_at


def _join(intake: Intake, first: str, second: str, cause: Cause) -> str:
    """Let the older of two contacts go on for both; its id."""
    loaded, unit = intake.loaded, intake.unit
    kept, lost = sorted((loaded.contacts[first], loaded.contacts[second]), key=lambda one: (one.created_at, one.id))
    unit.touch_contact(kept)
    unit.touch_contact(lost)
    keys = _move_identities(intake, lost.id, kept.id)
    changed = kept.absorb(lost)
    moved = [each for each in loaded.conversations.values() if each.contact.id == lost.id]
    gave_way = _move_conversations(intake, kept, moved, cause)
    lost.merged = Merge(
        into=kept.id,
        at=intake.now,
        cause=cause.event.id,
        identities=tuple(sorted(keys)),
        conversations=tuple(each.id for each in moved),
        gave_way=tuple(each.id for each in gave_way),
    )
    intake.emit_contact(kept, "contact.updated", ("identities", *changed), cause)
    intake.emit_contact(lost, "contact.merged", ("merged_into",), cause)
    return kept.id


def _move_identities(intake: Intake, old: str, new: str) -> set[str]:
    loaded, unit = intake.loaded, intake.unit
    keys = loaded.ids_of.pop(old)
    loaded.ids_of[new] |= keys
    for key in keys:
        loaded.contact_ids[key] = new
        if key in unit.new_identities:
            unit.new_identities[key] = (unit.new_identities[key][0], new)
        else:
            unit.moved_identities[key] = (unit.moved_identities.get(key, (old, ""))[0], new)
    return keys


def _move_conversations(intake: Intake, kept: Contact, moved: list[Conversation], cause: Cause) -> list[Conversation]:
    """Give a contact the conversations of the other one; those that give way to another one on their account."""
    loaded, gave_way = intake.loaded, []
    for each in moved:
        account_id = each.channel.account_id
        if each.current:
            loaded.current.pop(current_of(account_id, each.contact.id), None)
        intake.unit.touch(each)
        _tell(intake, each, [each.move_to(kept.ref())], cause)
        if not each.current:
            continue
        place = current_of(account_id, kept.id)
        rival = loaded.current.get(place)
        if rival is not None:
            loaded.current[place], former = _ranked(each, rival)
            gave_way.append(former)
            _give_way(intake, former, loaded.current[place], cause)
        else:
            loaded.current[place] = each
    return gave_way


def _ranked(one: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """Which of two conversations goes on, and which gives way: an open one goes on, of two the one used later."""

    def rank(each: Conversation) -> tuple[bool, float, str]:
        return each.closed_at is None, (each.closed_at or each.last_activity_at).timestamp(), each.id

    last, first = sorted((one, other), key=rank)
    return first, last


def _give_way(intake: Intake, former: Conversation, going_on: Conversation, cause: Cause) -> None:
    """One thread goes on. If something waits in the other one, both say so, and it waits in the one that goes on."""
    intake.unit.touch(former)
    intake.unit.touch(going_on)
    if former.status == "closed":
        former.current = False
        return
    _notice(
        intake,
        former,
        ContinuedContent(type="continued_in", conversation_id=going_on.id, number=going_on.number),
        cause,
    )
    _notice(
        intake,
        going_on,
        ContinuedContent(type="continued_from", conversation_id=former.id, number=former.number),
        cause,
    )
    _tell(intake, going_on, going_on.take_over(former), cause)
    _tell(intake, former, former.give_way(intake.now), cause)


def _notice(intake: Intake, conversation: Conversation, content: ContinuedContent, cause: Cause) -> None:
    message = notice_message(
        uuid5("continued", conversation.id, content.conversation_id),
        conversation.tenant_id,
        conversation.id,
        conversation.channel.account_id,
        content,
        occurred_at=intake.now,
        now=intake.now,
    )
    _tell(intake, conversation, [conversation.add_notice(message)], cause)
    intake.unit.new_messages.append(message)


def _tell(intake: Intake, conversation: Conversation, changes: list[Change], cause: Cause) -> None:
    for change in changes:
        intake.emit(conversation, change, cause, actor=SYSTEM, occurred_at=intake.now)
