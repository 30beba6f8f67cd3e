"""Sessions: what a refresh token leads to.

A session is a family of refresh tokens, of which one at a time is valid. A refresh replaces the token. The previous
token gets the same new one again within `GRACE` (two tabs at once, a lost answer). Any older token proves that it was
copied: the whole session ends (RFC 9700, section 4.14.2).
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from atd_gateway.domain.tokens import hash_secret, next_secret, refresh_token

GRACE = timedelta(seconds=10)
"""How long the previous refresh token is answered with the current one."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """`idle`: how long an unused refresh token is valid. `longest`: when a session ends in any case."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """One session. Hashes are SHA-256 of refresh secrets; `nonce` leads from the previous secret to the current.

    `device` is what the person knows it by ("Chrome · Linux"), empty where that is not known.
    """

    id: str
    tenant_id: str
    attendant_id: str
    created_at: datetime
    expires_at: datetime
    current_hash: bytes
    previous_hash: bytes = b""
    nonce: bytes = b""
    rotated_at: datetime | None = None
    generation: int = 0
    revoked_at: datetime | None = None
    revoked_because: str = ""
    device: str = ""

    @property
    def last_used_at(self) -> datetime:
        """When the tokens were last replaced: whoever uses a session does so before each access token expires."""
        return self.rotated_at or self.created_at

    def ended(self, now: datetime) -> bool:
        """Whether the session was revoked or has expired."""
        return self.revoked_at is not None or now >= self.expires_at


@dataclass(frozen=True, slots=True)
class Rotated:
    """Save `session` if its hash is still the one that was read, and answer `token`."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """Answer `token` once more; nothing to save."""

    token: str


@dataclass(frozen=True, slots=True)
class Reused:
    """An old token was presented: end the session."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The session does not exist or has ended."""


RefreshOutcome = Rotated | Repeated | Reused | Refused


def open_session(
    session_id: str,
    tenant_id: str,
    attendant_id: str,
    secret: bytes,
    lifetimes: Lifetimes,
    now: datetime,
    device: str = "",
) -> Session:
    """A new session whose first refresh secret is `secret`."""
    return Session(
        id=session_id,
        tenant_id=tenant_id,
        attendant_id=attendant_id,
        created_at=now,
        expires_at=now + min(lifetimes.idle, lifetimes.longest),
        current_hash=hash_secret(secret),
        device=device,
    )


def refresh(
    session: Session | None, secret: bytes, nonce: bytes, lifetimes: Lifetimes, now: datetime
) -> RefreshOutcome:
    """What a presented refresh secret leads to; `nonce` is 32 fresh random bytes."""
    if session is None or session.ended(now):
        return Refused()
    presented = hash_secret(secret)
    if hmac.compare_digest(presented, session.current_hash):
        following = next_secret(secret, nonce)
        rotated = replace(
            session,
            current_hash=hash_secret(following),
            previous_hash=session.current_hash,
            nonce=nonce,
            rotated_at=now,
            generation=session.generation + 1,
            expires_at=min(now + lifetimes.idle, session.created_at + lifetimes.longest),
        )
        return Rotated(rotated, refresh_token(session.id, following))
    fresh = session.rotated_at is not None and now - session.rotated_at <= GRACE
    if fresh and hmac.compare_digest(presented, session.previous_hash):
        return Repeated(refresh_token(session.id, next_secret(secret, session.nonce)))
    return Reused()


def belongs(session: Session, secret: bytes) -> bool:
    """Whether the refresh secret is the session's current or previous one."""
    presented = hash_secret(secret)
    known = (session.current_hash, session.previous_hash)
    return any(hmac.compare_digest(presented, one) for one in known)
