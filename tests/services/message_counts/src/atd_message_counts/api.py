"""HTTP: a tenant's own numbers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from atd_message_counts.store import Counts
from atd_servicekit.identity import Identity, Requires

router = APIRouter(prefix="/api/v1/message-counts")


@router.get("")
async def message_counts(
    request: Request, identity: Annotated[Identity, Depends(Requires("conversations:read"))]
) -> dict[str, int]:
    """How many messages customers wrote to each account."""
    counts: Counts = request.app.state.counts
    return await counts.of_tenant(identity.tenant_id)
