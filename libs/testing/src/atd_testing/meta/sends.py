"""What the Send API takes: a body is checked as Meta does, as far as its pages and errors tell."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from atd_testing.meta.errors import GraphError
from atd_testing.meta.state import FakeState, Json

MB = 1024 * 1024
TEXT_LIMIT = 2000
"""In characters, on Messenger."""
INSTAGRAM_TEXT_LIMIT = 1000
"""In bytes."""

_WINDOW = timedelta(hours=24)
_HUMAN_WINDOW = timedelta(days=7)
_SIZES = {"image": 8 * MB, "video": 25 * MB, "audio": 25 * MB, "file": 25 * MB}
_QUICK_REPLIES, _TITLE, _BUTTON_TEXT, _CARDS, _BUTTONS = 13, 20, 640, 10, 3


@dataclass(frozen=True, slots=True)
class CheckedSend:
    """A message that may be sent. `url` is of a file that Meta fetches."""

    recipient: Json
    message: Json
    kind: str
    text: str | None
    url: str | None = None


def check_send(state: FakeState, account: str, body: Json, *, instagram: bool, file: bytes | None) -> CheckedSend:
    """Check a body of `/{account}/messages`. Raises `GraphError`."""
    recipient, message = body.get("recipient"), body.get("message")
    if not isinstance(recipient, dict) or len(recipient) != 1:
        raise GraphError(100, "(#100) Parameter recipient is required")
    if not isinstance(message, dict) or not message:
        raise GraphError(100, "(#100) Empty message", 2018015)
    _check_tag(state, account, body, recipient, instagram=instagram)
    if "text" in message and "attachment" in message:
        raise GraphError(100, "(#100) Only one of text and attachment may be set")
    if instagram and "metadata" in message:
        raise GraphError(100, "(#100) Unsupported field metadata")
    if "text" in message:
        return _text(recipient, message, instagram=instagram)
    return _attachment(recipient, message, instagram=instagram, file=file)


def _text(recipient: Json, message: Json, *, instagram: bool) -> CheckedSend:
    text = message["text"]
    if not isinstance(text, str) or not text.strip():
        raise GraphError(100, "(#100) Empty message", 2018015)
    length, limit = (len(text.encode()), INSTAGRAM_TEXT_LIMIT) if instagram else (len(text), TEXT_LIMIT)
    if length > limit:
        raise GraphError(100, f"(#100) Length of param message[text] must be less than or equal to {limit}")
    replies = message.get("quick_replies", [])
    if len(replies) > _QUICK_REPLIES or any(len(one["title"]) > _TITLE for one in replies):
        raise GraphError(100, "(#100) Invalid quick replies")
    return CheckedSend(recipient, message, "quick_replies" if replies else "text", text)


def _attachment(recipient: Json, message: Json, *, instagram: bool, file: bytes | None) -> CheckedSend:
    attachment = message.get("attachment")
    if not isinstance(attachment, dict):
        raise GraphError(100, "(#100) Empty message", 2018015)
    kind, payload = attachment.get("type"), attachment.get("payload")
    if not isinstance(payload, dict):
        raise GraphError(100, "(#100) Invalid attachment", 2018074)
    if kind == "template":
        return _template(recipient, message, payload)
    if kind not in _SIZES or (instagram and kind == "file"):
        raise GraphError(100, "(#100) Invalid attachment type", 2018074)
    url = payload.get("url")
    if file is None and url is None:
        raise GraphError(100, "(#100) There is no file", 2018008)
    if instagram and file is not None:
        raise GraphError(100, "(#100) Files are taken by their address", 2018074)
    if file is not None and len(file) > _SIZES[kind]:
        raise GraphError(100, "(#100) Upload attachment failure", 2018047)
    return CheckedSend(recipient, message, kind, None, url)


def _template(recipient: Json, message: Json, payload: Json) -> CheckedSend:
    match payload.get("template_type"):
        case "button":
            text, buttons = payload.get("text", ""), payload.get("buttons", [])
            if not text or len(text) > _BUTTON_TEXT or not 1 <= len(buttons) <= _BUTTONS:
                raise GraphError(100, "(#100) Invalid button template")
            return CheckedSend(recipient, message, "buttons", text)
        case "generic":
            cards = payload.get("elements", [])
            if not 1 <= len(cards) <= _CARDS or any(not one.get("title") for one in cards):
                raise GraphError(100, "(#100) Invalid generic template")
            return CheckedSend(recipient, message, "cards", " · ".join(one["title"] for one in cards))
        case _:
            raise GraphError(100, "(#100) Unknown template")


def _check_tag(state: FakeState, account: str, body: Json, recipient: Json, *, instagram: bool) -> None:
    kind, tag = body.get("messaging_type"), body.get("tag")
    if kind == "MESSAGE_TAG":
        if tag != "HUMAN_AGENT":
            raise GraphError(100, "(#100) This message tag is not supported any more")
    elif kind != "RESPONSE" or tag is not None:
        raise GraphError(100, "(#100) Param messaging_type is invalid")
    if not state.rules.windows or "id" not in recipient:
        return
    acted = state.talks[account, recipient["id"]].acted
    ends = None if acted is None else acted + (_HUMAN_WINDOW if tag else _WINDOW)
    if ends is None or state.now() >= ends:
        subcode = 2534022 if instagram else 2018278
        raise GraphError(10, "(#10) This message is sent outside of allowed window.", subcode)


def sent_text(checked: CheckedSend, body: Json) -> str | None:
    """What a person reads of it."""
    text: Any = checked.text
    return text if isinstance(text, str) else body.get("message", {}).get("text")
