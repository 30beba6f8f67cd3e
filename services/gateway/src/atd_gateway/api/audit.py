"""`GET /api/v1/audit`: who did what on what, when, from where."""

from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from atd_gateway.domain.audit import Action, AuditEntry, Outcome
from atd_gateway.store.audit import AuditFilter
from atd_schemas.envelope import ActorType, Timestamp
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
from atd_servicekit.problems import invalid
from atd_servicekit.requests import DECLARED_ONLY

_MOST_ACTIONS = 40


class AuditActor(BaseModel):
    """Who did it; `name` as it was then."""

    type: ActorType
    id: str | None
    name: str | None


class AuditSubject(BaseModel):
    """What it was done to: `type` is a word of the product (`attendant`, `tag`, `contact` …)."""

    type: str
    id: str | None


class AuditEntryView(BaseModel):
    """One entry of the audit log."""

    id: str
    at: Timestamp
    action: Action
    outcome: Outcome = Field(description="`unknown`: nobody saw the answer, it may have happened")
    status: int | None = Field(description="Of the answer")
    actor: AuditActor
    subject: AuditSubject | None
    address: str = Field(description="The client's network address")
    device: str = Field(description="Browser and system, as far as they are known")
    details: dict[str, Any] = Field(description="What was asked for, where it is neither secret nor of a customer")
    times: int = Field(description="So often within an hour, where a stranger can repeat it")
    request_id: str | None

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditEntryView":
        subject = AuditSubject(type=entry.subject_type, id=entry.subject_id) if entry.subject_type else None
        return cls(
            id=entry.id,
            at=entry.at,
            action=entry.action,
            outcome=entry.outcome,
            status=entry.status,
            actor=AuditActor(**entry.actor.model_dump()),
            subject=subject,
            address=entry.address,
            device=entry.device,
            details=dict(entry.details),
            times=entry.times,
            request_id=entry.request_id,
        )


class _Log(Protocol):
    async def page(
        self, tenant_id: str, wanted: AuditFilter, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[AuditEntry]: ...


def audit_router(log: _Log) -> APIRouter:
    """`/api/v1/audit`."""
    router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

    @router.get(
        "",
        summary="The audit log, the latest first",
        description="422 `too_wide` for a search that takes more than 3 s.",
        dependencies=[DECLARED_ONLY],
    )
    async def entries(
        identity: Annotated[Identity, Depends(Requires("audit:read"))],
        actor: Annotated[str | None, Query(max_length=64, description="Id of who did it")] = None,
        action: Annotated[list[Action] | None, Query(max_length=_MOST_ACTIONS, description="One of these")] = None,
        subject: Annotated[str | None, Query(max_length=64, description="Id of what it was done to")] = None,
        since: Annotated[AwareDatetime | None, Query(alias="from", description="From this moment on")] = None,
        until: Annotated[AwareDatetime | None, Query(alias="to", description="Before this moment")] = None,
        limit: LimitQuery = DEFAULT_LIMIT,
        cursor: CursorQuery = None,
    ) -> Page[AuditEntryView]:
        if since is not None and until is not None and since >= until:
            raise invalid("to", "must be after from")
        after = decode_cursor(cursor, datetime, str) if cursor else None
        wanted = AuditFilter(actor, tuple(action or ()), subject, since, until)
        rows = await log.page(identity.tenant_id, wanted, limit=limit + 1, after=after)
        page, next_cursor = cut(rows, limit, lambda entry: encode_cursor(entry.at, entry.id))
        return Page(items=[AuditEntryView.of(entry) for entry in page], next_cursor=next_cursor)

    return router
