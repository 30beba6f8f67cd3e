"""Reading a thread, answering the customer, leaving a note."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response as PlainResponse
from pydantic import Field

from atd_conversation.api.parts import Body, Parts, Reader, RequestId, Writer, as_json, json_response
from atd_conversation.commands import Draft
from atd_conversation.domain.message import MAX_TEXT
from atd_schemas.views import MessageKind, MessageView
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import FieldError, Problem, invalid, not_found

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

MAX_NOTE = 10_000
"""Characters of an internal note."""

_LAST = 2**53
"""No conversation has so many events; MongoDB could not compare with a number of more than 64 bits."""

_NOT_YET = ("attachment_ids", "voice", "template", "interactive", "location", "contacts", "scheduled_for")


class NewMessage(Body):
    """What to send. Fields of kinds that the channel cannot send yet are refused by name, never ignored."""

    text: str | None = Field(default=None, description="1 to 4,096 characters; a note 1 to 10,000")
    kind: MessageKind = "text"
    direction: Literal["outbound", "note"] = "outbound"
    reply_to: str | None = Field(default=None, max_length=64, description="Id of the quoted message")
    client_id: str | None = Field(
        default=None, min_length=1, max_length=64, description="The client's own id: sent again, it is the same message"
    )
    attachment_ids: list[str] | None = None
    voice: bool | None = None
    template: dict[str, Any] | None = None
    interactive: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    contacts: list[Any] | None = None
    scheduled_for: str | None = None

    def draft(self) -> Draft:
        """Raises `Problem` 422 `kind_not_supported`, `too_long` or `invalid`, naming the field."""
        given = [name for name in _NOT_YET if getattr(self, name) is not None]
        if self.kind != "text":
            given.insert(0, "kind")
        if given:
            errors = [FieldError(name, "cannot be sent yet") for name in given]
            raise Problem(422, "kind_not_supported", "Only text messages can be sent so far.", errors=errors)
        text, limit = self.text or "", MAX_NOTE if self.direction == "note" else MAX_TEXT
        if not text.strip():
            raise invalid("text", "must not be empty")
        if len(text) > limit:
            raise Problem(
                422,
                "too_long",
                f"The text has {len(text)} characters; {limit} are allowed.",
                errors=[FieldError("text", f"at most {limit} characters")],
            )
        return Draft(text=text, note=self.direction == "note", reply_to=self.reply_to, client_id=self.client_id)


def messages_router(parts: Parts) -> APIRouter:
    """`GET` and `POST /api/v1/conversations/{id}/messages`."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}/messages", tags=["messages"])

    @router.get("", summary="The messages of a conversation, newest first")
    async def list_messages(
        identity: Reader,
        conversation_id: str,
        before: Annotated[int | None, Query(ge=0, le=_LAST, description="Only messages before this `sequence`")] = None,
        after: Annotated[
            int | None, Query(ge=0, le=_LAST, description="Only the first messages after this `sequence`")
        ] = None,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[MessageView]:
        if cursor is not None:
            (place,) = decode_cursor(cursor, int)
            if not 0 <= place <= _LAST:
                raise invalid("cursor", "is not a cursor of this list; start again without one")
            before, after = (before, place) if after is not None else (place, after)
        if await parts.queries.conversation(identity.tenant_id, conversation_id) is None:
            raise not_found("There is no such conversation.")
        rows = await parts.queries.messages(
            identity.tenant_id, conversation_id, limit=limit + 1, before=before, after=after
        )
        if after is None:
            page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.sequence))
        else:  # the surplus row is the newest one, and the next page goes on from the newest kept
            kept, next_cursor = cut(rows[::-1], limit, lambda row: encode_cursor(row.sequence))
            page = kept[::-1]
        return Page(items=[row.view() for row in page], next_cursor=next_cursor)

    @router.post("", status_code=201, summary="Answer the customer, or leave a note", response_model=MessageView)
    async def send_message(
        identity: Writer,
        conversation_id: str,
        new: NewMessage,
        request: Request,
        request_id: RequestId,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        draft = new.draft()

        async def work(session: "Session") -> StoredAnswer:
            message = await parts.commands.say(session, identity, conversation_id, draft, request_id=request_id)
            return StoredAnswer(201, as_json(message.view()))

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route=f"POST /conversations/{conversation_id}/messages",
            key=idempotency_key,
            body=await request.body(),
        )
        return json_response(answer.body, answer.status, answer.headers)

    return router
