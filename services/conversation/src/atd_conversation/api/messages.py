"""Reading a thread, answering the customer, leaving a note; reacting to a message, sending it again."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response as PlainResponse

from atd_conversation.api.bodies import NewPrivateReply, NewReaction
from atd_conversation.api.guard import keep_to_sight, sight_of
from atd_conversation.api.parts import Parts, Reader, RequestId, Writer, as_json, json_response
from atd_conversation.api.saying import add_saying
from atd_conversation.commands.private_replies import PrivateReply
from atd_conversation.domain.message import Message
from atd_schemas.views import MessageView
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import invalid, not_found
from atd_servicekit.requests import DECLARED_ONLY

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

_LAST = 2**53
"""No conversation has so many events; MongoDB could not compare with a number of more than 64 bits."""


class Place(NamedTuple):
    """A conversation of a tenant."""

    tenant_id: str
    conversation_id: str


class Thread(Page[MessageView]):
    """`next_cursor` goes on in the direction of the page. `has_newer`: there can be newer messages than these."""

    has_newer: bool = False


def messages_router(parts: Parts) -> APIRouter:
    """`GET` and `POST /api/v1/conversations/{id}/messages`."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}/messages", tags=["messages"])

    @router.get("", summary="The messages of a conversation, newest first", dependencies=[DECLARED_ONLY])
    async def list_messages(
        identity: Reader,
        conversation_id: str,
        before: Annotated[int | None, Query(ge=0, le=_LAST, description="Only messages before this `sequence`")] = None,
        after: Annotated[
            int | None, Query(ge=0, le=_LAST, description="Only the first messages after this `sequence`")
        ] = None,
        around: Annotated[
            str | None, Query(max_length=64, description="Messages on both sides of the one with this id, and itself")
        ] = None,
        around_sequence: Annotated[
            int | None, Query(ge=0, le=_LAST, description="The same, by a place such as `first_unread_sequence`")
        ] = None,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Thread:
        if await parts.queries.conversation(identity.tenant_id, conversation_id) is None:
            raise not_found("Conversation not found.")
        place = Place(identity.tenant_id, conversation_id)
        if around is not None or around_sequence is not None:
            if sum(one is not None for one in (before, after, around, around_sequence)) > 1:
                raise invalid("around", "cannot be combined with before, after or around_sequence")
            if cursor is None:
                middle = await _sequence_of(parts, place, around) if around is not None else around_sequence
                return await _around(parts, place, middle or 0, limit)
        return await _thread(parts, place, before, after, limit, cursor)

    add_saying(router, parts)
    return router


async def _sequence_of(parts: Parts, place: Place, message_id: str) -> int:
    """The place of a message in the conversation. Raises `Problem` 422 for a message of another one."""
    message = await parts.queries.message(place.tenant_id, message_id)
    if message is None or message.conversation_id != place.conversation_id:
        raise invalid("around", "is not a message of this conversation")
    return message.sequence


async def _around(parts: Parts, place: Place, middle: int, limit: int) -> Thread:
    """Up to half of the page after the message, the rest up to it; `next_cursor` goes on to the older ones."""
    half = limit // 2
    newer = await parts.queries.messages(*place, limit=half + 1, before=None, after=middle)
    has_newer = len(newer) > half
    newer = newer[1:] if has_newer else newer
    older = await parts.queries.messages(*place, limit=limit - len(newer) + 1, before=middle + 1, after=None)
    page, next_cursor = cut(older, limit - len(newer), lambda row: encode_cursor(row.sequence))
    return Thread(items=[row.view() for row in (*newer, *page)], next_cursor=next_cursor, has_newer=has_newer)


async def _thread(
    parts: Parts, place: Place, before: int | None, after: int | None, limit: int, cursor: str | None
) -> Thread:
    """The newest messages before a sequence, or the first ones after one. Raises `Problem` 422 for a bad cursor."""
    if cursor is not None:
        (sequence,) = decode_cursor(cursor, int)
        if not 0 <= sequence <= _LAST:
            raise invalid("cursor", "is not a cursor of this list; start again without one")
        before, after = (before, sequence) if after is not None else (sequence, after)
    rows = await parts.queries.messages(*place, limit=limit + 1, before=before, after=after)
    if after is None:
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.sequence))
    else:  # the surplus row is the newest one, and the next page goes on from the newest kept
        kept, next_cursor = cut(rows[::-1], limit, lambda row: encode_cursor(row.sequence))
        page = kept[::-1]
    has_newer = before is not None or (after is not None and next_cursor is not None)
    return Thread(items=[row.view() for row in page], next_cursor=next_cursor, has_newer=has_newer)


def message_router(parts: Parts) -> APIRouter:
    """What is done with one message: `/api/v1/messages/{id}`. Each answers the message as it is afterwards."""
    router = APIRouter(prefix="/api/v1/messages/{message_id}", tags=["messages"])

    @router.put("/reaction", summary="Put the company's reaction on a message")
    async def react(identity: Writer, message_id: str, reaction: NewReaction, request_id: RequestId) -> MessageView:
        message = await changed(
            parts,
            identity,
            message_id,
            lambda session: parts.messages.react(
                session, identity.tenant_id, identity.actor(), message_id, reaction.emoji, request_id=request_id
            ),
        )
        return message.view()

    @router.delete("/reaction", summary="Take the company's reaction away")
    async def take_reaction_away(identity: Writer, message_id: str, request_id: RequestId) -> MessageView:
        message = await changed(
            parts,
            identity,
            message_id,
            lambda session: parts.messages.react(
                session, identity.tenant_id, identity.actor(), message_id, None, request_id=request_id
            ),
        )
        return message.view()

    @router.post("/retry", summary="Send a failed message again")
    async def retry(identity: Writer, message_id: str, request_id: RequestId) -> MessageView:
        message = await changed(
            parts,
            identity,
            message_id,
            lambda session: parts.messages.retry(
                session, identity.tenant_id, identity.actor(), message_id, request_id=request_id
            ),
        )
        return message.view()

    @router.post(
        "/private-reply", status_code=201, summary="Answer a public comment in private", response_model=MessageView
    )
    async def reply_in_private(
        identity: Writer,
        message_id: str,
        new: NewPrivateReply,
        request: Request,
        request_id: RequestId,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        async def work(session: "Session") -> StoredAnswer:
            await keep_to_sight(parts, identity, session, message_id=message_id)
            reply = PrivateReply(message_id, new.text, new.client_id)
            message = await parts.private_replies.send(
                session, sight_of(identity), identity.actor(), reply, request_id=request_id
            )
            return StoredAnswer(201, as_json(message.view()), about=(message.conversation_id,))

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route=f"POST /messages/{message_id}/private-reply",
            key=idempotency_key,
            body=await request.body(),
        )
        return json_response(answer.body, answer.status, answer.headers)

    return router


async def changed(
    parts: Parts, identity: Identity, message_id: str, command: "Callable[[Session], Awaitable[Message]]"
) -> Message:
    """Run the command in a transaction that finds the message where the caller still sees it."""

    async def work(session: "Session") -> Message:
        await keep_to_sight(parts, identity, session, message_id=message_id)
        return await command(session)

    return await parts.transaction(work)
