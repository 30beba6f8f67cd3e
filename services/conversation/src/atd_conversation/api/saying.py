"""Saying something: at once, or scheduled for later."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response as PlainResponse

from atd_conversation.api.bodies import NewMessage
from atd_conversation.api.guard import keep_to_sight
from atd_conversation.api.parts import Parts, RequestId, Writer, as_json, json_response
from atd_conversation.api.scheduled import ScheduledMessageView, scheduled_views
from atd_conversation.api.unsent import tell_gone
from atd_conversation.commands.effects import decided
from atd_conversation.domain.unsent import DraftDirection, DraftPlace, UnsentDraft
from atd_schemas.views import MessageView
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


def add_saying(router: APIRouter, parts: Parts) -> None:
    """`POST /api/v1/conversations/{id}/messages`."""

    @router.post(
        "",
        status_code=201,
        summary="Answer the customer, or leave a note, now or later",
        response_model=MessageView,
        responses={202: {"model": ScheduledMessageView, "description": "It is scheduled"}},
    )
    async def send_message(
        identity: Writer,
        conversation_id: str,
        new: NewMessage,
        request: Request,
        request_id: RequestId,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        draft = decided(new.draft)

        async def later(session: "Session", due_at: datetime) -> StoredAnswer:
            scheduled = await parts.scheduled_commands.add(
                session,
                identity.tenant_id,
                identity.actor(),
                conversation_id,
                draft,
                due_at=due_at,
                until_reply=bool(new.cancel_on_reply),
                request_id=request_id,
            )
            (view,) = await scheduled_views(parts, identity, [scheduled])
            return StoredAnswer(202, as_json(view), about=(conversation_id,))

        async def work(session: "Session") -> StoredAnswer:
            await keep_to_sight(parts, identity, session, conversation_id=conversation_id)
            said.append(await parts.draft_commands.said(session, place, draft))
            if new.scheduled_for is not None:
                return await later(session, new.scheduled_for.astimezone(UTC))
            message = await parts.commands.say(
                session, identity.tenant_id, identity.actor(), conversation_id, draft, request_id=request_id
            )
            return StoredAnswer(201, as_json(message.view()), about=(conversation_id,))

        direction: DraftDirection = "note" if draft.note else "outbound"
        place = DraftPlace(identity.tenant_id, conversation_id, identity.actor_id, direction)
        said: list[UnsentDraft | None] = []
        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route=f"POST /conversations/{conversation_id}/messages",
            key=idempotency_key,
            body=await request.body(),
        )
        if said:
            tell_gone(parts, identity, said[-1])
        return json_response(answer.body, answer.status, answer.headers)
