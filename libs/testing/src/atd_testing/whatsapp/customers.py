"""Messages of customers, and the webhook elements that Meta makes of them."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from pydantic import Base64Bytes, BaseModel, Field

from atd_testing.whatsapp import builders, kinds
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.media import MediaFile
from atd_testing.whatsapp.state import FakeState

CustomerKind = Literal[
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "button_reply",
    "list_reply",
    "flow_reply",
    "button",
    "reaction",
    "order",
    "edit",
    "revoke",
    "number_change",
    "user_id_change",
    "unsupported",
    "request_welcome",
    "raw",
]
MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")


class CustomerFile(BaseModel):
    """The bytes of a file that a customer sends (base64), or the id of one that the fake already has."""

    data: Base64Bytes = b""
    mime_type: str = "application/octet-stream"
    filename: str | None = None
    media_id: str | None = None
    voice: bool | None = None
    animated: bool | None = None


class CustomerMessage(BaseModel):
    """A customer writes. `sender` is digits without `+`; absent, the phone is hidden and `user_id` is needed.

    By kind: `text` is the text, or the caption of a file; `file` the file of media; `place` the arguments
    of `kinds.location`; `cards` the content of contacts; `reply` `{id, title, description}` of a button, a row or a
    template's button (its payload is the id); `answers` those of a form; `target` the message of a reaction, an edit
    or a deletion; `emoji` (absent: remove the reaction); `items` of an order; `new_sender` after a change of number,
    `new_user_id` after one of the user id (or of both); `origin` of contacts (`contact_request`: the answer to the
    request for the phone); `content` the whole element of a kind `raw` or the part of `unsupported`; `beside` the
    fields next to the content (referral, errors).
    """

    phone_number_id: str
    kind: CustomerKind = "text"
    text: str = ""
    sender: str | None = "5511999990000"
    user_id: str | None = None
    name: str | None = "Ana Souza"
    message_id: str | None = None
    reply_to: str | None = None
    forwarded: str = "no"
    at: datetime | None = None
    file: CustomerFile | None = None
    place: Json = Field(default_factory=dict)
    cards: list[Json] = Field(default_factory=list)
    reply: dict[str, str] = Field(default_factory=dict)
    answers: Json = Field(default_factory=dict)
    target: str | None = None
    emoji: str | None = None
    items: list[Json] = Field(default_factory=list)
    new_sender: str | None = None
    new_user_id: str | None = None
    origin: str | None = None
    content: Json = Field(default_factory=dict)
    beside: Json = Field(default_factory=dict)

    @property
    def customer_id(self) -> str | None:
        """The id to which the business replies."""
        return self.sender or self.user_id


class WrittenMessage(BaseModel):
    """A customer's message as the fake sends it: its id, the element of the webhook, and its file."""

    message: CustomerMessage
    message_id: str
    at: datetime
    element: Json
    media_id: str | None = None


def write(state: FakeState, message: CustomerMessage, base_url: str = "") -> WrittenMessage:
    """Build the element of a customer's message, store its file, and open the window of 24 hours."""
    user_id = message.user_id
    if user_id is None and message.sender is not None:
        user_id = builders.business_scoped_user_id(message.sender)
    message = message.model_copy(update={"user_id": user_id, "message_id": message.message_id or new_message_id()})
    at = message.at or state.now()
    file = store_file(state, message)
    url = state.address_of(file.id, base_url) if file is not None and state.graph.webhook_urls else None
    element = element_of(message, at, file, url)
    state.note_customer(message.phone_number_id, message.sender, user_id)
    return WrittenMessage(
        message=message,
        message_id=str(message.message_id),
        at=at,
        element=element,
        media_id=file.id if file else None,
    )


def new_message_id() -> str:
    """A new unique WhatsApp message id."""
    return builders.wamid(uuid4().hex)


def store_file(state: FakeState, message: CustomerMessage) -> MediaFile | None:
    """Store the file of a media message; an empty file for a message that has none."""
    if message.kind not in MEDIA_KINDS:
        return None
    given = message.file or CustomerFile()
    if given.media_id is not None and (found := state.media.get(given.media_id, state.now())) is not None:
        return found
    return state.media.add(
        given.data,
        given.mime_type,
        state.now(),
        filename=given.filename,
        phone_number_id=message.phone_number_id,
    )


def contacts_of(message: CustomerMessage) -> list[Json]:
    """The `contacts` of its webhook; what the system says of a customer's ids has none."""
    if message.kind in ("number_change", "user_id_change"):
        return []
    return [builders.contact(message.sender, message.name, user_id=message.user_id)]


