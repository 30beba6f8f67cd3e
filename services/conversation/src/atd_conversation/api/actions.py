"""What attendants do with a conversation: close, reopen, read, favour, change."""

from fastapi import APIRouter, Response
from pydantic import Field

from atd_conversation.api.bodies import Reading
from atd_conversation.api.deeds import Deed, Deeds
from atd_conversation.api.parts import Body, Parts, Reader, RequestId, Writer
from atd_conversation.api.placing import team_of
from atd_conversation.commands.conversations import Closing as ClosingCommand
from atd_conversation.domain.conversation import MAX_FAVOURITES
from atd_conversation.store.reader_counts import MOST_FAVOURITES
from atd_schemas.envelope import Timestamp
from atd_schemas.views import ConversationView, Priority
from atd_servicekit.identity import Identity
from atd_servicekit.problems import Problem, forbidden, invalid, not_found
from atd_servicekit.versions import ExpectedVersion, set_etag


class Closing(Body):
    """How a conversation ends: `type_id` says what it was about, where it has no type yet or another one."""

    type_id: str | None = Field(default=None, max_length=64)

    def command(self) -> ClosingCommand:
        return ClosingCommand(type_id=self.type_id)


class Snooze(Body):
    """Until when a conversation is put aside. The customer's next message brings it back in any case."""

    until: Timestamp | None = Field(
        description="A time within a year; null: only the customer's next message brings it back"
    )


class Edit(Body):
    """The fields to change; absent ones stay. A `type_id` or `team_id` of null takes it away."""

    priority: Priority | None = None
    type_id: str | None = Field(default=None, max_length=64)
    team_id: str | None = Field(default=None, max_length=64)


def actions_router(parts: Parts) -> APIRouter:
    """The actions under `/api/v1/conversations/{id}`. Each answers the conversation as it is afterwards."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}", tags=["conversations"])

    @router.post("/close", summary="End the conversation")
    async def close(
        identity: Writer,
        conversation_id: str,
        response: Response,
        version: ExpectedVersion,
        request_id: RequestId,
        closing: Closing | None = None,
    ) -> ConversationView:
        deeds = Deeds(parts, identity, request_id)
        deed = deeds.close(closing.command() if closing else ClosingCommand())
        return await _do(deeds, deed, conversation_id, response, version)

    @router.post("/reopen", summary="Take a closed conversation up again")
    async def reopen(
        identity: Writer, conversation_id: str, response: Response, version: ExpectedVersion, request_id: RequestId
    ) -> ConversationView:
        deeds = Deeds(parts, identity, request_id)
        return await _do(deeds, deeds.reopen(), conversation_id, response, version)

    @router.post("/snooze", summary="Put it aside until a time or the customer's next message")
    async def snooze(
        identity: Writer,
        conversation_id: str,
        wanted: Snooze,
        response: Response,
        version: ExpectedVersion,
        request_id: RequestId,
    ) -> ConversationView:
        deeds = Deeds(parts, identity, request_id)
        return await _do(deeds, deeds.snooze(wanted.until), conversation_id, response, version)

    @router.delete("/snooze", summary="Take a snoozed conversation back at once")
    async def wake(
        identity: Writer, conversation_id: str, response: Response, version: ExpectedVersion, request_id: RequestId
    ) -> ConversationView:
        deeds = Deeds(parts, identity, request_id)
        return await _do(deeds, deeds.wake(), conversation_id, response, version)

    @router.post("/read", summary="Mark everything as read for the caller, and tell the customer")
    async def read(
        identity: Writer,
        conversation_id: str,
        response: Response,
        version: ExpectedVersion,
        request_id: RequestId,
        reading: Reading | None = None,
    ) -> ConversationView:
        deeds = Deeds(parts, identity, request_id)
        deed = deeds.read(typing=reading is not None and reading.typing)
        return await _do(deeds, deed, conversation_id, response, version, reading=True)

    @router.post("/unread", summary="Mark it as unread for the caller alone")
    async def unread(
        identity: Writer, conversation_id: str, response: Response, version: ExpectedVersion, request_id: RequestId
    ) -> ConversationView:
        deeds = Deeds(parts, identity, request_id)
        return await _do(deeds, deeds.unread(), conversation_id, response, version, reading=True)

    return router


def edits_router(parts: Parts) -> APIRouter:
    """Changing fields of a conversation, and the caller's favourites."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}", tags=["conversations"])

    @router.patch("", summary="Change the priority, the type or the team")
    async def edit(
        identity: Writer,
        conversation_id: str,
        edit: Edit,
        response: Response,
        version: ExpectedVersion,
        request_id: RequestId,
    ) -> ConversationView:
        classify, move = ("type_id" in edit.model_fields_set, "team_id" in edit.model_fields_set)
        if edit.priority is None and not (classify or move):
            raise invalid("priority", "is required, or type_id, or team_id: name what is to change")
        if move and "conversations:assign" not in identity.permissions:
            raise forbidden("The permission conversations:assign is missing.")
        team = await team_of(parts, identity, edit.team_id) if edit.team_id is not None else None
        deeds = Deeds(parts, identity, request_id)
        deed = deeds.edit(edit.priority, edit.type_id, team, classify=classify, move=move)
        return await _do(deeds, deed, conversation_id, response, version)

    @router.put("/favourite", status_code=204, summary="Put it among the caller's favourites")
    async def favour(identity: Reader, conversation_id: str) -> None:
        await _favour(parts, identity, conversation_id, on=True)

    @router.delete("/favourite", status_code=204, summary="Take it out of the caller's favourites")
    async def unfavour(identity: Reader, conversation_id: str) -> None:
        await _favour(parts, identity, conversation_id, on=False)

    return router


async def _do(
    deeds: Deeds, deed: Deed, conversation_id: str, response: Response, version: int | None, *, reading: bool = False
) -> ConversationView:
    conversation = await deeds.done(deed, conversation_id, version)
    if reading:
        deeds.tell_read(conversation)
    set_etag(response, conversation.sequence)
    return conversation.view(deeds.identity.actor_id)


async def _favour(parts: Parts, identity: Identity, conversation_id: str, *, on: bool) -> None:
    if await parts.queries.set_favourite(identity.tenant_id, conversation_id, identity.actor_id, on=on):
        parts.own_frames.tell_favourite(identity, conversation_id, favourite=on)
        return
    if await parts.queries.conversation(identity.tenant_id, conversation_id) is None:
        raise not_found("Conversation not found.")
    detail = f"Too many favourites (limits: {MAX_FAVOURITES} of one conversation, {MOST_FAVOURITES} of one attendant)."
    raise Problem(422, "too_many", detail)
