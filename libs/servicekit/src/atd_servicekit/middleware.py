"""Middleware of every HTTP request: a request id, a span, metrics, and one log line."""

import logging
import time
from http import HTTPStatus

import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atd_schemas.ids import uuid7
from atd_servicekit.metrics import Metrics
from atd_servicekit.problems import route_of
from atd_servicekit.tracing import Tracing

_QUIET_ROUTES = ("/livez", "/readyz", "/metrics")
_REQUEST_ID_LIMIT = 128


class RequestContext:
    """ASGI middleware around the whole application.

    The request id is the caller's `X-Request-Id` where it is printable and at most 128 characters, else a new
    UUIDv7; it is in every answer, every log line and `scope["state"]["request_id"]`.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        self._log = structlog.get_logger().bind()  # bound once: the lazy one is built anew for every line
        self._logs_quiet = self._log.is_enabled_for(logging.DEBUG)
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET_ROUTES:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = _request_id(headers.get(b"x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [one for one in message["headers"] if one[0].lower() != b"x-request-id"]
                headers.append((b"x-request-id", request_id.encode()))
                message["headers"] = headers
            await send(message)

        try:
            if self._tracing.enabled:
                traceparent = headers.get(b"traceparent", b"").decode("latin-1") or None
                with self._tracing.span(f"{scope['method']}", traceparent=traceparent, kind=SpanKind.SERVER) as span:
                    await self._app(scope, receive, answer)
                    span.update_name(f"{scope['method']} {route_of(scope)}")
                    span.set_attribute("http.response.status_code", status)
            else:
                await self._app(scope, receive, answer)
        finally:
            self._record(scope, status, time.perf_counter() - began, request_id)

    def _record(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        method, route = scope["method"], route_of(scope)
        requests, durations = self._children(method, route, status)
        requests.inc()
        durations.observe(seconds)
        failed, quiet = status >= HTTPStatus.INTERNAL_SERVER_ERROR, scope.get("atd.quiet")
        if quiet and not failed and not self._logs_quiet:
            return  # a webhook: even a line that is dropped costs a microsecond
        emit = self._log.warning if failed else self._log.debug if quiet else self._log.info
        emit(
            "http.request",
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 1),
            request_id=request_id,
        )

    def _children(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """The counters of a kind of answer; finding them by their labels costs more than counting."""
        found = self._counted.get((method, route, status))
        if found is None:
            metrics = self._metrics
            found = (
                metrics.http_requests.labels(method, route, str(status)),
                metrics.http_seconds.labels(method, route),
            )
            self._counted[method, route, status] = found
        return found


def _request_id(given: bytes | None) -> str:
    if given and len(given) <= _REQUEST_ID_LIMIT and given.isascii():
        text = given.decode()
        if text.isprintable():
            return text
    return uuid7()
