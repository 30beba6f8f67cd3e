"""Puts into an event what had to be found out. Pure."""

from typing import Any, TypeVar

from atd_channelkit.webhooks.values import TEXT_LIMIT, Json, is_blank, link_of
from atd_ingest_meta.translate.comments import author_of, comment_file
from atd_schemas.contents import EMPTY, MessageKind, PlainContent, Shared, StickerContent
from atd_schemas.envelope import Actor
from atd_schemas.inbound import InboundContact, InboundMessage, inbound_subject

E = TypeVar("E", bound=Any)


def with_contact(event: E, contact: InboundContact) -> E:
    """The event as one of this customer; its id stays the same."""
    data = event.data.model_copy(update={"contact": contact})
    subject = inbound_subject(data.account_id, contact.external_id)
    changed: E = event.model_copy(update={"data": data, "subject": subject})
    return changed


def filled(event: InboundMessage, told: Json) -> InboundMessage:
    """A comment with the author, text and media that Meta tells of it; what it does not tell stays as it was."""
    author = author_of(told)
    if author is not None:
        event = with_contact(event, author)
        actor = Actor(type="contact", id=author.external_id, name=author.name)
        event = event.model_copy(update={"actor": actor})
    data = event.data
    update: dict[str, Any] = {}
    message = told.get("message")
    if isinstance(message, str) and not is_blank(message) and data.text is None:
        update = {"text": message[:TEXT_LIMIT], "kind": "text", "content": EMPTY}
    if not data.attachments:
        update |= _media(event, told.get("attachment"), update.get("text", data.text))
    return event if not update else event.model_copy(update={"data": data.model_copy(update=update)})


def _media(event: InboundMessage, attachment: Any, text: str | None) -> dict[str, Any]:
    """A sticker, a GIF, a picture, a video or a link below the comment."""
    if not isinstance(attachment, dict):
        return {}
    kind = attachment.get("type")
    media = attachment.get("media")
    image = media.get("image") if isinstance(media, dict) else None
    source = link_of(media.get("source")) if isinstance(media, dict) else None
    picture = link_of(image.get("src")) if isinstance(image, dict) else None
    page = link_of(attachment.get("url"))
    account_id, comment_id = event.data.account_id, event.data.external_id
    if isinstance(kind, str) and kind.startswith("video") and source is not None:
        return {"kind": "video", "content": EMPTY, "attachments": (comment_file(account_id, comment_id, source),)}
    if picture is not None:
        shown: MessageKind = "sticker" if kind == "sticker" else "image"
        content = StickerContent() if shown == "sticker" else EMPTY
        return {"kind": shown, "content": content, "attachments": (comment_file(account_id, comment_id, picture),)}
    if page is not None:
        title = attachment.get("title")
        shared = Shared(type="link", url=page, title=title[:1024] if isinstance(title, str) and title else None)
        return {"kind": "text", "text": text, "content": PlainContent(shared=shared)}
    return {}
