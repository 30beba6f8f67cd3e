"""One OpenAPI document out of many."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from atd_gateway.domain.routes import RouteTable

Document = dict[str, Any]

_COMPONENTS = "#/components/"
_VALIDATION = ("HTTPValidationError", "ValidationError")
_PROBLEM_TYPE = "application/problem+json"
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})

PROBLEM: Document = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `errors` is there for validation.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:atendimento:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "examples": ["not_found"]},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def merge_openapi(
    own: Document, services: Mapping[str, Document], table: RouteTable, needs_token: Callable[[str], bool]
) -> Document:
    """The gateway's own document with the public paths of every service.

    A path of a service is public when the route table leads there. Components of the same name and content are
    shared; a different one is renamed after its service. Every operation may answer with a `Problem`, and says
    whether it takes an access token (`needs_token` of its path).
    """
    merged: Document = {**own, "paths": {}, "components": {}}
    for service, document in {"": own, **services}.items():
        paths = document.get("paths", {})
        if service:
            paths = {path: item for path, item in paths.items() if _leads_to(table, path, service)}
        components = _reachable(document.get("components", {}), paths)
        renamed = _clashes(merged["components"], components, service)
        rewritten = _renamed({"paths": paths, "components": components}, renamed)
        for section, found in rewritten["components"].items():
            merged["components"].setdefault(section, {}).update(found)
        merged["paths"].update(rewritten["paths"])
    for path, item in merged["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                _finish(operation, takes_token=needs_token(path))
    _add_shared(merged["components"])
    merged["paths"] = dict(sorted(merged["paths"].items()))
    return merged


def _leads_to(table: RouteTable, path: str, service: str) -> bool:
    route = table.find(path)
    return route is not None and route.service == service


def _finish(operation: Document, *, takes_token: bool) -> None:
    operation["security"] = [{"bearer": []}] if takes_token else []
    responses = operation.setdefault("responses", {})
    if _is_validation(responses.get("422")):
        del responses["422"]
    responses.setdefault("default", {"$ref": "#/components/responses/Problem"})


def _is_validation(response: Document | None) -> bool:
    return response is not None and any(name in json.dumps(response) for name in _VALIDATION)


def _add_shared(components: Document) -> None:
    schemas = components.setdefault("schemas", {})
    for name in _VALIDATION:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    components["schemas"] = dict(sorted(schemas.items()))
    content = {_PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components.setdefault("responses", {})["Problem"] = {"description": "What went wrong", "content": content}
    components.setdefault("securitySchemes", {})["bearer"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "The access token of `POST /api/v1/auth/login`",
    }


def _reachable(components: Document, paths: Document) -> Document:
    """The components that the paths need, and those need."""
    wanted: set[tuple[str, str]] = set()
    pending = list(_refs(paths))
    while pending:
        section, name = pending.pop()
        if (section, name) not in wanted and name in components.get(section, {}):
            wanted.add((section, name))
            pending.extend(_refs(components[section][name]))
    found: Document = {}
    for section, name in sorted(wanted):
        found.setdefault(section, {})[name] = components[section][name]
    return found


def _clashes(taken: Document, components: Document, service: str) -> dict[str, str]:
    """New names, by reference, for components whose name is taken by something else.

    What refers to a renamed component is different from what it looks like, so it is renamed too.
    """
    present = {(section, name) for section, found in components.items() for name in found}
    shared = {(section, name) for section, name in present if name in taken.get(section, {})}
    clashing = {(section, name) for section, name in shared if taken[section][name] != components[section][name]}
    while True:
        more = {
            (section, name) for section, name in shared - clashing if clashing & set(_refs(components[section][name]))
        }
        if not more:
            break
        clashing |= more
    prefix = "".join(part.capitalize() for part in service.split("-"))
    return {f"{_COMPONENTS}{section}/{name}": f"{prefix}{name}" for section, name in clashing}


def _renamed(value: Any, renamed: Mapping[str, str], place: str = "") -> Any:
    """A copy of the document with references and component names replaced."""
    if isinstance(value, list):
        return [_renamed(one, renamed) for one in value]
    if not isinstance(value, dict):
        return value
    copy: Document = {}
    for key, inner in value.items():
        if key == "$ref" and inner in renamed:
            copy[key] = inner.rpartition("/")[0] + "/" + renamed[inner]
        elif key == "mapping" and isinstance(inner, dict):
            copy[key] = {name: _renamed({"$ref": ref}, renamed)["$ref"] for name, ref in inner.items()}
        else:
            here = f"{place}/{key}"
            name = renamed.get(f"#{here}", key) if here.count("/") == _DEPTH else key
            copy[name] = _renamed(inner, renamed, here)
    return copy


_DEPTH = 3  # /components/<section>/<name>


def _refs(value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _refs(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("$ref", "mapping"):
                for ref in [inner] if isinstance(inner, str) else inner.values() if isinstance(inner, dict) else ():
                    if isinstance(ref, str) and ref.startswith(_COMPONENTS):
                        section, _, name = ref.removeprefix(_COMPONENTS).partition("/")
                        yield section, name
            if not isinstance(inner, str):
                yield from _refs(inner)
