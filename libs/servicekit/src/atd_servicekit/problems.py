"""HTTP errors as RFC 9457 problem details with a stable `code`.

Code that cannot go on raises a `Problem`; `install_problem_handlers` turns it, and every other error, into one
shape: `type`, `title`, `status`, `detail`, `code`, `request_id`, and `errors` for validation. An unexpected error
tells the caller nothing about itself; the log has it under the same `request_id`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atd_schemas.refusals import FieldCode
from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.mongo import is_away

PROBLEM_MEDIA_TYPE = "application/problem+json"

_CODES = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "precondition_failed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "rate_limited",
    503: "unavailable",
}

_RETRY_AFTER_FAULT = "2"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is its path (`interactive.buttons[2].title`).

    `code` says it to a client, where it is one of those that have a name; `limit` is the bound of `too_…`: characters,
    items, or the number itself.
    """

    field: str
    message: str
    code: FieldCode | None = None
    limit: float | None = None

    def view(self) -> dict[str, Any]:
        """As it stands in the problem document."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class Problem(Exception):
    """An error answer.

    `code` is stable and snake_case: clients branch on it. `detail` is a sentence for a person, and never holds a
    secret or a customer's content. `headers` are added to the answer, `members` to the problem document: what a client
    needs to go on (RFC 9457, section 3.2).
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        title: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.title = title or HTTPStatus(status).phrase
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})

    def body(self, request_id: str | None) -> dict[str, Any]:
        """The members of the problem document."""
        document: dict[str, Any] = {
            "type": f"urn:atendimento:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            document["errors"] = [error.view() for error in self.errors]
        return {**self.members, **document}


def not_found(detail: str = "Not found.") -> Problem:
    """404, also for what belongs to another tenant."""
    return Problem(404, "not_found", detail)


def conflict(detail: str, code: str = "conflict") -> Problem:
    """409: the request does not fit the present state (another version, a duplicate)."""
    return Problem(409, code, detail)


def invalid(field: str, message: str, code: str = "invalid", field_code: FieldCode | None = None) -> Problem:
    """422 for one field; a rule that has a name of its own (`window_closed`) passes it as `code`."""
    return Problem(422, code, f"{field}: {message}", errors=[FieldError(field, message, field_code)])


def too_large(limit_bytes: int) -> Problem:
    """413: the body is larger than `limit_bytes`."""
    return Problem(413, "too_large", f"The request is larger than {limit_bytes} bytes.")


def rate_limited(retry_after_s: float, detail: str = "Too many requests.") -> Problem:
    """429; `retry_after_s` in seconds, rounded up to the whole second that `Retry-After` can hold."""
    return Problem(429, "rate_limited", detail, headers={"Retry-After": str(max(1, math.ceil(retry_after_s)))})


def unauthenticated(detail: str = "Missing or invalid credentials.") -> Problem:
    """401 with `WWW-Authenticate`."""
    return Problem(401, "unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})


def forbidden(detail: str = "Permission denied.") -> Problem:
    """403: the credentials are valid, the permission is missing."""
    return Problem(403, "forbidden", detail)


def unavailable(detail: str = "The service is temporarily unavailable; try again shortly.") -> Problem:
    """503 with `Retry-After`: something behind us is away."""
    return Problem(503, "unavailable", detail, headers={"Retry-After": _RETRY_AFTER_FAULT})


def request_id_of(connection: HTTPConnection) -> str | None:
    """The request's id as the kit's middleware set it (`scope["state"]["request_id"]`), or bound to the log."""
    state = connection.scope.get("state") or {}
    found = state.get("request_id") or structlog.contextvars.get_contextvars().get("request_id")
    return None if found is None else str(found)


def problem_response(problem: Problem, request: HTTPConnection) -> Response:
    """The answer for `problem`; for code below FastAPI (raw ASGI) that has no exception handlers."""
    return Response(
        orjson.dumps(problem.body(request_id_of(request))),
        problem.status,
        headers=problem.headers,
        media_type=PROBLEM_MEDIA_TYPE,
    )


def problem_of(error: Exception) -> Problem:
    """Convert any error to the problem that the caller gets."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        code = _CODES.get(error.status_code, "error")
        return Problem(error.status_code, code, str(error.detail), headers=error.headers)
    if isinstance(error, UnicodeEncodeError):  # JSON can carry an unpaired surrogate; nothing can store it
        return Problem(422, "invalid", "A text contains an unpaired surrogate.")
    if isinstance(error, InfrastructureFault) or is_away(error):
        return unavailable()
    return Problem(500, "internal", "Internal error.")


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` as a problem.

    Call it before other middleware is added: what is added later lies outside, and sees the finished answer (it can
    set `X-Request-Id` on it, and count it).
    """
    for kind in (Problem, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)
    app.add_middleware(_UnhandledErrors)


async def _answer(request: Request, error: Exception) -> Response:
    return problem_response(problem_of(error), request)


class _UnhandledErrors:
    """Answers exceptions that no handler takes, and logs them once.

    Starlette's own place for it (a handler for `Exception`) raises the error again after answering, so that the
    server logs it a second time and outer middleware never sees an answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if started:
                raise  # half an answer is out: only cutting the connection tells the caller
            request = HTTPConnection(scope)
            problem = problem_of(error)
            _log(problem, error, request)
            await problem_response(problem, request)(scope, receive, send)


def _log(problem: Problem, error: Exception, request: HTTPConnection) -> None:
    log = structlog.get_logger().bind(
        request_id=request_id_of(request), route=route_of(request.scope), error=type(error).__name__
    )
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("request.unavailable", reason=str(error)[:300])
    elif problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request.failed", exc_info=error)
    else:
        log.info("request.refused", reason=problem.code)


def route_of(scope: Scope) -> str:
    """The route's pattern, never the path itself: it is a metric's label, and paths carry ids and sealed addresses."""
    route = scope.get("route")
    return getattr(route, "path", None) or "unknown"


def _of_validation(error: RequestValidationError) -> Problem:
    found = error.errors()
    for item in found:
        if item["type"] == "json_invalid":
            return Problem(400, "malformed_json", _where(item, error.body))
    errors = field_errors(found)
    summary = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in errors[:3])
    return Problem(422, "invalid", summary, errors=errors)


def _where(item: Mapping[str, Any], body: object) -> str:
    """The decoder's reason with line and column; never the text itself."""
    reason = str((item.get("ctx") or {}).get("error") or item["msg"])
    position = next((part for part in reversed(item["loc"]) if isinstance(part, int)), None)
    if position is None or not isinstance(body, str):
        return f"The body is not JSON: {reason}."
    before = body[:position]
    column = position - before.rfind("\n")
    return f"The body is not JSON: {reason} (line {before.count(chr(10)) + 1}, column {column})."


def field_errors(found: Sequence[Any]) -> list[FieldError]:
    """What pydantic found, field by field."""
    return [FieldError(path_of(item["loc"]), _message(item["msg"]), *_named(item)) for item in found]


_LIMITS: dict[str, tuple[FieldCode, str]] = {
    "string_too_short": ("too_short", "min_length"),
    "string_too_long": ("too_long", "max_length"),
    "too_short": ("too_few", "min_length"),
    "too_long": ("too_many", "max_length"),
    "greater_than_equal": ("too_small", "ge"),
    "greater_than": ("too_small", "gt"),
    "less_than_equal": ("too_large", "le"),
    "less_than": ("too_large", "lt"),
}
_NAMED: dict[str, FieldCode] = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "literal_error": "not_a_choice",
    "enum": "not_a_choice",
    "string_pattern_mismatch": "wrong_format",
}
_KINDS: tuple[tuple[str, FieldCode], ...] = (
    ("int_", "not_a_number"),
    ("float_", "not_a_number"),
    ("date_", "wrong_format"),
    ("datetime_", "wrong_format"),
    ("time_", "wrong_format"),
    ("timezone_", "wrong_format"),
)


def _named(item: Mapping[str, Any]) -> tuple[FieldCode | None, float | None]:
    """The code of one of pydantic's errors, and its bound."""
    kind = str(item["type"])
    if kind in _LIMITS:
        code, bound = _LIMITS[kind]
        limit = (item.get("ctx") or {}).get(bound)
        if code in ("too_short", "too_few") and limit == 1:
            return "required", None
        return code, limit if isinstance(limit, int | float) else None
    return _NAMED.get(kind) or next((code for start, code in _KINDS if kind.startswith(start)), None), None


def path_of(loc: Sequence[int | str]) -> str:
    """Where in a request something is wrong, as every answer names it: `rules[0].team_id`."""
    parts = loc[1:] if loc and loc[0] in ("body", "query", "path", "header", "cookie") else loc
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return path.removeprefix(".")


def _message(text: str) -> str:
    return text.removeprefix("Value error, ")
