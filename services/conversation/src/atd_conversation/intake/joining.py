"""Two contacts turn out to be one person: an event names an id of each.

The older record goes on, with the ids and conversations of both; the other one keeps what it takes to undo this. On
each account one conversation goes on. Only what a channel proves joins anybody, and never where it can be a phone
number that has gone to somebody else (see `same_person`).
"""

from collections.abc import Sequence

from atd_conversation.domain.identities import can_be_one, is_phone
from atd_conversation.intake.batch import PersonEvent
from atd_conversation.intake.loaded import Loaded
from atd_conversation.intake.merging import MOST_ABSORBED, Merging, join
from atd_conversation.intake.state import Cause, Intake
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
    new number before them. What people have separated stays apart.
    """
    if not _may_be_joined(loaded, contact_id, other):
        return False
    if not isinstance(event, InboundContactChange) or event.data.reason == "identity_changed":
        return can_be_one(loaded.ids_of[contact_id], loaded.ids_of[other])
    new, theirs = loaded.keys(event), loaded.ids_of[other]
    if any(key in theirs for key in new if not is_phone(key)):
        named = {*new, *loaded.known_by(event)}
        return _is_new(loaded, event, other) or all(key in named for key in theirs if not is_phone(key))
    if event.data.reason == "number_changed" and any(key in theirs for key in new):
        return _is_new(loaded, event, other)
    return can_be_one(loaded.ids_of[contact_id], theirs)


def join_proven(intake: Intake, contact_id: str, other: str, cause: Cause) -> None:
    """Join two contacts of which the channel has proven that they are one, as far as all that is theirs is known."""
    loaded = intake.loaded
    if contact_id not in loaded.ids_of or other not in loaded.ids_of:
        return
    if _may_be_joined(loaded, contact_id, other) and can_be_one(loaded.ids_of[contact_id], loaded.ids_of[other]):
        _join(intake, contact_id, other, cause)


def _may_be_joined(loaded: Loaded, contact_id: str, other: str) -> bool:
    """Not what people have separated, and not without end."""
    one, two = loaded.contacts[contact_id], loaded.contacts[other]
    if two.id in one.apart or one.id in two.apart:
        return False
    return len(one.absorbed) + len(two.absorbed) < MOST_ABSORBED


def _is_new(loaded: Loaded, event: PersonEvent, contact_id: str) -> bool:
    """Whether nobody knew the contact before what the event tells of happened."""
    return loaded.contacts[contact_id].created_at > event.occurred_at


def _join(intake: Intake, first: str, second: str, cause: Cause) -> str:
    """Let the older of two contacts go on for both; its id."""
    loaded = intake.loaded
    kept, lost = sorted((loaded.contacts[first], loaded.contacts[second]), key=lambda one: (one.created_at, one.id))
    join(Merging(intake, cause), kept, lost)
    return kept.id
