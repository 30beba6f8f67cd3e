"""How a template looks, in words of no provider: from Meta's components to what a client draws. Pure."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from atd_schemas.views import HeaderKind, LayoutButton, LayoutButtonType, LayoutHeader, TemplateLayout

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_HEADERS: Mapping[str, HeaderKind] = MappingProxyType(
    {"TEXT": "text", "IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "LOCATION": "location"}
)
_BUTTONS: Mapping[str, LayoutButtonType] = MappingProxyType(
    {
        "QUICK_REPLY": "reply",
        "URL": "url",
        "PHONE_NUMBER": "phone",
        "VOICE_CALL": "phone",
        "COPY_CODE": "code",
        "OTP": "code",
    }
)
_CODES = ("COPY_CODE", "OTP")


def layout_of(components: Sequence[Mapping[str, Any]]) -> TemplateLayout | None:
    """The parts of a template, placeholders as `{{1}}` or `{{name}}`; None when its texts are not known."""
    by_kind = {str(one.get("type")).upper(): one for one in reversed(components)}
    body = by_kind.get("BODY")
    if body is None:
        return None
    listed = by_kind.get("BUTTONS", {}).get("buttons")
    buttons = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list | tuple) else []
    return TemplateLayout(
        header=_header(by_kind.get("HEADER")),
        body=_text(body.get("text")) or "",
        footer=_text(by_kind.get("FOOTER", {}).get("text")),
        buttons=tuple(_button(one) for one in buttons),
    )


def _header(component: Mapping[str, Any] | None) -> LayoutHeader | None:
    if component is None:
        return None
    kind = _HEADERS.get(str(component.get("format") or "TEXT").upper(), "other")
    return LayoutHeader(kind=kind, text=_text(component.get("text")) if kind == "text" else None)


def _button(button: Mapping[str, Any]) -> LayoutButton:
    word, url = str(button.get("type")).upper(), _text(button.get("url"))
    return LayoutButton(
        type=_BUTTONS.get(word, "other"),
        title=_text(button.get("text")) or "",
        url=url if word == "URL" else None,
        needs_value=word in _CODES or (word == "URL" and url is not None and _VARIABLE.search(url) is not None),
    )


def _text(value: Any) -> str | None:
    return _VARIABLE.sub(r"{{\1}}", value) if isinstance(value, str) and value else None
