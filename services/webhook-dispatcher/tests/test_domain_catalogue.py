"""What external systems may ask for."""

import re
from pathlib import Path
from typing import Any

import pytest

from atd_webhook_dispatcher.domain.catalogue import LANGUAGES, TEST_TYPE, Catalogue
from atd_webhook_dispatcher.domain.catalogue_texts import DESCRIPTIONS
from atd_webhook_dispatcher.domain.expressions import check_expression
from atd_webhook_dispatcher.domain.reading import SENT

CATALOGUE = Catalogue()
DOCUMENT = Path(__file__).parents[3] / "docs/webhooks.md"
EXPRESSIONS = re.findall(r"`((?:data|has)[^`\n]* && [^`\n]*)`", DOCUMENT.read_text(encoding="utf-8"))


def test_every_type_has_words_in_every_language_and_no_words_are_left_over() -> None:
    assert set(CATALOGUE.kinds) == set(DESCRIPTIONS)
    assert all(all(kind.description[language] for language in LANGUAGES) for kind in CATALOGUE.kinds.values())


@pytest.mark.parametrize("kind", CATALOGUE.kinds.values(), ids=lambda kind: kind.type)
def test_every_type_has_examples_and_a_schema_of_what_is_sent(kind: Any) -> None:
    assert kind.examples
    for example in kind.examples:
        assert tuple(example) == SENT
        assert example["type"] == kind.type
    assert set(kind.schema["properties"]) == set(kind.schema["required"]) == set(SENT)
    assert kind.schema["properties"]["type"] == {"const": kind.type}


def test_what_concerns_nobody_outside_is_not_offered() -> None:
    assert "setting.changed" not in CATALOGUE.kinds
    assert not any(pattern.startswith("setting") for pattern in CATALOGUE.patterns)


def test_types_are_offered_by_name_by_group_and_all() -> None:
    assert {"*", "message.*", "conversation.closed", "attendant.*"} <= CATALOGUE.patterns
    assert not {TEST_TYPE, "webhook.*", "message", "*.received", "message.*.more"} & CATALOGUE.patterns
    assert {kind.type for kind in CATALOGUE.wanted(("rating.*", "message.sent"))} == {
        "rating.requested",
        "message.sent",
    }


@pytest.mark.parametrize(
    ("patterns", "path", "known"),
    [
        (("message.*",), "data.message.text", True),
        (("message.*",), "data.message.txt", False),
        (("message.*",), "data.message.attachments.url", True),
        (("message.*",), "data.message.attachments.0.url", True),
        (("message.*",), "data.message.error.code", True),
        (("message.*",), "data.conversation.channel", True),
        (("message.*",), "data.contact.name", False),
        (("message.*", "contact.*"), "data.contact.name", True),
        (("*",), "actor.name", True),
        (("*",), "source", False),
        (("*",), "id.more", False),
        (("conversation.*",), "data.conversation.channel.kind", True),
    ],
)
def test_the_fields_that_an_event_may_have_are_known(patterns: tuple[str, ...], path: str, *, known: bool) -> None:
    assert CATALOGUE.knows(patterns)(path) is known


def test_every_field_of_every_example_is_known() -> None:
    for kind in CATALOGUE.kinds.values():
        for example in kind.examples:
            missing = [path for path in _paths(example) if not kind.knows(path)]
            assert missing == [], kind.type


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_expressions_of_the_document_can_be_saved(expression: str) -> None:
    examples = [example for kind in CATALOGUE.wanted(("*",)) for example in kind.examples]
    checked = check_expression(expression, CATALOGUE.knows(("*",)), examples)
    assert isinstance(checked.matches(CATALOGUE.kinds["message.received"].example), bool)


def _paths(value: Any, path: str = "") -> list[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [f"{path}.{name}".lstrip(".") for name, _ in inner]
    below = [one for name, each in inner for one in _paths(each, f"{path}.{name}".lstrip("."))]
    return found + below
