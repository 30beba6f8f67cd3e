"""Interactive messages: answers to tap, a list of choices, a link, the question for a place or a number."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from atd_conversation.domain.channels.whatsapp.files import check_file
from atd_conversation.domain.channels.whatsapp.limits import BUTTONS, INTERACTIVE, LINK, LIST
from atd_conversation.domain.drafts import Composed, Draft, References, too_long
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import content_of

_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "buttons": ("header", "footer", "buttons"),
        "list": ("header", "footer", "button", "sections"),
        "link": ("header", "footer", "title", "url"),
        "ask_location": (),
        "ask_phone": (),
    }
)


def compose_interactive(draft: Draft, references: References) -> Composed:
    """The body of the message is the draft's text."""
    content = {name: value for name, value in draft.content.items() if value is not None}
    kind = content["type"]
    if draft.attachment_ids:
        detail = "a file above buttons goes into interactive.header, as {'attachment_id': …}"
        raise Refusal("invalid", detail, "attachment_ids")
    for name in content:
        if name != "type" and name not in _FIELDS[kind]:
            raise Refusal("invalid", f"does not belong to the type {kind}", f"interactive.{name}")
    _required("text", draft.text, LIST.body_max if kind == "list" else INTERACTIVE.body_max)
    _header(content, references)
    if "footer" in content:
        _required("interactive.footer", content["footer"], INTERACTIVE.footer_max)
    _CHECKS[kind](content)
    made = content_of("interactive", {"type": kind, **{name: content.get(name) for name in _FIELDS[kind]}})
    files = tuple(file.attachment for file in references.files)
    return Composed(kind="interactive", text=draft.text, content=made, attachments=files, field_name="interactive")


def _required(field_name: str, text: Any, limit: int) -> None:
    """Raises `Refusal` when a text is missing or too long."""
    if not isinstance(text, str) or not text.strip():
        raise Refusal("invalid", "must not be empty", field_name)
    if len(text) > limit:
        raise too_long(field_name, len(text), limit)


def _header(content: Mapping[str, Any], references: References) -> None:
    header = content.get("header")
    if header is None:
        return
    if isinstance(header, str):
        _required("interactive.header", header, INTERACTIVE.header_max)
        return
    if content["type"] == "list":
        raise Refusal("invalid", "the header of a list must be text", "interactive.header")
    kind = check_file(references.files[0], None, "interactive.header.attachment_id")
    if kind not in INTERACTIVE.header_files:
        detail = f"a header can be {', '.join(INTERACTIVE.header_files)}; this file is sent as {kind}"
        raise Refusal("unsupported_type", detail, "interactive.header.attachment_id")


def _buttons(content: Mapping[str, Any]) -> None:
    buttons = _some(content, "buttons", BUTTONS.max)
    places = [(f"interactive.buttons[{number}]", button) for number, button in enumerate(buttons)]
    for place, button in places:
        _required(f"{place}.id", button["id"], BUTTONS.id_max)
        _required(f"{place}.title", button["title"], BUTTONS.title_max)
    _distinct("id", places)
    _distinct("title", places)


def _list(content: Mapping[str, Any]) -> None:
    _required("interactive.button", content.get("button"), LIST.button_max)
    sections = _some(content, "sections", LIST.sections_max)
    for number, section in enumerate(sections):
        title = section.get("title")
        if title is not None or len(sections) > 1:
            _required(f"interactive.sections[{number}].title", title, LIST.section_title_max)
        if not section["rows"]:
            raise Refusal("invalid", "must not be empty", f"interactive.sections[{number}].rows")
    rows = list(_rows(sections))
    for place, row in rows:
        _required(f"{place}.id", row["id"], LIST.id_max)
        _required(f"{place}.title", row["title"], LIST.title_max)
        if row.get("description") is not None:
            _required(f"{place}.description", row["description"], LIST.description_max)
    if len(rows) > LIST.rows_max:
        detail = f"a list has at most {LIST.rows_max} rows in total; {len(rows)} were given"
        raise Refusal("too_many", detail, "interactive.sections")
    _distinct("id", rows)


def _rows(sections: list[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, section in enumerate(sections):
        for at, row in enumerate(section["rows"]):
            yield f"interactive.sections[{number}].rows[{at}]", row


def _link(content: Mapping[str, Any]) -> None:
    _required("interactive.title", content.get("title"), LINK.title_max)
    _required("interactive.url", content.get("url"), LINK.url_max)
    if not content["url"].startswith(("https://", "http://")):
        raise Refusal("invalid", "must begin with https:// or http://", "interactive.url")


def _nothing(_: Mapping[str, Any]) -> None:
    """Nothing beside the text."""


def _some(content: Mapping[str, Any], name: str, limit: int) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = content.get(name) or []
    if not found:
        raise Refusal("invalid", "must not be empty", f"interactive.{name}")
    if len(found) > limit:
        raise Refusal("too_many", f"at most {limit} are allowed; {len(found)} were given", f"interactive.{name}")
    return found


def _distinct(name: str, places: list[tuple[str, Mapping[str, Any]]]) -> None:
    """An answer names one of them: two of a name could not be told apart."""
    seen: set[str] = set()
    for place, one in places:
        if one[name] in seen:
            raise Refusal("invalid", "is used twice", f"{place}.{name}")
        seen.add(one[name])


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], None]] = MappingProxyType(
    {"buttons": _buttons, "list": _list, "link": _link, "ask_location": _nothing, "ask_phone": _nothing}
)