def element_of(message: CustomerMessage, at: datetime, file: MediaFile | None, url: str | None = None) -> Json:
    """The element of `messages`."""
    kind, content = _content_of(message, file, url)
    if kind == "raw":
        return {"id": message.message_id, "timestamp": builders.unix_seconds(at), **_sender(message), **content}
    origin = {} if message.origin is None else {"origin": message.origin}
    return kinds.message(
        str(message.message_id),
        kind,
        content,
        at,
        sender=message.sender,
        user_id=message.user_id,
        context=kinds.context(message.reply_to, message.forwarded),
        **origin | message.beside,
    )


def _sender(message: CustomerMessage) -> Json:
    found = {"from": message.sender, "from_user_id": message.user_id}
    return {name: value for name, value in found.items() if value is not None}


def _content_of(message: CustomerMessage, file: MediaFile | None, url: str | None) -> tuple[str, Any]:
    """The type as Meta names it, and its content."""
    if file is not None:
        return message.kind, _media_content(message, file, url)
    return _CONTENTS[message.kind](message)


def _media_content(message: CustomerMessage, file: MediaFile, url: str | None) -> Json:
    given = message.file or CustomerFile()
    captioned = message.kind in ("image", "video", "document")
    voice = bool(given.voice) if message.kind == "audio" else None
    animated = bool(given.animated) if message.kind == "sticker" else None
    return kinds.media(
        file.id,
        file.mime_type,
        file.sha256_base64,
        caption=message.text or None if captioned else None,
        filename=(given.filename or file.filename) if message.kind == "document" else None,
        voice=voice,
        animated=animated,
        url=url,
    )


def _reply(message: CustomerMessage) -> tuple[str, Json]:
    chosen = message.reply
    reply_id, title = chosen.get("id", ""), chosen.get("title", message.text)
    if message.kind == "list_reply":
        return "interactive", kinds.list_reply(reply_id, title, chosen.get("description"))
    if message.kind == "button_reply":
        return "interactive", kinds.button_reply(reply_id, title)
    return "button", kinds.template_button(title, reply_id or None)


def _edit(message: CustomerMessage) -> tuple[str, Json]:
    kind = str(message.content.get("type", "text"))
    content = message.content.get(kind, {"body": message.text})
    return "edit", kinds.edit(message.target or "", kind, content)


def _number_change(message: CustomerMessage) -> tuple[str, Json]:
    new = message.new_sender
    user_id = message.new_user_id or (builders.business_scoped_user_id(new) if new else None)
    body = f"User {message.name or ''} changed from {message.sender} to {new}"
    return "system", kinds.number_change(body, new_wa_id=new, new_user_id=user_id)


def _user_id_change(message: CustomerMessage) -> tuple[str, Json]:
    new = message.new_user_id or f"{message.user_id}2"
    body = f"User {message.name or ''} has a new user id"
    return "system", kinds.user_id_change(body, previous_user_id=message.user_id, new_user_id=new)


def _unsupported(message: CustomerMessage) -> tuple[str, Json | None]:
    message.beside.setdefault("errors", [builders.error(131051, "Message type unknown", title="Message type unknown")])
    return "unsupported", message.content or None


_CONTENTS: Mapping[str, Callable[[CustomerMessage], tuple[str, Any]]] = {
    "text": lambda message: ("text", {"body": message.text}),
    "location": lambda message: ("location", kinds.location(**message.place)),
    "contacts": lambda message: ("contacts", message.cards),
    "button_reply": _reply,
    "list_reply": _reply,
    "button": _reply,
    "flow_reply": lambda message: ("interactive", kinds.flow_reply(message.answers)),
    "reaction": lambda message: ("reaction", kinds.reaction(message.target or "", message.emoji)),
    "order": lambda message: ("order", kinds.order(message.items, text=message.text)),
    "edit": _edit,
    "revoke": lambda message: ("revoke", kinds.revoke(message.target or "")),
    "number_change": _number_change,
    "user_id_change": _user_id_change,
    "unsupported": _unsupported,
    "request_welcome": lambda _: ("request_welcome", None),
    "raw": lambda message: ("raw", message.content),
}


def file_of(data: bytes, mime_type: str, filename: str | None = None, *, voice: bool | None = None) -> Json:
    """The `file` of a customer's message, as JSON takes it."""
    return {
        "data": base64.b64encode(data).decode(),
        "mime_type": mime_type,
        "filename": filename,
        "voice": voice,
    }
