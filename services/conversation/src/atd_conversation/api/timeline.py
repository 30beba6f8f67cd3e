"""The timeline of a conversation: what happened to it, and who did it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from atd_conversation.api.parts import Parts, Reader
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.events import event_id
from atd_conversation.domain.timeline import TimelineEntry
from atd_schemas.envelope import Actor, Timestamp, rfc3339
from atd_schemas.views import AuthorView
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import not_found
from atd_servicekit.requests import DECLARED_ONLY

_LAST = 2**53


class TimelineEntryView(BaseModel):
    """One event of a conversation, under the name that events have.

    `details` says, where it belongs to the event, `from` and `to` (an attendant, a priority, a contact; null: nobody),
    `until` (snoozed; null: until the customer writes), `due` (it came back by itself), `message_id`;
    of ratings `attendant` (whose it is), `asked_by`, `rating`, `comment`.
    """

    id: str
    type: str
    occurred_at: Timestamp
    sequence: int
    actor: AuthorView
    changed: tuple[str, ...] = ()
    details: dict[str, Any] = {}

    @classmethod
    def of(cls, entry: TimelineEntry) -> "TimelineEntryView":
        actor = entry.actor
        details = {
            name: rfc3339(value) if isinstance(value, datetime) else value for name, value in entry.details.items()
        }
        return cls(
            id=entry.id,
            type=entry.type,
            occurred_at=entry.at,
            sequence=entry.sequence,
            actor=AuthorView(type=actor.type, id=actor.id, name=actor.name),
            changed=entry.changed,
            details=details,
        )


def timeline_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/conversations/{id}/timeline`."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}", tags=["conversations"])

    @router.get(
        "/timeline", summary="What happened to the conversation, the latest first", dependencies=[DECLARED_ONLY]
    )
    async def list_timeline(
        identity: Reader, conversation_id: str, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[TimelineEntryView]:
        conversation = await parts.queries.conversation(identity.tenant_id, conversation_id)
        if conversation is None:
            raise not_found("Conversation not found.")
        before = min(max(decode_cursor(cursor, int)[0], 0), _LAST) if cursor is not None else None
        rows = await parts.queries.timeline.entries(identity.tenant_id, conversation_id, limit=limit + 1, before=before)
        if len(rows) <= limit and (before is None or before > 1):
            rows.append(_opening(conversation))
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.sequence))
        return Page(items=[TimelineEntryView.of(row) for row in page], next_cursor=next_cursor)

    return router


def _opening(conversation: Conversation) -> TimelineEntry:
    """Its first event, which the conversation itself remembers."""
    contact = conversation.contact
    return TimelineEntry(
        id=event_id(conversation.id, 1),
        tenant_id=conversation.tenant_id,
        subject=conversation.id,
        sequence=1,
        type="conversation.opened",
        at=conversation.opened_at,
        actor=Actor(type="contact", id=contact.id, name=contact.name),
    )
