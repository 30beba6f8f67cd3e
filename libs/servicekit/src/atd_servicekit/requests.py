"""What a request may hold: nothing that its route does not know.

A field or a parameter that is ignored looks as if it had been heeded: `{"actve": false}` would leave somebody signed
in, and a misspelt filter would show too much.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, get_args

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, field_validator
from starlette.applications import Starlette

from atd_servicekit.problems import FieldError, Problem


class RequestBody(BaseModel):
    """A request's body, or a part of one: unknown fields are refused by name, errors do not repeat what was given."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class StorableBody(RequestBody):
    """A body of texts that are stored: what could not be is refused at its field."""

    @field_validator("*")
    @classmethod
    def _encodable(cls, value: object) -> object:
        """JSON can contain an unpaired surrogate, which is no Unicode text."""
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError("contains an unpaired surrogate") from None
        return value


async def refuse_unknown_parameters(request: Request) -> None:
    """Raises `Problem` 422 `unknown_filter` naming every parameter of the query that the route does not declare."""
    given = set(request.query_params)
    if not given:
        return
    unknown = sorted(given - set(_query_names(request.scope["route"].dependant)))
    if unknown:
        errors = [FieldError(name, "is not a parameter of this route") for name in unknown]
        raise Problem(422, "unknown_filter", f"Unknown parameters: {', '.join(unknown)}.", errors=errors)


DECLARED_ONLY = Depends(refuse_unknown_parameters)
"""For every list and count: `@router.get("", dependencies=[DECLARED_ONLY])`."""


@dataclass(frozen=True, slots=True)
class RouteInput:
    """What one route takes: the models of its body with all their parts, and the names of its query.

    `strict`: unknown parameters of the query are refused.
    """

    models: frozenset[type[BaseModel]] = field(default_factory=frozenset)
    query: frozenset[str] = field(default_factory=frozenset)
    strict: bool = False


def route_inputs(app: Starlette) -> dict[str, RouteInput]:
    """What every route of FastAPI's takes, by `"POST /conversations"`: for a test that looks at all of them."""
    found = {}
    for route in iter_route_contexts(list(app.routes)):
        dependant = getattr(route, "dependant", None)
        if dependant is None:
            continue
        takes = RouteInput(
            frozenset(_models(one.field_info.annotation for each in _all(dependant) for one in each.body_params)),
            frozenset(_query_names(dependant)),
            strict=any(each.call is refuse_unknown_parameters for each in _all(dependant)),
        )
        for method in route.methods or ():
            found[f"{method} {route.path}"] = takes
    return found


def _query_names(dependant: Dependant) -> Iterator[str]:
    for each in _all(dependant):
        yield from (one.alias for one in each.query_params)


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for child in dependant.dependencies:
        yield from _all(child)


def _models(annotations: Iterable[Any]) -> set[type[BaseModel]]:
    """The models among the annotations and inside of them, with those of their fields."""
    found: set[type[BaseModel]] = set()
    waiting = list(annotations)
    while waiting:
        one = waiting.pop()
        waiting.extend(get_args(one))
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in found:
            found.add(one)
            waiting.extend(each.annotation for each in one.model_fields.values())
    return found
