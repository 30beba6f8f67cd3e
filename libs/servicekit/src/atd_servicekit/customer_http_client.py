"""HTTP client for URLs that customers chose: it cannot be led into our own network.

Every request, those of redirects included, is checked before it is sent: the URL, then every address that its host
resolves to, then the very address that a socket is about to connect to. The last check decides: between it and the
connection nothing is resolved again, so a name that answers something else the second time (DNS rebinding) gains
nothing.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, cast

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult

from atd_servicekit.http_client import DEFAULT_TIMEOUT, ConnectorOptions, create_http_client
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_policy import UrlPolicy

MAX_ANSWER_BYTES = 1024 * 1024

_LOOKUPS_AT_ONCE = 16
"""In threads of their own: customers' name servers that do not answer hold up no other work of the process."""


class AddressNotAllowed(httpx.ConnectError):
    """The URL leads to where no customer's URL may lead. Nothing was sent; it will not be another time either."""


class AnswerTooLarge(httpx.ReadError):
    """The answer is larger than what is read of it; the request was sent and answered."""


def create_customer_http_client(
    name: str,
    metrics: Metrics,
    policy: UrlPolicy,
    *,
    timeout: timedelta = DEFAULT_TIMEOUT,
    max_connections: int = 100,
    max_answer_bytes: int = MAX_ANSWER_BYTES,
    max_redirects: int = 0,
    resolver: AbstractResolver | None = None,
) -> httpx.AsyncClient:
    """Create a client with the promises of `create_http_client`, for one kind of customers' URLs.

    Redirects are answers unless `max_redirects` allows some; each of them is checked as the first URL was. Answers come
    as they were sent (no content encoding is undone: a small one could be a large one). No trace header is sent.
    `resolver` replaces the system's.

    Raises `AddressNotAllowed`, `AnswerTooLarge` while an answer is read, and what `create_http_client` says; of a URL
    that `policy.url_problem` refuses possibly `httpx.InvalidURL` or `ValueError` of httpx, so ask that first.
    """
    return create_http_client(
        name,
        metrics,
        timeout=timeout,
        max_connections=max_connections,
        trace_headers=False,
        max_redirects=max_redirects,
        headers={"Accept-Encoding": "identity"},
        connector=lambda: ConnectorOptions(
            resolver=_CheckedResolver(resolver or _SystemResolver(), policy),
            socket_factory=_socket_factory(policy),
        ),
        wrap=lambda transport: _CheckedTransport(transport, policy, max_answer_bytes),
    )


def public_addresses_only(own_host: str, resolver: AbstractResolver | None = None) -> ConnectorOptions:
    """For addresses that a provider names: connections go to public addresses, and to those of `own_host`.

    `own_host` is the host of the provider's API as it is set here, which may be a proxy or a fake in a private network.
    Others are a connection that could not be made: nothing is sent. Called in the event loop; `resolver` replaces the
    system's.
    """
    own = {own_host}  # an address is never resolved
    public = _socket_factory(UrlPolicy())

    def create(info: "aiohttp.AddrInfoType") -> socket.socket:
        family, kind, protocol, _, address = info
        return socket.socket(family, kind, protocol) if str(address[0]) in own else cast(socket.socket, public(info))

    return ConnectorOptions(
        resolver=_OwnHostResolver(resolver or _SystemResolver(), own_host, own), socket_factory=create
    )


class _NotAllowed(OSError):
    """Crosses aiohttp, which wraps every `OSError` and nothing else."""


class _SystemResolver(AbstractResolver):
    """Asks the system. A lookup cannot be ended: one that nobody waits for any more keeps its thread, not another's."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        lookup = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, lookup)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _CheckedResolver(AbstractResolver):
    """Resolves a name; refuses it when one of its addresses is not allowed."""

    def __init__(self, inner: AbstractResolver, policy: UrlPolicy) -> None:
        self._inner = inner
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for one in found:
            _check(self._policy, one["host"])
        return found

    async def close(self) -> None:
        await self._inner.close()


class _OwnHostResolver(AbstractResolver):
    """Resolves a name; notes the addresses of the own host, which are connected to wherever they are."""

    def __init__(self, inner: AbstractResolver, own_host: str, own_addresses: set[str]) -> None:
        self._inner = inner
        self._own_host = own_host
        self._own_addresses = own_addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host == self._own_host:
            self._own_addresses.update(one["host"] for one in found)
        return found

    async def close(self) -> None:
        await self._inner.close()


def _socket_factory(policy: UrlPolicy) -> Any:
    """What aiohttp calls for each address that it connects to, with that address."""

    def create(info: "aiohttp.AddrInfoType") -> socket.socket:
        family, kind, protocol, _, address = info
        _check(policy, str(address[0]))
        return socket.socket(family, kind, protocol)

    return create


def _check(policy: UrlPolicy, address: str) -> None:
    try:
        problem = policy.address_problem(address)
    except ValueError:
        problem = "not an IP address"
    if problem is not None:
        raise _NotAllowed(problem)


class _CheckedTransport(httpx.AsyncBaseTransport):
    """Checks each URL before it is asked, and bounds each answer."""

    def __init__(self, inner: httpx.AsyncBaseTransport, policy: UrlPolicy, max_answer_bytes: int) -> None:
        self._inner = inner
        self._policy = policy
        self._limit = max_answer_bytes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        problem = self._policy.url_problem(str(request.url))
        if problem is not None:
            raise AddressNotAllowed(f"The URL {problem}.", request=request)
        if isinstance(request.stream, httpx.ByteStream):
            await request.aread()  # a redirected request would go out in chunks, even without a body
        try:
            response = await self._inner.handle_async_request(request)
        except httpx.ConnectError as error:
            if not _is_refusal(error):
                raise
            # Which address it is stays in the cause: whoever chose the URL is not told what our name servers know.
            raise AddressNotAllowed("The host resolves to an address that is not allowed.", request=request) from error
        if "content-encoding" in response.headers:
            del response.headers["content-encoding"]
        if "location" in response.headers and not _is_readable(response.headers["location"]):
            del response.headers["location"]  # httpx would fail at it, even when it follows none
        response.stream = _BoundedAnswer(cast(httpx.AsyncByteStream, response.stream), self._limit, request)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def _is_readable(url: str) -> bool:
    """Whether httpx can read the URL and its host."""
    try:
        return httpx.URL(url).host is not None
    except (httpx.InvalidURL, ValueError):  # those of IDNA are among the second
        return False


def _is_refusal(error: BaseException) -> bool:
    """Whether aiohttp and httpx have wrapped a refusal of ours."""
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, _NotAllowed):
            return True
        current = getattr(current, "os_error", None) or current.__cause__
    return False


class _BoundedAnswer(httpx.AsyncByteStream):
    """The body of an answer, cut off by an error at its limit."""

    def __init__(self, inner: httpx.AsyncByteStream, limit: int, request: httpx.Request) -> None:
        self._inner = inner
        self._limit = limit
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > self._limit:
                raise AnswerTooLarge(f"The answer is larger than {self._limit} bytes.", request=self._request)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
