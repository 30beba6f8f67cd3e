"""Routes about attendants: the signed-in one, and all of the company."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field, SecretStr

from atd_gateway.attendants import Transaction
from atd_gateway.domain.access import permissions_of
from atd_gateway.domain.attendants import MIN_PASSWORD_LENGTH, ManagedRole, Visibility, checked_email, checked_name
from atd_gateway.passwords import MAX_PASSWORD_LENGTH
from atd_gateway.store.people import Attendant, Tenant
from atd_servicekit.idempotency import Idempotency, IdempotencyKey, StoredAnswer
from atd_servicekit.identity import Identity, Requires
from atd_servicekit.mongo import Session
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
from atd_servicekit.requests import DECLARED_ONLY, RequestBody
from atd_servicekit.versions import ExpectedVersion, etag_of, set_etag

DIGEST_PURPOSE = "request-digest"
"""The purpose under which the key of digests is derived from the master key."""

_READ_LENGTH = 320
"""Characters that are looked at; what is stored is shorter."""

Name = Annotated[
    str,
    Field(max_length=_READ_LENGTH, description="1 to 80 characters that are seen"),
    AfterValidator(checked_name),
]
Email = Annotated[
    str,
    Field(max_length=_READ_LENGTH, description="The login; unique"),
    AfterValidator(checked_email),
]
Password = Annotated[SecretStr, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)]

_VISIBILITY = "Which conversations they see: `all`, or only their `own`; others than attendants see all"

Anyone = Annotated[Identity, Depends(Requires())]
Manager = Annotated[Identity, Depends(Requires("attendants:manage"))]


class NewAttendant(RequestBody):
    """An attendant who signs in with this e-mail and password, which they can change."""

    name: Name
    email: Email
    password: Password = Field(description=f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters, 5 different")
    role: ManagedRole
    visibility: Visibility = Field(default="all", description=_VISIBILITY)


class AttendantChanges(RequestBody):
    """What is to change; what is absent or null stays."""

    name: Name | None = None
    role: ManagedRole | None = None
    visibility: Visibility | None = Field(default=None, description=_VISIBILITY)
    active: bool | None = Field(default=None, description="false: cannot sign in, and is signed out everywhere")

    def given(self) -> Mapping[str, object]:
        """What is to change."""
        return self.model_dump(exclude_none=True)


class SelfChanges(RequestBody):
    """What attendants change about themselves."""

    name: Name


class PasswordChange(RequestBody):
    """The password now, and the one from now on."""

    current: Password
    new: Password = Field(description=f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters, 5 different")


class NewPassword(RequestBody):
    """A password that an administrator gives to somebody who has lost theirs."""

    password: Password = Field(description=f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters, 5 different")


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
    visibility: Visibility = Field(description="Which conversations they see: `all`, or only their `own`")
    version: int = Field(description="Counts the changes; also the ETag")


class AttendantSelf(AttendantView):
    """The signed-in attendant."""

    tenant: TenantView
    permissions: list[str] = Field(description="What the role allows, sorted")


class People(Protocol):
    """Reads tenants and attendants."""

    async def tenant(self, tenant_id: str) -> Tenant | None: ...

    async def attendant(self, attendant_id: str) -> Attendant | None: ...

    async def attendants(
        self, tenant_id: str, *, active: bool | None, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Attendant]: ...


class Commands(Protocol):
    """Adds and changes attendants."""

    async def new(
        self, identity: Identity, *, name: str, email: str, password: str, role: str, visibility: Visibility
    ) -> Attendant: ...

    async def add(self, session: Session, attendant: Attendant, identity: Identity) -> None: ...

    async def change(
        self, identity: Identity, attendant_id: str, changes: Mapping[str, object], version: int | None
    ) -> Attendant: ...

    async def give_password(self, identity: Identity, attendant_id: str, password: str) -> None: ...

    async def rename(self, identity: Identity, name: str, version: int | None) -> Attendant: ...

    async def change_password(self, identity: Identity, current: str, new: str, address: str) -> None: ...


@dataclass(frozen=True, slots=True)
class PeopleParts:
    """What the routes work with. `digest_key`: passwords are in bodies, whose plain hash must not be stored."""

    people: People
    commands: Commands
    transaction: Transaction
    idempotency: Idempotency
    digest_key: bytes


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
        visibility=attendant.visibility,
        version=attendant.version,
    )


def people_router(parts: PeopleParts) -> APIRouter:
    """`/api/v1/me` and `/api/v1/attendants`."""
    router = APIRouter(prefix="/api/v1", tags=["attendants"])
    _add_own(router, parts)
    _add_reading(router, parts.people)
    _add_managing(router, parts)
    return router


def _add_own(router: APIRouter, parts: PeopleParts) -> None:
    @router.get("/me", summary="The signed-in attendant")
    async def me(identity: Anyone, response: Response) -> AttendantSelf:
        return await _self(parts.people, identity, response)

    @router.patch("/me", summary="Change one's own name")
    async def change_me(
        identity: Anyone, changes: SelfChanges, response: Response, version: ExpectedVersion
    ) -> AttendantSelf:
        await parts.commands.rename(identity, changes.name, version)
        return await _self(parts.people, identity, response)

    @router.post(
        "/me/password",
        status_code=204,
        summary="Change one's own password",
        description="Ends all other sessions. 422 `wrong_password`, `weak_password`; 429 after too many wrong ones.",
    )
    async def change_password(identity: Anyone, change: PasswordChange, request: Request) -> None:
        address = request.scope["state"].get("client_address", "")
        current, new = change.current.get_secret_value(), change.new.get_secret_value()
        await parts.commands.change_password(identity, current, new, address)


def _add_reading(router: APIRouter, people: People) -> None:
    @router.get("/attendants", summary="List the attendants by name", dependencies=[DECLARED_ONLY])
    async def attendants(
        identity: Annotated[Identity, Depends(Requires("attendants:read"))],
        active: Annotated[bool | None, Query(description="Only those who can sign in, or only the others")] = None,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[AttendantView]:
        after = decode_cursor(cursor, str, str) if cursor else None
        rows = await people.attendants(identity.tenant_id, active=active, after=after, limit=limit + 1)
        found, following = cut(rows, limit, lambda one: encode_cursor(one.name, one.id))
        return Page(items=[_view(one) for one in found], next_cursor=following)


def _add_managing(router: APIRouter, parts: PeopleParts) -> None:
    @router.post(
        "/attendants",
        status_code=201,
        response_model=AttendantView,
        summary="Add an attendant",
        description="409 `email_taken`; 422 `weak_password`, and `too_many` at the company's limit.",
    )
    async def add(
        identity: Manager, new: NewAttendant, request: Request, idempotency_key: IdempotencyKey = None
    ) -> Response:
        fields: dict[str, Any] = {**new.model_dump(), "password": new.password.get_secret_value()}
        attendant = await parts.commands.new(identity, **fields)

        async def work(session: Session) -> StoredAnswer:
            await parts.commands.add(session, attendant, identity)
            body = _view(attendant).model_dump_json().encode()
            return StoredAnswer(201, body, {"ETag": etag_of(attendant.version)})

        answer = await parts.idempotency.once(
            parts.transaction,
            work,
            tenant_id=identity.tenant_id,
            actor_id=identity.actor_id,
            route="POST /attendants",
            key=idempotency_key,
            body=hmac.digest(parts.digest_key, await request.body(), "sha256"),
        )
        return Response(answer.body, answer.status, headers=answer.headers, media_type="application/json")

    @router.patch(
        "/attendants/{attendant_id}",
        summary="Change an attendant",
        description="409 `last_admin`: a company keeps one active administrator.",
    )
    async def change(
        identity: Manager, attendant_id: str, changes: AttendantChanges, response: Response, version: ExpectedVersion
    ) -> AttendantView:
        changed = await parts.commands.change(identity, attendant_id, changes.given(), version)
        set_etag(response, changed.version)
        return _view(changed)

    @router.put(
        "/attendants/{attendant_id}/password",
        status_code=204,
        summary="Give an attendant a new password",
        description="For one that was lost: it ends all their sessions. 422 `weak_password`; 403 for one's own.",
    )
    async def give_password(identity: Manager, attendant_id: str, given: NewPassword) -> None:
        await parts.commands.give_password(identity, attendant_id, given.password.get_secret_value())


async def _self(people: People, identity: Identity, response: Response) -> AttendantSelf:
    attendant = await people.attendant(identity.actor_id)
    tenant = await people.tenant(identity.tenant_id)
    if attendant is None or tenant is None or attendant.tenant_id != tenant.id:
        raise unauthenticated("This attendant's account is disabled.")
    set_etag(response, attendant.version)
    return self_view(attendant, tenant)
