"""Files of messages: uploading, reading, thumbnails, and fetching a customer's file again."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from atd_conversation.api.guard import keep_to_sight
from atd_conversation.api.multipart import PART, FilePart
from atd_conversation.api.parts import Parts, Reader, RequestId, Writer, json_response
from atd_conversation.api.serving import file_headers, is_known
from atd_conversation.domain.file_types import HEAD_BYTES
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.files.thumbnails import MIME_TYPE, NoThumbnail
from atd_conversation.files.uploads import MAX_UPLOAD_BYTES
from atd_schemas.views import AttachmentView
from atd_servicekit.file_responses import FileResponse, Unsatisfiable, span_of
from atd_servicekit.files import FileMissing, file_key
from atd_servicekit.idempotency import IdempotencyKey
from atd_servicekit.problems import Problem, conflict, invalid, not_found, too_large

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session

MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 64 * 1024
"""An upload with what the form adds to it."""

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [PART],
                    "properties": {PART: {"type": "string", "format": "binary", "description": "At most 100 MB"}},
                }
            }
        },
    }
}
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
Download = Annotated[bool, Query(description="To be saved, also where a browser could show it")]
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", **_BYTES},
    206: {"description": "The part of it that was asked for", **_BYTES},
    304: {"description": "The client has it"},
}


def attachments_router(parts: Parts) -> APIRouter:
    """`/api/v1/attachments`."""
    router = APIRouter(prefix="/api/v1/attachments", tags=["attachments"])

    @router.post("", status_code=201, summary="Upload a file", response_model=AttachmentView, openapi_extra={**_FORM})
    async def upload(identity: Writer, request: Request, idempotency_key: IdempotencyKey = None) -> Response:
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > MAX_BODY_BYTES:
            raise too_large(MAX_UPLOAD_BYTES)
        async with parts.uploads.places.taken(identity.tenant_id):
            part = FilePart(request)
            head = await part.head(HEAD_BYTES)
            if not head:
                raise invalid(PART, "must not be empty")
            answer = await parts.uploads.take(
                identity.tenant_id,
                identity.actor_id,
                parts.transaction,
                name=part.filename,
                head=head,
                chunks=part.chunks(),
                idempotency_key=idempotency_key,
            )
        return json_response(answer.body, answer.status, answer.headers)

    @router.get("/{attachment_id}", summary="What a file is and whether it is here")
    async def get_attachment(identity: Reader, attachment_id: str) -> AttachmentView:
        return (await _attachment(parts, identity.tenant_id, attachment_id)).view()

    @router.post("/{attachment_id}/retry", summary="Fetch a customer's file again")
    async def retry(identity: Writer, attachment_id: str, request_id: RequestId) -> AttachmentView:
        async def work(session: "Session") -> Message:
            await keep_to_sight(parts, identity, session, attachment_id=attachment_id)
            return await parts.messages.fetch_again(
                session, identity.tenant_id, identity.actor(), attachment_id, request_id=request_id
            )

        message = await parts.transaction(work)
        return next(one for one in message.attachments if one.id == attachment_id).view()

    _serve(router, parts)
    return router


def _serve(router: APIRouter, parts: Parts) -> None:
    """The routes that answer with bytes."""

    @router.head("/{attachment_id}/content", include_in_schema=False)
    @router.get("/{attachment_id}/content", summary="The file", response_class=Response, responses={**_FILE})
    async def content(
        identity: Reader,
        request: Request,
        attachment_id: str,
        wanted: Annotated[str | None, Header(alias="Range", description="One range, such as `bytes=0-1023`")] = None,
        if_range: Annotated[str | None, Header()] = None,
        if_none_match: Annotated[str | None, Header()] = None,
        download: Download = False,  # noqa: FBT002 - a parameter of the query
    ) -> Response:
        attachment = _ready(await _attachment(parts, identity.tenant_id, attachment_id))
        etag = f'"{attachment.sha256 or attachment.id}"'
        headers = file_headers(attachment.name, attachment.mime_type, etag, save=download)
        if is_known(if_none_match, etag):
            return Response(status_code=304, headers=_unchanged(headers))
        size = attachment.size or 0
        try:
            ranged = request.method == "GET" and if_range in (None, etag)  # ranges are of GET alone (RFC 9110, 14.2)
            span = span_of(wanted, size) if ranged else None
        except Unsatisfiable:
            more = {"Content-Range": f"bytes */{size}"}
            raise Problem(416, "range_not_satisfiable", "The range is outside of the file.", headers=more) from None
        start, end = (span.start, span.end) if span else (0, None)
        try:
            file = await parts.file_store.open(file_key(identity.tenant_id, attachment.id), start=start, end=end)
        except FileMissing:
            raise not_found("The file is gone.") from None
        if span is None:
            return FileResponse(file, file.size, 200, headers)
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
        return FileResponse(file, span.end - span.start, 206, headers)

    @router.head("/{attachment_id}/thumbnail", include_in_schema=False)
    @router.get("/{attachment_id}/thumbnail", summary="A small picture of it", response_class=Response)
    async def thumbnail(
        identity: Reader, attachment_id: str, if_none_match: Annotated[str | None, Header()] = None
    ) -> Response:
        attachment = _ready(await _attachment(parts, identity.tenant_id, attachment_id))
        etag = f'"{attachment.sha256 or attachment.id}-thumbnail"'
        headers = file_headers(f"{attachment.name}.webp", MIME_TYPE, etag)
        del headers["Accept-Ranges"]
        if is_known(if_none_match, etag):
            return Response(status_code=304, headers=_unchanged(headers))
        try:
            file = await parts.thumbnails.open(identity.tenant_id, attachment)
        except NoThumbnail:
            raise Problem(415, "no_thumbnail", "This file has no thumbnail.") from None
        except FileMissing:
            raise not_found("The file is gone.") from None
        return FileResponse(file, file.size, 200, headers)


def _unchanged(headers: dict[str, str]) -> dict[str, str]:
    """The headers of 304: those that a cache takes over, and what keeps other sites away."""
    return {name: value for name, value in headers.items() if not name.startswith(("Content-Type", "Content-Disp"))}


async def _attachment(parts: Parts, tenant_id: str, attachment_id: str) -> Attachment:
    """A file of the tenant, as its message knows it where a message has it.

    Raises `Problem` 404 also for a file of a message that was taken back.
    """
    stored = await parts.files.file(tenant_id, attachment_id)
    if stored is None:
        raise not_found("File not found.")
    if stored.message_id is None:
        if stored.attachment.state == "failed":  # about to be cleared away
            raise not_found("File not found.")
        return stored.attachment
    message = await parts.queries.message(tenant_id, stored.message_id)
    known = message.attachments if message is not None and message.deleted_at is None else ()
    found = next((one for one in known if one.id == attachment_id), None)
    if found is None:
        raise not_found("File not found.")
    return found


def _ready(attachment: Attachment) -> Attachment:
    """Raises `Problem` 409 for a file on its way, not scanned or infected, 404 for one that could not be downloaded."""
    if attachment.state == "pending":
        raise conflict("The file is still being downloaded from the channel.", "file_pending")
    if attachment.state == "scanning":
        raise conflict("The file waits for the virus scan; nobody can open it before.", "file_scanning")
    if attachment.state == "infected":
        raise conflict("The virus scanner found something in the file; it was not kept.", "file_infected")
    if attachment.state == "failed":
        raise not_found("The file could not be downloaded from the channel.")
    return attachment
