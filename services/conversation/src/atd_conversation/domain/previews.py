"""What a list row shows of a message: one short line."""

from collections.abc import Mapping
from typing import Any

from atd_schemas.views import MessageKind

PREVIEW = 160
"""Characters of a message that a list row shows."""


def preview(kind: MessageKind, text: str | None, content: Mapping[str, Any], file_names: tuple[str, ...]) -> str:
    """The text or caption; of a message without one what its kind offers, or nothing."""
    return " ".join((text or _offered(kind, content, file_names)).split())[:PREVIEW]


def _offered(kind: MessageKind, content: Mapping[str, Any], file_names: tuple[str, ...]) -> str:
    match kind:
        case "document":
            return file_names[0] if file_names else ""
        case "location":
            return _word(content, "name") or _word(content, "address")
        case "contacts":
            people = content.get("contacts")
            return _word(people[0], "name") if isinstance(people, list | tuple) and people else ""
        case "interactive":
            return _word(content.get("reply"), "title")
        case "template":
            return _word(content, "name")
        case _:
            return ""


def _word(content: object, name: str) -> str:
    """A word of what came from outside, where anything can stand in anything's place."""
    value = content.get(name) if isinstance(content, Mapping) else None
    return value if isinstance(value, str) else ""
