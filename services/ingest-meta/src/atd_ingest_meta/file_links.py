"""Public addresses of single files of attendants, for providers that fetch files instead of taking them.

Instagram and comments of a page take a picture by its address alone. The address is sealed: nobody can make one, it
names one file of one tenant, and ends after a while.
"""

from datetime import timedelta
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Request, Response

from atd_schemas.outbound import OutboundAttachment
from atd_servicekit.clock import Clock
from atd_servicekit.crypto import CannotDecrypt, FieldCipher
from atd_servicekit.file_responses import FileResponse, Span, Unsatisfiable, span_of
from atd_servicekit.files import FileMissing, FileStore, OpenFile, file_key
from atd_servicekit.identity import Public
from atd_servicekit.problems import Problem, not_found

FILES_PATH = "/webhooks/meta/files"

VALID_FOR = timedelta(hours=1)
"""Meta fetches within seconds; repeats make addresses of their own."""

_CONTEXT = "meta:file-link"
_SHOWN_TYPES = ("image/", "video/", "audio/")
_HEADERS = {
    "Accept-Ranges": "bytes",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_PUBLIC = Public("the sealed address proves that we gave it to the provider")


class FileLinks:
    """Makes and opens the addresses."""

    def __init__(self, cipher: FieldCipher, clock: Clock, public_url: str) -> None:
        self._cipher = cipher
        self._clock = clock
        self._base = f"{public_url.rstrip('/')}{FILES_PATH}"

    def link(self, tenant_id: str, file: OutboundAttachment) -> str:
        """An address of this file for `VALID_FOR`."""
        until = int((self._clock.now() + VALID_FOR).timestamp())
        told = orjson.dumps([tenant_id, file.id, file.mime_type, until]).decode()
        return f"{self._base}/{self._cipher.encrypt(told, context=_CONTEXT)}"

    def open(self, token: str) -> tuple[str, str]:
        """The key of the file in the store and its type. Raises `Problem` 404 for what we did not give, or is over.

        Only what can be seen or heard is handed out.
        """
        try:
            tenant_id, attachment_id, mime_type, until = orjson.loads(self._cipher.decrypt(token, context=_CONTEXT))
        except CannotDecrypt:
            raise not_found("File not found.") from None
        if until < self._clock.now().timestamp() or not mime_type.startswith(_SHOWN_TYPES):
            raise not_found("File not found.")
        return file_key(tenant_id, attachment_id), mime_type


def files_router(links: FileLinks, files: FileStore) -> APIRouter:
    """`GET /webhooks/meta/files/{token}`: the bytes of one file, for Meta."""
    router = APIRouter(tags=["files"])

    @router.head(f"{FILES_PATH}/{{token}}", include_in_schema=False, dependencies=[Depends(_PUBLIC)])
    @router.get(f"{FILES_PATH}/{{token}}", include_in_schema=False, dependencies=[Depends(_PUBLIC)])
    async def read_file(
        request: Request, token: str, wanted: Annotated[str | None, Header(alias="Range")] = None
    ) -> Response:
        key, mime_type = links.open(token)
        headers = {**_HEADERS, "Content-Type": mime_type}
        file = await _opened(files, key)
        try:
            span = span_of(wanted, file.size) if request.method == "GET" else None
        except Unsatisfiable:
            await file.aclose()
            more = {"Content-Range": f"bytes */{file.size}"}
            raise Problem(416, "range_not_satisfiable", "The range is outside of the file.", headers=more) from None
        if span is None:
            return FileResponse(file, file.size, 200, headers)
        await file.aclose()
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.size}"
        part = await _opened(files, key, span)
        return FileResponse(part, span.end - span.start, 206, headers)

    return router


async def _opened(files: FileStore, key: str, span: Span | None = None) -> OpenFile:
    start, end = (span.start, span.end) if span else (0, None)
    try:
        return await files.open(key, start=start, end=end)
    except FileMissing:
        raise not_found("File not found.") from None
