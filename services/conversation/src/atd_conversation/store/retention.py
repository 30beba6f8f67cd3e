"""How long tenants keep what, how far each run has come, and what is old enough to go. By an index and in pieces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from atd_conversation.domain.attachments import StoredAttachment
from atd_conversation.domain.contact import Contact
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.retention import KINDS, RetentionKind, RetentionPolicy
from atd_conversation.store.attachments import stored_attachment_of
from atd_conversation.store.documents import contact_of, conversation_of
from atd_conversation.store.indexes import (
    ATTACHMENTS,
    BY_AGE,
    BY_CONTACT,
    BY_STATUS,
    CONTACTS,
    CONVERSATIONS,
    MESSAGES,
    TIMELINE,
)
from atd_servicekit.places import Place, later

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

RETENTION = "retention"
_COUNTED = 20_000
"""A preview counts up to here, and says so."""

_SAMPLE = 100
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

START: Place = (_LONG_AGO, "")
"""Where a run begins, in the order of time."""


@dataclass(frozen=True, slots=True)
class RetentionState:
    """The policy, what was removed by it so far, and when a run last came to its end."""

    policy: RetentionPolicy
    removed: Mapping[RetentionKind, int]
    swept_at: datetime | None
    places: Mapping[RetentionKind, Place]


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how much would be removed; `more`: at least so much, counting was given up."""

    about: int
    more: bool = False


