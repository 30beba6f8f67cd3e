"""Message templates of the fake Graph API, and the check of a send against its template. No I/O."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field

from atd_testing.whatsapp.builders import Json

TemplateStatus = Literal[
    "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "ARCHIVED", "LIMIT_EXCEEDED"
]

_POSITIONAL = re.compile(r"\{\{\s*([0-9]+)\s*\}\}")
_NAMED = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*)\s*\}\}")
_UNUSABLE = {"PAUSED": 132015, "DISABLED": 132016}


class Template(BaseModel):
    """One template in one language, as `GET /{waba}/message_templates` returns it."""

    id: str
    name: str
    language: str = "pt_BR"
    category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"] = "UTILITY"
    status: TemplateStatus = "APPROVED"
    parameter_format: Literal["POSITIONAL", "NAMED"] = "POSITIONAL"
    rejected_reason: str | None = None
    components: list[Json] = Field(default_factory=list)

    def component(self, kind: str) -> Json | None:
        """The component of this type (`HEADER`, `BODY`, `FOOTER`, `BUTTONS`)."""
        return next((one for one in self.components if one.get("type") == kind), None)

    def variables(self, kind: str) -> list[str]:
        """The variables in the text of this component, each once, in order."""
        text = str((self.component(kind) or {}).get("text", ""))
        pattern = _NAMED if self.parameter_format == "NAMED" else _POSITIONAL
        return list(dict.fromkeys(pattern.findall(text)))


class TemplateMismatch(Exception):
    """A send does not match its template; `code` is Meta's."""

    def __init__(self, code: int, details: str) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


def check_template(catalogue: list[Template], sent: Any) -> Template:
    """The template that a send names.

    Raises:
        TemplateMismatch: it does not exist, may not be used, or its parameters do not match.
    """
    if not isinstance(sent, dict) or not isinstance(sent.get("name"), str):
        raise TemplateMismatch(131008, "template.name is required")
    language = (sent.get("language") or {}).get("code")
    if not isinstance(language, str):
        raise TemplateMismatch(131008, "template.language.code is required")
    found = next((one for one in catalogue if (one.name, one.language) == (sent["name"], language)), None)
    if found is None:
        raise TemplateMismatch(132001, f"template name ({sent['name']}) does not exist in {language}")
    if found.status != "APPROVED":
        raise TemplateMismatch(_UNUSABLE.get(found.status, 132001), f"the template is {found.status.lower()}")
    components = sent.get("components") or []
    _check_text(found, components, "HEADER")
    _check_text(found, components, "BODY")
    _check_header_file(found, components)
    _check_buttons(found, components)
    return found


def _parameters(components: list[Json], kind: str) -> list[Json]:
    return next((list(one.get("parameters") or []) for one in components if one.get("type") == kind), [])


def _check_text(template: Template, components: list[Json], kind: str) -> None:
    if kind == "HEADER" and (template.component(kind) or {}).get("format", "TEXT") != "TEXT":
        return
    wanted, given = template.variables(kind), _parameters(components, kind.lower())
    if len(given) != len(wanted):
        place = kind.lower()
        raise TemplateMismatch(
            132000, f"{place}: number of localizable_params ({len(given)}) does not match ({len(wanted)})"
        )
    named = template.parameter_format == "NAMED"
    if named and {one.get("parameter_name") for one in given} != set(wanted):
        raise TemplateMismatch(132012, f"{kind.lower()}: the parameter names do not match those of the template")
    if not named and any("parameter_name" in one for one in given):
        raise TemplateMismatch(132012, f"{kind.lower()}: the template has positional parameters")
    for one in given:
        if one.get("type") == "text" and not str(one.get("text") or "").strip():
            raise TemplateMismatch(131008, f"{kind.lower()}: a text parameter is empty")


def _check_header_file(template: Template, components: list[Json]) -> None:
    wanted = str((template.component("HEADER") or {}).get("format", "TEXT")).lower()
    if wanted in ("text", "location"):
        return
    given = _parameters(components, "header")
    if len(given) != 1 or given[0].get("type") != wanted:
        raise TemplateMismatch(132012, f"header: Format mismatch, expected {wanted.upper()}")


def _check_buttons(template: Template, components: list[Json]) -> None:
    buttons = (template.component("BUTTONS") or {}).get("buttons", [])
    given = {str(one.get("index")): one for one in components if one.get("type") == "button"}
    for index, button in enumerate(buttons):
        wants = button.get("type") == "URL" and "{{1}}" in str(button.get("url"))
        if wants and not (given.get(str(index)) or {}).get("parameters"):
            raise TemplateMismatch(131008, f"button {index}: the address needs a parameter")
    if any(not index.isdigit() or int(index) >= len(buttons) for index in given):
        raise TemplateMismatch(132012, "button: the template has no button of that index")


def filled(template: Template, sent: Json) -> Iterator[tuple[str, str]]:
    """The texts of header, body and footer with their parameters filled in: (component, text)."""
    components = sent.get("components") or []
    for component in template.components:
        kind, text = str(component.get("type")), str(component.get("text", ""))
        if kind == "BUTTONS" or not text:
            continue
        for place, one in enumerate(_parameters(components, kind.lower()), 1):
            key = re.escape(str(one.get("parameter_name") or place))
            value = str(one.get("text", ""))
            text = re.sub(r"\{\{\s*" + key + r"\s*\}\}", lambda _, value=value: value, text)  # type: ignore[misc]
        yield kind, text
