"""Who an internal request is from: a token of 60 seconds that the gateway signs and every service checks.

The header `X-Atd-Identity` carries a JWT (Ed25519, RFC 9864) that names tenant, actor and permissions. The gateway
alone holds the private key; services hold public keys. The operators' command signs with a key of its own, which
proves the permission `operator` and nothing else (docs/adr/0010-every-key-has-one-holder.md).

A route says what it needs with `Requires("conversations:read")`, or that it needs nothing with `Public("why")`; a test
of each service compares its routes with that by `route_permissions`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, cast

import orjson
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from joserfc import jws
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Mount

from atd_schemas.envelope import Actor, ActorType
from atd_servicekit.identity_keys import PrivateKey, PublicKey
from atd_servicekit.problems import forbidden, unauthenticated

IDENTITY_HEADER = "X-Atd-Identity"
OPERATOR_PERMISSION = "operator"
"""The permission of the platform's operators, the only one that an operator's key proves."""

LIFETIME = timedelta(seconds=60)
_LEEWAY = timedelta(seconds=5)  # between the clocks of two machines
Issuer = Literal["atd-gateway", "atd-operator"]
Visibility = Literal["all", "own"]
"""Which conversations an attendant sees: those of the whole company, or their own (docs/adr/0028)."""

_AUDIENCE = "atd-services"
_ALGORITHM = "Ed25519"
_REMEMBERED_TOKENS = 4096  # about 2 KB each
_HEADER_BYTES = IDENTITY_HEADER.lower().encode()
_KIT_ROUTES = {
    **dict.fromkeys(("/livez", "/readyz", "/metrics"), "public: for the operator's probes, not on the public origin"),
    **dict.fromkeys(
        ("/openapi.json", "/asyncapi.json", "/docs", "/redoc", "/docs/oauth2-redirect"),
        "public: describes the interface",
    ),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """The person or system on whose behalf a request is made.

    `session_id` is the sign-in or token, None for the system. `visibility`: which conversations they may see.
    """

    tenant_id: str
    actor_type: ActorType
    actor_id: str
    actor_name: str
    permissions: frozenset[str]
    session_id: str | None = None
    visibility: Visibility = "all"

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def actor(self) -> Actor:
        """The same as the actor of an event."""
        return Actor(type=self.actor_type, id=self.actor_id, name=self.actor_name)


class IdentitySigner:
    """Signs identities; about 70 microseconds each."""

    def __init__(self, key: PrivateKey, *, issuer: Issuer = "atd-gateway") -> None:
        """`issuer` must be the kind of key: a verifier knows gateway keys and operator keys apart."""
        self._key = key
        self._issuer = issuer
        self._header = {"alg": _ALGORITHM, "kid": key.id}

    def sign(self, identity: Identity, now: datetime) -> str:
        """A token that is valid for `LIFETIME` from `now`."""
        issued = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "iat": issued,
            "exp": issued + int(LIFETIME.total_seconds()),
            "tid": identity.tenant_id,
            "typ": identity.actor_type,
            "sub": identity.actor_id,
            "name": identity.actor_name,
            "perms": sorted(identity.permissions),
            "sid": identity.session_id,
        }
        if identity.visibility != "all":
            claims["vis"] = identity.visibility
        return jws.serialize_compact(self._header, orjson.dumps(claims), self._key.jwk, algorithms=[_ALGORITHM])


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token says whose signature was correct; times are Unix seconds."""

    identity: Identity
    issued: float
    expires: float


