"""One operation out of those that several services have under the same path.

What is equal in all services stays as it is. Schemas that differ become `oneOf` with the discriminator `kind` where
each of them has that property, and `anyOf` elsewhere; pages become one page of all kinds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from atd_gateway.domain.openapi.components import CannotMerge, Document

_SCHEMA_REF = "#/components/schemas/"
_FROM_FIRST = ("operationId", "summary", "tags")
"""What names an operation: one name is enough."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What one service says. `value` is a path item, or a part of one; `kinds` are its kinds of channel."""

    source: str
    kinds: tuple[str, ...]
    value: Any


Variants = Sequence[Variant]


def union_of_items(path: str, variants: Variants, components: Document) -> Document:
    """One path item. New components are added to `components`. Raises `CannotMerge` for what cannot be merged."""
    if len(variants) == 1:
        only: Document = variants[0].value
        return only
    merge = partial(_operation, components=components)
    return _by_key(variants, lambda method, found: merge(f"{method} {path}", found))


def _operation(name: str, variants: Variants, *, components: Document) -> Any:
    def part(key: str, found: Variants) -> Any:
        if key in _FROM_FIRST or _alike(found):
            return found[0].value
        if key == "description":
            return "\n\n".join(f"**{', '.join(one.kinds)}**: {one.value}" for one in found)
        if key == "parameters":
            return _parameters(found, len(variants))
        if key == "requestBody":
            return _body(found, components)
        if key == "responses":
            return _by_key(found, lambda _, answers: _content(answers, components))
        raise CannotMerge(f"the services differ in {key!r} of {name}")

    return _by_key(variants, part)


def _parameters(variants: Variants, services: int) -> list[Document]:
    by_name: dict[tuple[str, str], list[Variant]] = {}
    for variant in variants:
        for one in variant.value:
            by_name.setdefault((one["in"], one["name"]), []).append(replace(variant, value=one))
    merged = []
    for found in by_name.values():
        parameter = dict(found[0].value)
        schemas = _distinct([one.value.get("schema", {}) for one in found])
        if len(schemas) > 1:
            parameter["schema"] = {"anyOf": schemas}
        if parameter["in"] != "path":
            parameter["required"] = len(found) == services and all(one.value.get("required") for one in found)
        merged.append(parameter)
    return merged


def _body(variants: Variants, components: Document) -> Document:
    body: Document = _content(variants, components)
    if not all(one.value.get("required") for one in variants):
        body.pop("required", None)
    return body


def _content(variants: Variants, components: Document) -> Document:
    """A request body or an answer: the first one's, with the content of all."""
    merged = dict(variants[0].value)
    contents = [replace(one, value=one.value["content"]) for one in variants if "content" in one.value]
    if contents:
        merged["content"] = _by_key(contents, lambda _, media: _media(media, components))
    return merged


def _media(variants: Variants, components: Document) -> Document:
    schemas = [replace(one, value=one.value["schema"]) for one in variants if "schema" in one.value]
    return {**variants[0].value, "schema": _schema(schemas, components)} if schemas else variants[0].value


def _schema(variants: Variants, components: Document) -> Document:
    schemas = _distinct([one.value for one in variants])
    if len(schemas) == 1:
        return schemas[0]
    resolved = [_resolved(one.value, components) for one in variants]
    if all(_is_page(one) for one in resolved):
        return _page(variants, resolved, components)
    if all(_has_kind(one) for one in resolved):
        return _named_union(variants, _by_kind(variants, resolved), components)
    return {"anyOf": schemas}


def _page(variants: Variants, resolved: Sequence[Document], components: Document) -> Document:
    items = [
        replace(variant, value=page["properties"]["items"]["items"])
        for variant, page in zip(variants, resolved, strict=True)
    ]
    first = resolved[0]
    listed = {**first["properties"]["items"], "items": _schema(items, components)}
    return {**first, "properties": {**first["properties"], "items": listed}}


def _by_kind(variants: Variants, resolved: Sequence[Document]) -> Document:
    """`oneOf` with the schema of each kind."""
    options: list[Document] = []
    mapping: dict[str, str] = {}
    for variant, schema in zip(variants, resolved, strict=True):
        if "oneOf" in schema:
            options += schema["oneOf"]
            mapping |= schema["discriminator"]["mapping"]
            continue
        ref = variant.value.get("$ref")
        if ref is None:
            raise CannotMerge(f"{variant.source} has a schema for {', '.join(variant.kinds)} without a name")
        options.append({"$ref": ref})
        mapping |= dict.fromkeys(variant.kinds, ref)
    return {"oneOf": _distinct(options), "discriminator": {"propertyName": "kind", "mapping": mapping}}


def _named_union(variants: Variants, union: Document, components: Document) -> Document:
    """A reference to the union, as the component `Any<name of the first one>`.

    A path that only some of the services have needs a union of its own, which has the names of all in it.
    """
    names = [ref.removeprefix(_SCHEMA_REF) for one in variants if (ref := one.value.get("$ref")) is not None]
    if "$ref" not in variants[0].value:
        return union
    for name in (f"Any{names[0]}", f"Any{'Or'.join(names)}"):
        there = components["schemas"].setdefault(name, union)
        if there == union:
            return {"$ref": f"{_SCHEMA_REF}{name}"}
        if not _has_kind(there):
            break
    raise CannotMerge(f"the name {name} is taken by another component")


def _resolved(schema: Document, components: Document) -> Document:
    ref = schema.get("$ref")
    found: Document = schema if ref is None else components["schemas"][ref.removeprefix(_SCHEMA_REF)]
    return found


def _is_page(schema: Document) -> bool:
    properties = schema.get("properties", {})
    return "next_cursor" in properties and "items" in properties.get("items", {})


def _has_kind(schema: Document) -> bool:
    is_union = schema.get("discriminator", {}).get("propertyName") == "kind" and "oneOf" in schema
    return is_union or "kind" in schema.get("properties", {})


def _by_key(variants: Variants, merge: Callable[[str, Variants], Any]) -> Document:
    """Each key of the variants' objects, merged from those that have it."""
    keys = dict.fromkeys(key for variant in variants for key in variant.value)
    merged: Document = {}
    for key in keys:
        found = [replace(variant, value=variant.value[key]) for variant in variants if key in variant.value]
        merged[key] = found[0].value if _alike(found) else merge(key, found)
    return merged


def _alike(variants: Variants) -> bool:
    return all(one.value == variants[0].value for one in variants)


def _distinct(values: Sequence[Document]) -> list[Document]:
    found: list[Document] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
