"""Checks access tokens, and makes the signed identity that services trust."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from atd_gateway.domain.access import permissions_of
from atd_gateway.domain.sessions import Session
from atd_gateway.domain.tokens import AccessClaims, AccessTokens, TokenRejected
from atd_gateway.store.people import Attendant, Tenant
from atd_servicekit.clock import Clock
from atd_servicekit.identity import Identity, IdentitySigner
from atd_servicekit.problems import Problem, unauthenticated

_CACHED = 20_000
_ENDED = "The session has ended; sign in again."
_REFUSED_SECONDS = 5.0
"""How long a session that has ended is refused without reading it again."""

_RENEWALS = 5
"""How often a caller is read again, when changes are heard of meanwhile."""

V = TypeVar("V")


class _People(Protocol):
    async def tenant(self, tenant_id: str) -> Tenant | None: ...

    async def attendant(self, attendant_id: str) -> Attendant | None: ...


class _Sessions(Protocol):
    async def get(self, session_id: str) -> Session | None: ...


class SessionRefused(Problem):
    """401: the token is genuine, and its session is over or its attendant may not come in any more."""

    def __init__(self, reason: str, claims: AccessClaims) -> None:
        super().__init__(401, "unauthenticated", reason, headers=dict(unauthenticated(reason).headers or {}))
        self.tenant_id = claims.tenant_id
        self.attendant_id = claims.attendant_id
        self.session_id = claims.session_id


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request: the identity, and the same signed. `expires_at` (Unix seconds) is the token's."""

    identity: Identity
    signed: str
    session_id: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class _Verified:
    identity: Identity
    signed: str
    until: float


@dataclass(frozen=True, slots=True)
class _Refused:
    reason: str
    until: float


