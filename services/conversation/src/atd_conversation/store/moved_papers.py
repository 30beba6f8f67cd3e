"""What is to be said in a thread goes where the thread goes on: scheduled messages and drafts.

When contacts are joined, one conversation gives way to another one. What was begun or waits there is found in the one
that goes on from then on, and says where it comes from (`home`): it goes back when the merge is undone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atd_conversation.domain.scheduled import Moved
from atd_conversation.domain.unit_of_work import UnitOfWork
from atd_conversation.domain.unsent import DraftPlace
from atd_conversation.store.indexes import ATTACHMENTS, CONVERSATIONS, DRAFTS, SCHEDULED
from atd_schemas.conversation import ScheduledRef

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

MOST_DRAFTS = 500
"""Drafts that are moved with one thread: as many as attendants can have one there."""

MOST_MOVED = 500
"""Scheduled messages and, apart from these, drafts that go back by one undo."""

_NOT_ENDED = ("waiting", "failed")


async def moved_to(
    database: "Database", session: "Session", tenant_id: str, conversation_ids: Sequence[str]
) -> list[Moved]:
    """What came to these conversations from others, and has not been said or dropped since."""
    there: Document = {"tenant_id": tenant_id, "conversation_id": {"$in": list(conversation_ids)}}
    of_others: Document = {"home": {"$type": "string"}}
    scheduled = database[SCHEDULED].find({**there, "state": {"$in": _NOT_ENDED}, **of_others}, session=session)
    drafts = database[DRAFTS].find({**there, **of_others}, {"conversation_id": 1, "home": 1}, session=session)
    found = [_moved_of(row) for row in await scheduled.limit(MOST_MOVED).to_list(MOST_MOVED)]
    rows = await drafts.limit(MOST_MOVED).to_list(MOST_MOVED)
    return [*found, *(Moved(row["_id"], row["conversation_id"], row["home"]) for row in rows)]


def _moved_of(row: "Document") -> Moved:
    waiting = row["state"] == "waiting"
    ref = None
    if waiting and row["until_reply"]:
        ref = ScheduledRef(
            id=row["_id"], author_id=row["author"]["id"], state="waiting", scheduled_for=row["due_at"], reason=None
        )
    return Moved(row["_id"], row["conversation_id"], row["home"], waiting, ref)


async def follow_threads(database: "Database", session: "Session", unit: UnitOfWork) -> None:
    """To be called in the unit's transaction, after its writes. Costs nothing where no thread went on in another."""
    for former, (tenant_id, going_on) in unit.continued.items():
        there: Document = {"tenant_id": tenant_id, "conversation_id": former}
        scheduled = {**there, "state": {"$in": list(_NOT_ENDED)}}
        home = {"$ifNull": ["$home", "$conversation_id"]}
        moved = [{"$set": {"home": home, "conversation_id": going_on}}]
        await database[SCHEDULED].update_many(scheduled, moved, session=session)
        for row in await database[DRAFTS].find(there, session=session).limit(MOST_DRAFTS).to_list(MOST_DRAFTS):
            await _move_draft(database, session, row, going_on, row.get("home") or former)
    for moved_id, (tenant_id, place) in unit.given_back.items():
        one: Document = {"_id": moved_id, "tenant_id": tenant_id}
        await database[SCHEDULED].update_one(one, {"$set": {"conversation_id": place}}, session=session)
        draft = await database[DRAFTS].find_one(one, session=session)
        if draft is not None:
            await _move_draft(database, session, draft, place, draft.get("home"))


async def _move_draft(
    database: "Database", session: "Session", row: "Document", conversation_id: str, home: str | None
) -> None:
    """Let a draft be one of another conversation; where its writer has one there already, each stays where it is."""
    before = DraftPlace(row["tenant_id"], row["conversation_id"], row["attendant_id"], row["direction"])
    after = DraftPlace(row["tenant_id"], conversation_id, row["attendant_id"], row["direction"])
    drafts = database[DRAFTS]
    if await drafts.find_one({"_id": after.id}, {"_id": 1}, session=session) is not None:
        return
    await drafts.delete_one({"_id": before.id}, session=session)
    moved = {**row, "_id": after.id, "conversation_id": conversation_id, "home": home}
    await drafts.insert_one(moved, session=session)
    files: Document = {"_id": {"$in": [one["id"] for one in row["files"]]}, "held_by": before.holder}
    await database[ATTACHMENTS].update_many(files, {"$set": {"held_by.$": after.holder}}, session=session)
    others = await drafts.find_one({"_id": before.other().id}, {"_id": 1}, session=session)
    conversations = database[CONVERSATIONS]
    mine = {"drafted_by": row["attendant_id"]}
    if others is None:
        await conversations.update_one({"_id": before.conversation_id}, {"$pull": mine}, session=session)
    await conversations.update_one({"_id": conversation_id}, {"$addToSet": mine}, session=session)
