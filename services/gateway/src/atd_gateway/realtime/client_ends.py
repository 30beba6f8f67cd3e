"""How a client's connection begins and ends: its query, who it is, and the close that it is told."""

import asyncio
from collections.abc import Awaitable

import structlog
from starlette.types import Scope, Send

from atd_gateway.authenticator import Caller
from atd_gateway.domain.close_codes import TRY_LATER, UNAUTHENTICATED, CloseConnection
from atd_servicekit.problems import Problem

ABORT = "atd.abort"
"""Key of `scope["extensions"]` under which the server offers to cut the connection (see `server.py`)."""

_CLOSE_SECONDS = 10.0


async def answered(asked: Awaitable[Caller]) -> Caller:
    """Who the authenticator says that it is. Raises `CloseConnection` for nobody, and when that cannot be asked."""
    try:
        return await asked
    except Problem as problem:
        raise CloseConnection(UNAUTHENTICATED, problem.detail) from None
    except Exception as error:
        structlog.get_logger().warning("ws.authentication_unavailable", error=type(error).__name__)
        raise CloseConnection(TRY_LATER) from error


async def close_client(send: Send, scope: Scope, closing: CloseConnection) -> None:
    """Close with code and reason; a client that does not even read that is disconnected."""
    message = {"type": "websocket.close", "code": closing.code, "reason": closing.reason[:100]}
    try:
        await asyncio.wait_for(send(message), _CLOSE_SECONDS)
    except TimeoutError:
        abort = (scope.get("extensions") or {}).get(ABORT)
        if abort is not None:
            abort()
    except (OSError, RuntimeError):
        return  # the client disconnected or closed meanwhile


def query_value(scope: Scope, name: bytes) -> str | None:
    """The value of a parameter of the address."""
    for part in scope.get("query_string", b"").split(b"&"):
        key, _, value = part.partition(b"=")
        if key == name and value:
            text: str = value.decode("latin-1")
            return text
    return None
