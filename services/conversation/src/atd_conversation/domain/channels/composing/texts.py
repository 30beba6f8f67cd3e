"""Texts within a limit, counted as the channel counts them."""

from atd_conversation.domain.drafts import Composed, Draft
from atd_conversation.domain.refusals import Refusal
from atd_schemas.capabilities import TextLimit, TextUnit

_NAMES: dict[TextUnit, str] = {
    "characters": "characters",
    "utf16": "characters (an emoji counts as two)",
    "bytes": "bytes (an accented letter counts as two, an emoji as four)",
}


def length_in(text: str, unit: TextUnit) -> int:
    """How long the text is: in Unicode code points, UTF-16 units, or bytes of UTF-8."""
    if unit == "bytes":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + (sum(one > "\uffff" for one in text) if unit == "utf16" else 0)


def shortened(text: str, limit: int, unit: TextUnit) -> str:
    """The beginning of the text that fits; whole code points."""
    while length_in(text, unit) > limit:
        text = text[: -max(1, (length_in(text, unit) - limit) // 4)]
    return text


def check_length(text: str, limit: int, field_name: str, unit: TextUnit = "characters") -> None:
    """Raises `Refusal` `too_long`, with the length as the channel counts it."""
    length = length_in(text, unit)
    if length > limit:
        raise Refusal("too_long", f"has {length} {_NAMES[unit]}; at most {limit} are allowed", field_name)


def check_text(text: object, limit: int, field_name: str, unit: TextUnit = "characters") -> None:
    """A text that must be there. Raises `Refusal` `invalid` or `too_long`."""
    if not isinstance(text, str) or not text.strip():
        raise Refusal("invalid", "must not be empty", field_name)
    check_length(text, limit, field_name, unit)


def compose_text(draft: Draft, limit: TextLimit) -> Composed:
    """A text without files. Raises `Refusal` `invalid` or `too_long`."""
    if draft.attachment_ids:
        raise Refusal("invalid", "cannot be sent with a message of kind text", "attachment_ids")
    text = draft.text or ""
    check_text(text, limit.max_length, "text", limit.unit)
    return Composed(kind="text", text=text)
