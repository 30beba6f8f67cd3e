"""Customers' records: one, or a list by name or by what somebody typed."""

from fastapi import APIRouter, Response

from atd_conversation.api.conversations import Question, not_too_wide
from atd_conversation.api.guard import sight_of
from atd_conversation.api.parts import ContactReader, Parts
from atd_conversation.domain.search_terms import asked_terms
from atd_conversation.store.contacts import place_of_contact
from atd_schemas.views import ContactView
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import set_etag


def contacts_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/contacts` and `GET /api/v1/contacts/{id}`."""
    router = APIRouter(prefix="/api/v1/contacts", tags=["contacts"])

    @router.get("", summary="List customers by name, or find them", dependencies=[DECLARED_ONLY])
    async def list_contacts(
        identity: ContactReader, q: Question = None, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[ContactView]:
        after = decode_cursor(cursor, str, str) if cursor else None
        sight = sight_of(identity)
        with not_too_wide():
            if q and q.strip():
                terms = asked_terms(q)
                search = parts.queries.contacts.search
                rows = await search(sight, terms, limit=limit + 1, after=after) if terms else []
            else:
                rows = await parts.queries.contacts.by_name(sight, limit=limit + 1, after=after)
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(*place_of_contact(row)))
        return Page(items=[row.view() for row in page], next_cursor=next_cursor)

    @router.get("/{contact_id}", summary="One customer")
    async def get_contact(identity: ContactReader, contact_id: str, response: Response) -> ContactView:
        contact = await parts.queries.contacts.one(identity.tenant_id, contact_id)
        if contact is None:
            raise not_found("Contact not found.")
        set_etag(response, contact.sequence)
        return contact.view()

    return router
