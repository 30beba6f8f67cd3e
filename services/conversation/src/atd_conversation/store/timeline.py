"""The timeline of conversations and contacts: rows of events, by subject and sequence."""

from typing import TYPE_CHECKING

from atd_conversation.domain.timeline import TimelineEntry
from atd_conversation.store.indexes import MESSAGES, TIMELINE
from atd_schemas.envelope import Actor

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

MOST_TOLD = 20
"""Of how many changes somebody is told whose copy is outdated."""


def entry_document(entry: TimelineEntry) -> "Document":
    """The row of an entry."""
    actor = entry.actor
    return {
        "_id": entry.id,
        "tenant_id": entry.tenant_id,
        "subject": entry.subject,
        "sequence": entry.sequence,
        "type": entry.type,
        "at": entry.at,
        "actor": {"type": actor.type, "id": actor.id, "name": actor.name},
        "changed": list(entry.changed),
        "details": dict(entry.details),
    }


def entry_of_document(row: "Document") -> TimelineEntry:
    """The entry of a row."""
    return TimelineEntry(
        id=row["_id"],
        tenant_id=row["tenant_id"],
        subject=row["subject"],
        sequence=row["sequence"],
        type=row["type"],
        at=row["at"],
        actor=Actor(**row["actor"]),
        changed=tuple(row["changed"]),
        details=row["details"],
    )


class Timeline:
    """Reads of one tenant at a time."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[TIMELINE]
        self._messages = database[MESSAGES]

    async def entries(
        self, tenant_id: str, subject: str, *, limit: int, before: int | None = None
    ) -> list[TimelineEntry]:
        """Up to `limit` entries of a subject, the newest first, from before a sequence."""
        query: Document = {"subject": subject, "tenant_id": tenant_id}
        if before is not None:
            query["sequence"] = {"$lt": before}
        rows = await self._rows.find(query).sort("sequence", -1).limit(limit).to_list(limit)
        return [entry_of_document(row) for row in rows]

    async def between(
        self, tenant_id: str, subject: str, after: int, until: int | None, *, limit: int
    ) -> list[TimelineEntry]:
        """Up to `limit` entries after a sequence, and before `until` if there is one; the oldest first."""
        within = {"$gt": after} if until is None else {"$gt": after, "$lt": until}
        query: Document = {"subject": subject, "tenant_id": tenant_id, "sequence": within}
        rows = await self._rows.find(query).sort("sequence", 1).limit(limit).to_list(limit)
        return [entry_of_document(row) for row in rows]

    async def since(
        self, tenant_id: str, subject: str, sequence: int, session: "Session | None" = None
    ) -> list[TimelineEntry]:
        """The first entries after a sequence, the oldest first; those of new messages too, `MOST_TOLD` at the most."""
        query: Document = {"subject": subject, "tenant_id": tenant_id, "sequence": {"$gt": sequence}}
        rows = await self._rows.find(query, session=session).sort("sequence", 1).limit(MOST_TOLD).to_list(MOST_TOLD)
        found = [entry_of_document(row) for row in rows]
        of_messages: Document = {"conversation_id": subject, "tenant_id": tenant_id, "sequence": {"$gt": sequence}}
        shown = {"sequence": 1, "direction": 1, "author": 1, "recorded_at": 1}
        cursor = self._messages.find(of_messages, shown, session=session).sort("sequence", 1).limit(MOST_TOLD)
        found += [_said(tenant_id, subject, row) for row in await cursor.to_list(MOST_TOLD)]
        return sorted(found, key=lambda entry: entry.sequence)[:MOST_TOLD]


def _said(tenant_id: str, subject: str, row: "Document") -> TimelineEntry:
    return TimelineEntry(
        id=row["_id"],
        tenant_id=tenant_id,
        subject=subject,
        sequence=row["sequence"],
        type="message.received" if row["direction"] == "inbound" else "message.sent",
        at=row["recorded_at"],
        actor=Actor(**row["author"]),
        changed=("last_message",),
    )
