"""How a call of the fake Graph API ends otherwise than well: an error of Meta's, or no answer at all."""

import asyncio
from collections.abc import Callable

import httpx
from fastapi import Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from atd_testing.whatsapp.graph_errors import error_body, http_status_of
from atd_testing.whatsapp.state import Behaviour


class RefusalError(Exception):
    """The request is answered with this Graph error."""

    def __init__(self, code: int, details: str = "", *, subcode: int | None = None) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details
        self.subcode = subcode

    def response(self) -> Response:
        """The answer that Meta gives."""
        return JSONResponse(error_body(self.code, self.details, subcode=self.subcode), http_status_of(self.code))


class CutError(Exception):
    """The connection ends here without an answer; `CutConnection` does it."""


class CutConnection(Response):
    """In place of an answer: closes the TCP connection; in-process it is httpx's error for the same."""

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


async def misbehave(behaviour: Behaviour, take: Callable[[], object]) -> Response | None:
    """What this behaviour answers; `None`: go on as usual. `take` does what was asked for."""
    if behaviour.delay_ms:
        await asyncio.sleep(behaviour.delay_ms / 1000)
    match behaviour.kind:
        case "error":
            raise RefusalError(behaviour.code, behaviour.details)
        case "cut_before":
            raise CutError
        case "cut_after":
            take()
            raise CutError
        case "garbage":
            take()
            return Response("<html>It works!</html>", 200, media_type="text/html")
        case "server_error":
            if behaviour.accept:
                take()
            return Response("<html>502 Bad Gateway</html>", 502, media_type="text/html")
        case "delay":
            return None
