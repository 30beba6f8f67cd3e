"""A server that does nothing but answer: what it takes in is the driver's own ceiling.

Written on the socket, not on ASGI: it must cost less than the driver.
"""

from __future__ import annotations

import asyncio
import os
from typing import cast

import uvloop

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
_LENGTH = b"Content-Length: "


class Idle(asyncio.Protocol):
    """Reads whole requests and answers each."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        data = self._got + data
        end = data.find(b"\r\n\r\n")
        if end >= 0:
            at = data.find(_LENGTH, 0, end)
            length = int(data[at + len(_LENGTH) : data.find(b"\r\n", at)]) if at >= 0 else 0
            if len(data) >= end + 4 + length:
                self._got = data[end + 4 + length :]
                self._transport.write(_ANSWER)
                return
        self._got = data


async def serve() -> None:
    """Listen on `ATD_PORT` of loopback for ever."""
    server = await asyncio.get_running_loop().create_server(Idle, "127.0.0.1", int(os.environ["ATD_PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
