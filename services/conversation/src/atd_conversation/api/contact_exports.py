"""Contacts as a CSV file: asked for, waited for, downloaded."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import Response as PlainResponse
from pydantic import StringConstraints

from atd_conversation.api.guard import sight_of
from atd_conversation.api.parts import Body, ContactExporter, Parts, as_json, json_response
from atd_conversation.api.prepared_files import CONTENT, PreparedFileView, content_of
from atd_conversation.domain.prepared_files import PreparedFile
from atd_conversation.domain.search_terms import asked_terms
from atd_conversation.domain.transcripts import Language
from atd_schemas.ids import uuid7
from atd_servicekit.idempotency import IdempotencyKey, StoredAnswer
from atd_servicekit.problems import invalid, not_found

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

PATH = "/api/v1/contacts/exports"


class NewExport(Body):
    """Which contacts: those that `q` finds, as in the list (at most 200), or all. `language` names the columns."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    language: Language = "pt-BR"


def view_of(file: PreparedFile) -> PreparedFileView:
    """The export as it is shown."""
    return PreparedFileView(**PreparedFileView.fields_of(file, PATH))


def contact_exports_router(parts: Parts) -> APIRouter:
    """`/api/v1/contacts/exports`."""
    router = APIRouter(prefix=PATH, tags=["contacts"])

    @router.post("", status_code=201, summary="Export contacts as CSV", response_model=PreparedFileView)
    async def make(
        identity: ContactExporter, new: NewExport, request: Request, idempotency_key: IdempotencyKey = None
    ) -> PlainResponse:
        if new.q and not asked_terms(new.q):
            raise invalid("q", "asks for nothing that contacts have")
        file = PreparedFile(
            id=uuid7(),
            tenant_id=identity.tenant_id,
            kind="contacts",
            asked_by=identity.actor(),
            created_at=parts.runtime.clock.now(),
            details={"q": new.q or None, "language": new.language, "seen_by": sight_of(identity).only_of},
        )

        async def work(session: "Session") -> StoredAnswer:
            await parts.papers.preparing.ask(session, file)
            return StoredAnswer(201, as_json(view_of(file)), about=(file.id,))

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route="POST /contacts/exports",
            key=idempotency_key,
            body=await request.body(),
        )
        return json_response(answer.body, answer.status, answer.headers)

    @router.get("/{export_id}", summary="How far an export is")
    async def get_export(identity: ContactExporter, export_id: str) -> PreparedFileView:
        file = await parts.papers.preparing.rows.one(identity.tenant_id, export_id, "contacts")
        if file is None:
            raise not_found("Export not found.")
        return view_of(file)

    @router.get("/{export_id}/content", summary="The file", response_class=Response, responses={**CONTENT})
    async def content(identity: ContactExporter, export_id: str) -> Response:
        file = await parts.papers.preparing.rows.one(identity.tenant_id, export_id, "contacts")
        return await content_of(parts.papers.preparing, file, parts.runtime.clock.now())

    return router
