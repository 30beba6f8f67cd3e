"""Keeps on each contact to whom its conversations are assigned (`attendants`), in the transaction that changes it.

By it somebody who sees only own conversations is shown their contacts in a list, and an event of a contact says who of
those may see it: neither asks for the contact's conversations. A contact without any such conversation has no such
field.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from pymongo import UpdateOne

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.store.indexes import BY_CONTACT, CONTACTS, CONVERSATIONS, COUNTERS
from atd_conversation.store.late_work import batches_since
from atd_servicekit.mongo import Write

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Operation, Session

_PLACE = "contacts.attendants"
"""Where in `counters` it is noted up to which contact `attendants` is there; no tenant has such an id."""


class Pair(NamedTuple):
    """An attendant to whom a conversation of a contact is assigned."""

    tenant_id: str
    contact_id: str
    attendant_id: str


def _pair(conversation: Conversation) -> set[Pair]:
    assignee = conversation.assignee
    return {Pair(conversation.tenant_id, conversation.contact.id, assignee.id)} if assignee else set()


def changed_pairs(unit: UnitOfWork) -> tuple[set[Pair], set[Pair]]:
    """Pairs that the unit makes, and pairs of which it ends one conversation; a pair can be both."""
    made: set[Pair] = set()
    ended: set[Pair] = set()
    for each, before in unit.conversations.values():
        if each.assignee is not before.assignee or each.contact is not before.contact:
            now, was = _pair(each), _pair(before)
            made |= now - was
            ended |= was - now
    for each in unit.new_conversations.values():
        made |= _pair(each)
    return made, ended


def gained_attendants(unit: UnitOfWork) -> Write:
    """Those to whom conversations of contacts come; for the unit's transaction, after its other writes.

    None where the first sight of a contact ends: that takes away who wrote it down, and comes before.
    """
    return Write(CONTACTS, [] if unit.first_seen else _gains(changed_pairs(unit)[0]))


def _gains(made: set[Pair]) -> "list[Operation]":
    return [_update(pair, {"$addToSet": {"attendants": pair.attendant_id}}) for pair in sorted(made)]


async def follow_assignees(database: "Database", session: "Session", unit: UnitOfWork) -> None:
    """What `gained_attendants` leaves, after all writes: it must be read what remains. Most units have nothing of it.

    Two that take a contact's last two conversations from an attendant at once both change the contact, so that the
    later one is tried again and sees what the earlier one left.
    """
    await _end_first_sight(database, session, unit.first_seen)
    made, ended = changed_pairs(unit)
    left = ended - made
    gone = [pair for pair in sorted(left) if not await _remains(database, session, pair)]
    updates = _gains(made) if unit.first_seen else []
    updates += [_update(pair, {"$pull": {"attendants": pair.attendant_id}}) for pair in gone]
    updates += [_update(pair, {}) for pair in left - set(gone)]
    if not updates:
        return
    await database[CONTACTS].bulk_write(updates, session=session)


async def _end_first_sight(database: "Database", session: "Session", contact_ids: Collection[str]) -> None:
    """Who wrote these contacts down has seen them until now because they had no conversation."""
    if contact_ids:
        others = {"$setDifference": ["$attendants", ["$written_by"]]}
        query = {"_id": {"$in": sorted(contact_ids)}, "written_by": {"$exists": True}}
        ended: list[Document] = [{"$set": {"attendants": others}}, {"$unset": "written_by"}]
        await database[CONTACTS].update_many(query, ended, session=session)


async def _remains(database: "Database", session: "Session", pair: Pair) -> bool:
    query = {"tenant_id": pair.tenant_id, "contact.id": pair.contact_id, "assignee.id": pair.attendant_id}
    found = await database[CONVERSATIONS].find_one(query, {"_id": 1}, session=session, hint=BY_CONTACT)
    return found is not None


def _update(pair: Pair, change: "Document") -> UpdateOne:
    query = {"_id": pair.contact_id, "tenant_id": pair.tenant_id}
    return UpdateOne(query, {**change, "$inc": {"attendant_changes": 1}})


class ContactAttendants:
    """Adds `attendants` to contacts of earlier versions."""

    def __init__(self, database: "Database") -> None:
        self._contacts = database[CONTACTS]
        self._conversations = database[CONVERSATIONS]
        self._counters = database[COUNTERS]

    async def add(self) -> int:
        """How many contacts changed. Safe to repeat, and to stop at any time."""
        changed = 0
        fields: Document = {"tenant_id": 1, "attendant_changes": 1}
        async for rows in batches_since(self._contacts, self._counters, _PLACE, fields):
            changed += await self._add_to([row for row in rows if "attendant_changes" not in row])
        return changed

    async def _add_to(self, rows: "list[Document]") -> int:
        """Write what the conversations say, unless somebody was faster and it is written already."""
        if not rows:
            return 0
        query: Document = {
            "tenant_id": {"$in": sorted({row["tenant_id"] for row in rows})},
            "contact.id": {"$in": [row["_id"] for row in rows]},
            "assignee.id": {"$exists": True},
        }
        each: Document = {"contact": "$contact.id", "attendant": "$assignee.id"}
        found: defaultdict[str, set[str]] = defaultdict(set)
        stages: list[Document] = [{"$match": query}, {"$group": {"_id": each}}]
        async for row in await self._conversations.aggregate(stages, hint=BY_CONTACT):
            found[row["_id"]["contact"]].add(row["_id"]["attendant"])
        if not found:
            return 0
        updates = [
            UpdateOne(
                {"_id": contact_id, "attendant_changes": {"$exists": False}},
                {"$set": {"attendants": sorted(attendants)}, "$inc": {"attendant_changes": 1}},
            )
            for contact_id, attendants in found.items()
        ]
        return (await self._contacts.bulk_write(updates, ordered=False)).modified_count
