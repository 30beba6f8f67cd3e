"""Answers requests below `/api/v1/channels` through the service that each concerns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import orjson
from starlette.types import Message, Send

from atd_gateway.asgi import method_not_allowed
from atd_gateway.authenticator import Caller
from atd_gateway.channels.directory import ChannelDirectory, Place
from atd_gateway.channels.finding import AccountFinder
from atd_gateway.channels.kinds import Kinds
from atd_gateway.channels.listing import MergedList, read_query
from atd_gateway.proxy.body import RequestBody, replayed
from atd_gateway.proxy.headers import response_headers
from atd_gateway.proxy.request import PublicRequest
from atd_gateway.proxy.upstreams import Reply
from atd_schemas.services import CHANNELS_PREFIX
from atd_servicekit.problems import forbidden, not_found, unauthenticated

_COLLECTION_METHODS = frozenset({"GET", "POST"})
_READ = "channels:read"
_CREATED = 201
_EMPTY = Reply(200, [(b"content-type", b"application/json")], orjson.dumps({"items": [], "next_cursor": None}))


class _Proxy(Protocol):
    async def forward(self, request: PublicRequest, service: str) -> None: ...


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
        self._body_timeout = body_timeout_s

    async def serve(self, request: PublicRequest) -> None:
        """Answer one request. Raises `Problem`."""
        caller = request.caller
        if caller is None:
            raise unauthenticated()
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

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _CREATED:
                account_id = _account_of(message["headers"])
                if account_id is not None:
                    self._directory.add(account_id, Place(service, caller.identity.tenant_id))
            await request.send(message)

        await self._proxy.forward(replace(request, receive=replayed(body, request.receive), send=send), service)

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
