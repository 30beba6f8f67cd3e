"""What of an event is sent: chosen fields in their nesting, or a template of JSON with variables in it. Pure.

A template is any JSON value. Its texts may hold variables as prepared texts do (`atd_servicekit.text_variables`):
`{{ data.message.text }}`, `{{ actor.name | "nobody" }}`. A text that is one variable and nothing else becomes the value
itself (a number stays a number, null where it is missing); in other texts the value is put in as text. The values are
never read as a template, and the result is encoded as a whole, so a body always parses, whatever a customer wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from atd_servicekit.text_variables import Variable, mistakes_in, parsed
from atd_webhook_dispatcher.domain.endpoint import Shape

MOST_BODY_BYTES = 256 * 1024
"""Of a body that was made here."""

MOST_TEMPLATE_BYTES = 16 * 1024
MOST_TEMPLATE_DEPTH = 20
MOST_VARIABLES = 200
"""In all texts of a template."""

MOST_FIELDS = 100
MOST_FIELD_CHARACTERS = 200

_MOST_DIGITS = 9
_ABSENT = object()
FieldTree = Mapping[str, Any]


class CannotShape(Exception):
    """No body can be made of the event. The text says why in words."""


def shaped(shape: Shape, body: bytes) -> bytes | None:
    """The body to send in the place of the event's own; None where that is sent itself. Raises `CannotShape`."""
    if shape.whole:
        return None
    event = orjson.loads(body)
    made = _encoded(chosen(shape.fields, event) if shape.template is None else _Filling(event).filled(shape.template))
    if len(made) > MOST_BODY_BYTES:
        raise _too_large()
    return made


def chosen(fields: Sequence[str], event: Any) -> Any:
    """The chosen fields of an event in their nesting, of the elements of a list each; what is missing is left out."""
    return pruned(event, field_tree(tuple(fields)))


def pruned(event: Any, tree: FieldTree) -> Any:
    """What of an event is in a tree of fields."""
    found = _pruned(event, tree) if tree else {}
    return {} if found is _ABSENT else found


def template_problems(template: Any) -> Iterator[str]:
    """What keeps a template from being saved, in words, whichever events come."""
    try:
        size = len(orjson.dumps(template))
    except TypeError:
        yield "contains a text with an unpaired surrogate, or is nested too deeply"
        return
    if size > MOST_TEMPLATE_BYTES:
        yield f"has {size} bytes; at most {MOST_TEMPLATE_BYTES} are allowed"
    if _depth(template) > MOST_TEMPLATE_DEPTH:
        yield f"is nested more than {MOST_TEMPLATE_DEPTH} deep"
        return
    texts = list(_texts(template))
    for text in texts:
        for mistake in mistakes_in(text, lambda _name: True):
            yield f"{mistake.detail} (in {text[:80]!r})"
    if sum(len(parsed(text).variables) for text in texts) > MOST_VARIABLES:
        yield f"has more than {MOST_VARIABLES} variables"


def paths_in(shape: Shape) -> list[str]:
    """The fields of an event that a shape names, each once."""
    texts = () if shape.template is None else _texts(shape.template)
    named = [variable.name for text in texts for variable in parsed(text).variables]
    return list(dict.fromkeys([*shape.fields, *named]))


def value_at(event: Any, path: str) -> Any:
    """The value at a path; of a list the element that a number names, or those of all its elements. None: missing."""
    value = event
    parts = path.split(".")
    for place, part in enumerate(parts):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal():
            value = value[int(part)] if len(part) < _MOST_DIGITS and int(part) < len(value) else None
        elif isinstance(value, list):
            rest = ".".join(parts[place:])
            return [value_at(element, rest) for element in value]
        else:
            return None
    return value


@lru_cache(maxsize=4_096)
def field_tree(fields: tuple[str, ...]) -> FieldTree:
    """The fields as a tree; an empty one is all that is below."""
    tree: dict[str, Any] = {}
    for field in sorted(fields, key=lambda one: one.count("."), reverse=True):
        node = tree
        *above, last = field.split(".")
        for part in above:
            node = node.setdefault(part, {})
        node[last] = {}  # the shorter ones come last, and take all that is below them
    return tree


def _pruned(value: Any, tree: FieldTree) -> Any:
    if not tree:
        return value
    if isinstance(value, dict):
        kept = ((name, _pruned(one, tree[name])) for name, one in value.items() if name in tree)
        return {name: one for name, one in kept if one is not _ABSENT}
    if isinstance(value, list):
        return [one for one in (_pruned(element, tree) for element in value) if one is not _ABSENT]
    return _ABSENT if value is not None else None


class _Filling:
    """Fills one template. `left`: the bytes that values may still have, so that a small template cannot make much."""

    def __init__(self, event: Any) -> None:
        self._event = event
        self._left = MOST_BODY_BYTES

    def filled(self, template: Any) -> Any:
        """The template with values in the place of variables. Raises `CannotShape`."""
        if isinstance(template, dict):
            return {name: self.filled(value) for name, value in template.items()}
        if isinstance(template, list):
            return [self.filled(value) for value in template]
        return self._text(template) if isinstance(template, str) else template

    def _text(self, text: str) -> Any:
        parts = _parts(text)
        if len(parts) == 1 and isinstance(parts[0], Variable):
            value = self._value(parts[0])
            return parts[0].default if value is None else value
        return "".join(part if isinstance(part, str) else self._as_text(part) for part in parts)

    def _as_text(self, variable: Variable) -> str:
        value = self._value(variable)
        if value is None:
            return variable.default or ""
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    def _value(self, variable: Variable) -> Any:
        value = value_at(self._event, variable.name)
        if isinstance(value, str):
            self._left -= len(value)
        elif isinstance(value, dict | list):
            self._left -= len(orjson.dumps(value))
        if self._left < 0:
            raise _too_large()
        return value


def _too_large() -> CannotShape:
    return CannotShape(f"the body is larger than {MOST_BODY_BYTES // 1024} kB")


@lru_cache(maxsize=8_192)
def _parts(text: str) -> tuple[str | Variable, ...]:
    return parsed(text).parts


def _encoded(value: Any) -> bytes:
    """JSON of it; halves of surrogate pairs, which are no text, become the replacement character."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(_harmless(value))


def _harmless(value: Any) -> Any:
    if isinstance(value, dict):
        return {_harmless(name): _harmless(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_harmless(one) for one in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    for value in template.values() if isinstance(template, dict) else template if isinstance(template, list) else ():
        yield from _texts(value)


def _depth(template: Any) -> int:
    """How deep values are nested, without going deeper than matters."""
    level, depth = [template], 0
    while level and depth <= MOST_TEMPLATE_DEPTH:
        level = [
            value
            for one in level
            for value in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
        depth += 1
    return depth
