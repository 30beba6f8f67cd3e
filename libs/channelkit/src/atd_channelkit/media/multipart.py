"""A form around the bytes of files that are still to come (RFC 7578): HTTP clients would want to read them at once."""

import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""What cannot stand in a quoted name, as browsers write it (WHATWG, "multipart/form-data")."""

_MIME_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?: ?; ?[\w.+-]+=[\w.+-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file of a form: its field, the name that the receiver may show, and `size` bytes that are still to come."""

    field: str
    name: str
    mime_type: str
    size: int
    chunks: AsyncIterator[bytes]


class FilesForm:
    """`multipart/form-data` of some fields and files, whose bytes are streamed one file after the other."""

    def __init__(self, fields: Mapping[str, str], files: Sequence[FormFile]) -> None:
        self._boundary = secrets.token_hex(16)
        self._files = files
        self._fields = "".join(
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="{one}"\r\n\r\n{value}\r\n'
            for one, value in fields.items()
        ).encode()
        self._heads = [self._head(file) for file in files]
        self._tail = f"--{self._boundary}--\r\n".encode()

    def _head(self, file: FormFile) -> bytes:
        kind = file.mime_type if _MIME_TYPE.fullmatch(file.mime_type) else "application/octet-stream"
        shown = file.name.translate(_ESCAPED)
        head = f'--{self._boundary}\r\nContent-Disposition: form-data; name="{file.field}"; filename="{shown}"\r\n'
        return f"{head}Content-Type: {kind}\r\n\r\n".encode()

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the request."""
        files = sum(len(head) + file.size + 2 for head, file in zip(self._heads, self._files, strict=True))
        return {
            "Content-Type": f"multipart/form-data; boundary={self._boundary}",
            "Content-Length": str(len(self._fields) + files + len(self._tail)),
        }

    async def body(self) -> AsyncIterator[bytes]:
        """The body of the request."""
        yield self._fields
        for head, file in zip(self._heads, self._files, strict=True):
            yield head
            async for chunk in file.chunks:
                yield chunk
            yield b"\r\n"
        yield self._tail


class FileForm:
    """`multipart/form-data` of some fields and one file, whose bytes are streamed.

    `field` is the file's name in the form, `name` the one that the receiver may show.
    """

    def __init__(self, fields: Mapping[str, str], field: str, name: str, mime_type: str) -> None:
        self._boundary = secrets.token_hex(16)
        head = "".join(
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="{one}"\r\n\r\n{value}\r\n'
            for one, value in fields.items()
        )
        shown = name.translate(_ESCAPED)
        head += f'--{self._boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{shown}"\r\n'
        self._head = f"{head}Content-Type: {mime_type}\r\n\r\n".encode()
        self._tail = f"\r\n--{self._boundary}--\r\n".encode()

    def headers(self, size: int) -> dict[str, str]:
        """The headers of a request with a file of `size` bytes."""
        return {
            "Content-Type": f"multipart/form-data; boundary={self._boundary}",
            "Content-Length": str(len(self._head) + size + len(self._tail)),
        }

    async def body(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The body of the request around the file's bytes."""
        yield self._head
        async for chunk in chunks:
            yield chunk
        yield self._tail
