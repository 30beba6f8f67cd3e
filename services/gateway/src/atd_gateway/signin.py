"""Sessions: signing in, refreshing the tokens, signing out."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import structlog

from atd_gateway.domain import sessions
from atd_gateway.domain.attendants import normalise_email
from atd_gateway.domain.audit import Action
from atd_gateway.domain.sessions import Lifetimes, Refused, Repeated, Reused, Session
from atd_gateway.domain.tokens import AccessTokens, read_refresh_token, refresh_token
from atd_gateway.passwords import Passwords
from atd_gateway.store.people import Attendant, Tenant
from atd_schemas.ids import uuid7
from atd_servicekit.clock import Clock
from atd_servicekit.problems import Problem, rate_limited, unauthenticated
from atd_servicekit.rates import Rate, RateLimiter

if TYPE_CHECKING:
    from atd_servicekit.mongo import Session as Transaction

_SECRET_BYTES = 32
_TRIES = 3

PER_ADDRESS = Rate(per_second=1.0, burst=100)
"""Failed sign-ins from one address, whatever the e-mail (an office has one address for all)."""
PER_EMAIL = Rate(per_second=0.1, burst=100)
"""Failed sign-ins for one e-mail, from whatever address."""
PER_PAIR_SECONDS = 60.0
"""Seconds until one more failed sign-in for one e-mail from one address is allowed."""

SESSIONS_KEPT = 200
"""Of one attendant. One more ends the oldest: ending all of them, in one transaction, must always be possible."""


class RunTransaction(Protocol):
    """Runs work in a transaction and commits it."""

    def __call__(self, work: "Callable[[Transaction], Awaitable[bool]]") -> Awaitable[bool]: ...


class _People(Protocol):
    async def tenant(self, tenant_id: str) -> Tenant | None: ...

    async def attendant(self, attendant_id: str) -> Attendant | None: ...

    async def attendant_by_email(self, email: str) -> Attendant | None: ...

    async def set_password_hash(self, attendant_id: str, before: str, after: str) -> bool: ...

    async def note_sign_in(self, attendant_id: str, password_hash: str, transaction: "Transaction") -> bool: ...


class _Sessions(Protocol):
    async def add(self, session: Session, transaction: "Transaction") -> None: ...

    async def get(self, session_id: str) -> Session | None: ...

    async def rotate(self, before: Session, after: Session) -> bool: ...

    async def revoke(self, session_id: str, because: str, now: datetime) -> bool: ...

    async def surplus(self, attendant_id: str, now: datetime, *, keep: int) -> Sequence[str]: ...


class _Audit(Protocol):
    async def session(
        self,
        action: Action,
        attendant: Attendant,
        session_id: str | None,
        *,
        address: str = "",
        device: str = "",
        transaction: "Transaction | None" = None,
    ) -> None: ...

    async def refused_sign_in(self, attendant: Attendant, address: str, device: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new pair of tokens, and to whom it belongs."""

    access_token: str
    refresh_token: str
    attendant: Attendant
    tenant: Tenant


class FailedSignInLimiter:
    """Limits failed sign-ins, against guessing of passwords; successful ones do not count.

    The narrowest limit is per e-mail and address, so that an attacker does not lock out the attendant, who signs in
    from another address. The wider limits stop attackers who change addresses or e-mails.
    """

    def __init__(self, burst: int, clock: Clock) -> None:
        self._clock = clock
        self._pairs = RateLimiter(Rate(1 / PER_PAIR_SECONDS, burst))
        self._emails = RateLimiter(PER_EMAIL)
        self._addresses = RateLimiter(PER_ADDRESS)

    def begin(self, email: str, address: str) -> Callable[[], None]:
        """Count an attempt; call the result when it succeeded. Raises `Problem` 429 with the time to wait."""
        now = self._clock.monotonic()
        taken: list[tuple[RateLimiter, str]] = []

        def undo() -> None:
            for limiter, key in taken:
                limiter.give_back(key)

        for limiter, key in (
            (self._pairs, f"{email}\n{address}"),
            (self._emails, email),
            (self._addresses, address),
        ):
            wait = limiter.take(key, now)
            if wait:
                undo()
                raise rate_limited(wait, "Too many failed sign-ins; try again later.")
            taken.append((limiter, key))
        return undo


