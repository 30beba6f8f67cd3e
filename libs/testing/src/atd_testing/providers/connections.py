"""Cuts the connection of a request instead of answering it."""

import httpx
from fastapi import Response
from starlette.types import Receive, Scope, Send


class CutError(Exception):
    """The connection ends here without an answer."""


class CutConnection(Response):
    """Closes the TCP connection instead of answering; over an in-process transport it raises httpx's error for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (ASGI)
        """The ASGI interface."""
        await cut(receive)


async def cut(receive: Receive) -> None:
    """Close the connection of the request that `receive` belongs to."""
    # uvicorn's receive is a method of the request cycle, which holds the transport.
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise httpx.RemoteProtocolError("the fake cut the connection")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


class CutBody(Response):
    """Sends half of the bytes and cuts the connection."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (ASGI)
        """The ASGI interface."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await cut(receive)
