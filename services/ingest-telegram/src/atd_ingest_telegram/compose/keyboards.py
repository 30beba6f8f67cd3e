"""What can be tapped: answers below a text, a page, the customer's phone or place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from atd_ingest_telegram.compose.calls import CannotCompose
from atd_schemas.content_base import Content
from atd_schemas.contents import AskContent, Button, ButtonsContent, LinkContent, ListContent, Row

Language = Literal["pt-BR", "en", "es"]

CALLBACK_DATA_MAX = 64
"""Bytes."""

_SHORT = 16
_ASKED: Mapping[str, Mapping[Language, str]] = MappingProxyType(
    {
        "ask_phone": {
            "pt-BR": "📱 Enviar meu telefone",
            "en": "📱 Share my phone number",
            "es": "📱 Enviar mi teléfono",
        },
        "ask_location": {
            "pt-BR": "📍 Enviar minha localização",
            "en": "📍 Share my location",
            "es": "📍 Enviar mi ubicación",
        },
    }
)
_ASKS = {"ask_phone": "request_contact", "ask_location": "request_location"}


def keyboard_of(content: Content, *, private: bool, language: Language) -> dict[str, Any]:
    """The `reply_markup`. Raises `CannotCompose`."""
    match content:
        case ButtonsContent():
            return {"inline_keyboard": _rows([_answer(one) for one in content.buttons])}
        case ListContent():
            return {"inline_keyboard": [[_answer(row)] for section in content.sections for row in section.rows]}
        case LinkContent():
            return {"inline_keyboard": [[{"text": content.title, "url": content.url}]]}
        case AskContent():
            if not private:
                raise CannotCompose("content: a group cannot be asked for this", "private_only")
            button = {"text": _ASKED[content.type][language], _ASKS[content.type]: True}
            return {"keyboard": [[button]], "resize_keyboard": True, "one_time_keyboard": True}
        case _:
            raise CannotCompose("content.type: is none that Telegram has")


def text_with(content: Content, text: str) -> str:
    """The text of a message with something to tap: what stands around it, and what a list says of its choices."""
    if not isinstance(content, ButtonsContent | ListContent | LinkContent):
        return text
    header = content.header if isinstance(content.header, str) else None
    choices = _choices(content) if isinstance(content, ListContent) else None
    return "\n\n".join(part for part in (header, text, choices, content.footer) if part)


def _choices(content: ListContent) -> str | None:
    """Titles of sections and descriptions, which buttons have no room for."""
    if not any(section.title or any(row.description for row in section.rows) for section in content.sections):
        return None
    lines = []
    for section in content.sections:
        lines += [section.title] if section.title else []
        lines += [f"• {row.title}" + (f": {row.description}" if row.description else "") for row in section.rows]
    return "\n".join(lines)


def _answer(choice: Button | Row) -> dict[str, str]:
    """An id that Telegram would cut or refuse is refused here: the answer has to bring back the same."""
    if not 1 <= len(choice.id.encode()) <= CALLBACK_DATA_MAX:
        raise CannotCompose(f"content: an id has 1 to {CALLBACK_DATA_MAX} bytes", "button_invalid")
    return {"text": choice.title, "callback_data": choice.id}


def _rows(buttons: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Two short ones share a row."""
    rows: list[list[dict[str, str]]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and all(len(one["text"]) <= _SHORT for one in (rows[-1][0], button)):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows
