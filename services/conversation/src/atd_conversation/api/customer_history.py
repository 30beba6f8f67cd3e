"""The whole history of a customer: every conversation on every channel, and every file in them."""

from datetime import datetime

from fastapi import APIRouter

from atd_conversation.api.contact_bodies import CustomerFile
from atd_conversation.api.contact_records import present
from atd_conversation.api.conversations import not_too_wide
from atd_conversation.api.guard import sight_of
from atd_conversation.api.parts import Parts, Reader
from atd_conversation.store.queries import ConversationFilter, Place
from atd_schemas.views import ConversationView
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.requests import DECLARED_ONLY


def history_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/contacts/{id}/conversations` and `/attachments`: what belongs to conversations."""
    router = APIRouter(prefix="/api/v1/contacts/{contact_id}", tags=["contacts"])

    @router.get("/conversations", summary="Every conversation of a customer", dependencies=[DECLARED_ONLY])
    async def list_conversations(
        identity: Reader, contact_id: str, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[ConversationView]:
        contact = await present(parts, identity, contact_id)
        after = Place(*decode_cursor(cursor, datetime, str)) if cursor else None
        wanted = ConversationFilter(contact_id=contact.id, sight_of=sight_of(identity).only_of)
        with not_too_wide():
            rows = await parts.queries.conversations(identity.tenant_id, wanted, limit=limit + 1, after=after)
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.last_activity_at, row.id))
        return Page(items=[row.view(identity.actor_id) for row in page], next_cursor=next_cursor)

    @router.get("/attachments", summary="Every file of a customer", dependencies=[DECLARED_ONLY])
    async def list_files(
        identity: Reader, contact_id: str, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[CustomerFile]:
        contact = await present(parts, identity, contact_id)
        after = decode_cursor(cursor, datetime, str) if cursor else None
        ids = await parts.customers.records.conversation_ids(sight_of(identity), contact.id)
        with not_too_wide():
            rows = await parts.files.of_conversations(identity.tenant_id, ids, limit=limit + 1, after=after)
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.created_at, row.attachment.id))
        items = [
            CustomerFile(
                attachment=row.attachment.view(),
                conversation_id=row.conversation_id or "",
                message_id=row.message_id or "",
                from_customer=row.uploaded_by is None,
                created_at=row.created_at,
            )
            for row in page
        ]
        return Page(items=items, next_cursor=next_cursor)

    return router
