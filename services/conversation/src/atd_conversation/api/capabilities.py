"""What the channels can carry, so that no client has to know one by its name."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Response

from atd_conversation.api.parts import Parts, Reader, as_json, json_response
from atd_conversation.api.serving import is_known
from atd_conversation.domain.drafts import MAX_NOTE, MAX_NOTE_FILES
from atd_schemas.capabilities import Capabilities, NoteLimits, TextLimit
from atd_schemas.services import CHANNELS_PREFIX


def capabilities_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/channels/capabilities`, and where it was first: `GET /api/v1/capabilities`."""
    router = APIRouter(tags=["capabilities"])
    notes = NoteLimits(text=TextLimit(max_length=MAX_NOTE), files_per_message=MAX_NOTE_FILES)
    body = as_json(Capabilities(items=parts.channels.capabilities(), notes=notes))
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}

    @router.get(f"{CHANNELS_PREFIX}/capabilities", response_model=Capabilities)
    @router.get("/api/v1/capabilities", response_model=Capabilities, name="get_all_capabilities")
    async def get_capabilities(
        identity: Reader,  # noqa: ARG001 - who may
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """What each kind of channel carries: kinds of message, lengths, files, windows. The same for every tenant.

        It changes with a deployment alone: ask again with `If-None-Match`.
        """
        if is_known(if_none_match, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return json_response(body, 200, headers)

    return router
