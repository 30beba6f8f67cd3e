"""Reading a customer's record."""

from fastapi import APIRouter, Response

from atd_conversation.api.parts import ContactReader, Parts
from atd_schemas.views import ContactView
from atd_servicekit.problems import not_found
from atd_servicekit.versions import set_etag


def contacts_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/contacts/{id}`."""
    router = APIRouter(prefix="/api/v1/contacts", tags=["contacts"])

    @router.get("/{contact_id}", summary="One customer")
    async def get_contact(identity: ContactReader, contact_id: str, response: Response) -> ContactView:
        contact = await parts.queries.contact(identity.tenant_id, contact_id)
        if contact is None:
            raise not_found("Contact not found.")
        set_etag(response, contact.sequence)
        return contact.view()

    return router
