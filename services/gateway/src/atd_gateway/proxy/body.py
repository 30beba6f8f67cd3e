"""Reads the body of a public request: bounded in size, and in the time that the client may take."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

from starlette.types import Message, Receive, Scope

from atd_gateway.asgi import header
from atd_servicekit.problems import Problem, too_large

T = TypeVar("T")

SMALL_BODY_BYTES = 64 * 1024
"""Bodies up to this size are read before they are forwarded; larger ones are streamed."""


class RequestBody:
    """The body of one request, whole or chunk by chunk."""

    def __init__(self, scope: Scope, receive: Receive, limit: int, timeout_s: float) -> None:
        """`limit` in bytes; `timeout_s`: seconds for all of a small body, or for each chunk of a large one."""
        declared = header(scope, b"content-length")
        self.length = int(declared) if declared is not None and declared.isdigit() else None
        self.refusal: Problem | None = None
        """The error for the client when it declared or sent more than the route allows, or stopped sending."""
        if self.length is not None and self.length > limit:
            self.refusal = too_large(limit)
        self._absent = self.length is None and header(scope, b"transfer-encoding") is None
        self._receive = receive
        self._limit = limit
        self._timeout = timeout_s

    async def data(self) -> bytes | AsyncIterator[bytes] | None:
        """Whole when it is small, otherwise as it comes. Raises `OSError`, as `_chunks`."""
        if self._absent:
            return None
        if self.length is not None and self.length <= SMALL_BODY_BYTES:
            return await self._in_time(self._whole())
        return self._chunks()

    async def whole(self) -> bytes:
        """All of it. Raises `Problem` 408 or 413, and 400 when the client goes away."""
        if self.refusal is not None:
            raise self.refusal
        if self._absent:
            return b""
        try:
            return await self._whole()
        except OSError:
            if self.refusal is not None:
                raise self.refusal from None
            raise Problem(400, "malformed", "The body is incomplete: the connection was closed.") from None

    async def _whole(self) -> bytes:
        return b"".join([chunk async for chunk in self._chunks()])

    async def _chunks(self) -> AsyncIterator[bytes]:
        """Ends with `OSError` when the client goes away, stops, or sends too much: the body is incomplete then."""
        received = 0
        while True:
            message = await self._in_time(self._receive())
            if message["type"] == "http.disconnect":
                raise ConnectionResetError("the client disconnected")
            chunk = message.get("body", b"")
            received += len(chunk)
            if received > self._limit:
                self.refusal = too_large(self._limit)
                raise ConnectionAbortedError("the body is too large")
            if chunk:
                yield chunk
            if not message.get("more_body"):
                return

    async def _in_time(self, part: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._timeout):
                return await part
        except TimeoutError:
            self.refusal = Problem(408, "request_timeout", "The rest of the body did not arrive in time.")
            raise


def replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` of a request whose body has been read, as if it had not."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
