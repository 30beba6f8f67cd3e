"""`GET /ws`: the live stream (see `realtime/`)."""

from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from atd_gateway.asgi import address_of
from atd_gateway.domain.addresses import Networks
from atd_gateway.realtime.connection import Connection
from atd_gateway.realtime.hub import Hub
from atd_servicekit.identity import Public


class _Endpoint:
    """An ASGI application: frames go out by the tens of thousands, so nothing lies between."""

    def __init__(self, hub: Hub, trusted: Networks) -> None:
        self._hub = hub
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Connection(self._hub, address_of(scope, self._trusted), scope, receive, send).run()


def ws_route(hub: Hub, trusted: Networks) -> WebSocketRoute:
    """The route. The token comes inside: as a subprotocol, or in the first frame."""
    endpoint = Public("the access token is a subprotocol or the first frame").mark(_Endpoint(hub, trusted))
    return WebSocketRoute("/ws", endpoint)
