"""How a template looks is told without Meta's words."""

from typing import Any

import pytest

from atd_ingest_whatsapp.templates.layout import layout_of
from atd_ingest_whatsapp.templates.model import parameters_of
from atd_schemas.template_parts import BUTTONS, HEADER_FORMATS
from atd_testing.whatsapp.sample_templates import sample_templates

BODY = {"type": "BODY", "text": "Oi, {{ 1 }}! Pedido {{pedido}}."}


def buttons(*listed: Any) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(listed)}


def test_every_part_is_told_with_its_placeholders() -> None:
    layout = layout_of(
        [
            {"type": "HEADER", "format": "TEXT", "text": "Aviso {{1}}"},
            BODY,
            {"type": "FOOTER", "text": "Loja"},
            buttons(
                {"type": "QUICK_REPLY", "text": "Sim"},
                {"type": "URL", "text": "Ver", "url": "https://loja.example/{{1}}"},
                {"type": "URL", "text": "Site", "url": "https://loja.example"},
                {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+5511"},
                {"type": "COPY_CODE", "example": "X"},
                {"type": "FLOW", "text": "Abrir"},
            ),
        ]
    )
    assert layout is not None
    assert layout.model_dump(mode="json") == {
        "header": {"kind": "text", "text": "Aviso {{1}}"},
        "body": "Oi, {{1}}! Pedido {{pedido}}.",
        "footer": "Loja",
        "buttons": [
            {"type": "reply", "title": "Sim", "url": None, "needs_value": False},
            {"type": "url", "title": "Ver", "url": "https://loja.example/{{1}}", "needs_value": True},
            {"type": "url", "title": "Site", "url": "https://loja.example", "needs_value": False},
            {"type": "phone", "title": "Ligar", "url": None, "needs_value": False},
            {"type": "code", "title": "", "url": None, "needs_value": True},
            {"type": "other", "title": "Abrir", "url": None, "needs_value": False},
        ],
    }


@pytest.mark.parametrize("header", sorted(HEADER_FORMATS))
def test_every_header_is_a_kind(header: str) -> None:
    layout = layout_of([{"type": "HEADER", "format": header, "text": "x"}, BODY])
    assert layout is not None
    assert layout.header is not None
    assert (layout.header.text is not None) is (layout.header.kind == "text") is (header == "TEXT")


@pytest.mark.parametrize("components", [[], [{"type": "HEADER"}], [{"type": "BUTTONS", "buttons": "x"}], [{}]])
def test_a_template_whose_texts_are_not_known_has_no_layout(components: Any) -> None:
    assert layout_of(components) is None


def test_odd_parts_do_no_harm() -> None:
    layout = layout_of(
        [{"type": "body", "text": 7}, buttons("x", {"type": None, "text": None}, *({"type": b} for b in BUTTONS))]
    )
    assert layout is not None
    assert (layout.body, layout.header, len(layout.buttons)) == ("", None, 1 + len(BUTTONS))


@pytest.mark.parametrize("template", sample_templates(), ids=lambda one: str(one.name))
def test_the_buttons_that_need_a_value_are_as_many_as_the_parameters(template: Any) -> None:
    layout = layout_of(template.components)
    assert layout is not None
    counted = parameters_of(template.components, named=template.parameter_format == "NAMED").buttons
    assert sum(one.needs_value for one in layout.buttons) == counted
