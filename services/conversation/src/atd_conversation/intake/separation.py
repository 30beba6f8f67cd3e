"""A merge is taken back: what belonged to the record that gave way goes back to it.

What came after the merge goes with the id that it came by: a conversation that was opened since by an id that goes back
goes back too, a message stays in the conversation in which it was written, and an id that was learnt since stays with
the contact that learnt it. A field that was edited since keeps its value.

Merges can be undone in any order. Where the contact that went on has itself given way to another one since, that one
gives back, and the records between forget what went back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from atd_conversation.domain.contact import MOST_NOTED, Contact, Merge, told
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.identities import id_of_key, keys_of_ids
from atd_conversation.domain.scheduled import Moved
from atd_conversation.domain.strands import current_of
from atd_conversation.domain.taking_back import TakingBack
from atd_conversation.intake.merging import Merging, ranked


def separate(
    merging: Merging, lost: Contact, path: Sequence[Contact], merge: Merge, others: Sequence[Contact] = ()
) -> None:
    """Make a contact one of its own again. All that belongs to the last contact of `path` is loaded.

    `path` are the contacts that go on for it: the one that it was merged into, then the one that this one was merged
    into, and so on. `others` are the other contacts that were merged into these.
    """
    intake, root = merging.intake, path[-1]
    loaded = intake.loaded
    for contact in (lost, *path):
        intake.unit.touch_contact(contact)
    keys = {key for key in merge.identities if loaded.contact_ids.get(key) == root.id}
    for key in keys:
        intake.hand_over(key, root.id, lost.id)
    lost.merged = None
    lost.undone = (*lost.undone, merge.id)[-MOST_NOTED:]
    back = _going_back(merging, lost, root, merge)
    for each in back:
        _move(merging, each, lost)
    taking = TakingBack(others)
    changed = told(taking.run(merge, path))
    for contact in taking.touched:
        intake.unit.touch_contact(contact)
    _forget(lost, path, keys, {each.id for each in back})
    strands = {(each.channel.account_id, each.thread_id) for each in (*back, *_named(merging, merge.gave_way))}
    for contact in (root, lost):
        for account_id, thread_id in sorted(strands, key=lambda one: (one[0], one[1] or "")):
            _choose_thread(merging, contact, current_of(account_id, contact.id, thread_id), merge)
    for contact in (root, lost):
        _readdress(merging, contact, merge)
    merging.refresh(root)
    for contact, other in ((root, lost), (lost, root)):
        contact.keep_apart(other.id)
        merging.say_in_threads(contact, other, merge, "contacts_separated")
    intake.emit_contact(root, "contact.updated", ("identities", *changed), merging.cause, merging.actor)
    intake.emit_contact(lost, "contact.unmerged", ("merged_into",), merging.cause, merging.actor)


def give_back(merging: Merging, moved: Sequence[Moved]) -> None:
    """What came from a conversation that gave way, and is still to be said, goes to whose customer it was meant for."""
    loaded, unit = merging.intake.loaded, merging.intake.unit
    for one in moved:
        home, place = loaded.conversations.get(one.home), loaded.conversations.get(one.place)
        if home is None or place is None:
            continue
        target = loaded.current.get(home.place)
        if target is None or target.id == place.id:
            continue
        unit.touch(place)
        unit.touch(target)
        unit.given_back[one.id] = (home.tenant_id, target.id)
        until_reply = (one.until_reply,) if one.until_reply else ()
        taken, left = target.take_scheduled(place, int(bool(one.waiting)), until_reply)
        merging.tell(target, taken)
        merging.tell(place, left)


def _going_back(merging: Merging, lost: Contact, root: Contact, merge: Merge) -> list[Conversation]:
    """The conversations that came with the contact, and those that its ids opened since."""
    loaded = merging.intake.loaded
    found = []
    for each in loaded.conversations.values():
        if each.contact.id != root.id:
            continue
        since = each.opened_at >= merge.at and each.id not in merge.conversations
        if each.id in merge.conversations or (since and _owner(merging, each) == lost.id):
            found.append(each)
    return sorted(found, key=lambda one: one.id)


def _owner(merging: Merging, conversation: Conversation) -> str | None:
    """Who has the id that the conversation is addressed to."""
    keys = _keys(merging, conversation, (conversation.recipient,))
    return merging.intake.loaded.contact_id_of(keys)


def _keys(merging: Merging, conversation: Conversation, ids: Sequence[str]) -> tuple[str, ...]:
    channel = conversation.channel
    key_of = merging.intake.loaded.channels.of(channel.kind).key_of_id
    return keys_of_ids(key_of, conversation.tenant_id, channel.kind, channel.account_id, ids)


def _named(merging: Merging, ids: Iterable[str]) -> list[Conversation]:
    loaded = merging.intake.loaded
    return [loaded.conversations[one] for one in ids if one in loaded.conversations]


def _move(merging: Merging, conversation: Conversation, contact: Contact) -> None:
    loaded = merging.intake.loaded
    merging.intake.unit.touch(conversation)
    if conversation.current:
        loaded.current.pop(conversation.place, None)
    merging.tell(conversation, [conversation.move_to(contact.ref())])
    if conversation.current:
        loaded.current[conversation.place] = conversation


def _choose_thread(merging: Merging, contact: Contact, place: str, merge: Merge) -> None:
    """Let one conversation of a contact in a strand of an account take its messages, where none does.

    The one that gave way by this merge does so again; it is opened again if the merge closed it.
    """
    loaded = merging.intake.loaded
    theirs = [one for one in loaded.conversations.values() if one.contact.id == contact.id and one.place == place]
    if place in loaded.current or not theirs:
        return
    before = [one for one in theirs if one.id in merge.gave_way] or theirs
    chosen = before[0]
    for other in before[1:]:
        chosen, _ = ranked(chosen, other)
    merging.intake.unit.touch(chosen)
    loaded.current[place] = chosen
    as_it_was = next((one for one in merge.threads if one.id == chosen.id), None)
    if as_it_was is None or chosen.closed_at != merge.at:
        merging.tell(chosen, chosen.take_up(closed=True, now=merging.intake.now))
        return
    changes = chosen.take_up(
        closed=as_it_was.closed,
        unread_count=as_it_was.unread_count,
        first_unread_sequence=as_it_was.first_unread_sequence,
        waiting_since=as_it_was.waiting_since,
        now=merging.intake.now,
    )
    merging.tell(chosen, changes)


def _readdress(merging: Merging, contact: Contact, merge: Merge) -> None:
    """No thread of one is answered at an id of the other."""
    loaded = merging.intake.loaded
    before = {one.id: one.recipient for one in merge.threads}
    for each in merging.threads_of(contact.id):
        if _owner(merging, each) in (None, contact.id):
            continue
        ids = [before[each.id]] if each.id in before else []
        ids += [one for key in sorted(loaded.ids_of.get(contact.id, ())) if (one := id_of_key(key)) is not None]
        own = next((one for one in ids if loaded.contact_id_of(_keys(merging, each, (one,))) == contact.id), None)
        if own is not None:
            merging.intake.unit.touch(each)
            each.recipient = own


def _forget(lost: Contact, path: Sequence[Contact], keys: set[str], conversations: set[str]) -> None:
    """Take what goes back from what the records on the path know of the contact."""
    gone = {lost.id, *lost.absorbed}
    for contact in path:
        contact.absorbed = tuple(one for one in contact.absorbed if one not in gone)
        if contact.merged is not None:
            contact.merged = replace(
                contact.merged,
                identities=tuple(one for one in contact.merged.identities if one not in keys),
                conversations=tuple(one for one in contact.merged.conversations if one not in conversations),
            )
