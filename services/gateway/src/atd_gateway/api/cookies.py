"""The cookies of browsers: a refresh token for the sign-in routes, and an access token for files alone.

Scripts read neither. `<img>`, `<audio>` and `<video>` cannot send a header, so files are read by a cookie: it holds an
access token, is sent to the paths of files only, and is accepted there for reading only. Every other route knows the
`Authorization` header alone, which no foreign page can make a browser send.
"""

from starlette.responses import Response
from starlette.types import Scope

from atd_gateway.asgi import header
from atd_gateway.domain.routes import FILES_COOKIE, FILES_PATH, READING, names_a_file
from atd_gateway.settings import GatewaySettings
from atd_servicekit.problems import forbidden

REFRESH_COOKIE = "atd_refresh"
REFRESH_PATH = "/api/v1/auth"

_OWN_SITES = (b"same-origin", b"none")
"""`Sec-Fetch-Site` of our own pages, and of what the person typed or opened (Fetch Metadata, section 2.4)."""


class Cookies:
    """Sets, reads and clears both. Never sent across sites (SameSite=Strict)."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._secure = settings.public_url.startswith("https://")
        self._origins = settings.allowed_origins | {settings.public_url.rstrip("/")}
        self._refresh_seconds = int(settings.session_idle.total_seconds())
        self._access_seconds = int(settings.access_token_lifetime.total_seconds())

    def set(self, response: Response, refresh_token: str, access_token: str) -> None:
        """Keep both tokens in the browser, each as long as it is valid."""
        self._set(response, REFRESH_COOKIE, refresh_token, REFRESH_PATH, self._refresh_seconds)
        self._set(response, FILES_COOKIE, access_token, FILES_PATH, self._access_seconds)

    def clear(self, response: Response) -> None:
        """Remove both."""
        self._set(response, REFRESH_COOKIE, "", REFRESH_PATH, 0)
        self._set(response, FILES_COOKIE, "", FILES_PATH, 0)

    def refresh_token(self, scope: Scope) -> str | None:
        """The refresh token, if any. Raises `Problem` 403 when a page of a foreign origin sent it."""
        return self._read(scope, REFRESH_COOKIE)

    def files_token(self, scope: Scope) -> str | None:
        """The access token, if the request reads a file. Raises `Problem` 403 when a page of another origin sent it."""
        if scope["method"] not in READING or not _names_a_file(scope):
            return None
        token = self._read(scope, FILES_COOKIE)
        site = header(scope, b"sec-fetch-site")
        if token is not None and site is not None and site.lower() not in _OWN_SITES:
            raise forbidden("Pages of another origin must not show this file.")
        return token

    def _read(self, scope: Scope, name: str) -> str | None:
        token = _cookie(scope, name)
        origin = header(scope, b"origin")
        if token is not None and origin is not None and origin.decode("latin-1") not in self._origins:
            raise forbidden("This origin must not use the cookie.")
        return token

    def _set(self, response: Response, name: str, value: str, path: str, max_age: int) -> None:
        response.set_cookie(
            name, value, max_age=max_age, path=path, secure=self._secure, httponly=True, samesite="strict"
        )


def _names_a_file(scope: Scope) -> bool:
    """Whether the path is below that of files as it was sent: browsers compare it so, and so does the service behind.

    An encoded one is no address that the API gives out.
    """
    sent = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    return names_a_file(sent) and "%" not in sent and bool(sent == scope["path"])


def _cookie(scope: Scope, name: str) -> str | None:
    for key, value in scope["headers"]:
        if key != b"cookie":
            continue
        for part in value.decode("latin-1").split(";"):
            found, _, content = part.strip().partition("=")
            if found == name and content:
                return str(content)
    return None
