"""The transcript of a conversation: asked for, waited for, downloaded."""

from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import Response as PlainResponse
from pydantic import Field, field_validator

from atd_conversation.api.parts import Body, Parts, Reader, as_json, json_response
from atd_conversation.api.prepared_files import CONTENT, PreparedFileView, content_of
from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.prepared_files import PreparedFile
from atd_conversation.domain.transcripts import Language
from atd_schemas.ids import uuid7
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.problems import not_found

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

AT_ONCE = 200
"""Messages up to which the file is made within the request."""


class NewTranscript(Body):
    """What is wanted. `customer`: what they wrote and what reached them; `internal`: notes and system lines too.

    `time_zone` is an IANA name; times are shown in it.
    """

    format: Literal["pdf", "text"] = "pdf"
    audience: Literal["customer", "internal"] = "customer"
    language: Language = "pt-BR"
    time_zone: str | None = Field(default=None, max_length=64)

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        try:
            return name if name is None else ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            raise ValueError("is not the name of a time zone") from None


class TranscriptView(PreparedFileView):
    """A transcript."""

    conversation_id: str
    format: Literal["pdf", "text"]
    audience: Literal["customer", "internal"]

    @classmethod
    def of(cls, file: PreparedFile) -> "TranscriptView":
        path = f"/api/v1/conversations/{file.about}/transcripts"
        asked = {name: file.details[name] for name in ("format", "audience")}
        return cls(conversation_id=file.about or "", **cls.fields_of(file, path), **asked)


def transcripts_router(parts: Parts) -> APIRouter:
    """`/api/v1/conversations/{id}/transcripts`."""
    router = APIRouter(prefix="/api/v1/conversations/{conversation_id}/transcripts", tags=["conversations"])

    @router.post("", status_code=201, summary="Make a transcript", response_model=TranscriptView)
    async def make(
        identity: Reader,
        conversation_id: str,
        new: NewTranscript,
        request: Request,
        idempotency_key: IdempotencyKey = None,
    ) -> PlainResponse:
        conversation = await _conversation(parts, identity.tenant_id, conversation_id)
        total = await parts.papers.threads.count(identity.tenant_id, conversation.id, most=AT_ONCE + 1)
        file = PreparedFile(
            id=uuid7(),
            tenant_id=identity.tenant_id,
            kind="transcript",
            asked_by=identity.actor(),
            created_at=parts.runtime.clock.now(),
            about=conversation.id,
            details={**new.model_dump(), "time_zone": new.time_zone or parts.papers.time_zone},
            total=total if total <= AT_ONCE else 0,
        )

        async def work(session: "Session") -> StoredAnswer:
            await parts.papers.preparing.ask(session, file, at_once=total <= AT_ONCE)
            return StoredAnswer(201, as_json(TranscriptView.of(file)), about=(conversation_id,))

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route=f"POST /conversations/{conversation_id}/transcripts",
            key=idempotency_key,
            body=await request.body(),
        )
        if total <= AT_ONCE and answer.body == as_json(TranscriptView.of(file)):
            ready = await parts.papers.preparing.make_now(file)
            return json_response(as_json(TranscriptView.of(ready)), 201)
        return json_response(answer.body, answer.status, answer.headers)

    @router.get("/{transcript_id}", summary="How far a transcript is")
    async def get_transcript(identity: Reader, conversation_id: str, transcript_id: str) -> TranscriptView:
        file = await _transcript(parts, identity.tenant_id, conversation_id, transcript_id)
        if file is None:
            raise not_found("Transcript not found.")
        return TranscriptView.of(file)

    @router.get("/{transcript_id}/content", summary="The file", response_class=Response, responses={**CONTENT})
    async def content(identity: Reader, conversation_id: str, transcript_id: str) -> Response:
        file = await _transcript(parts, identity.tenant_id, conversation_id, transcript_id)
        return await content_of(parts.papers.preparing, file, parts.runtime.clock.now())

    return router


async def _conversation(parts: Parts, tenant_id: str, conversation_id: str) -> Conversation:
    conversation = await parts.queries.conversation(tenant_id, conversation_id)
    if conversation is None:
        raise not_found("Conversation not found.")
    return conversation


async def _transcript(parts: Parts, tenant_id: str, conversation_id: str, transcript_id: str) -> PreparedFile | None:
    """The transcript, where the caller may see its conversation."""
    await _conversation(parts, tenant_id, conversation_id)
    file = await parts.papers.preparing.rows.one(tenant_id, transcript_id, "transcript")
    return file if file is not None and file.about == conversation_id else None
