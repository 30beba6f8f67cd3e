"""One uploaded file, taken from a `multipart/form-data` body as it comes in: never whole in memory or on disk.

Source: RFC 7578. The form has one part, `file`, with a file name.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from atd_servicekit.problems import Problem, invalid

PART = "file"

MAX_HEADER_BYTES = 8192
"""All headers of the part together."""

_OVERHEAD = 4


class FilePart:
    """The file of one request."""

    def __init__(self, request: Request) -> None:
        """Raises `Problem` 415 for a body that is no form with a boundary."""
        kind, options = parse_options_header(request.headers.get("content-type"))
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise Problem(415, "unsupported_media_type", "Send the file as multipart/form-data, in the part `file`.")
        self.filename: str | None = None
        self._stream = request.stream()
        self._data: list[bytes] = []
        self._header: list[tuple[bytearray, bytearray]] = []
        self._header_bytes = 0
        self._parts = 0
        self._ended = False
        self._problem: Problem | None = None
        self._parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]  # a TypedDict of these

    async def head(self, size: int) -> bytes:
        """The first `size` bytes of the file, or all of a smaller one. They come again with `chunks`.

        Raises `Problem` 400, 422.
        """
        while sum(map(len, self._data)) < size and not self._ended and await self._read():
            pass
        if not self._parts:
            raise invalid(PART, "is missing")
        self._data = [b"".join(self._data)]
        return self._data[0][:size]

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the file. Raises `Problem` 400, 422 when the body turns out to be no such form."""
        while True:
            for chunk in self._taken():
                yield chunk
            if not await self._read():
                break
        if not self._ended:
            raise _malformed("it is incomplete")

    def _taken(self) -> list[bytes]:
        taken, self._data = self._data, []
        return [chunk for chunk in taken if chunk]

    async def _read(self) -> bool:
        """Take the next bytes of the body in; whether there were any."""
        try:
            received = await anext(self._stream, b"")
        except ClientDisconnect:
            raise _malformed("the client closed the connection") from None
        if not received:
            return False
        try:
            self._parser.write(received)
        except MultipartParseError:
            raise _malformed("it is not a multipart form") from None
        if self._problem is not None:
            raise self._problem
        return True

    def _callbacks(self) -> dict[str, Callable[..., Any]]:
        return {
            "on_part_begin": self._part_begins,
            "on_header_begin": lambda: self._header.append((bytearray(), bytearray())),
            "on_header_field": lambda data, start, end: self._more_header(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._more_header(1, data[start:end]),
            "on_headers_finished": self._headers_end,
            "on_part_data": lambda data, start, end: self._data.append(bytes(data[start:end])),
            "on_end": self._end,
        }

    def _part_begins(self) -> None:
        self._parts += 1
        self._header = []
        if self._parts > 1:
            self._refuse(invalid(PART, "must be the only part of the form"))

    def _more_header(self, place: int, data: bytes) -> None:
        self._header_bytes += len(data) + _OVERHEAD
        if self._header_bytes > MAX_HEADER_BYTES:
            self._refuse(_malformed("the headers of its part are too long"))
            return
        self._header[-1][place].extend(data)

    def _headers_end(self) -> None:
        disposition = next(
            (bytes(value) for name, value in self._header if name.lower() == b"content-disposition"), b""
        )
        kind, options = parse_options_header(disposition)
        filename = options.get(b"filename")
        if kind != b"form-data" or options.get(b"name") != PART.encode() or filename is None:
            self._refuse(invalid(PART, "must be the name of the part, and the part must have a file name"))
            return
        self.filename = filename.decode(errors="replace")

    def _end(self) -> None:
        self._ended = True

    def _refuse(self, problem: Problem) -> None:
        self._problem = self._problem or problem


def _malformed(reason: str) -> Problem:
    return Problem(400, "malformed", f"The body cannot be read: {reason}.")
