"""Translates between messages of the fake Graph API and what a phone shows. Pure."""

from collections.abc import Sequence
from typing import Any

from atd_channel_sandbox.model import Company, Customer, FileView, PhoneMessage
from atd_channel_sandbox.voice import seconds_of
from atd_testing.whatsapp.builders import Json
from atd_testing.whatsapp.customers import CustomerFile, CustomerMessage, WrittenMessage
from atd_testing.whatsapp.media import KIND_TYPES, MediaStore
from atd_testing.whatsapp.state import SentMessage
from atd_testing.whatsapp.templates import Template, filled

_KINDS_WITH_TEXT = ("text", "image", "video", "document", "interactive")
_REPLIES = ("button_reply", "list_reply", "flow_reply", "button")


def milliseconds(moment: Any) -> int:
    """A moment in milliseconds since 1970, as the page uses it."""
    return int(moment.timestamp() * 1000)


def received(sent: SentMessage, customer: Customer, files: MediaStore, catalogue: Sequence[Template]) -> PhoneMessage:
    """The message that the phone of `customer` shows for a send."""
    made = PhoneMessage(
        id=sent.message_id,
        company=sent.account,
        customer=customer.key,
        mine=False,
        kind=sent.kind,
        at=milliseconds(sent.at),
        status="delivered" if customer.online else "undelivered",
        text=sent.text if sent.kind in _KINDS_WITH_TEXT else None,
        reply_to=sent.reply_to,
        recipient=sent.recipient,
        callback_data=sent.callback_data,
    )
    content = sent.body.get(sent.kind)
    if sent.kind in KIND_TYPES and isinstance(content, dict):
        made.file = file_view(sent.kind, content, files)
    elif sent.kind == "interactive":
        made.content, made.file = interactive_view(content or {}, files)
    elif sent.kind == "template":
        made.content, made.text, made.file = template_view(content or {}, catalogue, files)
    elif sent.kind == "contacts":
        made.content = {"contacts": content}
    elif isinstance(content, dict) and sent.kind != "text":
        made.content = content
    return made


def file_view(kind: str, content: Json, files: MediaStore) -> FileView:
    """The file of a message, named by id or link."""
    held = next((file for file in files.all() if file.id == content.get("id")), None)
    name = content.get("filename") or (held.filename if held else None)
    return FileView(
        id=held.id if held else None,
        link=content.get("link"),
        name=name,
        mime_type=held.mime_type if held else KIND_TYPES[kind][0],
        size=len(held.data) if held else 0,
        voice=bool(content.get("voice")),
        seconds=seconds_of(held.data) if held and kind == "audio" else None,
    )


def _header(header: Json | None, files: MediaStore) -> tuple[str | None, FileView | None]:
    kind = str((header or {}).get("type", ""))
    if header is not None and kind in KIND_TYPES:
        return None, file_view(kind, header.get(kind) or {}, files)
    return (header or {}).get("text"), None


def interactive_view(sent: Json, files: MediaStore) -> tuple[Json, FileView | None]:
    """Buttons, list, link or request in the page's form, and the file of the header."""
    action = sent.get("action") or {}
    title, file = _header(sent.get("header"), files)
    view: Json = {"type": sent.get("type"), "header": title, "footer": (sent.get("footer") or {}).get("text")}
    match sent.get("type"):
        case "button":
            view["buttons"] = [button["reply"] for button in action.get("buttons", [])]
        case "list":
            view |= {"button": action.get("button"), "sections": action.get("sections", [])}
        case "cta_url":
            view["link"] = action.get("parameters", {})
    return view, file


def template_view(
    sent: Json, catalogue: Sequence[Template], files: MediaStore
) -> tuple[Json, str | None, FileView | None]:
    """A template with its parameters filled in: header, footer and buttons; the text; the file of the header."""
    language = (sent.get("language") or {}).get("code")
    found = next((one for one in catalogue if (one.name, one.language) == (sent.get("name"), language)), None)
    if found is None:
        return {"type": "template"}, str(sent.get("name")), None
    texts = dict(filled(found, sent))
    file = None
    given: list[Json] = sent.get("components") or []
    for component in given:
        if component.get("type") == "header":
            file = next((_header(one, files)[1] for one in component.get("parameters") or []), None)
    buttons = (found.component("BUTTONS") or {}).get("buttons", [])
    view: Json = {"type": "template", "header": texts.get("HEADER"), "footer": texts.get("FOOTER")}
    view["buttons"] = [_template_button(index, one, given) for index, one in enumerate(buttons)]
    return view, texts.get("BODY"), file


def _template_button(index: int, button: Json, given: Sequence[Json]) -> Json:
    parameters: Sequence[Json] = next(
        (
            one.get("parameters") or [{}]
            for one in given
            if one.get("type") == "button" and str(one.get("index")) == str(index)
        ),
        [{}],
    )
    title = str(button.get("text", ""))
    if button.get("type") == "URL":
        url = str(button.get("url", "")).replace("{{1}}", str(parameters[0].get("text", "")))
        return {"title": title, "url": url}
    return {"title": title, "id": str(parameters[0].get("payload") or title)}


def written_view(written: WrittenMessage, customer: str) -> PhoneMessage:
    """The message that the customer's phone shows for one written by the control routes."""
    message = written.message
    file = message.file
    made = PhoneMessage(
        id=written.message_id,
        company=message.phone_number_id,
        customer=customer,
        mine=True,
        kind="text" if message.kind in _REPLIES else message.kind,
        at=milliseconds(written.at),
        status="sent",
        text=message.text or message.reply.get("title") or None,
        reply_to=message.reply_to,
        forwarded=message.forwarded != "no",
    )
    if message.kind in KIND_TYPES:
        made.file = FileView(
            id=written.media_id,
            name=file.filename if file else None,
            mime_type=file.mime_type if file else "application/octet-stream",
            size=len(file.data) if file else 0,
            voice=bool(file and file.voice),
            seconds=seconds_of(file.data) if file and message.kind == "audio" else None,
        )
    elif message.kind == "location":
        made.content = message.place
    elif message.kind == "contacts":
        made.content = {"contacts": message.cards}
    elif message.kind == "order":
        made.content = {"items": message.items}
    return made


def customer_message(message: PhoneMessage, company: Company, customer: Customer) -> CustomerMessage:
    """The fake's message for a message that the customer's phone sends."""
    reply = message.content.get("reply") or {}
    kind = str(message.content.get("sent_as") or message.kind)
    made = CustomerMessage.model_validate(
        {
            "phone_number_id": company.id,
            "kind": kind,
            "text": message.text or "",
            "sender": customer.sender,
            "user_id": customer.user_id,
            "name": customer.name,
            "message_id": message.id,
            "reply_to": message.reply_to,
            "forwarded": "once" if message.forwarded else "no",
            "reply": reply,
            "place": message.content if kind == "location" else {},
            "cards": message.content.get("contacts", []),
            "origin": message.content.get("origin"),
            "items": message.content.get("items", []),
            "content": {"type": message.content.get("type", "poll")} if kind == "unsupported" else {},
        }
    )
    if message.file is not None and message.kind in KIND_TYPES:
        voice = message.file.voice if message.kind == "audio" else None
        made.file = CustomerFile(
            media_id=message.file.id, mime_type=message.file.mime_type, filename=message.file.name, voice=voice
        )
    return made
