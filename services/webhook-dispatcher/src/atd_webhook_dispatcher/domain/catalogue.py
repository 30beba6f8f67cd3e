"""The types of events that external systems may ask for, with JSON Schema and real examples of each. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, get_args

import orjson
from pydantic import BaseModel

from atd_schemas.topics import ATTENDANT_EVENTS, CONVERSATION_EVENTS, event_classes
from atd_webhook_dispatcher.domain.catalogue_texts import DESCRIPTIONS
from atd_webhook_dispatcher.domain.matching import ALL, is_wanted
from atd_webhook_dispatcher.domain.reading import NOT_SENT, SENT

TEST_TYPE = "webhook.test"
LANGUAGES = ("pt-BR", "en", "es")

_TOPICS = (CONVERSATION_EVENTS, ATTENDANT_EVENTS)
_TEST = {
    "id": "0195500e-00f0-7000-8000-0000000000f0",
    "type": TEST_TYPE,
    "occurred_at": "2026-03-01T12:00:00.000Z",
    "tenant_id": "0195500e-0001-7000-8000-000000001eef",
    "sequence": 0,
    "actor": {"type": "attendant", "id": "0195500e-0007-7000-8000-00000000d889", "name": "Bia Lima"},
    "data": {"message": "This is a test."},
}


@dataclass(frozen=True, slots=True)
class EventKind:
    """A type of event. `examples` are events as they are sent, `schema` is JSON Schema (2020-12) of them."""

    type: str
    examples: Sequence[Mapping[str, Any]]
    schema: Mapping[str, Any] = field(repr=False)

    @property
    def group(self) -> str:
        return self.type.partition(".")[0]

    @property
    def example(self) -> Mapping[str, Any]:
        """The one to show."""
        return self.examples[0]

    @property
    def description(self) -> Mapping[str, str]:
        """What it means, by language."""
        return dict(zip(LANGUAGES, DESCRIPTIONS[self.type], strict=True))

    def knows(self, path: str) -> bool:
        """Whether such an event may have a field: `data.message.text`."""
        return _reaches(self.schema, self.schema.get("$defs", {}), path.split("."))


class Catalogue:
    """All types, read once from the schemas that the services themselves use."""

    def __init__(self) -> None:
        self.kinds: Mapping[str, EventKind] = {kind.type: kind for kind in _kinds()}
        groups = {kind.group for kind in self.kinds.values() if kind.type != TEST_TYPE}
        asked = (kind for kind in self.kinds if kind != TEST_TYPE)
        self.patterns = frozenset((ALL, *(f"{group}.*" for group in groups), *asked))
        """What endpoints may ask for."""

    def wanted(self, patterns: tuple[str, ...]) -> list[EventKind]:
        """The types that these patterns mean."""
        return [kind for kind in self.kinds.values() if kind.type != TEST_TYPE and is_wanted(patterns, kind.type)]

    def knows(self, patterns: tuple[str, ...]) -> Callable[[str], bool]:
        """Whether an event of these patterns may have a field."""
        kinds = self.wanted(patterns)
        return lru_cache(maxsize=1_000)(lambda path: any(kind.knows(path) for kind in kinds))


def _kinds() -> Iterator[EventKind]:
    for topic in _TOPICS:
        for model in event_classes(topic):
            for event_type in _types_of(model):
                if event_type not in NOT_SENT:
                    yield EventKind(event_type, _examples(topic.name, event_type), _schema(model, event_type))
    yield EventKind(TEST_TYPE, (_TEST,), _test_schema())


def _types_of(model: type[BaseModel]) -> Sequence[str]:
    return get_args(model.model_fields["type"].annotation)


def _examples(topic: str, event_type: str) -> Sequence[Mapping[str, Any]]:
    """The examples of the newest version, the full one first."""
    folder = files("atd_schemas") / "examples" / topic
    names = sorted(
        (one.name for one in folder.iterdir() if one.name.startswith(f"{event_type}.v")),
        key=lambda name: (name.count("."), name),
    )
    records = [orjson.loads((folder / name).read_bytes()) for name in names]
    return tuple({name: record.get(name) for name in SENT} for record in records)


def _schema(model: type[BaseModel], event_type: str) -> Mapping[str, Any]:
    whole = _whole_schema(model)
    properties = {name: whole["properties"][name] for name in SENT} | {"type": {"const": event_type}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": list(SENT),
        "$defs": whole.get("$defs", {}),
    }


@lru_cache(maxsize=32)
def _whole_schema(model: type[BaseModel]) -> Any:
    return _untitled(model.model_json_schema(mode="serialization"))


def _test_schema() -> Mapping[str, Any]:
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "id": text,
            "type": {"const": TEST_TYPE},
            "occurred_at": {"type": "string", "format": "date-time"},
            "tenant_id": text,
            "sequence": {"type": "integer"},
            "actor": {"type": "object", "properties": {"type": text, "id": text, "name": text}},
            "data": {"type": "object", "properties": {"message": text}, "required": ["message"]},
        },
        "required": list(SENT),
    }


def _untitled(schema: Any) -> Any:
    """Without the titles, which repeat the names."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {key: _untitled(value) for key, value in one.items()}
        if name in ("properties", "$defs")
        else _untitled(one)
        for name, one in schema.items()
        if name != "title" or not isinstance(one, str)
    }


def _reaches(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a value of the schema may have the path; what a schema leaves open may have any."""
    if not path:
        return True
    if "$ref" in schema:
        return _reaches(definitions[schema["$ref"].rpartition("/")[2]], definitions, path)
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if any(_reaches(one, definitions, path) for one in choices):
        return True
    first, rest = path[0], path[1:]
    if first in schema.get("properties", {}):
        return _reaches(schema["properties"][first], definitions, rest)
    if schema.get("type") == "array":
        return _reaches(schema.get("items", {}), definitions, rest if first.isdecimal() else path)
    if schema.get("type") == "object":
        more = schema.get("additionalProperties", "properties" not in schema)
        return bool(more) and (more is True or _reaches(more, definitions, rest))
    return not schema
