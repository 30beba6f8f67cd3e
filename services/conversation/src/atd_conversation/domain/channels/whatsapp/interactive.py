"""Interactive messages: answers to tap, a list of choices, a link, the question for a place or a number.

Source: Meta's pages on interactive messages. Lengths in characters.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from atd_conversation.domain.channels.whatsapp.files import check_file
from atd_conversation.domain.drafts import Composed, Draft, FileKind, References, too_long
from atd_conversation.domain.refusals import Refusal
from atd_schemas.contents import content_of

MAX_BODY = 1024
MAX_LIST_BODY = 4096
MAX_HEADER = 60
MAX_FOOTER = 60
MAX_BUTTONS = 3
MAX_BUTTON_ID = 256
MAX_BUTTON_TITLE = 20
MAX_LIST_BUTTON = 20
MAX_SECTIONS = 10
MAX_ROWS = 10
MAX_SECTION_TITLE = 24
MAX_ROW_ID = 200
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72
MAX_LINK_TITLE = 20
MAX_URL = 2000

_HEADER_FILES: tuple[FileKind, ...] = ("image", "video", "document")
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
    _required("text", draft.text, MAX_LIST_BODY if kind == "list" else MAX_BODY)
    _header(content, references)
    if "footer" in content:
        _required("interactive.footer", content["footer"], MAX_FOOTER)
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
        _required("interactive.header", header, MAX_HEADER)
        return
    if content["type"] == "list":
        raise Refusal("invalid", "the header of a list must be text", "interactive.header")
    kind = check_file(references.files[0], None, "interactive.header.attachment_id")
    if kind not in _HEADER_FILES:
        detail = f"a header can be {', '.join(_HEADER_FILES)}; this file is sent as {kind}"
        raise Refusal("unsupported_type", detail, "interactive.header.attachment_id")


def _buttons(content: Mapping[str, Any]) -> None:
    buttons = _some(content, "buttons", MAX_BUTTONS)
    places = [(f"interactive.buttons[{number}]", button) for number, button in enumerate(buttons)]
    for place, button in places:
        _required(f"{place}.id", button["id"], MAX_BUTTON_ID)
        _required(f"{place}.title", button["title"], MAX_BUTTON_TITLE)
    _distinct("id", places)
    _distinct("title", places)


def _list(content: Mapping[str, Any]) -> None:
    _required("interactive.button", content.get("button"), MAX_LIST_BUTTON)
    sections = _some(content, "sections", MAX_SECTIONS)
    for number, section in enumerate(sections):
        title = section.get("title")
        if title is not None or len(sections) > 1:
            _required(f"interactive.sections[{number}].title", title, MAX_SECTION_TITLE)
        if not section["rows"]:
            raise Refusal("invalid", "must not be empty", f"interactive.sections[{number}].rows")
    rows = list(_rows(sections))
    for place, row in rows:
        _required(f"{place}.id", row["id"], MAX_ROW_ID)
        _required(f"{place}.title", row["title"], MAX_ROW_TITLE)
        if row.get("description") is not None:
            _required(f"{place}.description", row["description"], MAX_ROW_DESCRIPTION)
    if len(rows) > MAX_ROWS:
        detail = f"a list has at most {MAX_ROWS} rows in total; {len(rows)} were given"
        raise Refusal("too_many", detail, "interactive.sections")
    _distinct("id", rows)


def _rows(sections: list[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, section in enumerate(sections):
        for at, row in enumerate(section["rows"]):
            yield f"interactive.sections[{number}].rows[{at}]", row


def _link(content: Mapping[str, Any]) -> None:
    _required("interactive.title", content.get("title"), MAX_LINK_TITLE)
    _required("interactive.url", content.get("url"), MAX_URL)
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
