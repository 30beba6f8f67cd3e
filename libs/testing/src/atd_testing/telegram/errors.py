"""Errors of the Bot API: the shape, and the texts of Telegram's own server (tdlib/telegram-bot-api)."""

import httpx
from fastapi import Response
from fastapi.responses import JSONResponse

from atd_testing import providers
from atd_testing.telegram.state import Behaviour

WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


class BotApiError(Exception):
    """The call is answered with this error. `retry_after` is in seconds; `migrate_to` the new id of a group."""

    def __init__(
        self, code: int, description: str, *, retry_after: int | None = None, migrate_to: int | None = None
    ) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to

    def response(self) -> Response:
        """The answer: the HTTP status is the error code, and a 429 says when to come again in a header too."""
        told = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to}
        parameters = {name: value for name, value in told.items() if value is not None}
        body = {"ok": False, "error_code": self.code, "description": self.description}
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return JSONResponse(body | ({"parameters": parameters} if parameters else {}), self.code, headers)


def bad_request(words: str) -> BotApiError:
    """A 400."""
    return BotApiError(400, f"Bad Request: {words}")


def forbidden(words: str) -> BotApiError:
    """A 403."""
    return BotApiError(403, f"Forbidden: {words}")


def conflict(words: str) -> BotApiError:
    """A 409."""
    return BotApiError(409, f"Conflict: {words}")


def too_many(retry_after: int) -> BotApiError:
    """A 429."""
    return BotApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def migrated(to: int) -> BotApiError:
    """A group that has become a supergroup with this id."""
    return BotApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to=to)


def refuse(behaviour: providers.Behaviour) -> Response:
    """The answer to a call that takes a behaviour `error`."""
    code = behaviour.code
    retry_after, migrate_to = None, None
    if isinstance(behaviour, Behaviour):
        retry_after, migrate_to = behaviour.retry_after, behaviour.migrate_to
    words = behaviour.details or WORDS.get(code, "Bad Request")
    if code == httpx.codes.TOO_MANY_REQUESTS:
        retry_after = retry_after or 1
        words = behaviour.details or f"Too Many Requests: retry after {retry_after}"
    return BotApiError(code, words, retry_after=retry_after, migrate_to=migrate_to).response()
