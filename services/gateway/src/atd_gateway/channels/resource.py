"""Answers requests below `/api/v1/channels` through the service that each concerns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import orjson
from starlette.types import Message, Send

from atd_gateway.asgi import header, method_not_allowed
from atd_gateway.authenticator import Caller
from atd_gateway.channels.directory import ChannelDirectory, Place
from atd_gateway.channels.finding import AccountFinder
from atd_gateway.channels.kinds import Kinds
from atd_gateway.channels.listing import KINDS, MergedList, read_query
from atd_gateway.proxy.body import RequestBody, replayed
from atd_gateway.proxy.headers import response_headers
from atd_gateway.proxy.request import PublicRequest
from atd_gateway.proxy.upstreams import Reply
from atd_schemas.services import CHANNELS_PREFIX
from atd_servicekit.idempotency import IDEMPOTENCY_CONFLICT
from atd_servicekit.problems import conflict, forbidden, not_found, unauthenticated

_COLLECTION_METHODS = frozenset({"GET", "POST"})
_KINDS_METHODS = frozenset({"GET"})
_READ = "channels:read"
_CREATED = 201
_REFUSED = range(400, 500)
_MAY_HAVE_HAPPENED = frozenset({408, 409})
"""409: the key itself may be in use."""

_EMPTY = Reply(200, [(b"content-type", b"application/json")], orjson.dumps({"items": [], "next_cursor": None}))


class _Proxy(Protocol):
    async def forward(self, request: PublicRequest, service: str) -> None: ...


class _Keys(Protocol):
    """Which service an `Idempotency-Key` belongs to (see `store/channel_keys.py`)."""

    async def claim(self, tenant_id: str, actor_id: str, key: str, service: str) -> str: ...

    async def release(self, tenant_id: str, actor_id: str, key: str, service: str) -> None: ...


class ChannelsResource:
    """The shared resource."""

    def __init__(
        self,
        proxy: _Proxy,
        services: Sequence[str],
        kinds: Kinds,
        directory: ChannelDirectory,
        finder: AccountFinder,
        merged: MergedList,
        keys: _Keys,
        *,
        body_timeout_s: float,
    ) -> None:
        """`services` are the names of those that connect channels; `body_timeout_s`: the wait for a chunk of a body."""
        self._proxy = proxy
        self._services = services
        self._kinds = kinds
        self._directory = directory
        self._finder = finder
        self._merged = merged
        self._keys = keys
        self._body_timeout = body_timeout_s

    async def serve(self, request: PublicRequest) -> None:
        """Answer one request. Raises `Problem`."""
        caller = request.caller
        if caller is None:
            raise unauthenticated()
        if request.scope["path"] == KINDS:
            await self._list_kinds(request)
            return
        below = request.scope["path"].removeprefix(CHANNELS_PREFIX)
        if below:
            account_id = below[1:].partition("/")[0]
            if not account_id:
                raise not_found()
            service = await self._finder.service_of(request, caller.identity.tenant_id, account_id)
            await self._proxy.forward(request, service)
        elif request.scope["method"] == "POST":
            await self._create(request, caller)
        elif request.scope["method"] == "GET":
            await self._list(request, caller)
        else:
            raise method_not_allowed(_COLLECTION_METHODS)

    async def _create(self, request: PublicRequest, caller: Caller) -> None:
        """Forward to the service of the body's kind, and know the new account before the client knows it."""
        body = await RequestBody(request.scope, request.receive, request.route.body_limit, self._body_timeout).whole()
        service = self._kinds.service_of_body(body)
        key = await self._claimed(request, caller, service)

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = message["status"]
                account_id = _account_of(message["headers"]) if status == _CREATED else None
                if account_id is not None:
                    self._directory.add(account_id, Place(service, caller.identity.tenant_id))
                if key is not None and status in _REFUSED and status not in _MAY_HAVE_HAPPENED:
                    await self._keys.release(caller.identity.tenant_id, caller.identity.actor_id, key, service)
            await request.send(message)

        await self._proxy.forward(replace(request, receive=replayed(body, request.receive), send=send), service)

    async def _claimed(self, request: PublicRequest, caller: Caller, service: str) -> str | None:
        """The request's `Idempotency-Key`, kept for the service. Raises `Problem` 409 when it is another one's."""
        value = header(request.scope, b"idempotency-key")
        if value is None or len(self._services) == 1:
            return None  # the only service compares the bodies itself
        key = value.decode("latin-1")
        if await self._keys.claim(caller.identity.tenant_id, caller.identity.actor_id, key, service) != service:
            raise conflict("This Idempotency-Key was already used for a channel of another kind.", IDEMPOTENCY_CONFLICT)
        return key

    async def _list(self, request: PublicRequest, caller: Caller) -> None:
        query = read_query(request.scope["query_string"])
        if query.kind is not None:
            service = self._kinds.service_of_filter(query.kind)
            if service is not None:
                await self._proxy.forward(request, service)
                return
            if not caller.identity.may(_READ):
                raise forbidden(f"Missing permission: {_READ}.")
            await _send(_EMPTY, request.send)
        elif len(self._services) == 1:
            await self._proxy.forward(request, self._services[0])
        else:
            await _send(await self._merged.read(request, query), request.send)

    async def _list_kinds(self, request: PublicRequest) -> None:
        if request.scope["method"] != "GET":
            raise method_not_allowed(_KINDS_METHODS)
        if len(self._services) == 1:
            await self._proxy.forward(request, self._services[0])
        else:
            await _send(await self._merged.read_kinds(request), request.send)


def _account_of(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """The id in the `Location` of a new account."""
    for name, value in headers:
        if name == b"location":
            prefix, _, account_id = value.decode("latin-1").rpartition("/")
            return account_id if prefix.endswith(CHANNELS_PREFIX) and account_id else None
    return None


async def _send(reply: Reply, send: Send) -> None:
    headers = [one for one in response_headers(reply.headers) if one[0] != b"content-length"]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