class Authenticator:
    """Finds the caller of an access token. The result is cached for `cache_for`: a revoked session works on that long.

    A request whose token was seen before costs two look-ups in memory; once per `cache_for` and session, the
    session, the attendant and the tenant are read again.
    """

    def __init__(
        self,
        *,
        tokens: AccessTokens,
        signer: IdentitySigner,
        sessions: _Sessions,
        people: _People,
        clock: Clock,
        cache_for: timedelta,
    ) -> None:
        self._tokens = tokens
        self._signer = signer
        self._sessions = sessions
        self._people = people
        self._clock = clock
        self._cache_for = cache_for.total_seconds()
        self._claims: dict[str, AccessClaims] = {}
        self._known: dict[str, _Verified] = {}
        self._refused: dict[str, _Refused] = {}
        self._loading: dict[str, asyncio.Task[_Verified | _Refused]] = {}
        self._changes = 0

    async def authenticate(self, token: str) -> Caller:
        """The caller that a token belongs to. Raises `Problem` 401."""
        return await self._caller(self._read(token, self._clock.now()))

    async def renew(self, caller: Caller) -> Caller:
        """The same caller as of the last change that this process has heard of. Raises `Problem` 401."""
        identity = caller.identity
        claims = AccessClaims(identity.tenant_id, identity.actor_id, caller.session_id, caller.expires_at)
        tries = 1
        while True:
            changes = self._changes
            found = await self._caller(claims)
            if changes == self._changes or tries == _RENEWALS:
                return found
            tries += 1  # what was read may be from before the change

    async def _caller(self, claims: AccessClaims) -> Caller:
        known: _Verified | _Refused | None = self._known.get(claims.session_id)
        if known is None or known.until <= self._clock.monotonic():
            known = await self._load_once(claims)
        if isinstance(known, _Refused):
            raise SessionRefused(known.reason, claims)
        return Caller(known.identity, known.signed, claims.session_id, claims.expires_at)

    def sign(self, identity: Identity) -> str:
        """Sign an identity of the gateway's own, to ask a service something on a tenant's behalf."""
        return self._signer.sign(identity, self._clock.now())

    def end(self, session_id: str) -> None:
        """Refuse a session from now on, also where a request is just reading it."""
        self._known.pop(session_id, None)
        self._refuse(session_id, _ENDED, self._cache_for)

    def forget(self, attendant_id: str) -> None:
        """Read an attendant again, whose name or role has changed, at the next request.

        What is being read at the moment may be from before the change: it is answered, and not kept.
        """
        self._changes += 1
        self._loading.clear()
        for session_id in [one for one, known in self._known.items() if known.identity.actor_id == attendant_id]:
            del self._known[session_id]

    def _read(self, token: str, now: datetime) -> AccessClaims:
        claims = self._claims.get(token)
        try:
            if claims is None or now.timestamp() >= claims.expires_at:
                claims = self._tokens.read(token, now)
                _make_room(self._claims, lambda one: one.expires_at <= now.timestamp())
                self._claims[token] = claims
        except TokenRejected as error:
            self._claims.pop(token, None)
            raise unauthenticated(str(error)) from None
        return claims

    async def _load_once(self, claims: AccessClaims) -> _Verified | _Refused:
        """Load, once for all requests that wait for the same session."""
        refused = self._refusal(claims.session_id)
        if refused is not None:
            return refused
        task = self._loading.get(claims.session_id)
        if task is None:
            task = asyncio.create_task(self._load(claims))
            self._loading[claims.session_id] = task
            task.add_done_callback(lambda done: self._loaded(claims.session_id, done))
        return await asyncio.shield(task)

    def _loaded(self, session_id: str, task: "asyncio.Task[_Verified | _Refused]") -> None:
        if self._loading.get(session_id) is task:
            del self._loading[session_id]

    async def _load(self, claims: AccessClaims) -> _Verified | _Refused:
        changes = self._changes
        session, attendant, tenant = await asyncio.gather(
            self._sessions.get(claims.session_id),
            self._people.attendant(claims.attendant_id),
            self._people.tenant(claims.tenant_id),
        )
        now, at = self._clock.now(), self._clock.monotonic()
        if session is None or session.ended(now) or session.attendant_id != claims.attendant_id:
            return self._refuse(claims.session_id, _ENDED)
        if attendant is None or not attendant.active or attendant.tenant_id != claims.tenant_id:
            return self._refuse(claims.session_id, "This attendant's account is disabled.")
        if tenant is None or not tenant.active:
            return self._refuse(claims.session_id, "This company is suspended.")
        identity = Identity(
            tenant_id=tenant.id,
            actor_type="bot" if attendant.role == "bot" else "attendant",
            actor_id=attendant.id,
            actor_name=attendant.name,
            permissions=permissions_of(attendant.role),
            session_id=session.id,
            visibility=attendant.visibility,
        )
        refused = self._refusal(session.id)  # it may have ended meanwhile
        if refused is not None:
            return refused
        known = _Verified(identity, self._signer.sign(identity, now), at + self._cache_for)
        if changes == self._changes:
            _make_room(self._known, lambda one: one.until <= at)
            self._known[session.id] = known
        return known

    def _refusal(self, session_id: str) -> _Refused | None:
        found = self._refused.get(session_id)
        return found if found is not None and found.until > self._clock.monotonic() else None

    def _refuse(self, session_id: str, reason: str, seconds: float = _REFUSED_SECONDS) -> _Refused:
        at = self._clock.monotonic()
        _make_room(self._refused, lambda one: one.until <= at)
        refused = self._refused[session_id] = _Refused(reason, at + seconds)
        return refused


def _make_room(table: dict[str, V], expired: Callable[[V], bool]) -> None:
    """Keep the table below its limit: remove what has expired, or else the oldest half."""
    if len(table) < _CACHED:
        return
    for key in [key for key, value in table.items() if expired(value)]:
        del table[key]
    for key in list(table)[: max(0, len(table) - _CACHED // 2)]:
        del table[key]
