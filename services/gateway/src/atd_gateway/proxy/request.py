"""A public request on its way to a service."""

from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from atd_gateway.authenticator import Caller
from atd_gateway.domain.routes import Route


@dataclass(frozen=True, slots=True)
class PublicRequest:
    """One request of a route. `caller` is absent where a provider calls; `address` is the client's."""

    scope: Scope
    receive: Receive
    send: Send
    route: Route
    address: str
    caller: Caller | None = None
