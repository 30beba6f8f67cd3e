"""Security headers of the page, and the refusal of changes that a page of another origin asks for."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), geolocation=(self), camera=()",
}
_FAKE_PREFIXES = ("/_fake", "/v", "/_lookaside")
"""Prefixes of the fake's own routes, which programs call: their answers are the provider's, without these headers."""


def content_policy(framed_by: Sequence[str]) -> str:
    """The page's policy. `framed_by` are the origins whose pages may show it in a frame."""
    return _POLICY + " ".join(framed_by)


def origin_of(url: str) -> str:
    """Scheme and host of an address. Raises `ValueError` for what is no address of the web."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc):
        raise ValueError("must be an address such as https://host")
    return f"{parts.scheme}://{parts.netloc}"


class PageSecurity:
    """Refuses changes that another site's page asks for, and adds the headers to what is not the fake's."""

    def __init__(self, app: ASGIApp, framed_by: Sequence[str]) -> None:
        """`framed_by` are the origins whose pages may show the phone in a frame."""
        self._app = app
        self._headers = {**_HEADERS, "Content-Security-Policy": content_policy(framed_by)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD") and is_cross_origin(Headers(scope=scope)):
            await JSONResponse({"code": "foreign_origin"}, 403)(scope, receive, send)
            return
        if scope["path"].startswith(_FAKE_PREFIXES):
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def is_cross_origin(headers: Headers) -> bool:
    """Whether the browser's headers say that a page of another origin makes the request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
