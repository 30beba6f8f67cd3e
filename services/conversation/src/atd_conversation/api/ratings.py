"""Asking a customer for a rating."""

from fastapi import APIRouter, Response

from atd_conversation.api.parts import Parts, RequestId, Writer
from atd_schemas.views import ConversationView
from atd_servicekit.versions import set_etag


def ratings_router(parts: Parts) -> APIRouter:
    """`POST /api/v1/conversations/{id}/rating-request`."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}", tags=["ratings"])

    @router.post("/rating-request", summary="Ask the customer for a rating of a closed conversation")
    async def ask(
        identity: Writer, conversation_id: str, response: Response, request_id: RequestId
    ) -> ConversationView:
        conversation = await parts.transaction(
            lambda session: parts.commands.ask_rating(
                session, identity.tenant_id, identity.actor(), conversation_id, request_id=request_id
            )
        )
        set_etag(response, conversation.sequence)
        return conversation.view(identity.actor_id)

    return router
