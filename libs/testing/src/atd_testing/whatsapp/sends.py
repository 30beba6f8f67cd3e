"""Checks a send as the Cloud API's messages endpoint does: shapes, limits, error codes. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.media import KIND_TYPES
from atd_testing.whatsapp.refusals import RefusalError

TEXT_LIMIT_CHARACTERS = 4096
CAPTION_LIMIT_CHARACTERS = 1024
CALLBACK_DATA_LIMIT_CHARACTERS = 512

_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE = re.compile(r"\+?[0-9]{7,15}")
_LINK = re.compile(r"https?://[^\s]{1,2000}")
_MAX_BUTTONS = 3
_MAX_ROWS = 10


@dataclass(frozen=True, slots=True)
class CheckedSend:
    """A valid send. `text` is what a person reads of it, `media_ids` are the files that it names."""

    recipient: str
    kind: str
    text: str
    media_ids: tuple[tuple[str, str], ...] = ()


def check_send(body: Any) -> CheckedSend:
    """Check a send request.

    Raises:
        RefusalError: with the code that Meta answers for the missing or invalid part.
    """
    if not isinstance(body, dict):
        raise RefusalError(100, "The request body must be a JSON object")
    if body.get("messaging_product") != "whatsapp":
        raise RefusalError(100, "The parameter messaging_product is required")
    if body.get("recipient_type", "individual") != "individual":
        raise RefusalError(131009, "recipient_type must be individual")
    callback_data = body.get("biz_opaque_callback_data", "")
    if not isinstance(callback_data, str) or len(callback_data) > CALLBACK_DATA_LIMIT_CHARACTERS:
        raise RefusalError(100, "biz_opaque_callback_data must be a string of at most 512 characters")
    kind = body.get("type", "text")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise RefusalError(131051, f"Message type {kind} is not supported")
    content = body.get(kind)
    if content is None:
        raise RefusalError(131008, f"{kind} is required")
    text = check(kind, content)
    _check_context(body.get("context"))
    return CheckedSend(_recipient(body), kind, text, tuple(_media_ids(kind, content)))


def is_phone(recipient: str) -> bool:
    """Whether a send is addressed to a phone, and not to a business-scoped user id."""
    return _PHONE.fullmatch(recipient) is not None


def _media_ids(kind: str, content: Any) -> list[tuple[str, str]]:
    """Every (kind, media id) in the content of a message."""
    if kind in KIND_TYPES:
        return [(kind, content["id"])] if "id" in content else []
    parameters: list[Json] = []
    if kind == "interactive":
        parameters = [content.get("header") or {}]
    elif kind == "template" and isinstance(content, dict):
        for component in content.get("components") or []:
            parameters += [one for one in component.get("parameters") or [] if isinstance(one, dict)]
    found = [(kind, (one.get(kind) or {}).get("id")) for one in parameters for kind in KIND_TYPES if kind in one]
    return [(kind, media_id) for kind, media_id in found if isinstance(media_id, str)]


def _object(name: str, value: Any) -> Json:
    if not isinstance(value, dict):
        raise RefusalError(131009, f"{name} must be an object")
    return value


def _string(name: str, value: Any, limit: int, *, required: bool = True) -> str:
    if value is None:
        if required:
            raise RefusalError(131008, f"{name} is required")
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise RefusalError(100, f"{name} must be a non-empty string")
    if len(value) > limit:
        raise RefusalError(100, f"{name} must be at most {limit} characters long")
    return value


def _text(_: str, content: Any) -> str:
    if not isinstance(content, dict) or "body" not in content:
        raise RefusalError(131008, "text.body is required")
    return _string("text.body", content["body"], TEXT_LIMIT_CHARACTERS)


def _media(kind: str, content: Any) -> str:
    found = _object(kind, content)
    if ("id" in found) == ("link" in found):
        raise RefusalError(131008, f"{kind}: exactly one of id and link is required")
    if "id" in found and not isinstance(found["id"], str):
        raise RefusalError(131009, f"{kind}.id must be a string")
    if "link" in found and not _LINK.fullmatch(str(found["link"])):
        raise RefusalError(131009, f"{kind}.link is not a valid address")
    if "caption" in found and kind in ("audio", "sticker"):
        raise RefusalError(100, f"Unexpected key caption on param {kind}")
    if "filename" in found and kind != "document":
        raise RefusalError(100, f"Unexpected key filename on param {kind}")
    if not isinstance(found.get("voice", False), bool) or ("voice" in found and kind != "audio"):
        raise RefusalError(100, f"Unexpected key voice on param {kind}")
    return _string(f"{kind}.caption", found.get("caption"), CAPTION_LIMIT_CHARACTERS, required=False)


def _location(_: str, content: Any) -> str:
    found = _object("location", content)
    for name, limit in (("latitude", 90.0), ("longitude", 180.0)):
        if name not in found:
            raise RefusalError(131008, f"location.{name} is required")
        try:
            value = float(found[name])
        except (TypeError, ValueError):
            raise RefusalError(131009, f"location.{name} must be a number") from None
        if not -limit <= value <= limit:
            raise RefusalError(131009, f"location.{name} is out of range")
    return str(found.get("name") or "")


def _contacts(_: str, content: Any) -> str:
    if not isinstance(content, list) or not content:
        raise RefusalError(131009, "contacts must be a non-empty list")
    names = []
    for one in content:
        name = _object("contacts.name", _object("contacts", one).get("name"))
        names.append(_string("contacts.name.formatted_name", name.get("formatted_name"), 1000))
        others = ("first_name", "last_name", "middle_name", "prefix", "suffix")
        if not any(name.get(other) for other in others):
            raise RefusalError(131009, "contacts.name needs formatted_name and one more part")
    return ", ".join(names)


def _reaction(_: str, content: Any) -> str:
    found = _object("reaction", content)
    _string("reaction.message_id", found.get("message_id"), 1000)
    emoji = found.get("emoji")
    if not isinstance(emoji, str):
        raise RefusalError(131008, "reaction.emoji is required")
    if len(emoji) > 16 or (emoji.isascii() and emoji):  # noqa: PLR2004 - the longest joined emoji
        raise RefusalError(131009, "reaction.emoji must be one emoji")
    return emoji


def _template(_: str, content: Any) -> str:
    return str(_object("template", content).get("name", ""))


def _interactive(_: str, content: Any) -> str:
    found = _object("interactive", content)
    kind = found.get("type")
    check = _INTERACTIVE.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise RefusalError(131009, "interactive.type is not valid")
    limit = 4096 if kind == "list" else 1024
    body = _string("interactive.body.text", _object("interactive.body", found.get("body") or {}).get("text"), limit)
    _check_header(found.get("header"), text_only=kind == "list")
    if (footer := found.get("footer")) is not None:
        _string("interactive.footer.text", _object("interactive.footer", footer).get("text"), 60)
    if "action" not in found:
        raise RefusalError(131008, "interactive.action is required")
    check(_object("interactive.action", found["action"]))
    return body


def _check_header(header: Any, *, text_only: bool) -> None:
    if header is None:
        return
    kind = _object("interactive.header", header).get("type")
    if kind == "text":
        _string("interactive.header.text", header.get("text"), 60)
    elif kind in ("image", "video", "document") and not text_only:
        _media(kind, header.get(kind))
    else:
        raise RefusalError(131009, "interactive.header.type is not valid")


def _distinct(name: str, ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        raise RefusalError(131009, f"{name} must be unique")


def _buttons(action: Json) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MAX_BUTTONS:
        raise RefusalError(131009, "interactive.action.buttons: 1 to 3 buttons are allowed")
    ids, titles = [], []
    for button in buttons:
        reply = _object("button.reply", _object("button", button).get("reply"))
        ids.append(_string("button.reply.id", reply.get("id"), 256))
        titles.append(_string("button.reply.title", reply.get("title"), 20))
    _distinct("button ids", ids)
    _distinct("button titles", titles)


def _list(action: Json) -> None:
    _string("interactive.action.button", action.get("button"), 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= _MAX_ROWS:
        raise RefusalError(131009, "interactive.action.sections: 1 to 10 sections are allowed")
    ids = []
    for section in sections:
        title = _object("section", section).get("title")
        _string("section.title", title, 24, required=len(sections) > 1)
        rows = section.get("rows")
        if not isinstance(rows, list) or not rows:
            raise RefusalError(131009, "section.rows must be a non-empty list")
        for row in rows:
            ids.append(_string("row.id", _object("row", row).get("id"), 200))
            _string("row.title", row.get("title"), 24)
            _string("row.description", row.get("description"), 72, required=False)
    if len(ids) > _MAX_ROWS:
        raise RefusalError(131009, "interactive.action.sections: at most 10 rows in total are allowed")
    _distinct("row ids", ids)


def _link(action: Json) -> None:
    _named("cta_url")(action)
    parameters = _object("action.parameters", action.get("parameters"))
    _string("action.parameters.display_text", parameters.get("display_text"), 20)
    if not _LINK.fullmatch(_string("action.parameters.url", parameters.get("url"), 2000)):
        raise RefusalError(131009, "action.parameters.url is not a valid address")


def _named(name: str) -> Callable[[Json], None]:
    def check(action: Json) -> None:
        if action.get("name") != name:
            raise RefusalError(131009, f"interactive.action.name must be {name}")

    return check


def _check_context(context: Any) -> None:
    if context is not None and not (isinstance(context, dict) and isinstance(context.get("message_id"), str)):
        raise RefusalError(131009, "context.message_id must be a string")


def _recipient(body: Json) -> str:
    to, user = body.get("to"), body.get("recipient")
    if to is not None:
        if not isinstance(to, str) or not is_phone(re.sub(r"[ ()-]", "", to)):
            raise RefusalError(131009, "to is not a valid phone number")
        return to
    if user is not None:
        if not isinstance(user, str) or not _BSUID.fullmatch(user):
            raise RefusalError(131009, "recipient is not a valid business-scoped user id")
        return user
    raise RefusalError(131008, "to or recipient is required")


_INTERACTIVE: Mapping[str, Callable[[Json], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "location_request_message": _named("send_location"),
    "request_contact_info": _named("request_contact_info"),
}

_CHECKS: Mapping[str, Callable[[str, Any], str]] = {
    "text": _text,
    **dict.fromkeys(KIND_TYPES, _media),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": _template,
}
