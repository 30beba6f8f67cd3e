"""`content` is typed by `kind`: what is read stays, what fits no model is kept, and readers see it in the schema."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from atd_schemas.content_base import Content
from atd_schemas.contents import (
    CONTENTS,
    EMPTY,
    AnswerContent,
    AskContent,
    AudioContent,
    ButtonsContent,
    ContactsContent,
    LinkContent,
    ListContent,
    LocationContent,
    MessageKind,
    OrderContent,
    OtherContent,
    PlainContent,
    StickerContent,
    TemplateContent,
    UnsupportedContent,
    content_of,
)
from atd_schemas.inbound import InboundContact, InboundMessageData
from atd_schemas.notices import ContinuedContent, MergedContent, NoticeContent, NumberChangedContent
from atd_schemas.outbound import OutboundMessageData
from atd_schemas.views import MessageView

VIEW: dict[str, Any] = {
    "id": "m1",
    "conversation_id": "c1",
    "direction": "inbound",
    "author": {"type": "contact"},
    "occurred_at": "2026-03-01T12:00:00.000Z",
    "recorded_at": "2026-03-01T12:00:00.000Z",
}
PLACE = {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": None, "url": None}
CARD = {"name": "Rui", "phones": [{"number": "1", "type": None}], "emails": [], "organization": None}
HEAD: dict[str, Any] = {"header": None, "footer": None}
WHOLE: list[tuple[MessageKind, type[Content], dict[str, Any]]] = [
    ("text", PlainContent, {"product": {"catalog_id": "c", "sku": "s"}}),
    ("text", NoticeContent, {"type": "user_id_changed"}),
    ("text", NumberChangedContent, {"type": "number_changed", "previous_phone": None, "phone": "+5511999990000"}),
    ("text", ContinuedContent, {"type": "continued_in", "conversation_id": "c2", "number": 7}),
    ("text", ContinuedContent, {"type": "continued_from", "conversation_id": "c1", "number": 3}),
    ("text", MergedContent, {"type": "contacts_merged", "merge_id": "m1", "contact_id": "p1", "name": "Ana"}),
    ("text", MergedContent, {"type": "contacts_separated", "merge_id": "m1", "contact_id": "p1", "name": None}),
    ("image", PlainContent, {"product": {"catalog_id": "c", "sku": None}}),
    ("audio", AudioContent, {"voice": True, "duration": None}),
    ("audio", AudioContent, {"voice": False, "duration": 3}),
    ("sticker", StickerContent, {"animated": True}),
    ("location", LocationContent, PLACE),
    ("contacts", ContactsContent, {"contacts": [CARD]}),
    ("contacts", ContactsContent, {"contacts": [CARD], "origin": "contact_request"}),
    ("interactive", AnswerContent, {"reply": {"id": "1", "title": "Sim", "description": None}, "form": {"a": [1]}}),
    ("interactive", ButtonsContent, {"type": "buttons", **HEAD, "buttons": [{"id": "1", "title": "Sim"}]}),
    (
        "interactive",
        ListContent,
        {"type": "list", **HEAD, "button": "Abrir", "sections": [{"title": None, "rows": []}]},
    ),
    ("interactive", LinkContent, {"type": "link", **HEAD, "title": "Abrir", "url": "https://a.example"}),
    ("interactive", AskContent, {"type": "ask_phone"}),
    (
        "template",
        TemplateContent,
        {"name": "a", "language": "pt", "parameters": {"header": [], "body": {"n": "1"}, "buttons": ["x"]}},
    ),
    (
        "order",
        OrderContent,
        {"catalog_id": None, "items": [{"sku": "s", "quantity": 2, "price": 30.5, "currency": "BRL"}]},
    ),
    ("unsupported", UnsupportedContent, {"type": "poll", "reason": None}),
]


@pytest.mark.parametrize(("kind", "model", "value"), WHOLE)
def test_a_content_is_read_by_its_kind_and_written_as_it_was(
    kind: MessageKind, model: type[Content], value: dict[str, Any]
) -> None:
    view = MessageView.model_validate({**VIEW, "kind": kind, "content": value})
    assert type(view.content) is model
    assert model in CONTENTS[kind]
    assert json.loads(view.model_dump_json())["content"] == value
    assert MessageView.model_validate_json(view.model_dump_json()) == view


@pytest.mark.parametrize("kind", get_args(MessageKind))
def test_an_empty_content_fits_every_kind(kind: MessageKind) -> None:
    for view in (MessageView(**VIEW, kind=kind), MessageView(**VIEW, kind=kind, content={})):  # type: ignore[arg-type]  # as JSON has it
        assert view.content == EMPTY
        assert json.loads(view.model_dump_json())["content"] == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("type", "buttons", "sections", "contacts", "name", "language", "parameters", "latitude", "voice", "reply")


@given(st.sampled_from(get_args(MessageKind)), st.dictionaries(st.sampled_from(NAMES), JSON))
def test_no_content_that_was_stored_makes_reading_raise(kind: MessageKind, content: dict[str, Any]) -> None:
    found = content_of(kind, content)
    if isinstance(found, OtherContent):
        assert found.model_dump() == content
    assert content_of(kind, found.model_dump()).model_dump() == found.model_dump()


def test_fields_of_a_later_version_are_ignored_and_kinds_of_one_are_kept() -> None:
    assert content_of("location", {**PLACE, "mood": 1}) == content_of("location", PLACE)
    assert content_of("hologram", {"depth": 3}).model_dump() == {"depth": 3}


@pytest.mark.parametrize("content", [None, 5, "x", []])
def test_a_content_is_an_object(content: Any) -> None:
    with pytest.raises(ValidationError):
        MessageView.model_validate({**VIEW, "kind": "text", "content": content})


@pytest.mark.parametrize("model", [MessageView, InboundMessageData, OutboundMessageData])
@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_schema_tells_the_content_of_each_kind(model: Any, mode: Any) -> None:
    schema = TypeAdapter(model).json_schema(mode=mode)
    assert [one["properties"]["kind"]["const"] for one in schema["oneOf"]] == list(get_args(MessageKind))
    for one in schema["oneOf"]:
        refs = [ref["$ref"].rpartition("/")[2] for ref in one["properties"]["content"]["anyOf"]]
        models = CONTENTS[one["properties"]["kind"]["const"]]
        assert refs == [*(each.__name__ for each in models), "EmptyContent"]
        assert set(refs) <= schema["$defs"].keys()
        assert one["required"] == (["kind", "content"] if mode == "serialization" else ["kind"])
    assert schema["$defs"]["LocationContent"]["required"] == ["latitude", "longitude"]
    assert "content" not in schema["properties"], "a generated client would intersect it with the content of the kind"


def test_a_model_is_taken_as_it_is() -> None:
    content = AudioContent(voice=True)
    data = InboundMessageData(
        account_id="a",
        account_name="Loja",
        channel="whatsapp",
        external_id="w1",
        contact=InboundContact(external_id="1"),
        kind="audio",
        content=content,
    )
    assert data.content is content


def test_values_of_a_referral_that_are_no_text_are_left_out() -> None:
    view = MessageView.model_validate({**VIEW, "kind": "text", "referral": {"source_id": "1", "body": 5, "mood": "x"}})
    assert json.loads(view.model_dump_json())["referral"] == {"source_id": "1"}
