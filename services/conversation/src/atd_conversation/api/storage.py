"""How much room the company's files take."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from atd_conversation.api.parts import Parts
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.requests import DECLARED_ONLY

Manager = Annotated[Identity, Depends(Requires("settings:manage"))]


class StorageView(BaseModel):
    """What the files of all messages, and uploads that wait for one, take."""

    bytes: int
    files: int
    limit: int | None = Field(description="Bytes from which on attendants' uploads are refused; null: there is none")


def storage_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/storage`."""
    router = APIRouter(prefix="/api/v1/storage", tags=["settings"])

    @router.get("", summary="The room that the company's files take", dependencies=[DECLARED_ONLY])
    async def get_storage(identity: Manager) -> StorageView:
        use = await parts.uploads.storage.use(identity.tenant_id)
        return StorageView(bytes=use.bytes, files=use.files, limit=parts.uploads.storage.limit or None)

    return router
