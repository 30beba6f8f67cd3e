"""A route takes what it declares, and names what it does not."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel

from atd_servicekit.problems import install_problem_handlers
from atd_servicekit.requests import DECLARED_ONLY, RequestBody, RouteInput, route_inputs


class Part(BaseModel):
    colour: str


class Inner(RequestBody):
    parts: list[Part] | None = None


class Body(RequestBody):
    name: str
    by_key: dict[str, Inner]


def wanted(colour: Annotated[list[str] | None, Query()] = None, kind: Annotated[str, Query(alias="k")] = "") -> Any:
    return [colour, kind]


def app() -> FastAPI:
    inner = APIRouter(prefix="/things")

    @inner.get("", dependencies=[DECLARED_ONLY])
    async def things(found: Annotated[Any, Depends(wanted)], limit: int = 5) -> Any:
        return [*found, limit]

    @inner.post("/{thing_id}")
    async def add(thing_id: str, body: Body) -> Any:
        return [thing_id, body]

    outer = APIRouter(prefix="/api")
    outer.include_router(inner)
    made = FastAPI()
    install_problem_handlers(made)
    made.include_router(outer)
    return made


@pytest.mark.parametrize(
    ("query", "unknown"),
    [("", []), ("k=a&colour=red&colour=blue&limit=3", []), ("kind=a", ["kind"]), ("x=1&limit=2&a=&x=2", ["a", "x"])],
)
async def test_parameters_that_a_route_does_not_declare_are_refused_by_name(query: str, unknown: list[str]) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url="http://test") as client:
        answer = await client.get(f"/api/things?{query}")
    if not unknown:
        assert answer.status_code == 200
        return
    found = answer.json()
    assert (answer.status_code, found["code"]) == (422, "unknown_filter")
    assert [one["field"] for one in found["errors"]] == unknown


async def test_a_field_that_a_body_does_not_have_is_refused_by_name_and_not_repeated() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url="http://test") as client:
        answer = await client.post("/api/things/1", json={"name": "a", "by_key": {"b": {"secrt": "hunter2"}}})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [one["field"] for one in answer.json()["errors"]] == ["by_key.b.secrt"]
    assert "hunter2" not in answer.text


def test_what_routes_take_is_found_with_every_part() -> None:
    found = route_inputs(app())
    assert found["POST /api/things/{thing_id}"].models == {Body, Inner, Part}
    listed = found["GET /api/things"]
    assert listed == RouteInput(query=frozenset({"colour", "k", "limit"}), strict=True)
    assert not found["POST /api/things/{thing_id}"].strict
