"""The Graph API's routes of files: upload, address, download until the address expires, delete."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from atd_testing.providers.behaviours import Call, no_effect, scripted_answer
from atd_testing.providers.connections import CutBody
from atd_testing.whatsapp.access import bearer_token, check_version
from atd_testing.whatsapp.media import KIND_MAX_BYTES, MediaFile, is_media_id, kind_of
from atd_testing.whatsapp.refusals import RefusalError, refuse
from atd_testing.whatsapp.state import FakeState


def media_router(state: FakeState) -> APIRouter:
    """The routes of media; the address of a file is at its node (`graph_router`)."""
    router = APIRouter(tags=["Graph API: media"])

    @router.post("/{version}/{phone_number_id}/media")
    async def upload(
        version: str, phone_number_id: str, request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> Response:
        """Accept a file of the business: multipart with `messaging_product`, `type` and `file`."""
        state.calls += 1
        check_version(version)
        bearer_token(state, authorization)
        data, mime_type, filename = await _read_upload(request)

        def take() -> MediaFile:
            return state.media.add(
                data, mime_type, state.now(), filename=filename, origin="upload", phone_number_id=phone_number_id
            )

        call = Call("upload", phone_number_id, text=filename or "")
        if (scripted := await scripted_answer(state.take_behaviour(call), take, refuse)) is not None:
            return scripted
        return JSONResponse({"id": take().id})

    @router.delete("/{version}/{media_id}")
    async def delete(version: str, media_id: str, authorization: Annotated[str | None, Header()] = None) -> Response:
        """Delete a file."""
        check_version(version)
        bearer_token(state, authorization)
        if not state.media.remove(media_id):
            raise _unknown(media_id)
        return JSONResponse({"success": True})

    @router.get("/_lookaside/{media_id}")
    async def download(
        media_id: str, token: str = "", authorization: Annotated[str | None, Header()] = None
    ) -> Response:
        """The bytes, for a request with the token of the business, until the address expires."""
        state.calls += 1
        bearer_token(state, authorization)
        now = state.now()
        file = state.media.get(media_id, now)
        if file is None or state.media.issued(token, now) != media_id:
            return Response("<html>404 Not Found</html>", 404, media_type="text/html")
        behaviour = state.take_behaviour(Call("download", file.phone_number_id or "", text=file.filename or ""))
        if behaviour is not None and behaviour.kind == "cut_after":
            return CutBody(file.data)
        if (scripted := await scripted_answer(behaviour, no_effect, refuse)) is not None:
            return scripted
        file.downloads += 1
        return Response(file.data, 200, media_type=file.mime_type)

    return router


async def media_answer(state: FakeState, media_id: str, request: Request) -> Response:
    """The address of a file, valid for a while, and its metadata."""
    state.calls += 1
    file = state.media.get(media_id, state.now())
    wanted = request.query_params.get("phone_number_id")
    call = Call("address", wanted or (file.phone_number_id if file else None) or "")
    if (scripted := await scripted_answer(state.take_behaviour(call), no_effect, refuse)) is not None:
        return scripted
    if file is None or (wanted is not None and file.phone_number_id not in (None, wanted)):
        raise _unknown(media_id)
    return JSONResponse(
        {
            "messaging_product": "whatsapp",
            "url": state.address_of(media_id, str(request.base_url)),
            "mime_type": file.mime_type,
            "sha256": file.sha256_hex,
            "file_size": str(len(file.data)),
            "id": media_id,
        }
    )


def _unknown(media_id: str) -> RefusalError:
    kind = "media" if is_media_id(media_id) else "object"
    return RefusalError(100, f"Unsupported request: the {kind} with this id does not exist", subcode=33)


async def _read_upload(request: Request) -> tuple[bytes, str, str | None]:
    """Bytes, type and name of an upload that Meta accepts."""
    async with request.form() as form:
        if form.get("messaging_product") != "whatsapp":
            raise RefusalError(100, "The parameter messaging_product is required")
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise RefusalError(100, "The parameter file is required")
        declared = form.get("type")
        mime_type = declared if isinstance(declared, str) and declared else (file.content_type or "")
        data = await file.read()
        filename = file.filename
    kind = kind_of(mime_type)
    if kind is None:
        raise RefusalError(131053, f"The file type {mime_type} is not supported")
    if not data:
        raise RefusalError(100, "The file is empty")
    if len(data) > KIND_MAX_BYTES[kind]:
        raise RefusalError(131053, f"The file is larger than {KIND_MAX_BYTES[kind]} bytes")
    return data, mime_type, filename
