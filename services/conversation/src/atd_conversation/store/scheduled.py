"""Messages that are to be said later. Those that were sent or cancelled are kept for 30 days."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from atd_conversation.domain.drafts import Draft, TemplateDraft
from atd_conversation.domain.scheduled import MAX_WAITING, ScheduledMessage, ScheduledState
from atd_conversation.store.indexes import SCHEDULED
from atd_schemas.conversation import ScheduledRef
from atd_schemas.views import Named
from atd_servicekit.places import Place, later

if TYPE_CHECKING:
    from atd_servicekit.mongo import Database, Document, Session

MOST_SHOWN = 100
"""Scheduled messages of one conversation that are shown."""


class ScheduledMessages:
    """Scheduled messages of one tenant at a time, by conversation, or by author and time."""

    def __init__(self, database: "Database") -> None:
        self._rows = database[SCHEDULED]

    async def one(self, tenant_id: str, scheduled_id: str, session: "Session | None" = None) -> ScheduledMessage | None:
        row = await self._rows.find_one({"_id": scheduled_id, "tenant_id": tenant_id}, session=session)
        return _scheduled_of(row) if row else None

    async def of_conversation(self, tenant_id: str, conversation_id: str) -> list[ScheduledMessage]:
        """What waits in a conversation and what failed there, in the order of time; up to `MOST_SHOWN`."""
        query: Document = {"tenant_id": tenant_id, "conversation_id": conversation_id}
        query["state"] = {"$in": ["waiting", "failed"]}
        rows = await self._rows.find(query).sort("due_at", 1).limit(MOST_SHOWN).to_list(MOST_SHOWN)
        return [_scheduled_of(row) for row in rows]

    async def of_author(
        self,
        tenant_id: str,
        author_id: str,
        states: Sequence[ScheduledState],
        *,
        limit: int,
        after: Place | None = None,
    ) -> list[ScheduledMessage]:
        """Up to `limit` of an attendant's in these states, in the order of time, after the place `after`."""
        query: Document = {"tenant_id": tenant_id, "author.id": author_id, "state": {"$in": list(states)}}
        if after is not None:
            query = later(query, "due_at", after)
        rows = await self._rows.find(query).sort([("due_at", 1), ("_id", 1)]).limit(limit).to_list(limit)
        return [_scheduled_of(row) for row in rows]

    async def waiting(self, session: "Session", tenant_id: str, conversation_id: str) -> int:
        """How many wait in a conversation; counted up to the most that it can have."""
        query: Document = {"tenant_id": tenant_id, "conversation_id": conversation_id, "state": "waiting"}
        return await self._rows.count_documents(query, limit=MAX_WAITING, session=session)

    async def save(self, session: "Session", scheduled: ScheduledMessage) -> None:
        """Write it, as it was read in this transaction or is new."""
        await self._rows.replace_one({"_id": scheduled.id}, _document(scheduled), upsert=True, session=session)


def cancelling(told: ScheduledRef, now: datetime) -> UpdateOne:
    """What cancels one that waits, for the reason that an event has told."""
    change = {"state": told.state, "reason": told.reason, "ended_at": now}
    return UpdateOne({"_id": told.id, "state": "waiting"}, {"$set": change, "$inc": {"version": 1}})


def _document(scheduled: ScheduledMessage) -> "Document":
    fields: dict[str, Any] = {
        name: getattr(scheduled, name)
        for name in ScheduledMessage.__slots__
        if name not in ("id", "author", "draft", "ended_at")
    }
    ended = {"ended_at": scheduled.ended_at} if scheduled.ended_at else {}
    author = {"id": scheduled.author.id, "name": scheduled.author.name}
    return {"_id": scheduled.id, **fields, **ended, "author": author, "draft": asdict(scheduled.draft)}


def _scheduled_of(row: "Document") -> ScheduledMessage:
    fields = {name: value for name, value in row.items() if name not in ("_id", "author", "draft")}
    return ScheduledMessage(id=row["_id"], author=Named(**row["author"]), draft=_draft_of(row["draft"]), **fields)


def _draft_of(fields: "Document") -> Draft:
    template = fields.get("template")
    return Draft(
        **{
            **fields,
            "attachment_ids": tuple(fields["attachment_ids"]),
            "template": _template_of(template) if template else None,
        }
    )


def _template_of(fields: "Document") -> TemplateDraft:
    header, body = fields["header"], fields["body"]
    return TemplateDraft(
        name=fields["name"],
        language=fields["language"],
        header=header if isinstance(header, dict) else tuple(header),
        body=body if isinstance(body, dict) else tuple(body),
        buttons=tuple(fields["buttons"]),
    )
