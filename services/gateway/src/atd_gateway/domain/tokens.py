"""Access and refresh tokens.

An access token is a JWT (HS256) of 15 minutes. A refresh token is opaque: the session's id and a secret of 32
bytes, of which only the SHA-256 is stored. The secret after it is derived from the one that was presented and a
random nonce that is stored with the session: so only the holder of the old token can get the
same new one again, when an answer was lost or two tabs refreshed at once.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ACCESS_PURPOSE = "access-token"
"""The purpose under which the key is derived from the master key."""

_ALGORITHMS = ("HS256",)
_ISSUER = "atd-gateway"
_AUDIENCE = "atd-api"
_REFRESH_PREFIX = "atdr_"
_SECRET_BYTES = 32
_ID_BYTES = 16


class TokenRejected(Exception):
    """The access token is invalid or expired. The text may be shown to the caller."""


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: a session of an attendant of a tenant, valid until `expires_at` (Unix seconds)."""

    tenant_id: str
    attendant_id: str
    session_id: str
    expires_at: int


class AccessTokens:
    """Issues and reads access tokens. While the master key rotates, tokens of `previous` keys are read too."""

    def __init__(self, lifetime: timedelta, key: bytes, *previous: bytes) -> None:
        self.lifetime = lifetime
        self._keys = tuple(OctKey.import_key(one) for one in (key, *previous))

    def issue(self, *, tenant_id: str, attendant_id: str, session_id: str, now: datetime) -> str:
        """A token that is valid for `lifetime` from `now`."""
        issued = int(now.timestamp())
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "iat": issued,
            "exp": issued + int(self.lifetime.total_seconds()),
            "tid": tenant_id,
            "sub": attendant_id,
            "sid": session_id,
        }
        header = {"alg": "HS256", "typ": "JWT"}
        return jws.serialize_compact(header, orjson.dumps(claims), self._keys[0], algorithms=_ALGORITHMS)

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Raises `TokenRejected`."""
        claims = self._claims(token)
        if claims.get("iss") != _ISSUER or claims.get("aud") != _AUDIENCE:
            raise TokenRejected("Invalid access token.")
        try:
            found = AccessClaims(claims["tid"], claims["sub"], claims["sid"], int(claims["exp"]))
        except (KeyError, TypeError, ValueError) as error:
            raise TokenRejected("Invalid access token.") from error
        if now.timestamp() >= found.expires_at:
            raise TokenRejected("The access token has expired; refresh it.")
        return found

    def _claims(self, token: str) -> dict[str, Any]:
        for key in self._keys:
            try:
                payload = jws.deserialize_compact(token, key, algorithms=_ALGORITHMS).payload
                claims = orjson.loads(payload or b"")
            except (JoseError, ValueError):
                continue
            if isinstance(claims, dict):
                return claims
        raise TokenRejected("Invalid access token.")


def refresh_token(session_id: str, secret: bytes) -> str:
    """The token that a client holds: `atdr_` and 64 characters."""
    return _REFRESH_PREFIX + base64.urlsafe_b64encode(UUID(session_id).bytes + secret).decode()


def read_refresh_token(text: str) -> tuple[str, bytes] | None:
    """The session's id and the secret, or None for what cannot be a refresh token."""
    if not text.startswith(_REFRESH_PREFIX):
        return None
    try:
        raw = base64.b64decode(text.removeprefix(_REFRESH_PREFIX), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _ID_BYTES + _SECRET_BYTES:
        return None
    return str(UUID(bytes=raw[:_ID_BYTES])), raw[_ID_BYTES:]


def next_secret(secret: bytes, nonce: bytes) -> bytes:
    """The secret that follows `secret`; without `secret` it looks random."""
    return hmac.digest(secret, b"refresh:" + nonce, "sha256")


def hash_secret(secret: bytes) -> bytes:
    """What is stored of a secret. It is random, so a plain hash is enough."""
    return hashlib.sha256(secret).digest()
