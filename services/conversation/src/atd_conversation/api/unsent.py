"""Drafts: what the caller has begun to write in a conversation, kept for all their devices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from atd_conversation.api.parts import Body, Parts, Reader, Writer
from atd_conversation.domain.unsent import MAX_FILES, MAX_TEXT, DraftDirection, DraftPlace, UnsentDraft
from atd_schemas.envelope import Timestamp
from atd_schemas.presence import DraftedData
from atd_schemas.views import AttachmentView
from atd_servicekit.identity import Identity
from atd_servicekit.pagination import DEFAULT_LIMIT, CursorQuery, LimitQuery, Page, cut, decode_cursor, encode_cursor
from atd_servicekit.problems import invalid, not_found
from atd_servicekit.requests import DECLARED_ONLY
from atd_servicekit.versions import ExpectedVersion, set_etag

SendAs = Literal["image", "video", "audio", "document", "sticker", "voice"]
Direction = Annotated[DraftDirection, Query(description="The draft of a reply, or of a note")]


class DraftFileRef(Body):
    """A file that was uploaded before. `send_as`: as what it is to be sent, where there is a choice."""

    id: str = Field(min_length=1, max_length=64)
    send_as: SendAs | None = None


class NewUnsentDraft(Body):
    """The whole draft; an empty one is deleted instead."""

    direction: DraftDirection = "outbound"
    text: str = Field(default="", max_length=MAX_TEXT)
    attachments: list[DraftFileRef] = Field(default_factory=list, max_length=MAX_FILES)
    reply_to: str | None = Field(default=None, min_length=1, max_length=64, description="Id of the quoted message")


class DraftFile(AttachmentView):
    """A file of a draft."""

    send_as: SendAs | None = None


class DraftView(BaseModel):
    """A draft of the caller. Where there is none, it is empty and its `version` 0."""

    conversation_id: str
    direction: DraftDirection
    text: str
    attachments: list[DraftFile]
    reply_to: str | None
    version: int
    updated_at: Timestamp | None


def unsent_router(parts: Parts) -> APIRouter:
    """`/api/v1/conversations/{id}/draft` and `/api/v1/drafts`."""
    router = APIRouter(prefix="/api/v1", tags=["drafts"])
    address = "/conversations/{conversation_id}/draft"

    @router.get("/drafts", summary="The caller's drafts, the latest first", dependencies=[DECLARED_ONLY])
    async def list_drafts(
        identity: Reader, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[DraftView]:
        before = decode_cursor(cursor, datetime, str) if cursor else None
        rows = await parts.unsent.page(identity.tenant_id, identity.actor_id, limit=limit + 1, before=before)
        page, next_cursor = cut(rows, limit, lambda row: encode_cursor(row.updated_at, row.place.id))
        return Page(items=await _views(parts, identity, page), next_cursor=next_cursor)

    @router.get(address, summary="The caller's draft in a conversation", dependencies=[DECLARED_ONLY])
    async def get_draft(
        identity: Reader, conversation_id: str, response: Response, direction: Direction = "outbound"
    ) -> DraftView:
        await _check_there(parts, identity, conversation_id)
        draft = await parts.unsent.get(_place(identity, conversation_id, direction))
        set_etag(response, draft.version)
        return (await _views(parts, identity, [draft]))[0]

    @router.put(address, summary="Keep what the caller has begun to write")
    async def put_draft(
        identity: Writer, conversation_id: str, new: NewUnsentDraft, response: Response, version: ExpectedVersion
    ) -> DraftView:
        if not (new.text or new.attachments or new.reply_to):
            raise invalid("text", "is empty; delete the draft instead")
        place = _place(identity, conversation_id, new.direction)
        draft = await parts.transaction(
            lambda session: parts.draft_commands.put(
                session,
                place,
                text=new.text,
                files={one.id: one.send_as for one in new.attachments},
                reply_to=new.reply_to,
                expected_version=version,
            )
        )
        parts.own_frames.tell_draft(
            identity, conversation_id, DraftedData(direction=new.direction, version=draft.version)
        )
        set_etag(response, draft.version)
        return (await _views(parts, identity, [draft]))[0]

    @router.delete(address, status_code=204, summary="Delete the caller's draft", dependencies=[DECLARED_ONLY])
    async def delete_draft(
        identity: Writer, conversation_id: str, version: ExpectedVersion, direction: Direction = "outbound"
    ) -> None:
        await _check_there(parts, identity, conversation_id)
        place = _place(identity, conversation_id, direction)
        gone = await parts.transaction(
            lambda session: parts.draft_commands.remove(session, place, expected_version=version)
        )
        tell_gone(parts, identity, gone)

    return router


def tell_gone(parts: Parts, identity: Identity, gone: UnsentDraft | None) -> None:
    """Let the attendant's other devices know that a draft of theirs is no more."""
    if gone is not None:
        told = DraftedData(direction=gone.place.direction, version=gone.version, empty=True)
        parts.own_frames.tell_draft(identity, gone.place.conversation_id, told)


def _place(identity: Identity, conversation_id: str, direction: DraftDirection) -> DraftPlace:
    return DraftPlace(identity.tenant_id, conversation_id, identity.actor_id, direction)


async def _check_there(parts: Parts, identity: Identity, conversation_id: str) -> None:
    if await parts.queries.conversation(identity.tenant_id, conversation_id) is None:
        raise not_found("Conversation not found.")


async def _views(parts: Parts, identity: Identity, drafts: Sequence[UnsentDraft]) -> list[DraftView]:
    """The drafts with what their files are; a file that was sent meanwhile is left out."""
    ids = [one for draft in drafts for one in draft.file_ids]
    found = await parts.files.uploads(identity.tenant_id, ids) if ids else {}
    return [
        DraftView(
            conversation_id=draft.place.conversation_id,
            direction=draft.place.direction,
            text=draft.text,
            attachments=[
                DraftFile.model_validate({**found[file_id].attachment.view().model_dump(), "send_as": send_as})
                for file_id, send_as in (draft.files or {}).items()
                if file_id in found
            ],
            reply_to=draft.reply_to,
            version=draft.version,
            updated_at=draft.updated_at,
        )
        for draft in drafts
    ]
