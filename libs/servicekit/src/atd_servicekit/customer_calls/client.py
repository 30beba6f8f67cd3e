"""The client: sends a request and says what came of it, in bounded time and with bounded memory."""

import asyncio
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter

from prometheus_client import Counter, Histogram

from atd_servicekit.customer_calls.answers import AnswerReader
from atd_servicekit.customer_calls.certificates import TlsContexts
from atd_servicekit.customer_calls.connection import Connection, ConnectionStale
from atd_servicekit.customer_calls.dialing import Dialer
from atd_servicekit.customer_calls.lookups import Lookups, Resolve, system_addresses
from atd_servicekit.customer_calls.model import (
    RESERVED_HEADERS,
    CallFailed,
    CustomerAnswer,
    CustomerRequest,
    UnsendableRequest,
)
from atd_servicekit.customer_calls.pools import MAX_CONNECTIONS, MAX_PER_OWNER, Key, Pools
from atd_servicekit.metrics import Metrics
from atd_servicekit.url_parts import UrlParts, split_url
from atd_servicekit.url_policy import UrlPolicy

_KNOWN_STATUSES = frozenset(int(status) for status in HTTPStatus)


class CustomerCalls:
    """Calls to customers' servers. A component: `start` it in the event loop, `stop` it at the end.

    `name` labels its metrics. `resolve` replaces the system's resolver, `contexts` trusts further authorities.
    """

    def __init__(
        self,
        name: str,
        metrics: Metrics,
        policy: UrlPolicy,
        *,
        contexts: TlsContexts | None = None,
        resolve: Resolve = system_addresses,
        max_per_owner: int = MAX_PER_OWNER,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._observed = _Observed(name, metrics)
        self._policy = policy
        self._url_problem = lru_cache(maxsize=4_096)(policy.url_problem)
        self._contexts = contexts or TlsContexts()
        self._resolve = resolve
        self._bounds = (max_per_owner, max_connections)
        self._parts: _Parts | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        await self._contexts.of(None)  # reads the authorities, which takes a while
        lookups = Lookups(self._resolve)
        per_owner, in_all = self._bounds
        pools = Pools(loop, max_per_owner=per_owner, max_connections=in_all)
        self._parts = _Parts(loop, pools, lookups, Dialer(self._policy, lookups, self._contexts))

    async def stop(self) -> None:
        if self._parts is not None:
            self._parts.pools.close()
            self._parts.lookups.stop()

    def forget(self, owner: str) -> None:
        """Close the connections of an owner that is no more, or whose settings have changed."""
        if self._parts is not None:
            self._parts.pools.forget(owner)

    async def call(self, request: CustomerRequest) -> CustomerAnswer:
        """Send one request.

        A connection that was kept and ends without one byte of an answer is replaced and the same bytes are sent again
        at once (`repeated`), which is no failure of the server's. Nothing else is repeated. Raises `CallFailed`, and
        `UnsendableRequest` for headers that no request may have.
        """
        started = perf_counter()
        try:
            url = self._allowed(request.url)
            reader, repeated = await self._exchange(request, url, _bytes_of(request, url))
        except CallFailed as failed:
            failed.seconds = perf_counter() - started
            self._observed.note(request.method, failed.kind, failed.seconds)
            raise
        seconds = perf_counter() - started
        status = reader.status
        self._observed.note(request.method, str(status) if status in _KNOWN_STATUSES else "other", seconds)
        return CustomerAnswer(status, reader.headers, reader.body, reader.trouble, seconds, repeated)

    def _allowed(self, url: str) -> UrlParts:
        problem = self._url_problem(url)
        if problem is not None:
            raise CallFailed("not_allowed", f"the URL {problem}", may_have_arrived=False)
        return split_url(url)

    async def _exchange(self, request: CustomerRequest, url: UrlParts, data: bytes) -> tuple[AnswerReader, bool]:
        """Send on a connection that is kept, or on a new one; once more on a new one if the first was stale."""
        parts = self._started()
        deadline = parts.loop.time() + request.timeout
        certificate = request.client_certificate
        key = (url.scheme, url.host, url.port, None if certificate is None else certificate.fingerprint)
        connection = parts.pools.take_idle(request.owner, key)
        repeated = False
        while True:
            if connection is None:
                connection = await self._connected(request, url, key, deadline, fresh=repeated)
            try:
                return await _exchange_on(connection, parts.pools, data, deadline, request.timeout), repeated
            except ConnectionStale:
                connection, repeated = None, True
            except CallFailed as failed:
                failed.may_have_arrived = failed.may_have_arrived or repeated
                raise

    async def _connected(
        self, request: CustomerRequest, url: UrlParts, key: Key, deadline: float, *, fresh: bool
    ) -> Connection:
        """A connection for the request: a new one, or one that became free while it waited for a place."""
        parts = self._started()
        try:
            async with asyncio.timeout_at(deadline):
                idle = await parts.pools.take(request.owner, key, fresh=fresh)
        except TimeoutError as error:
            words = f"none of our connections to the server became free within {request.timeout:g} s"
            raise CallFailed("timeout", words, may_have_arrived=fresh) from error
        if idle is not None:
            return idle
        try:
            connection = await parts.dialer.dial(url, request.client_certificate, deadline)
        except BaseException as error:
            parts.pools.vacate(request.owner)
            if isinstance(error, CallFailed):
                error.may_have_arrived = fresh  # the one that was stale may have brought it
            raise
        parts.pools.fill(request.owner, key, connection)
        return connection

    def _started(self) -> "_Parts":
        if self._parts is None:
            raise RuntimeError("not started")
        return self._parts


class _Parts:
    """What exists while the client is started."""

    __slots__ = ("dialer", "lookups", "loop", "pools")

    def __init__(self, loop: asyncio.AbstractEventLoop, pools: Pools, lookups: Lookups, dialer: Dialer) -> None:
        self.loop = loop
        self.pools = pools
        self.lookups = lookups
        self.dialer = dialer


class _Observed:
    """The metrics of the client. Looking a label up costs as much as counting: each is looked up once."""

    def __init__(self, name: str, metrics: Metrics) -> None:
        self._name = name
        self._metrics = metrics
        self._counters: dict[tuple[str, str], Counter] = {}
        self._histograms: dict[str, Histogram] = {}

    def note(self, method: str, status: str, seconds: float) -> None:
        """Count a call by its status or kind of failure."""
        counter = self._counters.get((method, status))
        if counter is None:
            counter = self._metrics.client_requests.labels(self._name, method, status)
            self._counters[method, status] = counter
        counter.inc()
        histogram = self._histograms.get(method)
        if histogram is None:
            histogram = self._histograms[method] = self._metrics.client_seconds.labels(self._name, method)
        histogram.observe(seconds)


async def _exchange_on(
    connection: Connection, pools: Pools, data: bytes, deadline: float, timeout: float
) -> AnswerReader:
    """One exchange; the connection is kept for the next one where that is sound, and closed everywhere else."""
    try:
        reader = await connection.exchange(data, deadline, timeout)
    except BaseException:
        pools.discard(connection)
        raise
    if reader.reusable:
        pools.give_back(connection, reader.idle_seconds)
    else:
        pools.discard(connection)
    return reader


def _bytes_of(request: CustomerRequest, url: UrlParts) -> bytes:
    """The request as it is written. Raises `UnsendableRequest` where a header could end it or begin another."""
    lines = [
        f"{request.method} {url.target} HTTP/1.1",
        f"Host: {url.authority}",
        "Accept-Encoding: identity",
        f"Content-Length: {len(request.body)}",
    ]
    for name, value in request.headers:
        if name.lower() in RESERVED_HEADERS:
            raise UnsendableRequest(f"the header {name.lower()} is the client's own")
        lines.append(f"{name}: {value}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or "\0" in head:
        raise UnsendableRequest("a header contains a line break or a NUL character")
    try:
        return b"%b\r\n\r\n%b" % (head.encode(), request.body)
    except UnicodeEncodeError:
        raise UnsendableRequest("a header contains an unpaired surrogate") from None
