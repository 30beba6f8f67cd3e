"""Routes about sessions: where somebody is signed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from atd_gateway.domain.sessions import Session
from atd_schemas.envelope import Timestamp
from atd_servicekit.clock import Clock
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
from atd_servicekit.problems import not_found
from atd_servicekit.requests import DECLARED_ONLY

Anyone = Annotated[Identity, Depends(Requires())]


class SessionView(BaseModel):
    """A place where the attendant is signed in."""

    id: str
    created_at: Timestamp
    last_used_at: Timestamp = Field(description="To the life of an access token (15 minutes)")
    device: str | None = Field(description="Browser and system, such as `Chrome · Linux`; null for what is no browser")
    current: bool = Field(description="Whether this request belongs to it")


class _Store(Protocol):
    async def of_attendant(
        self, attendant_id: str, now: datetime, *, before: str | None, limit: int
    ) -> Sequence[Session]: ...


class _Ending(Protocol):
    async def end(self, attendant_id: str, session_id: str) -> bool: ...


def sessions_router(store: _Store, ending: _Ending, clock: Clock) -> APIRouter:
    """`/api/v1/sessions`: one's own."""
    router = APIRouter(prefix="/api/v1/sessions", tags=["auth"])

    @router.get("", summary="Where one is signed in, the newest first", dependencies=[DECLARED_ONLY])
    async def sessions(
        identity: Anyone, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
    ) -> Page[SessionView]:
        before = decode_cursor(cursor, str)[0] if cursor else None
        rows = await store.of_attendant(identity.actor_id, clock.now(), before=before, limit=limit + 1)
        found, following = cut(rows, limit, lambda one: encode_cursor(one.id))
        return Page(items=[_view(one, identity) for one in found], next_cursor=following)

    @router.delete("/{session_id}", status_code=204, summary="Sign out somewhere else")
    async def end(identity: Anyone, session_id: str) -> None:
        if not await ending.end(identity.actor_id, session_id):
            raise not_found("Session not found.")

    return router


def _view(session: Session, identity: Identity) -> SessionView:
    return SessionView(
        id=session.id,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        device=session.device or None,
        current=session.id == identity.session_id,
    )
