"""How much room the company's files take, and which take the most."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from atd_conversation.api.parts import Parts
from atd_conversation.domain.attachments import StoredAttachment
from atd_schemas.views import AttachmentView
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.requests import DECLARED_ONLY

MOST_LARGEST = 10

Manager = Annotated[Identity, Depends(Requires("settings:manage"))]


class KindUse(BaseModel):
    """What files of one kind take."""

    kind: str = Field(description="`image`, `audio`, `video`, `document`; `thumbnail`; `prepared`: papers and exports")
    bytes: int
    files: int


class LargeFile(BaseModel):
    """One of the largest files, and the message that has it; null: an upload that none has (yet)."""

    attachment: AttachmentView
    conversation_id: str | None
    message_id: str | None
    created_at: datetime


class StorageView(BaseModel):
    """What all files take. The same bytes are kept and counted once, however many messages have them."""

    bytes: int
    files: int
    limit: int | None = Field(description="Bytes that attendants' uploads cannot go over; null: there is no limit")
    left: int | None = Field(description="Bytes that uploads can still take; null: there is no limit")
    kinds: list[KindUse] = Field(description="The largest first")
    largest: list[LargeFile] = Field(description=f"The {MOST_LARGEST} largest files, the largest first")


def storage_router(parts: Parts) -> APIRouter:
    """`GET /api/v1/storage`."""
    router = APIRouter(prefix="/api/v1/storage", tags=["settings"])

    @router.get("", summary="The room that the company's files take", dependencies=[DECLARED_ONLY])
    async def get_storage(identity: Manager) -> StorageView:
        storage = parts.uploads.storage
        use = await storage.use(identity.tenant_id)
        kinds = [KindUse(kind=kind, bytes=one.bytes, files=one.files) for kind, one in use.kinds.items()]
        return StorageView(
            bytes=use.total.bytes,
            files=use.total.files,
            limit=storage.limit or None,
            left=max(storage.limit - use.total.bytes, 0) if storage.limit else None,
            kinds=sorted(kinds, key=lambda one: (-one.bytes, one.kind)),
            largest=[_large(one) for one in await parts.files.largest(identity.tenant_id, MOST_LARGEST)],
        )

    return router


def _large(file: StoredAttachment) -> LargeFile:
    return LargeFile(
        attachment=file.attachment.view(),
        conversation_id=file.conversation_id,
        message_id=file.message_id,
        created_at=file.created_at,
    )
