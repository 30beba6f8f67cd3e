"""Components of an OpenAPI document: which are needed, which names clash, and how they are renamed."""

from collections.abc import Iterable, Mapping
from typing import Any

Document = dict[str, Any]
Name = tuple[str, str]
"""Section (`schemas`) and name of a component."""

_COMPONENTS = "#/components/"
_DEPTH = 3  # /components/<section>/<name>

SHARED: frozenset[Name] = frozenset({("responses", "Problem"), ("schemas", "Problem"), ("schemas", "RefusalCode")})
"""Components that the merged document adds itself."""


class CannotMerge(Exception):
    """The merged document would lack something, or say something else than a service does."""


def refs(value: Any) -> Iterable[Name]:
    """Every component that a part of a document refers to."""
    if isinstance(value, list):
        for one in value:
            yield from refs(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("$ref", "mapping"):
                for ref in [inner] if isinstance(inner, str) else inner.values() if isinstance(inner, dict) else ():
                    if isinstance(ref, str) and ref.startswith(_COMPONENTS):
                        section, _, name = ref.removeprefix(_COMPONENTS).partition("/")
                        yield section, name
            if not isinstance(inner, str):
                yield from refs(inner)


def reachable(components: Document, paths: Document, source: str) -> Document:
    """The components that the paths need, and those that these need. Raises `CannotMerge` for one that is missing."""
    wanted: set[Name] = set()
    pending = list(refs(paths))
    while pending:
        section, name = pending.pop()
        if (section, name) in wanted:
            continue
        if name not in components.get(section, {}):
            if (section, name) in SHARED:
                continue
            raise CannotMerge(f"{source} refers to {section}/{name}, which its document does not have")
        wanted.add((section, name))
        pending.extend(refs(components[section][name]))
    found: Document = {}
    for section, name in sorted(wanted):
        found.setdefault(section, {})[name] = components[section][name]
    return found


def without_clashes(taken: Document, paths: Document, components: Document, source: str) -> tuple[Document, Document]:
    """The same paths and components, where a name that is taken by other content has the service's name before it."""
    new_names = _clashes(taken, components, source)
    rewritten = _renamed({"paths": paths, "components": components}, new_names)
    if _count(rewritten["components"]) != _count(components):
        raise CannotMerge(f"{source} has two components that would get the same name")
    return rewritten["paths"], rewritten["components"]


def add_components(taken: Document, components: Document, source: str) -> None:
    """Add them to `taken`. Raises `CannotMerge` when a name is taken by other content."""
    for section, found in components.items():
        for name, content in found.items():
            if taken.setdefault(section, {}).setdefault(name, content) != content:
                raise CannotMerge(f"{source} has a component {section}/{name} that differs from another's")


def _count(components: Document) -> int:
    return sum(len(found) for found in components.values())


def _clashes(taken: Document, components: Document, source: str) -> dict[str, str]:
    """New names, by reference. What refers to a renamed component has other content too, so it is renamed as well."""
    present = {(section, name) for section, found in components.items() for name in found}
    shared = {(section, name) for section, name in present if name in taken.get(section, {})}
    clashing = {(section, name) for section, name in shared if taken[section][name] != components[section][name]}
    while True:
        more = {
            (section, name) for section, name in shared - clashing if clashing & set(refs(components[section][name]))
        }
        if not more:
            break
        clashing |= more
    prefix = "".join(part.capitalize() for part in source.split("-"))
    return {f"{_COMPONENTS}{section}/{name}": f"{prefix}{name}" for section, name in clashing}


def _renamed(value: Any, new_names: Mapping[str, str], place: str = "") -> Any:
    """A copy of the document with references and component names replaced."""
    if isinstance(value, list):
        return [_renamed(one, new_names) for one in value]
    if not isinstance(value, dict):
        return value
    copy: Document = {}
    for key, inner in value.items():
        if key == "$ref" and inner in new_names:
            copy[key] = inner.rpartition("/")[0] + "/" + new_names[inner]
        elif key == "mapping" and isinstance(inner, dict):
            copy[key] = {name: _renamed({"$ref": ref}, new_names)["$ref"] for name, ref in inner.items()}
        else:
            here = f"{place}/{key}"
            name = new_names.get(f"#{here}", key) if here.count("/") == _DEPTH else key
            copy[name] = _renamed(inner, new_names, here)
    return copy