class RetentionRows:
    """The policies, by tenant."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[RETENTION]

    async def state(self, tenant_id: str) -> RetentionState:
        row = await self._rows.find_one({"_id": tenant_id}) or {}
        names = ("messages_days", "files_days", "contacts_days")
        # earlier versions kept messages alone, counted them as `removed` and came to a moment
        removed = {"messages": row.get("removed", 0), **{kind: row.get(f"removed_{kind}", 0) for kind in KINDS[1:]}}
        return RetentionState(
            RetentionPolicy(**{name: row.get(name) for name in names}),
            removed,
            row.get("swept_at"),
            {kind: _place(row.get("places", {}).get(kind)) for kind in KINDS},
        )

    async def set_policy(self, session: "Session", tenant_id: str, policy: RetentionPolicy) -> None:
        """Keep this from now on, and look at everything again."""
        days = {f"{kind}_days": getattr(policy, f"{kind}_days") for kind in KINDS}
        await self._rows.update_one({"_id": tenant_id}, {"$set": {**days, "places": {}}}, upsert=True, session=session)

    async def look_again(self, session: "Session", tenant_id: str) -> None:
        """A hold is gone: what it kept is looked at in the next run."""
        await self._rows.update_one({"_id": tenant_id}, {"$set": {"places": {}}}, session=session)

    async def came_to(
        self, tenant_id: str, kind: RetentionKind, place: Place, removed: int, session: "Session | None" = None
    ) -> None:
        """How far a run has come, and what it has removed since it last said so."""
        counter = "removed" if kind == "messages" else f"removed_{kind}"
        told = {"$set": {f"places.{kind}": list(place)}, "$inc": {counter: removed}}
        await self._rows.update_one({"_id": tenant_id}, told, session=session)

    async def swept(self, tenant_id: str, at: datetime) -> None:
        """A run came to its end. Customers are looked at anew in the next one: they age where they stand."""
        await self._rows.update_one({"_id": tenant_id}, {"$set": {"swept_at": at}, "$unset": {"places.contacts": ""}})


class Aged:
    """What of a tenant is old enough."""

    def __init__(self, database: "Database") -> None:
        self._db = database

    async def conversations(
        self, tenant_id: str, after: Place, until: datetime, *, limit: int
    ) -> list[tuple[Place, Conversation]]:
        """Closed conversations that nothing has happened in since then, those of before first."""
        old: Document = {"tenant_id": tenant_id, "status": "closed", "last_activity_at": {"$lt": until}}
        query = later(old, "last_activity_at", after)
        order = [("last_activity_at", 1), ("_id", 1)]
        rows = await self._db[CONVERSATIONS].find(query).sort(order).hint(BY_STATUS).limit(limit).to_list(limit)
        return [((row["last_activity_at"], row["_id"]), conversation_of(row)) for row in rows]

    async def files(
        self, tenant_id: str, after: Place, until: datetime, *, limit: int
    ) -> list[tuple[Place, StoredAttachment]]:
        """Files of messages that are here since before then, the oldest first."""
        query = later(_files_of(tenant_id) | {"created_at": {"$lt": until}}, "created_at", after)
        order = [("created_at", 1), ("_id", 1)]
        rows = await self._db[ATTACHMENTS].find(query).sort(order).hint(BY_AGE).limit(limit).to_list(limit)
        return [((row["created_at"], row["_id"]), stored_attachment_of(row)) for row in rows]

    async def contacts(
        self, tenant_id: str, after: Place, until: datetime, *, limit: int
    ) -> tuple[Place | None, list[Contact]]:
        """Of some customers who came before then those who have been inactive since; how far that is, None: the end."""
        query = later({"tenant_id": tenant_id, "created_at": {"$lt": until}}, "created_at", after)
        order = [("created_at", 1), ("_id", 1)]
        rows = await self._db[CONTACTS].find(query).sort(order).hint(BY_AGE).limit(limit).to_list(limit)
        if not rows:
            return None, []
        found = [contact_of(row) for row in rows if row.get("merged") is None]
        active = await self._active(tenant_id, [one.id for one in found], until)
        return (rows[-1]["created_at"], rows[-1]["_id"]), [one for one in found if one.id not in active]

    async def _active(self, tenant_id: str, contact_ids: Sequence[str], until: datetime) -> set[str]:
        """Those of the customers with an open conversation, or one with activity, or whose record changed since."""
        going_on: Document = {"$or": [{"status": {"$ne": "closed"}}, {"last_activity_at": {"$gte": until}}]}
        stages: list[Document] = [
            {"$match": {"tenant_id": tenant_id, "contact.id": {"$in": list(contact_ids)}, **going_on}},
            {"$group": {"_id": "$contact.id"}},
        ]
        cursor = await self._db[CONVERSATIONS].aggregate(stages, hint=BY_CONTACT)
        rows = await cursor.to_list(len(contact_ids) or 1)
        active = {row["_id"] for row in rows}
        for contact_id in contact_ids:
            last = await self._db[TIMELINE].find_one({"subject": contact_id}, {"at": 1}, sort=[("sequence", -1)])
            if last is not None and last["at"] >= until:
                active.add(contact_id)
        return active

    async def about(self, tenant_id: str, kind: RetentionKind, until: datetime) -> Estimate:
        """About how much a run would remove now. Holds are not looked at."""
        if kind == "files":
            return await self._count(ATTACHMENTS, _files_of(tenant_id) | {"created_at": {"$lt": until}}, BY_AGE)
        if kind == "messages":
            return await self._about_messages(tenant_id, until)
        old = await self._count(CONTACTS, {"tenant_id": tenant_id, "created_at": {"$lt": until}}, BY_AGE)
        _, inactive = await self.contacts(tenant_id, START, until, limit=_SAMPLE)
        return _scaled(old, len(inactive), min(old.about, _SAMPLE))

    async def _about_messages(self, tenant_id: str, until: datetime) -> Estimate:
        """As many as the last of these conversations have on average: those that have any are counted."""
        query: Document = {"tenant_id": tenant_id, "status": "closed", "last_activity_at": {"$lt": until}}
        query["last_message"] = {"$exists": True}
        closed = await self._count(CONVERSATIONS, query, BY_STATUS)
        cursor = self._db[CONVERSATIONS].find(query, {"_id": 1}).sort([("last_activity_at", -1), ("_id", -1)])
        ids = [row["_id"] for row in await cursor.hint(BY_STATUS).limit(_SAMPLE).to_list(_SAMPLE)]
        there = await self._db[MESSAGES].count_documents({"conversation_id": {"$in": ids}}, limit=_COUNTED)
        return _scaled(closed, there, len(ids))

    async def _count(self, collection: str, query: "Document", index: str) -> Estimate:
        found = await self._db[collection].count_documents(query, hint=index, limit=_COUNTED + 1)
        return Estimate(min(found, _COUNTED), found > _COUNTED)


def _scaled(all_of_them: Estimate, found: int, among: int) -> Estimate:
    return Estimate(round(all_of_them.about * found / among) if among else 0, all_of_them.more)


def _files_of(tenant_id: str) -> "Document":
    return {"tenant_id": tenant_id, "state": "ready", "conversation_id": {"$exists": True, "$ne": None}}


def _place(stored: Any) -> Place:
    return (stored[0], stored[1]) if stored else START
