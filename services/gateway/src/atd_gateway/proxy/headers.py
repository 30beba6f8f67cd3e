"""Which headers go to a service, and which of its headers come back (RFC 9110, section 7.6.1)."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from atd_gateway.proxy.request import PublicRequest
from atd_servicekit.tracing import current_traceparent

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_NOT_FORWARDED = _HOP_BY_HOP | {
    b"host",
    b"content-length",
    b"expect",
    b"traceparent",
    b"tracestate",
    b"baggage",
    b"x-request-id",
    b"x-real-ip",
    b"forwarded",
}
_CREDENTIALS = frozenset({b"authorization", b"cookie"})
_NOT_RETURNED = _HOP_BY_HOP | {b"server", b"date"}

HeaderList = list[tuple[str, str]]


class RequestHeaders:
    """Makes the headers of a forwarded request: the client's, and what the gateway adds about it."""

    def __init__(self, public_url: str) -> None:
        public = urlsplit(public_url)
        self._forwarded = [("X-Forwarded-Proto", public.scheme), ("X-Forwarded-Host", public.netloc)]

    def of(self, request: PublicRequest) -> HeaderList:
        """The client's headers without what is for the gateway alone, then the gateway's own."""
        keep_credentials = request.route.access == "provider"
        dropped = _NOT_FORWARDED if keep_credentials else _NOT_FORWARDED | _CREDENTIALS
        headers = request.scope["headers"]
        named = _named_by_connection(headers)
        kept = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in headers
            if name not in dropped and name not in named and not name.startswith((b"x-atd-", b"x-forwarded-"))
        ]
        return kept + self.added(request)

    def added(self, request: PublicRequest, signed_identity: str | None = None) -> HeaderList:
        """What the gateway says of a request; `signed_identity` replaces the caller's."""
        headers = [*self._forwarded, ("X-Forwarded-For", request.address)]
        request_id = (request.scope.get("state") or {}).get("request_id")
        if request_id:
            headers.append(("X-Request-Id", request_id))
        identity = signed_identity or (request.caller.signed if request.caller is not None else None)
        if identity is not None:
            headers.append(("X-Atd-Identity", identity))
        traceparent = current_traceparent()
        if traceparent:
            headers.append(("traceparent", traceparent))
        return headers


def response_headers(raw: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The service's headers that the client gets."""
    found = []
    for name, value in raw:
        lower = name.lower()
        if lower not in _NOT_RETURNED and not lower.startswith(b"x-atd-"):
            found.append((lower, value))
    return found


def _named_by_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Headers that the `Connection` header declares to be for this hop only."""
    for name, value in headers:
        if name == b"connection" and value.lower() not in (b"keep-alive", b"close"):
            return frozenset(part.strip().lower() for part in value.split(b","))
    return frozenset()
