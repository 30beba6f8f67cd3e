"""What a list row shows of a message: one short line."""

from collections.abc import Iterator

from atd_schemas.content_base import Content
from atd_schemas.contents import (
    AnswerContent,
    ContactCard,
    ContactsContent,
    LocationContent,
    MessageKind,
    OrderContent,
    PlainContent,
    Shared,
    TemplateContent,
)

PREVIEW = 160
"""Characters of a message that a list row shows."""


def preview(kind: MessageKind, text: str | None, content: Content, file_names: tuple[str, ...]) -> str:
    """The text or caption; of a message without one what its kind offers, or nothing."""
    return " ".join((text or _offered(kind, content, file_names) or "").split())[:PREVIEW]


def _offered(kind: MessageKind, content: Content, file_names: tuple[str, ...]) -> str | None:
    match content:
        case LocationContent():
            return content.name or content.address
        case ContactsContent():
            return next((shown for card in content.contacts for shown in _of_card(card)), None)
        case AnswerContent():
            reply = content.reply
            return reply.title or reply.description or reply.id
        case TemplateContent():
            return content.name
        case OrderContent():
            return next((item.sku for item in content.items if item.sku), None)
        case PlainContent(shared=Shared() as shared) if kind == "text":
            return shared.title or shared.url
        case _:
            return file_names[0] if kind == "document" and file_names else None


def _of_card(card: ContactCard) -> Iterator[str]:
    shown = (card.name, card.organization, *(one.number for one in card.phones), *(one.email for one in card.emails))
    return (one for one in shown if one)
