"""Which service answers which public path, derived from the one list of services."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atd_schemas.services import (
    API_BODY_LIMIT_BYTES,
    CHANNELS_PREFIX,
    SERVICES,
    Access,
    PublicPrefix,
    Service,
    channel_services,
)

API_PREFIX = "/api/v1/"
SIGN_IN_PREFIX = "/api/v1/auth/"
FILES_PATH = "/api/v1/attachments"
FILES_COOKIE = "atd_files"
"""The cookie that stands for an access token where files are read, below `FILES_PATH`."""

READING = frozenset({"GET", "HEAD"})
_OPEN = frozenset({"/api/v1/client"})
"""What the client reads before anybody has signed in."""


@dataclass(frozen=True, slots=True)
class Route:
    """Everything below `prefix` is answered by one of `services`, under the same path.

    Most routes have one service. The resource that all channel services share has several: which of them answers
    depends on the request (`atd_gateway.channels`). `access` is `bearer` (an access token is checked and becomes the
    internal identity) or `provider` (forwarded unchanged: the service checks the provider's signature). `body_limit`
    is in bytes.
    """

    prefix: str
    services: tuple[str, ...]
    access: Access = "bearer"
    methods: frozenset[str] = PublicPrefix("").methods
    body_limit: int = API_BODY_LIMIT_BYTES

    @property
    def is_shared(self) -> bool:
        """Whether it is the resource over all channel services."""
        return self.prefix == CHANNELS_PREFIX

    @property
    def service(self) -> str:
        """The only service of a route that is not shared."""
        (only,) = self.services
        return only


def routes_of(services: Sequence[Service] = SERVICES) -> tuple[Route, ...]:
    """The routes of every service, and the shared one of those that connect channels."""
    routes = [
        Route(each.path, (service.name,), each.access, each.methods, each.body_limit)
        for service in services
        for each in service.prefixes
    ]
    shared = tuple(service.name for service in channel_services(services))
    return (*routes, Route(CHANNELS_PREFIX, shared)) if shared else tuple(routes)


class RouteTable:
    """Finds the route of a path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Raises `ValueError` when two routes have the same prefix."""
        self.routes = tuple(routes)
        self._by_prefix = {route.prefix: route for route in self.routes}
        if len(self._by_prefix) != len(self.routes):
            raise ValueError("two routes have the same prefix")
        self._depths = sorted({route.prefix.count("/") for route in self.routes}, reverse=True)

    def find(self, path: str) -> Route | None:
        """The route with the longest prefix of whole path segments, if any."""
        parts = path.split("/")
        for depth in self._depths:
            route = self._by_prefix.get("/".join(parts[: depth + 1]))
            if route is not None:
                return route
        return None


def names_a_file(path: str) -> bool:
    """Whether it is the path of one file, or below it: reading there takes `FILES_COOKIE` too."""
    return path.startswith(f"{FILES_PATH}/")


def needs_token(path: str, table: RouteTable) -> bool:
    """Whether a request to `path` needs an access token: of a service as its route says, of the gateway's own API."""
    route = table.find(path)
    if route is not None:
        return route.access == "bearer"
    return path.startswith(API_PREFIX) and not path.startswith(SIGN_IN_PREFIX) and path not in _OPEN
