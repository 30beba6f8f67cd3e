"""No route of any service takes in silence what it does not know: the fields of a body, and the filters of a list."""

from collections.abc import Mapping

import pytest
from pydantic import BaseModel

from atd_schemas.services import GATEWAY, SERVICES
from atd_servicekit.requests import RouteInput, route_inputs
from tests.docs.web_types import applications_behind, gateway_application

LENIENT = {
    "GET /api/docs": "a page, which links lead to",
    "GET /api/events": "a page, which links lead to",
    "GET /api/v1/attachments/{attachment_id}/content": "a file, which a page may ask for anew by its own parameter",
    "HEAD /api/v1/attachments/{attachment_id}/content": "the same",
}
"""Routes with parameters that ignore others, and why."""

EVENTS = {"POST /internal/unparsed/redrive": "the body is an event, which a newer version may have given more fields"}
"""Routes whose bodies may have fields that are not known, and why."""


@pytest.fixture(scope="module")
def inputs() -> Mapping[str, Mapping[str, RouteInput]]:
    apps = {GATEWAY.name: gateway_application(), **applications_behind()}
    return {name: route_inputs(app) for name, app in apps.items()}


def test_every_service_is_looked_at(inputs: Mapping[str, Mapping[str, RouteInput]]) -> None:
    assert set(inputs) == {one.name for one in SERVICES}
    with_bodies = {name for name, routes in inputs.items() if any(one.models for one in routes.values())}
    assert with_bodies == set(inputs)
    assert "NewButton" in {one.__name__ for one in _models(inputs)}, "the parts of a body are looked at too"


def test_every_body_refuses_fields_that_it_does_not_know(inputs: Mapping[str, Mapping[str, RouteInput]]) -> None:
    open_models = sorted(one.__name__ for one in _models(inputs) if one.model_config.get("extra") != "forbid")
    assert open_models == [], "make them a `RequestBody` (atd_servicekit.requests)"


def test_every_list_refuses_parameters_that_it_does_not_know(
    inputs: Mapping[str, Mapping[str, RouteInput]],
) -> None:
    silent = sorted(
        f"{service}: {route}"
        for service, routes in inputs.items()
        for route, takes in routes.items()
        if not takes.strict and _selects(route, takes) and route not in LENIENT
    )
    assert silent == [], "they want `dependencies=[DECLARED_ONLY]` (atd_servicekit.requests)"


def _selects(route: str, takes: RouteInput) -> bool:
    """Whether the query decides what is answered: it has parameters, or it counts what a list with some has."""
    method, path = route.split(" ")
    return method in ("GET", "HEAD") and (bool(takes.query) or path.endswith(("/count", "/counts")))


def _models(inputs: Mapping[str, Mapping[str, RouteInput]]) -> set[type[BaseModel]]:
    return {
        model
        for routes in inputs.values()
        for route, takes in routes.items()
        if route not in EVENTS
        for model in takes.models
    }