class IdentityVerifier:
    """Checks identities with the public keys of the gateway, several while its key is rotated, and of operators.

    A signature takes about 200 microseconds to check. The gateway uses a token again for 30 seconds, so tokens whose
    signature was correct are remembered until they expire, a bounded number of them, and cost a dictionary lookup.
    """

    def __init__(
        self,
        gateway_keys: Iterable[PublicKey],
        operator_keys: Iterable[PublicKey] = (),
        *,
        remembered: int = _REMEMBERED_TOKENS,
    ) -> None:
        """Raises `ValueError` when a key is given as both."""
        self._keys: dict[str, tuple[PublicKey, Issuer]] = {key.id: (key, "atd-gateway") for key in gateway_keys}
        for key in operator_keys:
            if key.id in self._keys:
                raise ValueError(f"the public key {key.text} is listed for the gateway and for operators")
            self._keys[key.id] = (key, "atd-operator")
        self._remembered = remembered
        self._verified: dict[str, _Verified] = {}

    def key_ids(self, issuer: Issuer) -> list[str]:
        """Ids of the configured keys of one kind."""
        return [key.id for key, kind in self._keys.values() if kind == issuer]

    def verify(self, token: str, now: datetime) -> Identity:
        """Raises `Problem` 401 that does not say which check failed in a way that helps a forger."""
        moment = now.timestamp()
        found = self._verified.get(token)
        known = found is not None
        if found is None:
            found = _read_claims(*self._check_signature(token))
        leeway = _LEEWAY.total_seconds()
        if moment >= found.expires + leeway or moment < found.issued - leeway:
            raise unauthenticated("The identity token has expired.")
        if not known:
            self._remember(token, found, moment - leeway)
        return found.identity

    def _check_signature(self, token: str) -> tuple[dict[str, Any], Issuer]:
        """The claims, and whose key signed them."""
        try:
            signed = jws.extract_compact(token.encode())
            key, issuer = self._keys[signed.headers()["kid"]]
            valid = jws.validate_compact(signed, key.jwk, algorithms=[_ALGORITHM])
            claims = orjson.loads(signed.payload or b"")
        except (KeyError, TypeError):
            raise unauthenticated("The identity token is not signed with a key that this service knows.") from None
        except (JoseError, ValueError):
            raise unauthenticated("The identity token is not valid.") from None
        if not valid or not isinstance(claims, dict):
            raise unauthenticated("The identity token is not valid.")
        return claims, issuer

    def _remember(self, token: str, verified: _Verified, expired_before: float) -> None:
        if len(self._verified) >= self._remembered:
            self._verified = {text: one for text, one in self._verified.items() if one.expires > expired_before}
            for text in list(self._verified)[: max(0, len(self._verified) - self._remembered // 2)]:
                del self._verified[text]
        self._verified[token] = verified


def _read_claims(claims: dict[str, Any], issuer: Issuer) -> _Verified:
    if claims.get("iss") != issuer or claims.get("aud") != _AUDIENCE:
        raise unauthenticated("The identity token was made for another purpose.")
    try:
        identity = Identity(
            tenant_id=claims["tid"],
            actor_type=claims["typ"],
            actor_id=claims["sub"],
            actor_name=claims["name"],
            permissions=_permissions(tuple(claims["perms"])),
            session_id=claims["sid"],
            visibility="all" if claims.get("vis", "all") == "all" else "own",  # of a later version's: the narrowest
        )
        found = _Verified(identity, claims["iat"] + 0.0, claims["exp"] + 0.0)
    except (KeyError, TypeError) as error:
        raise unauthenticated("The identity token has another version.") from error
    if issuer == "atd-operator" and not (
        identity.actor_type == "system" and identity.permissions <= {OPERATOR_PERMISSION}
    ):
        raise unauthenticated("An operator's key proves the permission operator only.")
    return found


@lru_cache(maxsize=256)
def _permissions(names: tuple[str, ...]) -> frozenset[str]:
    """One set for all remembered tokens with the same permissions: there are about as many as roles."""
    return frozenset(names)


class Requires:
    """FastAPI dependency: the caller's identity, if it has `permission` (without one: any valid identity).

    Use as `identity: Annotated[Identity, Depends(Requires("conversations:read"))]`. The verifier and the clock are
    those of `app.state.runtime`. Raises `Problem` 401 without a valid identity, 403 naming a lacking permission.
    """

    def __init__(self, permission: str | None = None) -> None:
        self.permission = permission

    async def __call__(self, connection: HTTPConnection) -> Identity:
        token = _token(connection)
        if token is None:
            raise unauthenticated("The identity header is missing.")
        runtime = connection.app.state.runtime
        identity = cast(Identity, runtime.identity.verify(token, runtime.clock.now()))
        if self.permission is not None and self.permission not in identity.permissions:
            raise forbidden(f"This needs the permission {self.permission}.")
        return identity


class Public:
    """Marks a route that needs no identity, and says why (a provider's signature is checked instead).

    Use as `dependencies=[Depends(Public("..."))]`; for a route below FastAPI, as a decorator of its endpoint.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def __call__(self) -> None:
        return None

    def mark(self, endpoint: Any) -> Any:
        """Mark an endpoint (function, class or application) that FastAPI's dependencies do not reach."""
        endpoint.__atd_public__ = self.reason
        return endpoint


def route_permissions(app: Starlette) -> dict[str, str]:
    """What every route needs: `{"GET /conversations": "conversations:read", "GET /livez": "public: probes"}`.

    `Requires()` without a permission shows as `authenticated`. Raises `LookupError` naming each route that says
    neither, or both.
    """
    found: dict[str, str] = {}
    silent: list[str] = []
    for name, needs in _walk(app.routes, ""):
        if len(needs) == 1:
            found[name] = needs.pop()
        else:
            silent.append(f"{name} ({', '.join(sorted(needs)) or 'nothing'})")
    if silent:
        raise LookupError(f"routes that do not say what they need in one way: {'; '.join(silent)}")
    return found


def _token(connection: HTTPConnection) -> str | None:
    for name, value in connection.scope["headers"]:
        if name == _HEADER_BYTES:
            return cast(bytes, value).decode("latin-1")
    return None


def _walk(routes: Iterable[BaseRoute], prefix: str) -> Iterable[tuple[str, set[str]]]:
    for route in iter_route_contexts(list(routes)):
        original = route.original_route
        if isinstance(original, Mount) and original.routes:
            yield from _walk(original.routes, prefix + original.path)
            continue
        path = prefix + (route.path or "")
        needs = set(_needs(getattr(route, "dependant", None)))
        reason = getattr(route.endpoint or getattr(original, "app", None), "__atd_public__", None)
        if reason is not None:
            needs.add(f"public: {reason}")
        if not needs and path in _KIT_ROUTES:
            needs.add(_KIT_ROUTES[path])
        told = set(route.methods or ())
        methods = sorted(told - {"HEAD"} or told) or [_kind(original)]  # HEAD beside GET goes without saying
        for method in methods:
            yield f"{method} {path}", set(needs)


def _needs(dependant: Dependant | None) -> Iterable[str]:
    if dependant is None:
        return
    if isinstance(dependant.call, Requires):
        yield dependant.call.permission or "authenticated"
    if isinstance(dependant.call, Public):
        yield f"public: {dependant.call.reason}"
    for child in dependant.dependencies:
        yield from _needs(child)


def _kind(route: BaseRoute) -> Literal["MOUNT", "WEBSOCKET"]:
    return "MOUNT" if isinstance(route, Mount) else "WEBSOCKET"
