"""What of an event is sent."""

import time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atd_webhook_dispatcher.domain.endpoint import Shape
from atd_webhook_dispatcher.domain.shaping import (
    MOST_BODY_BYTES,
    MOST_TEMPLATE_DEPTH,
    CannotShape,
    chosen,
    paths_in,
    shaped,
    template_problems,
    value_at,
)

EVENT: dict[str, Any] = {
    "id": "e1",
    "type": "message.received",
    "data": {
        "message": {"text": "Oi", "sequence": 7, "error": None, "tags": [{"id": "a", "n": 1}, {"id": "b"}, None]},
        "changed": ["text"],
    },
}
BODY = orjson.dumps(EVENT)


def made(template: Any, event: Any = EVENT) -> Any:
    body = shaped(Shape(template=template), orjson.dumps(event))
    assert body is not None
    return orjson.loads(body)


def test_an_event_that_is_sent_whole_has_no_body_of_its_own() -> None:
    assert shaped(Shape(), BODY) is None


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        (("id",), {"id": "e1"}),
        (("data.message.text", "type"), {"type": "message.received", "data": {"message": {"text": "Oi"}}}),
        (("data.message.tags.id",), {"data": {"message": {"tags": [{"id": "a"}, {"id": "b"}, None]}}}),
        (("data.message.tags.n",), {"data": {"message": {"tags": [{"n": 1}, {}, None]}}}),
        (("data.changed", "data.changed.x"), {"data": {"changed": ["text"]}}),
        (("data.message", "data.message.text"), {"data": {"message": EVENT["data"]["message"]}}),
        (("data.message.error.code",), {"data": {"message": {"error": None}}}),
        (("data.missing", "actor.id"), {"data": {}}),
        (("id.deeper",), {}),
    ],
)
def test_chosen_fields_keep_their_nesting_and_what_is_missing_is_left_out(fields: tuple[str, ...], kept: Any) -> None:
    assert chosen(fields, EVENT) == kept
    assert shaped(Shape(fields), BODY) == orjson.dumps(kept)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.message.sequence", 7),
        ("data.message.tags.0.id", "a"),
        ("data.message.tags.9.id", None),
        ("data.changed.0", "text"),
        ("data.message.error.code", None),
        ("data.message.text.more", None),
        ("nothing", None),
    ],
)
def test_a_path_leads_to_a_value_or_to_null(path: str, value: Any) -> None:
    assert value_at(EVENT, path) == value


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ({"n": "{{ data.message.sequence }}"}, {"n": 7}),
        ({"t": "{{data.message.tags}}"}, {"t": EVENT["data"]["message"]["tags"]}),
        ({"ids": "{{ data.changed }}"}, {"ids": ["text"]}),
        ({"x": "{{ data.missing }}", "y": "<{{ data.missing }}>"}, {"x": None, "y": "<>"}),
        ({"x": '{{ data.message.error | "none" }}', "y": '<{{ data.missing|"-" }}>'}, {"x": "none", "y": "<->"}),
        ({"s": "n. {{ data.message.sequence }}: {{ data.changed }}"}, {"s": 'n. 7: ["text"]'}),
        (["{{ id }}", 1, None, True, {"deep": ["{{ type }}"]}], ["e1", 1, None, True, {"deep": ["message.received"]}]),
        ("{{ data.message.text }}", "Oi"),
        ({"{{ id }}": 1}, {"{{ id }}": 1}),
        ({"b": '{{"{{"}} id }}'}, {"b": "{{ id }}"}),
    ],
)
def test_a_template_is_filled_with_json_values(template: Any, body: Any) -> None:
    assert made(template) == body


@pytest.mark.parametrize(
    "text", ['He said "no"', "one\ntwo\r\n", "back\\slash \\u0041", "😀 é \x00\x07", "{{ id }}", "</script>", "\u2028"]
)
def test_quotes_breaks_backslashes_and_emoji_of_a_customer_keep_the_body_json(text: str) -> None:
    event = {**EVENT, "data": {"message": {"text": text}}}
    assert made({"a": "{{ data.message.text }}", "b": "<{{ data.message.text }}>"}, event) == {
        "a": text,
        "b": f"<{text}>",
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=50)
@given(JSON, st.text())
def test_whatever_a_customer_wrote_the_body_parses_and_holds_it(value: Any, around: str) -> None:
    event = {"data": {"v": value}}
    template = {"v": "{{ data.v }}", "t": f"{around.replace('{', '')} {{{{ data.v }}}}"}
    assert made(template, event)["v"] == orjson.loads(orjson.dumps(value))


def test_a_lone_surrogate_is_made_harmless() -> None:
    body = shaped(Shape(template={"half \ud83d": ["\ude00", "{{ id }}"]}), BODY)
    assert body is not None
    assert orjson.loads(body) == {"half \ufffd": ["\ufffd", "e1"]}


def test_a_body_that_is_too_large_is_refused_in_words() -> None:
    event = orjson.dumps({"data": {"text": "x" * (MOST_BODY_BYTES // 2)}})
    template = ["{{ data.text }}"] * 3
    with pytest.raises(CannotShape, match="larger than 256 kB"):
        shaped(Shape(template=template), event)
    assert shaped(Shape(template=template[:1]), event)


def test_a_small_template_cannot_make_a_body_of_many_times_the_limit() -> None:
    event = orjson.dumps({"data": {"list": ["x" * 1_000] * 200}})
    spent = []
    for _ in range(3):  # the garbage of all tests before it may be collected in one of them
        began = time.thread_time()
        with pytest.raises(CannotShape):
            shaped(Shape(template=["{{ data.list }}", "{{ data }} {{ data }}"] * 60), event)
        spent.append(time.thread_time() - began)
    assert min(spent) < 0.1


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({"a": ["{{ data.text"]}, "two closing braces are missing"),
        ({"a": "{{ data.text|none }}"}, "must stand in double quotes"),
        ("{{}}", "the name of a variable is missing"),
        ({"a": "x" * 20_000}, "at most 16384"),
        ({"a": "\ud800"}, "unpaired surrogate"),
        (["{{ id }}" * 50] * 5, "more than 200 variables"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_in_words(template: Any, words: str) -> None:
    assert any(words in problem for problem in template_problems(template))


def test_a_template_may_be_nested_so_deep_and_no_deeper() -> None:
    deep: Any = "{{ id }}"
    for _ in range(MOST_TEMPLATE_DEPTH - 1):
        deep = [deep]
    assert list(template_problems(deep)) == []
    assert any("nested more than" in problem for problem in template_problems([deep]))


def test_the_fields_that_a_shape_names_are_known() -> None:
    assert paths_in(Shape(("id", "data.x"))) == ["id", "data.x"]
    assert paths_in(Shape(template={"a": ['{{ id }} {{ data.x|"" }}', {"b": "{{ id }}"}]})) == ["id", "data.x"]
