"""Public addresses of single files of attendants, for providers that fetch files instead of taking them.

Instagram and comments of a page take a picture by its address alone. The address is sealed: nobody can make one, it
names one file of one tenant, and ends after a while.
"""

from datetime import timedelta

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from atd_schemas.outbound import OutboundAttachment
from atd_servicekit.clock import Clock
from atd_servicekit.crypto import CannotDecrypt, FieldCipher
from atd_servicekit.files import FileMissing, FileStore, file_key
from atd_servicekit.identity import Public
from atd_servicekit.problems import Problem, not_found

FILES_PATH = "/webhooks/meta/files"

VALID_FOR = timedelta(hours=1)
"""Meta fetches within seconds; repeats make addresses of their own."""

_CONTEXT = "meta:file-link"
_SHOWN_TYPES = ("image/", "video/", "audio/")
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
        """The key of the file in the store and its type. Raises `Problem` 404 for what we did not give, or is over."""
        try:
            tenant_id, attachment_id, mime_type, until = orjson.loads(self._cipher.decrypt(token, context=_CONTEXT))
        except CannotDecrypt:
            raise not_found("File not found.") from None
        if until < self._clock.now().timestamp():
            raise not_found("File not found.")
        return file_key(tenant_id, attachment_id), mime_type


def files_router(links: FileLinks, files: FileStore) -> APIRouter:
    """`GET /webhooks/meta/files/{token}`: the bytes of one file, for Meta."""
    router = APIRouter(tags=["files"])

    @router.get(f"{FILES_PATH}/{{token}}", include_in_schema=False, dependencies=[Depends(_PUBLIC)])
    async def read_file(token: str) -> StreamingResponse:
        key, mime_type = links.open(token)
        try:
            opened = await files.open(key)
        except FileMissing:
            raise not_found("File not found.") from None
        if not mime_type.startswith(_SHOWN_TYPES):
            await opened.aclose()
            raise Problem(404, "not_found", "File not found.")
        headers = {
            "Content-Length": str(opened.size),
            "Content-Disposition": "attachment",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return StreamingResponse(opened.chunks, media_type=mime_type, headers=headers)

    return router
