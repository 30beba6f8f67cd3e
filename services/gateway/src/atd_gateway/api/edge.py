"""The edge: who calls, whether it is too much, and which part answers.

ASGI middleware inside the request context (request id, metrics, log line) and around FastAPI. Services, and the
gateway's own routes just the same, trust the header `X-Atd-Identity` alone; so what a client sends under that name
is removed here, and replaced by what the access token says.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from atd_gateway.asgi import address_of, bearer_token, header, method_not_allowed
from atd_gateway.authenticator import Caller, SessionRefused
from atd_gateway.domain.addresses import Networks
from atd_gateway.domain.routes import SIGN_IN_PREFIX, Route, RouteTable, needs_token
from atd_gateway.proxy.body import RequestBody, replayed
from atd_gateway.proxy.request import PublicRequest
from atd_schemas.services import API_BODY_LIMIT_BYTES
from atd_servicekit.clock import Clock
from atd_servicekit.identity import Identity
from atd_servicekit.problems import (
    Problem,
    not_found,
    problem_response,
    rate_limited,
    unauthenticated,
    unavailable,
)
from atd_servicekit.rates import RateLimiter

_Serve = Callable[[Receive, Send], Awaitable[None]]
_IDENTITY = b"x-atd-identity"

_SIGN_IN_BODY_BYTES = 16 * 1024
"""An e-mail, a password and a token, however they are escaped: what more anybody sends is not read."""


class _Authenticator(Protocol):
    async def authenticate(self, token: str) -> Caller: ...


class _Audited(Protocol):
    async def begin(self) -> None: ...

    def receiving(self, receive: Receive) -> Receive: ...

    def sending(self, send: Send) -> Send: ...

    async def end(self) -> None: ...


class _Audit(Protocol):
    def of_request(self, scope: Scope, identity: Identity, address: str) -> _Audited | None: ...

    async def refused_token(self, tenant_id: str, attendant_id: str, session_id: str, scope: Scope) -> None: ...


class _Cookies(Protocol):
    def files_token(self, scope: Scope) -> str | None: ...


class _Proxy(Protocol):
    async def forward(self, request: PublicRequest, service: str) -> None: ...


class _Channels(Protocol):
    async def serve(self, request: PublicRequest) -> None: ...


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Stands for a route in metrics and logs, where a path with ids must not."""

    path: str


@dataclass(slots=True)
class EdgeParts:
    """What the edge works with."""

    authenticator: _Authenticator
    audit: _Audit
    cookies: _Cookies
    proxy: _Proxy
    channels: _Channels
    requests: RateLimiter
    sign_ins: RateLimiter
    trusted: Networks
    webhooks_in_flight: int
    clock: Clock
    table: RouteTable
    body_timeout_s: float


class Edge:
    """The ASGI middleware."""

    def __init__(self, app: ASGIApp, parts: EdgeParts) -> None:
        self._app = app
        self._parts = parts
        self._webhooks = InFlight(parts.webhooks_in_flight)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._route(scope, receive, send)
        except Problem as problem:
            await problem_response(problem, HTTPConnection(scope))(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if "/../" in path or path.endswith("/.."):
            raise not_found()
        address = address_of(scope, self._parts.trusted)
        scope.setdefault("state", {})["client_address"] = address
        route = self._parts.table.find(path)
        if route is None:
            await self._own(scope, receive, send, path, address)
            return
        scope["route"] = _Pattern(f"{route.prefix}/*")
        if scope["method"] not in route.methods:
            raise method_not_allowed(route.methods)
        if route.access == "provider":
            await self._webhook(PublicRequest(scope, receive, send, route, address))
            return
        caller = await self._caller(scope)
        self._limit(caller)

        async def forward(receive: Receive, send: Send) -> None:
            request = PublicRequest(scope, receive, send, route, address, caller)
            if route.is_shared:
                await self._parts.channels.serve(request)
            else:
                await self._parts.proxy.forward(request, route.service)

        await self._audited(scope, receive, send, caller, forward)

    async def _audited(self, scope: Scope, receive: Receive, send: Send, caller: Caller, serve: _Serve) -> None:
        """Serve a request, and have it written down before and after where the audit log asks for it."""
        audited = self._parts.audit.of_request(scope, caller.identity, scope["state"]["client_address"])
        if audited is None:
            await serve(receive, send)
            return
        await audited.begin()
        try:
            await serve(audited.receiving(receive), audited.sending(send))
        finally:
            await audited.end()

    async def _webhook(self, request: PublicRequest) -> None:
        """Providers have no rate; the number in progress is bounded by what memory has room for."""
        with self._webhooks.counted(request.route):
            request.scope["atd.quiet"] = True
            await self._parts.proxy.forward(request, request.route.service)

    async def _own(self, scope: Scope, receive: Receive, send: Send, path: str, address: str) -> None:
        """The gateway's own routes: the same identity header as everywhere."""
        headers = [one for one in scope["headers"] if not one[0].startswith(b"x-atd-")]
        if path.startswith(SIGN_IN_PREFIX):
            wait = self._parts.sign_ins.take(address, self._parts.clock.monotonic())
            if wait:
                raise rate_limited(wait)
            receive = await self._bounded(scope, receive, _SIGN_IN_BODY_BYTES)
        elif needs_token(path, self._parts.table) and scope["method"] != "OPTIONS":
            caller = await self._caller(scope)
            self._limit(caller)
            headers.append((_IDENTITY, caller.signed.encode()))
            receive = await self._bounded(scope, receive, API_BODY_LIMIT_BYTES)
            scope["headers"] = headers
            await self._audited(scope, receive, send, caller, lambda *both: self._app(scope, *both))
            return
        scope["headers"] = headers
        await self._app(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive, limit: int) -> Receive:
        """The body, read here: FastAPI would read one of any length, and parse it, before it asks who calls."""
        return replayed(await RequestBody(scope, receive, limit, self._parts.body_timeout_s).whole(), receive)

    async def _caller(self, scope: Scope) -> Caller:
        token = bearer_token(scope)
        if token is None and header(scope, b"authorization") is None:
            token = self._parts.cookies.files_token(scope)
        if token is None:
            raise unauthenticated("Missing credentials: send `Authorization: Bearer <access token>`.")
        try:
            return await self._parts.authenticator.authenticate(token)
        except SessionRefused as refused:
            await self._parts.audit.refused_token(refused.tenant_id, refused.attendant_id, refused.session_id, scope)
            raise

    def _limit(self, caller: Caller) -> None:
        wait = self._parts.requests.take(caller.session_id, self._parts.clock.monotonic())
        if wait:
            raise rate_limited(wait, "Too many requests in this session.")


class InFlight:
    """Limits the requests in progress, per route: a service that stalls fills up its own routes alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: Counter[str] = Counter()

    @contextmanager
    def counted(self, route: Route) -> Iterator[None]:
        """While one request is in progress. Raises `Problem` 503 when too many are."""
        if self._running[route.prefix] >= self._limit:
            raise unavailable("Too many webhooks in progress; send this one again.")
        self._running[route.prefix] += 1
        try:
            yield
        finally:
            self._running[route.prefix] -= 1
