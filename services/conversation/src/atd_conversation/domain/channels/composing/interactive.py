"""Interactive messages: answers to tap, a list of choices, a link, the question for a place or a number."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from atd_conversation.domain.channels.composing.files import FileRules
from atd_conversation.domain.channels.composing.texts import check_text
from atd_conversation.domain.drafts import Composed, Draft, References
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import InteractiveLimits, InteractiveType
from atd_schemas.contents import content_of

_FIELDS: Mapping[InteractiveType, tuple[str, ...]] = MappingProxyType(
    {
        "buttons": ("header", "footer", "buttons"),
        "list": ("header", "footer", "button", "sections"),
        "link": ("header", "footer", "title", "url"),
        "ask_location": (),
        "ask_phone": (),
    }
)

_Parts = Mapping[str, Any]


def compose_interactive(files: FileRules, limits: InteractiveLimits, draft: Draft, references: References) -> Composed:
    """The body of the message is the draft's text."""
    content = {name: value for name, value in draft.content.items() if value is not None}
    kind: InteractiveType = content["type"]
    if kind not in limits.types:
        detail = f"{files.channel} has no messages of the type {kind}; it has {', '.join(limits.types)}"
        raise Refusal("kind_not_supported", detail, "interactive.type")
    if draft.attachment_ids:
        detail = "a file above buttons goes into interactive.header, as {'attachment_id': …}"
        raise Refusal("invalid", detail, "attachment_ids")
    for name in content:
        if name != "type" and name not in _FIELDS[kind]:
            raise Refusal("invalid", f"does not belong to the type {kind}", f"interactive.{name}")
    of_list = limits.list.body_max if limits.list is not None else limits.body_max
    check_text(draft.text, of_list if kind == "list" else limits.body_max, "text", limits.body_unit)
    _header(files, limits, content, references)
    if "footer" in content:
        _shown(files, limits.footer_max, "interactive.footer")
        check_text(content["footer"], limits.footer_max, "interactive.footer")
    _CHECKS[kind](content, limits)
    made = content_of("interactive", {"type": kind, **{name: content.get(name) for name in _FIELDS[kind]}})
    attachments = tuple(file.attachment for file in references.files)
    return Composed(
        kind="interactive", text=draft.text, content=made, attachments=attachments, field_name="interactive"
    )


def _shown(files: FileRules, limit: int, field_name: str) -> None:
    """Raises `Refusal` where the channel has no place for it."""
    if limit == 0:
        raise Refusal("kind_not_supported", f"{files.channel} does not show it; write it into the text", field_name)


def _header(files: FileRules, limits: InteractiveLimits, content: _Parts, references: References) -> None:
    header = content.get("header")
    if header is None:
        return
    if isinstance(header, str):
        _shown(files, limits.header_max, "interactive.header")
        check_text(header, limits.header_max, "interactive.header")
        return
    if content["type"] == "list":
        raise Refusal("invalid", "the header of a list must be text", "interactive.header")
    field_name = "interactive.header.attachment_id"
    if not limits.header_files:
        raise Refusal("unsupported_type", f"{files.channel} shows no file above it", field_name)
    kind = files.check(references.files[0], None, field_name)
    if kind not in limits.header_files:
        detail = f"a header can be {', '.join(limits.header_files)}; this file is sent as {kind}"
        raise Refusal("unsupported_type", detail, field_name)


def _buttons(content: _Parts, limits: InteractiveLimits) -> None:
    allowed = limits.buttons
    if allowed is None:
        raise Refusal("kind_not_supported", "has no buttons", "interactive.buttons")
    buttons = _some(content, "buttons", allowed.max)
    places = [(f"interactive.buttons[{number}]", button) for number, button in enumerate(buttons)]
    for place, button in places:
        check_text(button["id"], allowed.id_max, f"{place}.id", allowed.id_unit)
        check_text(button["title"], allowed.title_max, f"{place}.title")
    _distinct("id", places)
    _distinct("title", places)


def _list(content: _Parts, limits: InteractiveLimits) -> None:
    allowed = limits.list
    if allowed is None:
        raise Refusal("kind_not_supported", "has no lists", "interactive.sections")
    check_text(content.get("button"), allowed.button_max, "interactive.button")
    sections = _some(content, "sections", allowed.sections_max)
    for number, section in enumerate(sections):
        title = section.get("title")
        if title is not None or len(sections) > 1:
            check_text(title, allowed.section_title_max, f"interactive.sections[{number}].title")
        if not section["rows"]:
            raise Refusal("invalid", "must not be empty", f"interactive.sections[{number}].rows")
    rows = list(_rows(sections))
    for place, row in rows:
        check_text(row["id"], allowed.id_max, f"{place}.id", allowed.id_unit)
        check_text(row["title"], allowed.title_max, f"{place}.title")
        if row.get("description") is not None:
            check_text(row["description"], allowed.description_max, f"{place}.description")
    if len(rows) > allowed.rows_max:
        detail = f"a list has at most {allowed.rows_max} rows in total; {len(rows)} were given"
        raise Refusal("too_many", detail, "interactive.sections")
    _distinct("id", rows)


def _rows(sections: list[_Parts]) -> Iterator[tuple[str, _Parts]]:
    for number, section in enumerate(sections):
        for at, row in enumerate(section["rows"]):
            yield f"interactive.sections[{number}].rows[{at}]", row


def _link(content: _Parts, limits: InteractiveLimits) -> None:
    allowed = limits.link
    if allowed is None:
        raise Refusal("kind_not_supported", "has no links", "interactive.url")
    check_text(content.get("title"), allowed.title_max, "interactive.title")
    check_text(content.get("url"), allowed.url_max, "interactive.url")
    if not content["url"].startswith(("https://", "http://")):
        raise Refusal("invalid", "must begin with https:// or http://", "interactive.url")


def _nothing(_: _Parts, __: InteractiveLimits) -> None:
    """Nothing beside the text."""


def _some(content: _Parts, name: str, limit: int) -> list[_Parts]:
    found: list[_Parts] = content.get(name) or []
    if not found:
        raise Refusal("invalid", "must not be empty", f"interactive.{name}")
    if len(found) > limit:
        raise Refusal("too_many", f"at most {limit} are allowed; {len(found)} were given", f"interactive.{name}")
    return found


def _distinct(name: str, places: list[tuple[str, _Parts]]) -> None:
    """An answer names one of them: two of a name could not be told apart."""
    seen: set[str] = set()
    for place, one in places:
        if one[name] in seen:
            raise Refusal("invalid", "is used twice", f"{place}.{name}")
        seen.add(one[name])


_CHECKS: Mapping[InteractiveType, Callable[[_Parts, InteractiveLimits], None]] = MappingProxyType(
    {"buttons": _buttons, "list": _list, "link": _link, "ask_location": _nothing, "ask_phone": _nothing}
)
