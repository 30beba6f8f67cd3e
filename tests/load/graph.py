"""A Graph API that takes every send and costs next to nothing: what is measured is the sender.

The full fake (`atd_testing.whatsapp`) checks and remembers everything, which takes more than a send does.
`GET /_fake/status` answers how many came and when the last one did (nanoseconds of the monotonic clock).
"""

from __future__ import annotations

import itertools
import os
from time import monotonic_ns
from typing import Any

import uvicorn

_HEADERS = [(b"content-type", b"application/json")]


class Graph:
    """The application."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._sent = 0
        self._last_ns = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        while (await receive()).get("more_body", False):
            pass
        if scope["path"] == "/_fake/status":
            body = b'{"sent":%d,"last_ns":%d}' % (self._sent, self._last_ns)
        else:
            self._sent += 1
            self._last_ns = monotonic_ns()
            body = (
                b'{"messaging_product":"whatsapp","contacts":[{"input":"0","wa_id":"0"}],'
                b'"messages":[{"id":"wamid.bench%d"}]}' % next(self._numbers)
            )
        headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _live(receive: Any, send: Any) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


if __name__ == "__main__":
    uvicorn.run(
        Graph(),
        host="127.0.0.1",
        port=int(os.environ["ATD_PORT"]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
    )
