"""Changing what is at the channel: `PATCH` and `DELETE /api/v1/messages/{id}`, `PUT` and `DELETE .../hidden`."""

from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import Field

from atd_conversation.api.messages import changed
from atd_conversation.api.parts import Body, Parts, RequestId, Writer
from atd_conversation.commands.messages import Author
from atd_schemas.views import MessageView

if TYPE_CHECKING:
    from atd_conversation.domain.message import Message
    from atd_servicekit.identity import Identity
    from atd_servicekit.mongo import Session

_SUPERVISORS = "settings:manage"
"""Who has this permission changes and takes back what colleagues wrote."""

MAX_TEXT = 100_000
"""Characters that are looked at; what the channel takes is less, and told by `GET /api/v1/capabilities`."""


class MessageEdit(Body):
    """What the message says from now on; of a message with files their caption."""

    text: str = Field(max_length=MAX_TEXT)


def message_deeds_router(parts: Parts) -> APIRouter:
    """Each answers the message as it is afterwards; what the channel then refuses is taken back, and a notice says so.

    How far a channel allows it is told by `edits`, `deletes` and `moderation` of `GET /api/v1/capabilities`.
    """
    router = APIRouter(prefix="/api/v1/messages/{message_id}", tags=["messages"])

    @router.patch("", summary="Change what a message to the customer says")
    async def edit(identity: Writer, message_id: str, wanted: MessageEdit, request_id: RequestId) -> MessageView:
        async def command(session: "Session") -> "Message":
            author, text = _author(identity), wanted.text
            return await parts.messages.edit(
                session, identity.tenant_id, author, message_id, text, request_id=request_id
            )

        return (await changed(parts, identity, message_id, command)).view()

    @router.delete("", summary="Take a message to the customer back, or a public comment away")
    async def take_back(identity: Writer, message_id: str, request_id: RequestId) -> MessageView:
        async def command(session: "Session") -> "Message":
            author = _author(identity)
            return await parts.messages.take_back(
                session, identity.tenant_id, author, message_id, request_id=request_id
            )

        return (await changed(parts, identity, message_id, command)).view()

    @router.put("/hidden", summary="Hide a public comment from others")
    async def hide(identity: Writer, message_id: str, request_id: RequestId) -> MessageView:
        return await _set_hidden(parts, identity, message_id, request_id, hidden=True)

    @router.delete("/hidden", summary="Show a public comment again")
    async def show(identity: Writer, message_id: str, request_id: RequestId) -> MessageView:
        return await _set_hidden(parts, identity, message_id, request_id, hidden=False)

    return router


async def _set_hidden(
    parts: Parts, identity: "Identity", message_id: str, request_id: str, *, hidden: bool
) -> MessageView:
    async def command(session: "Session") -> "Message":
        return await parts.messages.set_hidden(
            session, identity.tenant_id, identity.actor(), message_id, hidden=hidden, request_id=request_id
        )

    return (await changed(parts, identity, message_id, command)).view()


def _author(identity: "Identity") -> Author:
    return Author(identity.actor(), is_supervisor=identity.may(_SUPERVISORS))
