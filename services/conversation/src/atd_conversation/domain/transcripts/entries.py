"""One message as it stands in a transcript.

A transcript for the customer has what the customer wrote and what reached them: no note, no line of the product, no
message that failed, no tag, and no quote of one of these. Below a post people answer each other: what others wrote is
theirs, and stands in no transcript of this customer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atd_conversation.domain.conversation import Conversation
from atd_conversation.domain.message import Message
from atd_conversation.domain.message_files import Attachment
from atd_conversation.domain.transcripts.words import Words
from atd_schemas.contents import (
    AnswerContent,
    AudioContent,
    ButtonsContent,
    ContactsContent,
    LinkContent,
    ListContent,
    LocationContent,
    OrderContent,
    PlainContent,
    Poll,
    Shared,
    TemplateContent,
)
from atd_schemas.notices import ContinuedContent, NoticeContent, NumberChangedContent

Audience = Literal["customer", "internal"]
Side = Literal["customer", "company", "note", "system"]

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""Types that a PDF shows."""

QUOTED = 120
"""Characters of a message that is answered."""


@dataclass(frozen=True, slots=True)
class EntryFile:
    """A file of a message. `picture`: it is here and can be shown; `missing`: the word for why it is not here."""

    id: str
    name: str
    size: int | None
    ready: bool
    picture: bool
    width: int | None = None
    height: int | None = None
    missing: str = "not_here"


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, ready to be written down: `lines` is what it says, `marks` are small words behind the time."""

    at: datetime
    side: Side
    author: str
    lines: tuple[str, ...] = ()
    files: tuple[EntryFile, ...] = ()
    quote: str | None = None
    marks: tuple[str, ...] = ()
    reactions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def is_shown(message: Message, audience: Audience) -> bool:
    """Whether the message stands in the transcript at all."""
    if message.same_as is not None:
        return False
    if audience == "internal":
        return True
    return message.direction == "inbound" or (message.direction == "outbound" and message.status != "failed")


def is_own_quote(conversation: Conversation, quoted: Message) -> bool:
    """Whether what a message of the conversation answers belongs to this customer, and not to another one in public."""
    if not conversation.is_public or quoted.conversation_id == conversation.id:
        return True
    return quoted.author.type == "contact" and quoted.author.id == conversation.contact.id


def entry_of(
    message: Message,
    audience: Audience,
    words: Words,
    *,
    customer: str,
    quoted: Message | None = None,
    tags: tuple[str, ...] = (),
) -> Entry:
    """The entry of a message that is shown. `quoted` is the message that it answers, where it is known."""
    quote = None
    if quoted is not None and is_shown(quoted, audience) and quoted.deleted_at is None:
        shown = " ".join(_said(quoted, words)) or ", ".join(one.name for one in quoted.attachments)
        quote = f"{_author(quoted, words, customer)}: {_cut(shown)}"
    deleted = message.deleted_at is not None
    marks = [words("edited")] if message.edited_at is not None else []
    if message.status == "failed":
        marks.append(words("failed"))
    if message.hidden and audience == "internal":
        marks.append(words("hidden"))
    return Entry(
        at=message.occurred_at,
        side=_side(message),
        author=_author(message, words, customer),
        lines=(words("deleted"),) if deleted else tuple(_said(message, words)),
        files=() if deleted else tuple(_file(one) for one in message.attachments),
        quote=quote,
        marks=tuple(marks),
        reactions=tuple(one.emoji for one in message.reactions),
        tags=tags if audience == "internal" else (),
    )


def _side(message: Message) -> Side:
    sides: dict[str, Side] = {"inbound": "customer", "outbound": "company", "note": "note"}
    return sides.get(message.direction, "system")


def _author(message: Message, words: Words, customer: str) -> str:
    author = message.author
    if author.type == "contact":
        return author.name or customer
    if author.type == "system":
        return words("company") if message.direction == "outbound" else words("system")
    return author.name or words("bot" if author.type == "bot" else "company")


def _file(attachment: Attachment) -> EntryFile:
    ready = attachment.state == "ready"
    return EntryFile(
        attachment.id,
        attachment.name,
        attachment.size,
        ready,
        ready and attachment.mime_type in PICTURES,
        attachment.width,
        attachment.height,
        attachment.state if attachment.state in ("scanning", "infected") else "not_here",
    )


def _said(message: Message, words: Words) -> Iterator[str]:
    """What the message says, line by line."""
    if message.direction == "system":
        yield from _notice(message, words)
        return
    context = list(_context(message))
    is_empty = message.kind == "text" and not message.text and not context
    if message.kind not in ("text", "interactive", "template") or is_empty:
        voice = isinstance(message.content, AudioContent) and message.content.voice
        yield f"[{words.kind('voice' if voice else message.kind)}]"
    around = _around(message)
    yield from around[0]
    if message.text:
        yield from message.text.splitlines() or [message.text]
    yield from around[1]
    yield from context


def _context(message: Message) -> Iterator[str]:
    """What was shared with the message, or asked by a poll."""
    shared = getattr(message.content, "shared", None)
    if isinstance(shared, Shared):
        yield from (one for one in (shared.title, shared.url) if one)
    match message.content:
        case PlainContent(poll=Poll() as poll):
            yield from (poll.question, *(f"- {one}" for one in poll.options))


def _around(message: Message) -> tuple[list[str], list[str]]:
    """What stands before and after the text."""
    match message.content:
        case LocationContent() as place:
            where = [one for one in (place.name, place.address) if one]
            return [], [*where, f"{place.latitude}, {place.longitude}"]
        case ContactsContent() as cards:
            return [], [
                " · ".join(
                    one
                    for one in (
                        *(card.name, card.organization),
                        *(phone.number for phone in card.phones),
                        *(email.email for email in card.emails),
                    )
                    if one
                )
                for card in cards.contacts
            ]
        case AnswerContent() as answer:
            said = [answer.reply.title, *([answer.reply.description] if answer.reply.description else [])]
            return [] if message.text else said, []
        case ButtonsContent() as asked:
            return _heads(asked.header), [*_heads(asked.footer), *(f"[ {one.title} ]" for one in asked.buttons)]
        case ListContent() as asked:
            rows = [f"- {row.title}" for section in asked.sections for row in section.rows]
            return _heads(asked.header), [*_heads(asked.footer), f"[ {asked.button} ]", *rows]
        case LinkContent() as link:
            return _heads(link.header), [*_heads(link.footer), f"[ {link.title} ] {link.url}"]
        case TemplateContent(rendered=filled) as template:
            if filled is None:
                return [] if message.text else [template.name], []
            return _heads(filled.header), [*_heads(filled.footer), *(f"[ {one} ]" for one in filled.buttons)]
        case OrderContent() as order:
            return [], [f"{item.quantity or 1} x {item.sku or '?'}" for item in order.items]
        case _:
            return [], []


def _heads(text: object) -> list[str]:
    return [text] if isinstance(text, str) and text else []


def _notice(message: Message, words: Words) -> Iterator[str]:
    match message.content:
        case NumberChangedContent() as change:
            numbers = " → ".join(one for one in (change.previous_phone, change.phone) if one)
            yield f"{words('number_changed')}: {numbers}" if numbers else words("number_changed")
        case ContinuedContent() as other:
            yield f"{words(other.type)} #{other.number}"
        case NoticeContent(type=kind):
            yield words.notice(kind) or kind.replace("_", " ")
        case _:
            yield message.text or words("system")


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"
