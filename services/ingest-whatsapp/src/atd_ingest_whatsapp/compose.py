"""From what conversation asks for to the body of a request to the Graph API. Pure.

Shapes: Meta's pages on `POST /{phone-number-id}/messages` (v25.0). `media` are Meta's ids of the files, by
our attachment ids. Limits are checked by conversation. What has no shape at Meta is `Unsendable`, said before anything
is sent.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from atd_channelkit.answers import Unsendable
from atd_schemas.content_base import Content
from atd_schemas.contents import (
    AskContent,
    AudioContent,
    ButtonsContent,
    ButtonValue,
    ContactCard,
    ContactsContent,
    FileRef,
    LinkContent,
    ListContent,
    LocationContent,
    TemplateContent,
)
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData, OutboundReactionData, OutboundReadData

Body = dict[str, Any]
Media = Mapping[str, str]

_PHONE = re.compile(r"[0-9]{7,15}")
_C = TypeVar("_C", bound=Content)


class _CannotCompose(Exception):
    def __init__(self, detail: str, code: str = "invalid_content") -> None:
        super().__init__(detail)
        self.unsendable = Unsendable(code, detail)


def compose_message(message: OutboundMessageData, media: Media, reference: str) -> Body | Unsendable:
    """The body that sends a message; `reference` comes back in every receipt of it."""
    part = _PARTS.get(message.kind)
    if part is None:
        return Unsendable("kind_not_supported", f"A message of kind {message.kind} cannot be sent to WhatsApp.")
    try:
        content = part(message, media)
    except _CannotCompose as error:
        return error.unsendable
    body = {**_common(message.recipient, reference), **content}
    if message.reply_to_external_id is not None:
        body["context"] = {"message_id": message.reply_to_external_id}
    return body


def find_unsendable(message: OutboundMessageData) -> Unsendable | None:
    """Why WhatsApp cannot carry a message, before its files are uploaded."""
    composed = compose_message(message, {one.id: one.id for one in message.attachments}, "")
    return composed if isinstance(composed, Unsendable) else None


def compose_reaction(reaction: OutboundReactionData, reference: str) -> Body:
    """The body that puts an emoji on a message, or takes it away: Meta wants an empty one for that."""
    emoji = {"message_id": reaction.target_external_id, "emoji": reaction.emoji or ""}
    return {**_common(reaction.recipient, reference), "type": "reaction", "reaction": emoji}


def compose_read(read: OutboundReadData) -> Body:
    """The body that marks a message and all before it as read; `typing` shows for 25 seconds, or until the answer."""
    body: Body = {"messaging_product": "whatsapp", "status": "read", "message_id": read.external_id}
    if read.typing:
        body["typing_indicator"] = {"type": "text"}
    return body


def _common(recipient: str, reference: str) -> Body:
    """What every send has.

    A phone is written with `+`: without it Meta may prepend the sender's country code. Anything else is a
    business-scoped user id, which goes into `recipient`.
    """
    phone = recipient.removeprefix("+")
    address = {"to": f"+{phone}"} if _PHONE.fullmatch(phone) else {"recipient": recipient}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address,
        "biz_opaque_callback_data": reference,
    }


def _content(message: OutboundMessageData, model: type[_C]) -> _C:
    """The content of the message. Raises `_CannotCompose` when it does not fit the kind."""
    if not isinstance(message.content, model):
        raise _CannotCompose(f"content: does not fit a message of kind {message.kind}")
    return message.content


# Text and files


def _body_text(message: OutboundMessageData) -> str:
    if not message.text:
        raise _CannotCompose("text: is missing")
    return message.text


def _text(message: OutboundMessageData, media: Media) -> Body:  # noqa: ARG001  (one signature for every kind)
    return {"type": "text", "text": {"body": _body_text(message), "preview_url": True}}


def _one_file(message: OutboundMessageData, media: Media) -> tuple[OutboundAttachment, Body]:
    if len(message.attachments) != 1:
        raise _CannotCompose(f"attachments: a message of kind {message.kind} has one file")
    [file] = message.attachments
    return file, {"id": _media_id(file.id, media)}


def _media_id(attachment_id: str, media: Media) -> str:
    found = media.get(attachment_id)
    if found is None:
        raise _CannotCompose("attachments: the file that the content names is not among them")
    return found


def _captioned(message: OutboundMessageData, media: Media) -> Body:
    file, part = _one_file(message, media)
    if message.text:
        part["caption"] = message.text
    if message.kind == "document":
        part["filename"] = file.name
    return {"type": message.kind, message.kind: part}


def _without_caption(message: OutboundMessageData, media: Media) -> Body:
    """A text beside it would be lost, so it is refused. Only Ogg sounds can be voice messages; others are files."""
    file, part = _one_file(message, media)
    if message.text:
        raise _CannotCompose(f"text: a message of kind {message.kind} has no caption")
    if isinstance(message.content, AudioContent) and message.content.voice:
        part |= {"voice": True} if file.mime_type.startswith("audio/ogg") else {}
    return {"type": message.kind, message.kind: part}


# Places and people


def _location(message: OutboundMessageData, media: Media) -> Body:  # noqa: ARG001  (one signature for every kind)
    place = _content(message, LocationContent)
    fields = place.model_dump(include={"latitude", "longitude", "name", "address"}, exclude_none=True)
    return {"type": "location", "location": fields}


def _contacts(message: OutboundMessageData, media: Media) -> Body:  # noqa: ARG001  (one signature for every kind)
    cards = _content(message, ContactsContent).contacts
    return {"type": "contacts", "contacts": [_card(card) for card in cards]}


def _card(card: ContactCard) -> Body:
    """Meta wants one part of the name beside the whole."""
    if not card.name:
        raise _CannotCompose("content.contacts: a card has no name")
    first, _, last = card.name.strip().partition(" ")
    made: Body = {"name": {"formatted_name": card.name, "first_name": first or card.name}}
    if last:
        made["name"]["last_name"] = last
    if card.phones:
        made["phones"] = [_typed({"phone": phone.number}, phone.type) for phone in card.phones]
    if card.emails:
        made["emails"] = [_typed({"email": email.email}, email.type) for email in card.emails]
    if card.organization:
        made["org"] = {"company": card.organization}
    return made


def _typed(part: Body, kind: str | None) -> Body:
    return {**part, "type": kind.upper()} if kind else part


# Interactive


def _interactive(message: OutboundMessageData, media: Media) -> Body:
    content = message.content
    kind, action = _action(content)
    part: Body = {"type": kind, "body": {"text": _body_text(message)}, "action": action}
    if isinstance(content, ButtonsContent | ListContent | LinkContent):
        if content.header is not None:
            part["header"] = _header(content.header, message, media)
        if content.footer is not None:
            part["footer"] = {"text": content.footer}
    return {"type": "interactive", "interactive": part}


def _action(content: Content) -> tuple[str, Body]:
    match content:
        case ButtonsContent():
            return "button", {"buttons": [{"type": "reply", "reply": one.model_dump()} for one in content.buttons]}
        case ListContent():
            return "list", content.model_dump(mode="json", include={"button", "sections"}, exclude_none=True)
        case LinkContent():
            return "cta_url", {
                "name": "cta_url",
                "parameters": {"display_text": content.title, "url": content.url},
            }
        case AskContent(type="ask_location"):
            return "location_request_message", {"name": "send_location"}
        case AskContent():
            return "request_contact_info", {"name": "request_contact_info"}
        case _:
            raise _CannotCompose("content.type: is none that WhatsApp has")


def _header(header: str | FileRef, message: OutboundMessageData, media: Media) -> Body:
    return {"type": "text", "text": header} if isinstance(header, str) else _file_part(header, message, media)


def _file_part(header: FileRef, message: OutboundMessageData, media: Media) -> Body:
    """A file above a text; what is neither picture nor video goes as a document."""
    file = next((one for one in message.attachments if one.id == header.attachment_id), None)
    part: Body = {"id": _media_id(header.attachment_id, media)}
    kind = "document" if file is None else file.mime_type.partition("/")[0]
    if kind not in ("image", "video"):
        kind = "document"
    if kind == "document" and file is not None:
        part["filename"] = file.name
    return {"type": kind, kind: part}


# Templates


def _template(message: OutboundMessageData, media: Media) -> Body:
    content = _content(message, TemplateContent)
    given = content.parameters
    components: list[Body] = []
    if given.header:
        header = [_file_part(one, message, media) for one in given.header if isinstance(one, FileRef)]
        components.append({"type": "header", "parameters": header or _texts(given.header)})
    if given.body:
        components.append({"type": "body", "parameters": _texts(given.body)})
    for place, one in enumerate(given.buttons):
        components.append(_button(place, ButtonValue(value=one) if isinstance(one, str) else one))
    template: Body = {"name": content.name, "language": {"code": content.language}}
    if components:
        template["components"] = components
    return {"type": "template", "template": template}


def _texts(given: tuple[str | FileRef, ...] | tuple[str, ...] | dict[str, str]) -> list[Body]:
    """By position, or by name; never both."""
    if isinstance(given, dict):
        return [{"type": "text", "parameter_name": name, "text": text} for name, text in given.items()]
    return [{"type": "text", "text": text} for text in given]


def _button(place: int, button: ButtonValue) -> Body:
    index = place if button.index is None else button.index
    kind = button.type or "url"
    parameters = [_button_parameter(kind, button.value)]
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": parameters}


def _button_parameter(kind: Literal["quick_reply", "url", "copy_code", "flow"], value: str) -> Body:
    match kind:
        case "quick_reply":
            return {"type": "payload", "payload": value}
        case "url":
            return {"type": "text", "text": value}
        case "copy_code":
            return {"type": "coupon_code", "coupon_code": value}
        case "flow":
            return {"type": "action", "action": {"flow_token": value}}


_PARTS: Mapping[str, Callable[[OutboundMessageData, Media], Body]] = MappingProxyType(
    {
        "text": _text,
        "image": _captioned,
        "video": _captioned,
        "document": _captioned,
        "audio": _without_caption,
        "sticker": _without_caption,
        "location": _location,
        "contacts": _contacts,
        "interactive": _interactive,
        "template": _template,
    }
)
