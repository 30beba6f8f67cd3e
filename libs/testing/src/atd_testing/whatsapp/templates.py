"""Message templates of the fake Graph API, and the check of a send against its template. No I/O."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from atd_testing.whatsapp.builders import Json

TemplateStatus = Literal[
    "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "ARCHIVED", "LIMIT_EXCEEDED"
]

_POSITIONAL = re.compile(r"\{\{\s*([0-9]+)\s*\}\}")
_NAMED = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*)\s*\}\}")
_UNUSABLE = {"PAUSED": 132015, "DISABLED": 132016}
_NOT_IN_A_TEXT = re.compile(r"[\n\r\t]| {5}")
_SENT_AS: Mapping[str, str] = {
    "URL": "url",
    "OTP": "url",
    "COPY_CODE": "copy_code",
    "QUICK_REPLY": "quick_reply",
    "FLOW": "flow",
    "CATALOG": "catalog",
    "MPM": "mpm",
    "SPM": "spm",
    "ORDER_DETAILS": "order_details",
    "REMINDER": "reminder",
    "VOICE_CALL": "voice_call",
    "BOOKING_CONFIRMATION": "booking_confirmation",
}
"""The `sub_type` of each button that a send can give something; others take nothing."""

_GIVEN_ALWAYS = ("OTP", "COPY_CODE", "FLOW", "MPM", "SPM", "ORDER_DETAILS", "REMINDER", "BOOKING_CONFIRMATION")
_COMPONENTS_GIVEN_ALWAYS = ("CAROUSEL", "LIMITED_TIME_OFFER", "ORDER_STATUS")


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
    _check_other_components(found, components)
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
        if one.get("type") == "text":
            check_text_value(kind.lower(), one.get("text"))


def _check_header_file(template: Template, components: list[Json]) -> None:
    wanted = str((template.component("HEADER") or {}).get("format", "TEXT")).lower()
    if wanted == "text":
        return
    given = _parameters(components, "header")
    if len(given) != 1 or given[0].get("type") != wanted:
        raise TemplateMismatch(132012, f"header: Format mismatch, expected {wanted.upper()}")


def _check_buttons(template: Template, components: list[Json]) -> None:
    buttons = (template.component("BUTTONS") or {}).get("buttons", [])
    given = {str(one.get("index")): one for one in components if one.get("type") == "button"}
    for index, button in enumerate(buttons):
        kind, one = str(button.get("type")), given.get(str(index))
        wants = kind in _GIVEN_ALWAYS or (kind == "URL" and "{{" in str(button.get("url")))
        if wants and (one is None or not (one.get("parameters") or kind == "FLOW")):
            raise TemplateMismatch(131008, f"buttons: Button at index {index} of type {kind} requires a parameter")
        if one is not None:
            _check_button(index, kind, one)
    if any(not index.isdigit() or int(index) >= len(buttons) for index in given):
        raise TemplateMismatch(132012, "button: the template has no button of that index")


def _check_button(index: int, kind: str, given: Json) -> None:
    if kind not in _SENT_AS:
        raise TemplateMismatch(100, f"buttons: Button at index {index} of type {kind} does not support parameters")
    if str(given.get("sub_type")).lower() != _SENT_AS[kind]:
        raise TemplateMismatch(132012, f"buttons: Button at index {index} is of type {kind}")
    for one in given.get("parameters") or []:
        if one.get("type") == "text":
            check_text_value(f"button {index}", one.get("text"))


def _check_other_components(template: Template, components: list[Json]) -> None:
    """Every part of the template that a send has to fill in is in it."""
    given = {str(one.get("type")).upper() for one in components}
    for kind in _COMPONENTS_GIVEN_ALWAYS:
        if template.component(kind) is not None and kind not in given:
            raise TemplateMismatch(132012, f"{kind.lower()}: the template needs this component")


def check_text_value(place: str, value: Any) -> None:
    """Check the text of a parameter, named or not.

    Raises:
        TemplateMismatch: it is empty, or has what a parameter may not have.
    """
    if not isinstance(value, str) or not value.strip():
        raise TemplateMismatch(131008, f"{place}: a text parameter is empty")
    if _NOT_IN_A_TEXT.search(value):
        detail = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        raise TemplateMismatch(100, detail)


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
