"""Which service answers what: the one table of the proxy."""

from dataclasses import dataclass
from typing import Literal

from atd_schemas.services import WEBHOOK_BODY_LIMIT_BYTES

API_BODY_LIMIT_BYTES = 1024 * 1024
"""The largest body of an API request that is handed on."""

UPLOAD_BODY_LIMIT_BYTES = 100 * 1024 * 1024 + 64 * 1024
"""A file of 100 MB and the form around it."""

Service = Literal["ingest-whatsapp", "conversation"]
Access = Literal["bearer", "provider"]


@dataclass(frozen=True, slots=True)
class Route:
    """Everything below `prefix` goes to `service`, under the same path.

    `access` is `bearer` (an access token is checked and becomes the internal identity) or `provider` (handed on
    as it is: the service checks the provider's signature itself). `body_limit` is in bytes.
    """

    prefix: str
    service: Service
    access: Access = "bearer"
    methods: frozenset[str] = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
    body_limit: int = API_BODY_LIMIT_BYTES


ROUTES: tuple[Route, ...] = (
    Route("/api/v1/channels", "ingest-whatsapp"),
    Route("/api/v1/conversations", "conversation"),
    Route("/api/v1/messages", "conversation"),
    Route("/api/v1/contacts", "conversation"),
    Route("/api/v1/attachments", "conversation", body_limit=UPLOAD_BODY_LIMIT_BYTES),
    Route(
        "/webhooks/whatsapp",
        "ingest-whatsapp",
        access="provider",
        methods=frozenset({"GET", "POST"}),
        body_limit=WEBHOOK_BODY_LIMIT_BYTES,
    ),
)


class RouteTable:
    """Finds the route of a path."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        """Raises `ValueError` when two routes want the same prefix."""
        self._by_prefix = {route.prefix: route for route in routes}
        if len(self._by_prefix) != len(routes):
            raise ValueError("two routes have the same prefix")
        self._depths = sorted({route.prefix.count("/") for route in routes}, reverse=True)

    def find(self, path: str) -> Route | None:
        """The route with the longest prefix of whole path segments, if any."""
        parts = path.split("/")
        for depth in self._depths:
            route = self._by_prefix.get("/".join(parts[: depth + 1]))
            if route is not None:
                return route
        return None
