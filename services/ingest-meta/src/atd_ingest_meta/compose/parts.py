"""The messages that a message of ours becomes on Messenger and Instagram, in their order.

Source: Meta's Send API (v25.0). A message there has a text or one attachment, never both: files go first, each alone,
then the text, in as many parts as it needs. The parts follow from the data alone, so that part 3 of a repeat is part 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from atd_channelkit.answers import Unsendable
from atd_channelkit.sending.texts import split_text, text_length
from atd_schemas.capabilities import TextUnit
from atd_schemas.contents import ButtonsContent, LinkContent, ListContent, Row
from atd_schemas.outbound import OutboundAttachment, OutboundMessageData

Json = dict[str, Any]
FileType = Literal["image", "video", "audio", "file"]

TEXT_PARTS: Mapping[str, tuple[int, TextUnit]] = MappingProxyType(
    {"messenger": (2000, "characters"), "instagram": (1000, "bytes")}
)
"""By channel: the longest text of one message, and what it is counted in."""

QUICK_REPLIES_LIMIT = 13
TITLE_LIMIT = 20
CARD_TITLE_LIMIT = 80
"""In characters: of a quick reply or button, and of a card's title or subtitle."""

_FILE_TYPES: Mapping[str, FileType] = MappingProxyType(
    {"image": "image", "video": "video", "audio": "audio", "document": "file"}
)
_IMAGES = "image/"
_VIDEOS = "video/"
_TEMPLATES = ("buttons", "list", "link")


@dataclass(frozen=True, slots=True)
class MessagePart:
    """A message without a file: what stands in `message`."""

    message: Json


@dataclass(frozen=True, slots=True)
class FilePart:
    """A message that is a file."""

    file: OutboundAttachment
    type: FileType
    message: Json = field(default_factory=dict)


Part = MessagePart | FilePart


def parts_of(data: OutboundMessageData) -> Sequence[Part] | Unsendable:
    """The parts of a message; at least one."""
    match data.kind:
        case "text" | "image" | "video" | "audio" | "document":
            return _plain(data)
        case "interactive":
            return _interactive(data)
        case _:
            return Unsendable("kind_not_supported", f"A message of kind {data.kind} cannot be sent to {data.channel}.")


def _plain(data: OutboundMessageData) -> Sequence[Part] | Unsendable:
    files: list[FilePart] = [FilePart(file, _type_of(data, file)) for file in data.attachments]
    if data.channel == "instagram" and any(one.type == "file" for one in files):
        return Unsendable("kind_not_supported", "Instagram takes pictures, videos and audio alone.")
    found: list[Part] = [*files, *_texts(data, data.text or "")]
    return found or Unsendable("empty_message", "There is neither a text nor a file.")


def _type_of(data: OutboundMessageData, file: OutboundAttachment) -> FileType:
    """Pictures and videos can be mixed in one message; a document stays one, whatever is in it."""
    if data.kind in ("image", "video"):
        if file.mime_type.startswith(_VIDEOS):
            return "video"
        if file.mime_type.startswith(_IMAGES):
            return "image"
    return _FILE_TYPES.get(data.kind, "file")


def _texts(data: OutboundMessageData, text: str) -> Sequence[MessagePart]:
    limit, unit = TEXT_PARTS[data.channel]
    return [MessagePart({"text": one}) for one in split_text(text, limit, unit)]


def _interactive(data: OutboundMessageData) -> Sequence[Part] | Unsendable:
    text, content = data.text or "", data.content
    match content:
        case ButtonsContent():
            replies = [_quick_reply(one.id, one.title) for one in content.buttons]
            return _with_last(_texts(data, text), {"quick_replies": replies})
        case ListContent():
            rows = [row for section in content.sections for row in section.rows]
            return _choices(data, text, rows)
        case LinkContent():
            button = {"type": "web_url", "title": content.title, "url": content.url}
            return _link(text, button)
        case _:
            return Unsendable("kind_not_supported", "Such a question cannot be asked on this channel.")


def _choices(data: OutboundMessageData, text: str, rows: Sequence[Row]) -> Sequence[Part] | Unsendable:
    """Quick replies where all of them fit, else a row of cards, whose buttons say what was chosen."""
    short = all(one.description is None and text_length(one.title, "characters") <= TITLE_LIMIT for one in rows)
    if short and len(rows) <= QUICK_REPLIES_LIMIT:
        return _with_last(_texts(data, text), {"quick_replies": [_quick_reply(one.id, one.title) for one in rows]})
    cards = {"template_type": "generic", "elements": [_card(one) for one in rows]}
    return (*_texts(data, text), MessagePart(_template(cards)))


def _link(text: str, button: Json) -> Sequence[Part]:
    return (MessagePart(_template({"template_type": "button", "text": text, "buttons": [button]})),)


def _card(row: Row) -> Json:
    title = row.title[:CARD_TITLE_LIMIT]
    label = _shortened(row.title)
    card: Json = {"title": title, "buttons": [{"type": "postback", "title": label, "payload": row.id}]}
    if row.description:
        card["subtitle"] = row.description[:CARD_TITLE_LIMIT]
    return card


def _shortened(title: str) -> str:
    """A title as a button's, which is what the customer's answer says later."""
    if len(title) <= TITLE_LIMIT:
        return title
    return f"{split_text(title, TITLE_LIMIT - 1, 'characters')[0]}…"


def _template(payload: Json) -> Json:
    return {"attachment": {"type": "template", "payload": payload}}


def _quick_reply(payload: str, title: str) -> Json:
    return {"content_type": "text", "title": title, "payload": payload}


def _with_last(parts: Sequence[MessagePart], more: Json) -> Sequence[Part] | Unsendable:
    if not parts:
        return Unsendable("empty_message", "There is no text above the choices.")
    return (*parts[:-1], MessagePart({**parts[-1].message, **more}))
