"""Serves the web client under the public origin: hashed files for ever, its page for every other path."""

import secrets
from collections.abc import Callable, Mapping, Sequence

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from atd_gateway.domain.web_client import (
    ASSETS_PREFIX,
    choose_encoding,
    is_file_or_page,
    is_not_modified,
    is_page,
    live_origin_of,
    page_policy,
    permissions_policy,
    worker_policy,
)
from atd_gateway.web_files import WebFile, WebFiles
from atd_servicekit.identity import Public
from atd_servicekit.problems import not_found

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_NONCE_BYTES = 16
_INDEX_PATHS = ("/", "/index.html")


def web_client_routes(files: WebFiles, public_url: str, sandbox: str | None) -> Sequence[BaseRoute]:
    """The routes; they come after all others.

    Args:
        files: the built client.
        public_url: the public origin.
        sandbox: origin of the sandbox, which the client may show in a frame.
    """
    public = Public("the client's program; contains no customer data")
    asset = public.mark(_Endpoint(files, public_url, sandbox, pages=False))
    other = public.mark(_Endpoint(files, public_url, sandbox, pages=True))
    return (
        _FileRoute(f"{ASSETS_PREFIX}{{file:path}}", asset, lambda _: True),
        _FileRoute("/{page:path}", other, is_file_or_page),
    )


class _FileRoute(Route):
    """A route of `GET` and `HEAD` for the paths that `belongs` names; for all others it does not exist."""

    def __init__(self, path: str, endpoint: Callable[..., object], belongs: Callable[[str], bool]) -> None:
        super().__init__(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
        self._belongs = belongs

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not self._belongs(scope["path"]):
            return Match.NONE, {}
        match, child = super().matches(scope)
        return match, {**child, "route": self}


class _Endpoint:
    """An ASGI application: what is asked for is found by its exact path, and nothing is decoded twice."""

    def __init__(self, files: WebFiles, public_url: str, sandbox: str | None, *, pages: bool) -> None:
        self._files = files
        self._pages = pages
        self._sandbox = sandbox
        self._live_origin = live_origin_of(public_url)
        self._script_headers = {"Content-Security-Policy": worker_policy(self._live_origin)}
        self._page_headers = {
            "Cache-Control": _ASK_FIRST,
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": permissions_policy(sandbox),
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        headers = Headers(scope=scope)
        file = self._files.find(path) if _is_plain(scope) else None
        if file is not None:
            response = self._file(file, headers)
        elif self._pages and (path in _INDEX_PATHS or is_page(path, headers.get("accept"))):
            response = self._page()
        else:
            missing = not_found()
            missing.headers["Cache-Control"] = "no-store"  # the next deploy may bring the file
            raise missing
        if scope["method"] == "HEAD":
            response.body = b""  # the headers are those of the answer to GET
        await response(scope, receive, send)

    def _file(self, file: WebFile, headers: Headers) -> Response:
        encoding = choose_encoding(headers.get("accept-encoding"), file.encoded)
        etag = file.etag(encoding)
        answer = {
            "Cache-Control": _FOR_EVER if file.hashed else _ASK_FIRST,
            "Cross-Origin-Resource-Policy": "same-origin",
            "ETag": etag,
            "Vary": "Accept-Encoding",
            **(self._script_headers if file.is_script else {}),
        }
        if is_not_modified(headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=answer)
        if encoding is not None:
            answer["Content-Encoding"] = encoding
        return Response(file.body(encoding), headers=answer, media_type=file.content_type)

    def _page(self) -> Response:
        """The page; without an entity tag, because the nonce makes every answer another one."""
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        policy = page_policy(nonce, self._live_origin, self._sandbox)
        headers: Mapping[str, str] = {**self._page_headers, "Content-Security-Policy": policy}
        return Response(self._files.page(nonce), headers=headers, media_type="text/html; charset=utf-8")


def _is_plain(scope: Scope) -> bool:
    """Whether the path was sent as it is. No file's name needs an encoding; what has one is somebody's experiment."""
    raw: bytes | None = scope.get("raw_path")
    return raw is None or b"%" not in raw
