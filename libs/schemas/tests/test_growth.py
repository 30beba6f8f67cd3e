"""Schemas only grow: what a release wrote, every later one reads, and the other way round.

`data/fields.json` holds every field of every event type: its path, and what it can be (`required: string`).
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atd_schemas.topics import INBOUND_COMMENTS, Topic, adapter, event_types, registry

SNAPSHOT = Path(__file__).with_name("data") / "fields.json"
UPDATE = "ATD_UPDATE_SNAPSHOTS"

Schema = dict[str, Any]
Fields = dict[str, str]


def fields_of(topic: Topic) -> dict[str, Fields]:
    """By event type: the fields of the topic's schema, by path."""
    schema = adapter(topic).json_schema(mode="validation")
    definitions = schema.get("$defs", {})
    mapping = schema.get("discriminator", {}).get("mapping")
    if mapping is None:  # one class only
        return {kind: dict(walk(schema, definitions, "")) for kind in event_types(topic)}
    return {kind: dict(walk(resolved({"$ref": ref}, definitions), definitions, "")) for kind, ref in mapping.items()}


def resolved(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def walk(schema: Schema, definitions: dict[str, Schema], path: str) -> Iterator[tuple[str, str]]:
    required = schema.get("required", [])
    for name, value in schema.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        options = [resolved(option, definitions) for option in value.get("anyOf", [value])]
        can_be = " | ".join(sorted(kind for option in options for kind in kinds(option)))
        yield place, f"{'required' if name in required else 'optional'}: {can_be}"
        for option in options:
            inner = resolved(option.get("items", {}), definitions) if option.get("type") == "array" else option
            yield from walk(inner, definitions, place + ("[]" if inner is not option else ""))
    yield from contents(schema, definitions, path)


def contents(schema: Schema, definitions: dict[str, Schema], path: str) -> Iterator[tuple[str, str]]:
    """`content`, and its fields by the kind of message: `data.content{audio}.voice`, in any model of the kind."""
    found: dict[str, list[str]] = {}
    for option in schema.get("oneOf", []):
        inside = option["properties"]
        duty = "required" if "content" in option["required"] else "optional"
        found.setdefault(f"{path}.content", []).append(f"{duty}: object")
        for model in inside["content"]["anyOf"]:
            place = f"{path}.content{{{inside['kind']['const']}}}"
            for name, field in walk(resolved(model, definitions), definitions, place):
                found.setdefault(name, []).append(field)
    for name, fields in found.items():
        duties = {field.partition(": ")[0] for field in fields}
        can_be = sorted({one for field in fields for one in parts(field)[1]})
        yield name, f"{'optional' if 'optional' in duties else 'required'}: {' | '.join(can_be)}"


def kinds(schema: Schema) -> list[str]:
    """What a value can be: its JSON type, or each of its allowed values."""
    if "const" in schema:
        return [json.dumps(schema["const"])]
    if "enum" in schema:
        return [json.dumps(value) for value in schema["enum"]]
    form = f" ({schema['format']})" if "format" in schema else ""
    return [schema.get("type", "any") + form]


def present() -> dict[str, dict[str, Fields]]:
    """By topic; public comments have the schema of `inbound.events.v1`."""
    return {topic.name: fields_of(topic) for topic in registry() if topic is not INBOUND_COMMENTS}


def stored() -> dict[str, dict[str, Fields]]:
    found: dict[str, dict[str, Fields]] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return found


def breaches(before: dict[str, dict[str, Fields]], now: dict[str, dict[str, Fields]]) -> Iterator[str]:
    for topic, types in before.items():
        for kind, fields in types.items():
            if kind not in now.get(topic, {}):
                yield f"{topic} {kind} is gone"
                continue
            yield from broken_fields(f"{topic} {kind}", fields, now[topic][kind])


def broken_fields(name: str, before: Fields, now: Fields) -> Iterator[str]:
    for path, had in before.items():
        if path not in now:
            yield f"{name} {path} was removed or renamed"
            continue
        duty, can_be = parts(had)
        duty_now, can_be_now = parts(now[path])
        if lost := can_be - can_be_now:
            yield f"{name} {path} can no longer be {sorted(lost)}"
        if duty != duty_now:
            yield f"{name} {path} was {duty} and is {duty_now}"
    for path, has in now.items():
        above = path.rpartition(".")[0].removesuffix("[]")
        if path not in before and parts(has)[0] == "required" and (not above or above in before):
            yield f"{name} {path} is new and has no default"


def parts(field: str) -> tuple[str, set[str]]:
    duty, _, can_be = field.partition(": ")
    return duty, set(can_be.split(" | "))


def test_schemas_only_grow() -> None:
    assert list(breaches(stored(), present())) == []


def test_every_field_is_known_so_that_the_next_change_is_seen() -> None:
    if os.environ.get(UPDATE):
        assert list(breaches(stored() if SNAPSHOT.exists() else {}, present())) == []
        SNAPSHOT.write_text(json.dumps(present(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert present() == stored(), f"a schema has grown: run this test once with {UPDATE}=1 and commit {SNAPSHOT.name}"


TEXT = {"data.text": "required: string"}
BEFORE = {"t": {"e": TEXT}}


@pytest.mark.parametrize(
    ("fields", "breach"),
    [
        ({}, "removed or renamed"),
        ({"data.body": "optional: string"}, "removed or renamed"),
        ({"data.text": "required: integer"}, "can no longer be"),
        ({"data.text": "optional: string"}, "was required and is optional"),
        (TEXT | {"kind": "required: string"}, "new and has no default"),
    ],
)
def test_a_change_that_breaks_a_reader_is_found(fields: Fields, breach: str) -> None:
    assert [found for found in breaches(BEFORE, {"t": {"e": fields}}) if breach in found]


@pytest.mark.parametrize("fields", [TEXT | {"data.mood": "optional: string"}, {"data.text": "required: null | string"}])
def test_growth_is_no_breach(fields: Fields) -> None:
    assert list(breaches(BEFORE, {"t": {"e": fields}})) == []
