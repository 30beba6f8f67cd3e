"""A form around the bytes of a file that are still to come (RFC 7578): HTTP clients would want to read them at once."""

import secrets
from collections.abc import AsyncIterator, Mapping

_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""What cannot stand in a quoted name, as browsers write it (WHATWG, "multipart/form-data")."""


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
