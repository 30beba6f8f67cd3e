"""How files that are made for somebody are shown and downloaded."""

from datetime import datetime
from typing import Any

from fastapi import Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from atd_conversation.api.serving import disposition
from atd_conversation.domain.prepared_files import PreparedFile, PreparedState
from atd_conversation.papers.preparing import Preparing
from atd_schemas.envelope import Timestamp
from atd_schemas.views import Named
from atd_servicekit.files import FileMissing
from atd_servicekit.problems import Problem, conflict, not_found

CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class PreparedFileView(BaseModel):
    """A file that is being made, or can be downloaded by `url` until `expires_at`.

    `done` of `total` pieces are written. A `failed` one can be asked for again.
    """

    id: str
    state: PreparedState
    done: int
    total: int
    name: str | None
    mime_type: str | None
    size: int | None
    url: str | None
    created_at: Timestamp
    created_by: Named
    expires_at: Timestamp | None

    @classmethod
    def fields_of(cls, file: PreparedFile, path: str) -> dict[str, Any]:
        """What every kind shows; `path` is where it is found."""
        return {
            "id": file.id,
            "state": file.state,
            "done": file.done,
            "total": file.total,
            "name": file.name,
            "mime_type": file.mime_type,
            "size": file.size,
            "url": f"{path}/{file.id}/content" if file.state == "ready" else None,
            "created_at": file.created_at,
            "created_by": Named(id=file.asked_by.id or "", name=file.asked_by.name),
            "expires_at": file.expires_at,
        }


async def content_of(preparing: Preparing, file: PreparedFile | None, now: datetime) -> Response:
    """The bytes of a file, always to be saved. Raises `Problem` 404, 409 `file_pending`."""
    if file is None or file.state == "failed" or (file.expires_at is not None and file.expires_at <= now):
        raise not_found("File not found.")
    if file.state != "ready" or file.name is None or file.mime_type is None:
        raise conflict("The file is still being prepared.", "file_pending")
    try:
        chunks = await preparing.open(file)
    except FileMissing:
        raise Problem(404, "not_found", "The file is gone.") from None
    headers = {
        "Content-Disposition": disposition(file.name, file.mime_type, save=True),
        "Content-Length": str(file.size),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(chunks, headers=headers, media_type=file.mime_type)
