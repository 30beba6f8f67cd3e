"""Templates: whether one may be sent, whether its parameters fit, and how it reads filled in.

Source: Meta's pages on message templates. `components` are in Meta's shape: `HEADER` (with a `format`), `BODY`,
`FOOTER`, `BUTTONS`; a variable is `{{1}}` by position, or `{{pedido}}` by name. Nothing of a template is left out:
one that has a part that cannot be sent is refused by the name of that part.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from atd_conversation.domain.channels.whatsapp.limits import FILES
from atd_conversation.domain.drafts import Composed, Draft, References, TemplateDraft, too_long
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import FileKind
from atd_schemas.contents import RenderedTemplate, TemplateContent, TemplateValues
from atd_schemas.template_parts import find_unsendable_part
from atd_schemas.views import TemplateView

MAX_VALUE = 1024
"""Characters of one parameter."""

MAX_HEADER = 60
"""Characters of a header with its parameter, which is the limit of one without."""

MAX_ADDRESS = 2000
"""Characters of a button's address with its parameter."""

MAX_CODE = 20
"""Characters of a code to copy. Meta's pages say 15 of one-time codes, and 15 or 20 of coupons."""

_NOT_IN_A_TEXT = re.compile(r"[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]| {5}")
"""What Meta refuses in a text parameter: line breaks, tabs, and more than four spaces in a row."""

NO_FLOW_TOKEN = "unused"  # noqa: S105 - Meta's own word for a form that is sent without one

MAX_FILLED = 4096
"""Characters of the body with its parameters."""

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_FILE_FORMATS: Mapping[str, FileKind] = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
# The code of a one-time button travels as an address does.
_BUTTON_TYPES = {"URL": "url", "COPY_CODE": "copy_code", "QUICK_REPLY": "quick_reply", "FLOW": "flow", "OTP": "url"}
_PLACE = "template.parameters"

_Texts = list[str] | dict[str, str]
"""Values by position, or by name."""


def compose_template(draft: Draft, references: References) -> Composed:
    """The text of the message is the filled-in body; `content.rendered` has what stands around it."""
    wanted, template = draft.template, references.template
    if wanted is None:
        raise Refusal("invalid", "is required for a message of kind template", "template")
    if draft.text:
        raise Refusal("invalid", "cannot be sent with a template", "text")
    if draft.attachment_ids:
        detail = "a template's file goes into template.parameters.header, as {'attachment_id': …}"
        raise Refusal("invalid", detail, "attachment_ids")
    if template is None:
        raise Refusal("unknown_template", "The channel has no template of this name and language.", "template.name")
    if template.status != "approved":
        because = f" ({template.reason})" if template.reason else ""
        detail = f"The template is {template.status}{because}; only approved ones can be sent."
        raise Refusal("template_not_approved", detail, "template.name")
    if (unsendable := find_unsendable_part(template.components)) is not None:
        raise Refusal("kind_not_supported", unsendable.detail, "template.name")
    shown, header = _header(wanted, template, references)
    text, body = _body(wanted, template)
    values = {"header": header, "body": body, "buttons": _buttons(wanted, template)}
    content = TemplateContent(
        name=template.name,
        language=template.language,
        parameters=TemplateValues.model_validate(values),
        rendered=RenderedTemplate(
            header=shown,
            footer=_text_of(template, "FOOTER"),
            buttons=tuple(str(button.get("text") or "") for button in _buttons_of(template)),
        ),
    )
    files = tuple(file.attachment for file in references.files)
    return Composed(kind="template", text=text, content=content, attachments=files, free=False, field_name="template")


def _component(template: TemplateView, kind: str) -> Mapping[str, Any]:
    return next((one for one in template.components if str(one.get("type")).upper() == kind), {})


def _text_of(template: TemplateView, kind: str) -> str | None:
    text = _component(template, kind).get("text")
    return text if isinstance(text, str) else None


def _buttons_of(template: TemplateView) -> Sequence[Mapping[str, Any]]:
    buttons = _component(template, "BUTTONS").get("buttons")
    return [one for one in buttons if isinstance(one, Mapping)] if isinstance(buttons, list | tuple) else []


def _header(wanted: TemplateDraft, template: TemplateView, references: References) -> tuple[str | None, Any]:
    """The header's text, filled in, and its values; no text where it is a file or there is none."""
    header_format = str(_component(template, "HEADER").get("format") or "TEXT").upper()
    if header_format in _FILE_FORMATS:
        return None, [_header_file(wanted, references, _FILE_FORMATS[header_format])]
    given, text, place = wanted.header, _text_of(template, "HEADER"), f"{_PLACE}.header"
    if not isinstance(given, Mapping) and any(not isinstance(value, str) for value in given):
        raise Refusal("wrong_parameters", "must be a text: the header of this template has no file", place)
    names = tuple(name for name in _VARIABLE.findall(text or "") if not name.isdigit())
    if names and not isinstance(given, Mapping):  # a header has one variable: which it is needs no name
        _count(place, len(given), len(names))
        given = dict(zip(names, map(str, given), strict=True))
    values = _texts(given, names or template.parameters.header, place)
    filled = _filled(text, values)
    if values and len(filled) > MAX_HEADER:
        raise too_long(place, len(filled), MAX_HEADER)
    return filled or None, values


