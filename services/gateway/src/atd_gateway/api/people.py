"""Routes about attendants: the signed-in one, and all of the company."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from atd_gateway.domain.access import permissions_of
from atd_gateway.store.people import Attendant, Tenant
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.pagination import (
    DEFAULT_LIMIT,
    CursorQuery,
    LimitQuery,
    Page,
    cut,
    decode_cursor,
    encode_cursor,
)
from atd_servicekit.problems import unauthenticated


class TenantView(BaseModel):
    """The attendant's company."""

    id: str
    name: str


class AttendantView(BaseModel):
    """An attendant, as colleagues see them."""

    id: str
    name: str
    email: str
    role: str
    active: bool


class AttendantSelf(AttendantView):
    """The signed-in attendant."""

    tenant: TenantView
    permissions: list[str] = Field(description="What the role allows, sorted")


class People(Protocol):
    """Reads tenants and attendants."""

    async def tenant(self, tenant_id: str) -> Tenant | None: ...

    async def attendant(self, attendant_id: str) -> Attendant | None: ...

    async def attendants(self, tenant_id: str, *, after: tuple[str, str] | None, limit: int) -> Sequence[Attendant]: ...


def self_view(attendant: Attendant, tenant: Tenant) -> AttendantSelf:
    """The signed-in attendant as the API shows them."""
    return AttendantSelf(
        **_view(attendant).model_dump(),
        tenant=TenantView(id=tenant.id, name=tenant.name),
        permissions=sorted(permissions_of(attendant.role)),
    )


def _view(attendant: Attendant) -> AttendantView:
    return AttendantView(
        id=attendant.id,
        name=attendant.name,
        email=attendant.email,
        role=attendant.role,
        active=attendant.active,
    )


def people_router(people: People) -> APIRouter:
    """`GET /api/v1/me` and `GET /api/v1/attendants`."""
    router = APIRouter(prefix="/api/v1", tags=["attendants"])

    @router.get("/me", summary="The signed-in attendant")
    async def me(identity: Annotated[Identity, Depends(Requires())]) -> AttendantSelf:
        attendant = await people.attendant(identity.actor_id)
        tenant = await people.tenant(identity.tenant_id)
        if attendant is None or tenant is None or attendant.tenant_id != tenant.id:
            raise unauthenticated("This attendant's account is disabled.")
        return self_view(attendant, tenant)

    @router.get("/attendants", summary="List the attendants by name")
    async def attendants(
        identity: Annotated[Identity, Depends(Requires("attendants:read"))],
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[AttendantView]:
        after = decode_cursor(cursor, str, str) if cursor else None
        rows = await people.attendants(identity.tenant_id, after=after, limit=limit + 1)
        found, following = cut(rows, limit, lambda one: encode_cursor(one.name, one.id))
        return Page(items=[_view(one) for one in found], next_cursor=following)

    return router
