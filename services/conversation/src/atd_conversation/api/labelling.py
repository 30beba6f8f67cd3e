"""Labels on customers: `/api/v1/contacts/{id}/labels/{label_id}`."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Response

from atd_conversation.api.guard import keep_to_sight
from atd_conversation.api.parts import Parts, RequestId
from atd_conversation.domain.contact import Contact
from atd_schemas.views import ContactView
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.versions import set_etag

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

ContactWriter = Annotated[Identity, Depends(Requires("contacts:write"))]


def labelling_router(parts: Parts) -> APIRouter:
    """Each answers the customer's record as it is afterwards."""
    router = APIRouter(prefix="/api/v1/contacts/{contact_id}/labels", tags=["contacts"])

    @router.put("/{label_id}", summary="Put a label on a customer")
    async def label(
        identity: ContactWriter, contact_id: str, label_id: str, response: Response, request_id: RequestId
    ) -> ContactView:
        return await change(identity, contact_id, label_id, response, request_id, on=True)

    @router.delete("/{label_id}", summary="Take a label off a customer")
    async def unlabel(
        identity: ContactWriter, contact_id: str, label_id: str, response: Response, request_id: RequestId
    ) -> ContactView:
        return await change(identity, contact_id, label_id, response, request_id, on=False)

    async def change(
        identity: Identity, contact_id: str, label_id: str, response: Response, request_id: str, *, on: bool
    ) -> ContactView:
        async def work(session: "Session") -> Contact:
            await keep_to_sight(parts, identity, session, contact_id=contact_id)
            return await parts.marks.labels.change(
                session, identity.tenant_id, identity.actor(), contact_id, label_id, on=on, request_id=request_id
            )

        contact = await parts.transaction(work)
        set_etag(response, contact.sequence)
        return contact.view()

    return router