def _header_file(wanted: TemplateDraft, references: References, kind: FileKind) -> Mapping[str, Any]:
    given, place = wanted.header, f"{_PLACE}.header"
    _count(place, len(given), 1)
    file = None if isinstance(given, Mapping) else given[0]
    if not isinstance(file, Mapping):
        raise Refusal("wrong_parameters", f"must be an uploaded {kind}, as {{'attachment_id': …}}", f"{place}[0]")
    FILES.check(references.files[0], kind, f"{place}[0].attachment_id")
    return file


def _body(wanted: TemplateDraft, template: TemplateView) -> tuple[str, _Texts]:
    place = f"{_PLACE}.body"
    values = _texts(wanted.body, template.parameters.body, place)
    text = _filled(_text_of(template, "BODY"), values)
    if len(text) > MAX_FILLED:
        raise too_long(place, len(text), MAX_FILLED)
    return text, values


def _texts(given: Sequence[Any] | Mapping[str, str], expected: int | tuple[str, ...], place: str) -> _Texts:
    """The values of a text: as many as it counts, or those of exactly its names."""
    if not given and not expected:
        return []
    if isinstance(expected, int):
        if isinstance(given, Mapping):
            raise Refusal("wrong_parameters", "must be a list: the parameters of this template are numbered", place)
        _count(place, len(given), expected)
        return [_text(value, f"{place}[{number}]") for number, value in enumerate(given)]
    if not isinstance(given, Mapping) or set(given) != set(expected):
        raise Refusal("wrong_parameters", f"must have exactly these names: {', '.join(expected)}", place)
    return {name: _text(value, f"{place}.{name}") for name, value in given.items()}


def _buttons(wanted: TemplateDraft, template: TemplateView) -> list[dict[str, Any]]:
    """Each value with the place and the type of its button.

    A plain text goes to the next button that takes a value; buttons that answer, and those that open a form, can be
    given a payload by `index`. A form is never without one: Meta refuses a template that does not name its form.
    """
    buttons, place = _buttons_of(template), f"{_PLACE}.buttons"
    needed = [number for number, button in enumerate(buttons) if _needs_value(button)]
    free = iter(needed)
    found: dict[int, dict[str, Any]] = {}
    for number, given in enumerate(wanted.buttons):
        where = f"{place}[{number}]"
        value, index = (given, None) if isinstance(given, str) else (given.get("value"), given.get("index"))
        named = None if isinstance(given, str) else given.get("type")
        index = next(free, None) if index is None else index
        if index is None or index >= len(buttons) or index in found:
            raise Refusal("wrong_parameters", "there is no button for this value", where)
        kind = _BUTTON_TYPES.get(_type_of(buttons[index]))
        if kind is None or named not in (None, kind) or (kind == "url" and index not in needed):
            raise Refusal("wrong_parameters", "this button takes no value", where)
        said = _button_value(buttons[index], str(value or ""), where)
        found[index] = {"index": index, "type": kind, "value": said}
    missing = [number for number in needed if number not in found]
    if missing:
        detail = f"the buttons {', '.join(str(one) for one in missing)} of this template need a value (counted from 0)"
        raise Refusal("wrong_parameters", detail, place)
    for index, button in enumerate(buttons):
        if _type_of(button) == "FLOW" and index not in found:
            found[index] = {"index": index, "type": "flow", "value": NO_FLOW_TOKEN}
    return [found[index] for index in sorted(found)]


def _type_of(button: Mapping[str, Any]) -> str:
    return str(button.get("type")).upper()


def _button_value(button: Mapping[str, Any], value: str, place: str) -> str:
    """The value of a button within its limit. Payloads and form tokens are no texts: they may have line breaks."""
    kind = _type_of(button)
    if kind in ("QUICK_REPLY", "FLOW"):
        return _value(value, place)
    text = _text(value, place)
    if kind in ("COPY_CODE", "OTP") and len(text) > MAX_CODE:
        raise too_long(place, len(text), MAX_CODE)
    address = _VARIABLE.sub("", str(button.get("url") or ""))
    if kind == "URL" and len(address) + len(text) > MAX_ADDRESS:
        raise too_long(place, len(text), max(0, MAX_ADDRESS - len(address)))
    return text


def _needs_value(button: Mapping[str, Any]) -> bool:
    kind = _type_of(button)
    return kind in ("COPY_CODE", "OTP") or (kind == "URL" and _VARIABLE.search(str(button.get("url"))) is not None)


def _count(place: str, given: int, expected: int) -> None:
    if given != expected:
        raise Refusal("wrong_parameters", f"this template needs {expected} values here; {given} were given", place)


def _value(value: str, place: str) -> str:
    if not value.strip():
        raise Refusal("wrong_parameters", "must not be empty", place)
    if len(value) > MAX_VALUE:
        raise too_long(place, len(value), MAX_VALUE)
    return value


def _text(value: str, place: str) -> str:
    """A value that stands in a text. Raises `Refusal` `wrong_parameters` for what Meta refuses there."""
    _value(value, place)
    if _NOT_IN_A_TEXT.search(value):
        detail = "must not have line breaks, tabs, or more than four spaces in a row"
        raise Refusal("wrong_parameters", detail, place)
    return value


def _filled(text: str | None, values: Sequence[str] | Mapping[str, str]) -> str:
    """The text with its variables replaced; one that is not known stays as it is."""
    known = values if isinstance(values, Mapping) else {str(n): value for n, value in enumerate(values, 1)}
    return _VARIABLE.sub(lambda found: known.get(found[1], found[0]), text or "")
