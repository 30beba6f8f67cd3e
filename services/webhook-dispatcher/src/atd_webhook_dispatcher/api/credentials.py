"""The internal route by which operators have everything sealed with a new key; the gateway does not hand it on."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from atd_servicekit.identity import OPERATOR_PERMISSION, Identity, Requires
from atd_servicekit.requests import RequestBody
from atd_webhook_dispatcher.api.parts import Parts
from atd_webhook_dispatcher.resealing import reseal

Operator = Annotated[Identity, Depends(Requires(OPERATOR_PERMISSION))]


class ResealRequest(RequestBody):
    """How many webhooks one call may seal again."""

    limit: int = Field(default=100, ge=0, le=1000, description="0 only counts those that are left")


class ResealResult(BaseModel):
    """Webhooks sealed again by this call, those left for the next, and those that no configured key opens."""

    resealed: int
    remaining: int
    unreadable: int


def credentials_router(parts: Parts) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/internal/credentials", tags=["internal"])

    @router.post("/reseal")
    async def reseal_credentials(wanted: ResealRequest, _identity: Operator) -> ResealResult:
        """Seal up to `limit` webhooks with the current key. Repeat until `remaining` is 0."""
        done = await reseal(parts.endpoints, parts.runtime.cipher, wanted.limit)
        return ResealResult(resealed=done.resealed, remaining=done.remaining, unreadable=done.unreadable)

    return router
