"""Forwards one request to a service and its answer to the client."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from time import perf_counter
from typing import Any

import aiohttp
import structlog
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from atd_gateway.proxy.body import SMALL_BODY_BYTES, RequestBody
from atd_gateway.proxy.headers import RequestHeaders, response_headers
from atd_gateway.proxy.request import PublicRequest
from atd_gateway.proxy.upstreams import Upstreams, problem_of_failure
from atd_servicekit.problems import Problem, problem_response


class Proxy:
    """Forwards requests."""

    def __init__(self, upstreams: Upstreams, headers: RequestHeaders, *, timeout: timedelta) -> None:
        """`timeout`: how long the client may take for a small body, or for each chunk of a large one."""
        self._upstreams = upstreams
        self._headers = headers
        self._timeout = timeout.total_seconds()
        self._log = structlog.get_logger()

    async def forward(self, request: PublicRequest, service: str) -> None:
        """Forward a request and its answer. Answers 408, 413, 502, 503 or 504 itself."""
        began = perf_counter()
        answer = _ClientAnswer(request.send)
        body = RequestBody(request.scope, request.receive, request.route.body_limit, self._timeout)
        outcome = 0
        try:
            if body.refusal is not None:
                raise body.refusal
            outcome = await self._exchange(request, service, body, answer)
        except Problem as problem:
            outcome = await _refuse(request, answer, problem)
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            self._log.warning("proxy.failed", upstream=service, error=type(error).__name__)
            outcome = await _refuse(request, answer, body.refusal or problem_of_failure(error, service))
        finally:
            self._upstreams.observe(service, request.scope["method"], outcome, perf_counter() - began)

    async def _exchange(self, request: PublicRequest, service: str, body: RequestBody, answer: "_ClientAnswer") -> int:
        headers = self._headers.of(request)
        data = await body.data()
        if body.length is not None and not isinstance(data, bytes):
            headers.append(("Content-Length", str(body.length)))
        async with self._upstreams.request(
            service,
            request.route.prefix,
            request.scope["method"],
            target_of(request.scope),
            headers=headers,
            data=data,
        ) as response:
            await answer.start(response.status, response_headers(response.raw_headers))
            length = response.content_length
            if length is not None and length <= SMALL_BODY_BYTES:
                await answer.end(await response.read())
            elif data is None or isinstance(data, bytes):
                await _while_connected(_stream(response, answer), request.receive)
            else:  # the body may still be arriving, and whoever reads it cannot also watch for a disconnect
                await _stream(response, answer)
            return response.status


def target_of(scope: Scope) -> str:
    """Path and query of a request as the client encoded them."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}{'?' + query if query else ''}"


async def _refuse(request: PublicRequest, answer: "_ClientAnswer", problem: Problem) -> int:
    """Answer the error, unless half an answer was sent already: then the connection is closed."""
    if not answer.started:
        response = problem_response(problem, HTTPConnection(request.scope))
        await response(request.scope, request.receive, request.send)
    return problem.status


async def _stream(response: aiohttp.ClientResponse, answer: "_ClientAnswer") -> None:
    async for chunk in response.content.iter_any():
        await answer.more(chunk)
    await answer.end(b"")


async def _while_connected(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Do the work unless the client disconnects: the server would go on accepting and dropping the whole answer."""

    async def disconnected() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(disconnected())
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


class _ClientAnswer:
    """The answer on its way to the client."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.started = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def more(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def end(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": False})
