"""Headers that every answer of the public origin carries."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_YEAR_SECONDS = 365 * 24 * 3600
_NOTHING = b"default-src 'none'; frame-ancestors 'none'"


class SecurityHeaders:
    """ASGI middleware: tells browsers to be strict. An answer's own header of the same name wins.

    `secure`: the public origin is https, so browsers may insist on it (HSTS, one year).
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._always: list[tuple[bytes, bytes]] = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"content-security-policy", _NOTHING),
        ]
        if secure:
            value = f"max-age={_YEAR_SECONDS}; includeSubDomains".encode()
            self._always.append((b"strict-transport-security", value))
        self._private = [*self._always, (b"cache-control", b"no-store")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = self._private if scope["path"].startswith("/api/v1/") else self._always

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with(message["headers"], wanted)
            await send(message)

        await self._app(scope, receive, answer)


def _with(headers: Sequence[tuple[bytes, bytes]], wanted: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    return [*headers, *(one for one in wanted if one[0] not in present)]
