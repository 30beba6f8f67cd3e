"""Merges the gateway's own document with the public paths of every service."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import get_args

from atd_gateway.domain.openapi.components import (
    CannotMerge,
    Document,
    add_components,
    reachable,
    without_clashes,
)
from atd_gateway.domain.openapi.union import Variant, union_of_items
from atd_gateway.domain.routes import FILES_COOKIE, READING, RouteTable, names_a_file
from atd_schemas.envelope import ActorType
from atd_schemas.refusals import FieldCode, RefusalCode

_VALIDATION = ("HTTPValidationError", "ValidationError")
_PROBLEM_TYPE = "application/problem+json"
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
_PARAMETER = re.compile(r"\{[^}]*\}")
_INTERNAL = ("/internal/", "/livez", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json")
"""Paths of services that are not public, and so are left out."""

PROBLEM: Document = {
    "title": "Problem",
    "description": (
        "RFC 9457. `code` is stable; `errors` is there for validation. A 409 `conflict` of an `If-Match` that is no "
        "longer current has `version`, and of settings, contacts and conversations `changed` and `changes` as far as "
        "they are remembered; never a value."
    ),
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:atendimento:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {
            "description": "A code of `RefusalCode` where the rules of conversations do not allow something",
            "type": "string",
            "examples": ["not_found"],
        },
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {
                        "description": "What is wrong, where that has a name",
                        "type": "string",
                        "enum": list(get_args(FieldCode)),
                    },
                    "limit": {"description": "The bound of a code `too_…`", "type": "number"},
                },
            },
        },
        "version": {"description": "Of a conflict: the current version", "type": "integer"},
        "changed": {
            "description": "Of a conflict: the fields that were changed since the version that was sent",
            "type": "array",
            "items": {"type": "string"},
        },
        "changes": {
            "description": "Of a conflict: who changed which of them, the oldest first; at most the last 20",
            "type": "array",
            "items": {"$ref": "#/components/schemas/EarlierChange"},
        },
    },
}

EARLIER_CHANGE: Document = {
    "title": "EarlierChange",
    "description": "A change since the version that was sent. `actor` is null where it is not known who made it.",
    "type": "object",
    "required": ["type", "version", "at", "fields", "actor"],
    "properties": {
        "type": {"type": "string", "examples": ["setting.changed"]},
        "version": {"description": "What it led to", "type": "integer"},
        "at": {"type": "string", "format": "date-time"},
        "fields": {"type": "array", "items": {"type": "string"}},
        "actor": {
            "type": ["object", "null"],
            "required": ["type", "id", "name"],
            "properties": {
                "type": {"type": "string", "enum": list(get_args(ActorType))},
                "id": {"type": ["string", "null"]},
                "name": {"type": ["string", "null"]},
            },
        },
    },
}

REFUSAL_CODE: Document = {
    "title": "RefusalCode",
    "description": "Why a message or a change is refused by the rules: what clients put into the reader's language.",
    "type": "string",
    "enum": list(get_args(RefusalCode)),
}


def merge_openapi(
    own: Document,
    services: Mapping[str, Document],
    table: RouteTable,
    kinds: Mapping[str, Sequence[str]],
    needs_token: Callable[[str], bool],
) -> Document:
    """The gateway's own document with the public paths of every service.

    Components of the same name and content are shared; a different one gets its service's name before its own. A path
    of the resource that several services share is shown once, with the variants of each (`kinds`: by service, the
    kinds of channel that tell them apart). Every operation may answer with a `Problem`, and says whether it takes an
    access token (`needs_token` of its path). Raises `CannotMerge` when a path or component would be left out.
    """
    components: Document = {}
    variants: dict[str, list[Variant]] = {}
    for source, document in {"gateway": own, **services}.items():
        paths = document.get("paths", {})
        if document is not own:
            paths = {path: item for path, item in paths.items() if _is_public(table, path, source)}
        paths = _finished(paths, needs_token)
        needed = reachable(document.get("components", {}), paths, source)
        paths, needed = without_clashes(components, paths, needed, source)
        add_components(components, needed, source)
        for path, item in paths.items():
            variants.setdefault(path, []).append(Variant(source, tuple(kinds.get(source, ())), item))
    _check_paths(variants, table)
    merged = {path: union_of_items(path, found, components) for path, found in sorted(variants.items())}
    components = reachable(components, merged, "the merged document")
    _add_problem(components)
    return {**own, "paths": merged, "components": components}


def _is_public(table: RouteTable, path: str, service: str) -> bool:
    """Whether the gateway forwards the path to this service. Raises `CannotMerge` when it should but does not."""
    if path.startswith(_INTERNAL):
        return False
    route = table.find(path)
    if route is None or service not in route.services:
        raise CannotMerge(f"{service} describes {path}, which the gateway does not forward to it")
    return True


def _check_paths(variants: Mapping[str, Sequence[Variant]], table: RouteTable) -> None:
    """Only the shared resource has a path in two documents, and then with the same names of parameters."""
    by_shape: dict[str, str] = {}
    for path, found in variants.items():
        route = table.find(path)
        if len(found) > 1 and (route is None or not route.is_shared):
            raise CannotMerge(f"{' and '.join(one.source for one in found)} both describe {path}")
        other = by_shape.setdefault(_PARAMETER.sub("{}", path), path)
        if other != path:
            raise CannotMerge(f"{path} and {other} differ by the name of a parameter only")


def _finished(paths: Document, needs_token: Callable[[str], bool]) -> Document:
    """A copy of the paths in which each operation says what it answers when it fails, and whether it takes a token."""
    finished: Document = deepcopy(paths)
    for path, item in finished.items():
        for method, operation in item.items():
            if method not in METHODS:
                continue
            operation["security"] = [{name: []} for name in _credentials(method, path, needs_token)]
            responses = operation.setdefault("responses", {})
            if any(name in json.dumps(responses.get("422")) for name in _VALIDATION):
                del responses["422"]
            responses.setdefault("default", {"$ref": "#/components/responses/Problem"})
    return finished


def _credentials(method: str, path: str, needs_token: Callable[[str], bool]) -> Iterable[str]:
    """The security schemes of an operation, of which any will do."""
    if needs_token(path):
        yield "bearer"
        if method.upper() in READING and names_a_file(path):
            yield "files_cookie"


def _add_problem(components: Document) -> None:
    content = {_PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    bearer = {"type": "http", "scheme": "bearer", "description": "The access token of `POST /api/v1/auth/login`"}
    cookie = {
        "type": "apiKey",
        "in": "cookie",
        "name": FILES_COOKIE,
        "description": "What a browser has after signing in with `cookie: true`, for `<img>`, `<audio>` and `<video>`",
    }
    added: Document = {
        "schemas": {"EarlierChange": EARLIER_CHANGE, "Problem": PROBLEM, "RefusalCode": REFUSAL_CODE},
        "responses": {"Problem": {"description": "What went wrong", "content": content}},
        "securitySchemes": {"bearer": bearer, "files_cookie": cookie},
    }
    add_components(components, added, "the gateway")
    components["schemas"] = dict(sorted(components["schemas"].items()))
