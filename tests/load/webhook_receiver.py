"""A receiver of webhooks that costs as little as it can: notes when each request came, answers 204.

`python -m tests.load.webhook_receiver PORT SILENT_PORT`. Webhooks have a text that begins with `@` and the nanoseconds
at which their event was made. `GET /count` says how many came, `GET /dump` gives pairs of nanoseconds (made, came) as
64-bit integers, `GET /reset` forgets them. At the silent port it takes connections, and never answers.
"""

from __future__ import annotations

import asyncio
import sys
import time
from array import array
from typing import cast

import uvloop

from atd_testing.servers.ports import LOOPBACK

_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
_MARK = b'"text":"@'
_DIGITS = 19

_times = array("q")


class _Receiver(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own derives from nothing of asyncio

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        while (head := data.find(b"\r\n\r\n")) >= 0:
            if data.startswith(b"GET "):
                self._transport.write(_control(data))
                data = data[head + 4 :]
                continue
            at = data.lower().find(b"content-length:", 0, head)
            end = head + 4 + int(data[at + 15 : data.find(b"\r\n", at)])
            if len(data) < end:
                break
            mark = data.find(_MARK, head, end) + len(_MARK)
            if mark >= len(_MARK):
                _times.extend((int(data[mark : mark + _DIGITS]), time.time_ns()))
            self._transport.write(_ANSWER)
            data = data[end:]
        self._rest = data


class _Silent(asyncio.Protocol):
    """Takes everything and says nothing."""


def _control(request: bytes) -> bytes:
    if request.startswith(b"GET /dump "):
        body = _times.tobytes()
    else:
        if request.startswith(b"GET /reset "):
            del _times[:]
        body = str(len(_times) // 2).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def _serve(port: int, silent_port: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_server(_Receiver, LOOPBACK, port, backlog=2_048)
    await loop.create_server(_Silent, LOOPBACK, silent_port, backlog=2_048)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
