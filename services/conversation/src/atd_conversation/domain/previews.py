"""What a list row shows of a message: one short line."""

from atd_schemas.contents import AnswerContent, ContactsContent, Content, LocationContent, MessageKind, TemplateContent

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
            return content.contacts[0].name if content.contacts else None
        case AnswerContent():
            return content.reply.title
        case TemplateContent():
            return content.name
        case _:
            return file_names[0] if kind == "document" and file_names else None
