"""Every event type has an example of every version, and every example can be read for ever."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import atd_schemas
from atd_schemas.envelope import Envelope
from atd_schemas.topics import (
    INBOUND_COMMENTS,
    INBOUND_EVENTS,
    Topic,
    adapter,
    encode,
    event_classes,
    event_types,
    registry,
)

EXAMPLES = Path(atd_schemas.__file__).parent / "examples"
DEAD_LETTERS = "dead-letter.v1"


def folder_of(topic: Topic) -> str:
    if topic is INBOUND_COMMENTS:  # the same events
        return INBOUND_EVENTS.name
    return DEAD_LETTERS if topic.name.endswith(f".{DEAD_LETTERS}") else topic.name


TOPICS = {folder_of(topic): topic for topic in registry()}
FILES = sorted(EXAMPLES.glob("*/*.json"))


def named(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def read(file: Path) -> tuple[Any, Envelope]:
    text = file.read_bytes()
    return json.loads(text), adapter(TOPICS[file.parent.name]).validate_json(text)


def missing_from(told: Any, heard: Any, path: str = "") -> Iterator[str]:
    """The places where `heard` lacks or changes something of `told`."""
    if isinstance(told, dict) and isinstance(heard, dict):
        for name, value in told.items():
            if name in heard:
                yield from missing_from(value, heard[name], f"{path}.{name}")
            else:
                yield f"{path}.{name} is lost"
    elif isinstance(told, list) and isinstance(heard, list) and len(told) == len(heard):
        for number, (one, other) in enumerate(zip(told, heard, strict=True)):
            yield from missing_from(one, other, f"{path}[{number}]")
    elif told != heard:
        yield f"{path} was {told!r} and is {heard!r}"


@pytest.mark.parametrize("file", FILES, ids=named)
def test_an_example_is_read_and_nothing_of_it_is_lost(file: Path) -> None:
    told, event = read(file)
    assert list(missing_from(told, json.loads(encode(event)))) == []


@pytest.mark.parametrize("file", FILES, ids=named)
def test_what_was_read_is_written_and_read_again_as_the_same(file: Path) -> None:
    _, event = read(file)
    assert adapter(TOPICS[file.parent.name]).validate_json(encode(event)) == event


@pytest.mark.parametrize("file", FILES, ids=named)
def test_an_example_is_named_after_its_type_and_version(file: Path) -> None:
    told, event = read(file)
    assert file.name.startswith(f"{told['type']}.v{event.version}.")


@pytest.mark.parametrize("folder", sorted(TOPICS))
def test_every_type_of_a_topic_has_a_full_and_every_class_a_minimal_example(folder: str) -> None:
    topic = TOPICS[folder]
    names = {file.name for file in (EXAMPLES / folder).glob("*.json")}
    assert {f"{kind}.v1.json" for kind in event_types(topic)} - names == set()
    for event_class in event_classes(topic):
        minimal = {f"{kind}.v1.minimal.json" for kind in event_types(topic, event_class)}
        assert minimal & names, f"no minimal example of {event_class.__name__}: {minimal}"


def test_every_folder_belongs_to_a_topic_and_every_file_to_one_of_its_types() -> None:
    for file in FILES:
        assert file.parent.name in TOPICS
        assert json.loads(file.read_bytes())["type"] in event_types(TOPICS[file.parent.name])


@pytest.mark.parametrize("file", [file for file in FILES if ".minimal." in file.name], ids=named)
def test_a_minimal_example_has_required_fields_only(file: Path) -> None:
    """So that a later schema which requires more cannot hide behind it."""
    told, event = read(file)
    assert optional_fields(event, told) - {"type"} == set()


def optional_fields(model: Any, told: dict[str, Any]) -> set[str]:
    """Fields of `told` that could have been left out, here and below."""
    fields = type(model).model_fields
    found = {name for name in told if not fields[name].is_required()}
    for name, value in told.items():
        if isinstance(value, dict) and hasattr(type(getattr(model, name)), "model_fields"):
            found |= optional_fields(getattr(model, name), value)
    return found
