"""What the page shows: companies, customers, conversations, changes as they happen, files."""

from typing import Any

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import StreamingResponse

from atd_channel_sandbox.api.network import switches_of
from atd_channel_sandbox.model import PhoneMessage
from atd_channel_sandbox.state import SandboxState
from atd_testing.whatsapp.media import essence

SHOWN_INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")


def add_queries(router: APIRouter, state: SandboxState) -> None:
    """`GET /api/state`, `/api/threads/{company}/{customer}`, `/api/events`, `/media/{media_id}`."""

    @router.get("/api/state")
    async def show_state() -> dict[str, Any]:
        """Everything but the messages."""
        return {
            "companies": list(state.directory.companies.values()),
            "customers": list(state.directory.customers.values()),
            "threads": [state.conversations.summary(pair) for pair in state.messages.pairs()],
            "connection": state.connection,
            "switches": switches_of(state.graph),
        }

    @router.get("/api/threads/{company}/{customer}")
    async def show_thread(company: str, customer: str) -> list[PhoneMessage]:
        """The messages of a conversation, the oldest first; below a post those of everybody."""
        known = state.directory.companies.get(company)
        if known is not None and known.post is not None:
            return sorted((one for one in state.messages if one.company == company), key=lambda one: one.at)
        return state.messages.of((company, customer))

    @router.get("/api/events")
    async def follow() -> StreamingResponse:
        """Every change, as server-sent events."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(state.events.frames(), media_type="text/event-stream", headers=headers)

    @router.get("/media/{media_id}")
    async def show_media(media_id: str, name: str = "") -> Response:
        """The bytes of a file; a type that a browser might run is always an attachment."""
        file = next((one for one in state.graph.media.all() if one.id == media_id), None)
        if file is None:
            raise HTTPException(404, "file not found")
        kind = essence(file.mime_type)
        inline = kind.startswith(SHOWN_INLINE)
        safe = "".join(letter for letter in name or file.filename or media_id if letter.isalnum() or letter in "._- ")
        plain = safe.encode("ascii", "ignore").decode() or media_id
        return Response(
            file.data,
            media_type=kind if inline else "application/octet-stream",
            headers={
                "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{plain}"',
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "private, max-age=3600",
            },
        )
