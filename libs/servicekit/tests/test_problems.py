"""Every error leaves as one problem document."""

from datetime import date
from typing import Annotated, Any, Literal

import httpx
import pytest
import structlog
from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pymongo.errors import ServerSelectionTimeoutError
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from atd_servicekit.errors import InfrastructureFault
from atd_servicekit.problems import (
    Problem,
    field_errors,
    install_problem_handlers,
    invalid,
    not_found,
    problem_response,
    rate_limited,
    too_large,
    unauthenticated,
)


class _Buttons(BaseModel):
    title: str


class _Body(BaseModel):
    name: str
    buttons: list[_Buttons] = []

    @field_validator("name")
    @classmethod
    def _not_empty(cls, value: str) -> str:
        if not value:
            raise ValueError("a name is needed")
        return value


class _RequestId:
    """Stands for the kit's middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["request_id"] = "req-1"
        await self._app(scope, receive, send)


def _raise(error: Exception) -> None:
    raise error


_ERRORS: dict[str, Exception] = {
    "missing": not_found(),
    "rate": rate_limited(1.2),
    "large": too_large(10),
    "who": unauthenticated(),
    "window": invalid("text", "the window is closed", "window_closed"),
    "http": HTTPException(418, "short and stout"),
    "bug": KeyError("secret-of-a-customer"),
    "half": UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed"),
    "fault": InfrastructureFault("kafka is away"),
    "mongo": ServerSelectionTimeoutError("no primary at 10.0.0.1"),
}


def _app() -> FastAPI:
    app = FastAPI()
    install_problem_handlers(app)
    app.add_middleware(_RequestId)

    @app.get("/errors/{name}")
    async def error(name: str) -> None:
        _raise(_ERRORS[name])

    @app.post("/things")
    async def things(body: _Body, limit: Annotated[int, Query(le=100)] = 50) -> dict[str, int]:
        return {"limit": limit}

    return app


async def _ask(method: str, path: str, **kwargs: Any) -> httpx.Response:
    transport = httpx.ASGITransport(_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, **kwargs)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("missing", 404, "not_found"),
        ("rate", 429, "rate_limited"),
        ("large", 413, "too_large"),
        ("who", 401, "unauthenticated"),
        ("window", 422, "window_closed"),
        ("http", 418, "error"),
        ("bug", 500, "internal"),
        ("half", 422, "invalid"),
        ("fault", 503, "unavailable"),
        ("mongo", 503, "unavailable"),
    ],
)
async def test_each_error_leaves_as_a_problem_with_its_code(name: str, status: int, code: str) -> None:
    answer = await _ask("GET", f"/errors/{name}")
    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] == code
    assert body["type"] == f"urn:atendimento:problem:{code}"
    assert body["request_id"] == "req-1"
    assert body["title"]


async def test_an_unforeseen_error_is_logged_once_and_tells_the_caller_nothing() -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await _ask("GET", "/errors/bug")
    assert "secret-of-a-customer" not in answer.text
    assert [(line["event"], line["error"], line["request_id"]) for line in logs] == [
        ("request.failed", "KeyError", "req-1")
    ]


async def test_the_log_tells_the_pattern_of_a_route_and_never_its_path_which_may_be_an_address_with_a_secret() -> None:
    with structlog.testing.capture_logs() as logs:
        await _ask("GET", "/errors/bug")
    assert [line["route"] for line in logs] == ["/errors/{name}"]


async def test_a_fault_around_us_invites_to_try_again() -> None:
    answer = await _ask("GET", "/errors/mongo")
    assert answer.headers["retry-after"] == "2"
    assert "10.0.0.1" not in answer.text


async def test_retry_after_is_a_whole_number_of_seconds_rounded_up() -> None:
    assert (await _ask("GET", "/errors/rate")).headers["retry-after"] == "2"


async def test_unknown_routes_and_methods_are_problems_too() -> None:
    assert (await _ask("GET", "/nowhere")).json()["code"] == "not_found"
    answer = await _ask("DELETE", "/things")
    assert answer.json()["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "POST"


async def test_validation_names_every_field_without_repeating_its_value() -> None:
    body = {"name": "", "buttons": [{"title": {"secret": "4444"}}]}
    answer = await _ask("POST", "/things?limit=1000", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert {error["field"]: error["message"] for error in answer.json()["errors"]} == {
        "limit": "Input should be less than or equal to 100",
        "name": "a name is needed",
        "buttons[0].title": "Input should be a valid string",
    }
    assert "4444" not in answer.text


async def test_malformed_json_says_where() -> None:
    headers = {"content-type": "application/json"}
    answer = await _ask("POST", "/things", content='{\n  "name": x}', headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed_json"
    assert "line 2, column 11" in answer.json()["detail"]


async def test_raw_asgi_code_can_answer_a_problem() -> None:
    request = Request({"type": "http", "headers": [], "path": "/", "state": {"request_id": "req-2"}})
    response = problem_response(Problem(409, "conflict", "twice"), request)
    assert response.status_code == 409
    assert b'"request_id":"req-2"' in bytes(response.body)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=3)] = "a"
    code: Annotated[str, StringConstraints(min_length=2, pattern="^[a-z]*$")] = "ab"
    count: Annotated[int, Field(ge=1, le=5)] = 1
    ids: Annotated[list[str], Field(min_length=2, max_length=3)] = ["a", "b"]
    kind: Literal["a", "b"] = "a"
    day: date = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("body", "code", "limit"),
    [
        ({"name": ""}, "required", None),
        ({"name": "four"}, "too_long", 3),
        ({"code": "a"}, "too_short", 2),
        ({"code": "AB"}, "wrong_format", None),
        ({"count": 0}, "too_small", 1),
        ({"count": 6}, "too_large", 5),
        ({"count": "many"}, "not_a_number", None),
        ({"ids": ["a"]}, "too_few", 2),
        ({"ids": list("abcd")}, "too_many", 3),
        ({"kind": "c"}, "not_a_choice", None),
        ({"day": "soon"}, "wrong_format", None),
        ({"more": 1}, "unknown_field", None),
        ({"name": 1}, None, None),
    ],
)
def test_what_is_wrong_with_a_field_has_a_name_and_its_bound(
    body: dict[str, Any], code: str | None, limit: float | None
) -> None:
    with pytest.raises(ValidationError) as refused:
        _Asked.model_validate(body)
    (error,) = field_errors(refused.value.errors())
    assert (error.code, error.limit) == (code, limit)
    assert set(error.view()) == {"field", "message", *(["code"] if code else []), *(["limit"] if limit else [])}