class SignIn:
    """Opens, refreshes and ends sessions."""

    def __init__(
        self,
        *,
        people: _People,
        store: _Sessions,
        passwords: Passwords,
        tokens: AccessTokens,
        lifetimes: Lifetimes,
        failures: FailedSignInLimiter,
        transaction: RunTransaction,
        audit: _Audit,
        ended: Callable[[str], None],
        clock: Clock,
    ) -> None:
        """`ended` is called with the id of each session that ends here."""
        self._people = people
        self._store = store
        self._passwords = passwords
        self._tokens = tokens
        self._lifetimes = lifetimes
        self._failures = failures
        self._transaction = transaction
        self._audit = audit
        self._ended = ended
        self._clock = clock
        self._log = structlog.get_logger()

    async def login(self, email: str, password: str, address: str, device: str) -> SignedIn:
        """Open a session; `device` is what the person knows it by.

        Raises `Problem` 401 (the same for a wrong e-mail and a wrong password) and 429.
        """
        email = normalise_email(email)
        succeeded = self._failures.begin(email, address)
        came = _From(address, device)
        attendant, tenant = await self._checked(email, password, came)
        succeeded()
        now = self._clock.now()
        secret = os.urandom(_SECRET_BYTES)
        session = sessions.open_session(uuid7(), tenant.id, attendant.id, secret, self._lifetimes, now, device)
        tries = 1
        while not await self._open(session, attendant, came):
            if tries == _TRIES:
                raise await self._refused(attendant, came)
            tries += 1
            attendant, tenant = await self._checked(email, password, came)
        await self._renew_hash(attendant, password)
        for oldest in await self._store.surplus(attendant.id, now, keep=SESSIONS_KEPT):
            await self._end(oldest, "surplus")
        self._log.info("login.accepted", tenant_id=tenant.id, attendant_id=attendant.id, session_id=session.id)
        return SignedIn(self._access(session), refresh_token(session.id, secret), attendant, tenant)

    async def _checked(self, email: str, password: str, came: "_From") -> tuple[Attendant, Tenant]:
        """Whose the e-mail and the password are. Raises `Problem` 401."""
        attendant = await self._people.attendant_by_email(email)
        right = await self._passwords.verify(attendant.password_hash if attendant else None, password)
        tenant = await self._people.tenant(attendant.tenant_id) if attendant and right else None
        if attendant is None or tenant is None or not attendant.active or not tenant.active:
            raise await self._refused(attendant, came)
        return attendant, tenant

    async def _refused(self, attendant: Attendant | None, came: "_From") -> Problem:
        if attendant is not None:
            await self._audit.refused_sign_in(attendant, came.address, came.device)
        self._log.info("login.refused", attendant_id=attendant.id if attendant else None)
        return unauthenticated("Invalid e-mail or password.")

    async def _open(self, session: Session, attendant: Attendant, came: "_From") -> bool:
        """Store a session; False when the hash was replaced or the attendant deactivated since they were read.

        Whoever changes either writes the attendant too, so of the two one comes first: a change that comes first is
        seen here, one that comes later finds the session and ends it.
        """

        async def work(transaction: "Transaction") -> bool:
            if not await self._people.note_sign_in(attendant.id, attendant.password_hash, transaction):
                return False
            await self._store.add(session, transaction)
            await self._audit.session(
                "session.opened",
                attendant,
                session.id,
                address=came.address,
                device=came.device,
                transaction=transaction,
            )
            return True

        return await self._transaction(work)

    async def refresh(self, token: str, address: str = "", device: str = "") -> SignedIn:
        """New tokens for a refresh token. Raises `Problem` 401, and ends the session when an old token was reused."""
        read = read_refresh_token(token)
        if read is None:
            raise _session_ended()
        session_id, secret = read
        for _ in range(_TRIES):
            session = await self._store.get(session_id)
            outcome = sessions.refresh(session, secret, os.urandom(_SECRET_BYTES), self._lifetimes, self._clock.now())
            if session is None or isinstance(outcome, Refused):
                raise _session_ended()
            if isinstance(outcome, Reused):
                await self._end(session_id, "reuse")
                await self._note("session.reused", session, _From(address, device))
                self._log.warning(
                    "refresh.reused",
                    tenant_id=session.tenant_id,
                    attendant_id=session.attendant_id,
                    session_id=session_id,
                )
                raise _session_ended()
            if isinstance(outcome, Repeated):
                return await self._signed_in(session, outcome.token)
            if await self._store.rotate(session, outcome.session):
                return await self._signed_in(outcome.session, outcome.token)
        raise _session_ended()

    async def logout(self, token: str, address: str = "", device: str = "") -> None:
        """End the session of a refresh token. Safe to repeat."""
        read = read_refresh_token(token)
        if read is None:
            return
        session_id, secret = read
        session = await self._store.get(session_id)
        if session is not None and sessions.belongs(session, secret) and await self._end(session_id, "logout"):
            await self._note("session.ended", session, _From(address, device))

    async def end(self, attendant_id: str, session_id: str) -> bool:
        """End a session of an attendant by its id; whether there is such a one. Safe to repeat."""
        session = await self._store.get(session_id)
        if session is None or session.attendant_id != attendant_id:
            return False
        await self._end(session_id, "logout")
        return True

    async def _end(self, session_id: str, because: str) -> bool:
        """Whether it was good until now."""
        ended = await self._store.revoke(session_id, because, self._clock.now())
        if ended:
            self._log.info("session.ended", session_id=session_id, because=because)
        self._ended(session_id)
        return ended

    async def _note(self, action: Action, session: Session, came: "_From") -> None:
        """Write into the audit log what happened to a session."""
        attendant = await self._people.attendant(session.attendant_id)
        if attendant is not None:
            await self._audit.session(action, attendant, session.id, address=came.address, device=came.device)

    async def _signed_in(self, session: Session, token: str) -> SignedIn:
        attendant = await self._people.attendant(session.attendant_id)
        tenant = await self._people.tenant(session.tenant_id)
        if attendant is None or tenant is None or not attendant.active or not tenant.active:
            await self._end(session.id, "inactive")
            raise _session_ended()
        return SignedIn(self._access(session), token, attendant, tenant)

    def _access(self, session: Session) -> str:
        return self._tokens.issue(
            tenant_id=session.tenant_id,
            attendant_id=session.attendant_id,
            session_id=session.id,
            now=self._clock.now(),
        )

    async def _renew_hash(self, attendant: Attendant, password: str) -> None:
        if self._passwords.outdated(attendant.password_hash):
            renewed = await self._passwords.hash(password)
            await self._people.set_password_hash(attendant.id, attendant.password_hash, renewed)


@dataclass(frozen=True, slots=True)
class _From:
    """From where a request came."""

    address: str
    device: str


def _session_ended() -> Problem:
    return unauthenticated("The session has ended; sign in again.")
