"""Scheduled messages: those of a conversation, those of the caller, changing and cancelling them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from atd_conversation.api.guard import keep_to_sight
from atd_conversation.api.parts import Body, Parts, Reader, RequestId, Writer
from atd_conversation.domain.scheduled import ScheduledMessage, ScheduledState
from atd_schemas.contents import MessageKind
from atd_schemas.envelope import Timestamp
from atd_schemas.views import AttachmentView, Direction, Named
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import ExpectedVersion, set_etag

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session


class ScheduledTemplate(BaseModel):
    """The template that is to be sent."""

    name: str
    language: str


class ScheduledMessageView(BaseModel):
    """A message that is to be said later, in its author's name.

    `reason` is the code of why it failed (`window_closed`, `conversation_closed`, `author_deactivated`, …) or was
    cancelled (`customer_replied`); `message_id` is the message that it has become.
    """

    id: str
    conversation_id: str
    author: Named
    scheduled_for: Timestamp
    cancel_on_reply: bool
    state: ScheduledState
    reason: str | None
    direction: Direction
    kind: MessageKind | None
    text: str | None
    attachments: list[AttachmentView]
    template: ScheduledTemplate | None
    reply_to: str | None
    message_id: str | None
    created_at: Timestamp
    version: int


class ScheduledEdit(Body):
    """The fields to change; absent ones stay. One that failed waits again."""

    text: str = ""
    scheduled_for: AwareDatetime | None = Field(default=None, description="At most a year ahead")
    cancel_on_reply: bool = False


State = Annotated[list[ScheduledState] | None, Query(description="Several; absent: those that wait or failed")]


def scheduled_router(parts: Parts) -> APIRouter:
    """`/api/v1/scheduled-messages`, and those of a conversation."""
    router = APIRouter(prefix="/api/v1", tags=["scheduled messages"])
    one = "/scheduled-messages/{scheduled_id}"

    @router.get(
        "/conversations/{conversation_id}/scheduled-messages",
        summary="What waits to be said in a conversation, and what could not be said",
        dependencies=[DECLARED_ONLY],
    )
    async def of_conversation(identity: Reader, conversation_id: str) -> Page[ScheduledMessageView]:
        if await parts.queries.conversation(identity.tenant_id, conversation_id) is None:
            raise not_found("Conversation not found.")
        rows = await parts.scheduled.of_conversation(identity.tenant_id, conversation_id)
        return Page(items=await scheduled_views(parts, identity, rows))

    @router.get("/scheduled-messages", summary="The caller's scheduled messages, by time", dependencies=[DECLARED_ONLY])
    async def mine(
        identity: Reader, state: State = None, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[ScheduledMessageView]:
        after = decode_cursor(cursor, datetime, str) if cursor else None
        rows = await parts.scheduled.of_author(
            identity.tenant_id, identity.actor_id, state or ["waiting", "failed"], limit=limit + 1, after=after
        )
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.due_at, row.id))
        return Page(items=await scheduled_views(parts, identity, page), next_cursor=next_cursor)

    @router.get(one, summary="One scheduled message")
    async def get_scheduled(identity: Reader, scheduled_id: str, response: Response) -> ScheduledMessageView:
        found = await parts.scheduled.one(identity.tenant_id, scheduled_id)
        if found is None:
            raise not_found("Scheduled message not found.")
        await keep_to_sight(parts, identity, scheduled_id=scheduled_id)
        return await _answer(parts, identity, found, response)

    @router.patch(one, summary="Change what is said, or when")
    async def edit(
        identity: Writer,
        scheduled_id: str,
        edit: ScheduledEdit,
        response: Response,
        version: ExpectedVersion,
        request_id: RequestId,
    ) -> ScheduledMessageView:
        given = edit.model_fields_set
        changed = await parts.transaction(
            lambda session: parts.scheduled_commands.change(
                session,
                identity.tenant_id,
                identity.actor(),
                scheduled_id,
                text=edit.text if "text" in given else None,
                due_at=edit.scheduled_for,
                until_reply=edit.cancel_on_reply if "cancel_on_reply" in given else None,
                expected_version=version,
                request_id=request_id,
                may=_in_sight(parts, identity, session),
            )
        )
        return await _answer(parts, identity, changed, response)

    @router.delete(one, status_code=204, summary="Do not say it, or forget one that failed")
    async def cancel(identity: Writer, scheduled_id: str, version: ExpectedVersion, request_id: RequestId) -> None:
        await parts.transaction(
            lambda session: parts.scheduled_commands.cancel(
                session,
                identity.tenant_id,
                identity.actor(),
                scheduled_id,
                expected_version=version,
                request_id=request_id,
                may=lambda _: keep_to_sight(parts, identity, session, scheduled_id=scheduled_id),
            )
        )

    return router


def _in_sight(parts: Parts, identity: Identity, session: "Session") -> Callable[[ScheduledMessage], Awaitable[None]]:
    """Raises `Problem` 404 for a scheduled message of a conversation that the caller does not see."""
    return lambda scheduled: keep_to_sight(parts, identity, session, conversation_id=scheduled.conversation_id)


async def scheduled_views(
    parts: Parts, identity: Identity, rows: Sequence[ScheduledMessage]
) -> list[ScheduledMessageView]:
    """The scheduled messages with what their files are."""
    ids = [one for row in rows for one in row.draft.attachment_ids]
    found = await parts.files.uploads(identity.tenant_id, ids) if ids else {}
    return [
        _view(row, [found[one].attachment.view() for one in row.draft.attachment_ids if one in found]) for row in rows
    ]


def _view(row: ScheduledMessage, attachments: list[AttachmentView]) -> ScheduledMessageView:
    draft = row.draft
    return ScheduledMessageView(
        id=row.id,
        conversation_id=row.conversation_id,
        author=row.author,
        scheduled_for=row.due_at,
        cancel_on_reply=row.until_reply,
        state=row.state,
        reason=row.reason,
        direction="note" if draft.note else "outbound",
        kind=draft.kind,
        text=draft.text,
        attachments=attachments,
        template=ScheduledTemplate(name=draft.template.name, language=draft.template.language)
        if draft.template
        else None,
        reply_to=draft.reply_to,
        message_id=row.message_id,
        created_at=row.created_at,
        version=row.version,
    )


async def _answer(
    parts: Parts, identity: Identity, scheduled: ScheduledMessage, response: Response
) -> ScheduledMessageView:
    set_etag(response, scheduled.version)
    return (await scheduled_views(parts, identity, [scheduled]))[0]
