"""Answers with the bytes of a file, or one range of them (RFC 9110, section 14)."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from atd_servicekit.files import OpenFile

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):
    """The range lies outside the file."""


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` to before `end`."""

    start: int
    end: int


def span_of(header: str | None, size: int) -> Span | None:
    """The range that is asked for; None for the whole file. Several ranges at once are answered with the whole.

    Raises `Unsatisfiable`.
    """
    found = _RANGE.fullmatch(header.replace(" ", "")) if header else None
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise Unsatisfiable
        return Span(size - length, size)
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, end)


class FileResponse(StreamingResponse):
    """Sends a file's bytes as they are read. When the client goes away, reading ends and the file is closed.

    `HEAD` gets the headers alone, and nothing is read.
    """

    def __init__(self, file: OpenFile, length: int, status: int, headers: dict[str, str]) -> None:
        self._file = file
        super().__init__(file.chunks, status, {**headers, "Content-Length": str(length)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            self.body_iterator = _of(())
        try:
            with suppress(ClientDisconnect):
                await super().__call__(scope, receive, send)
        finally:
            await self._file.aclose()


async def _of(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
