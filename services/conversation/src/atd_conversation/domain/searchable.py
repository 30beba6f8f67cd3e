"""What of a message can be found by words, and how a hit is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from atd_conversation.domain.message import Message
from atd_conversation.domain.message_question import Question, spans_of
from atd_conversation.domain.message_terms import fold, terms_of_texts
from atd_schemas.content_base import Content
from atd_schemas.contents import (
    AnswerContent,
    ButtonsContent,
    ContactsContent,
    LinkContent,
    ListContent,
    LocationContent,
    OrderContent,
    TemplateContent,
)

SNIPPET = 180
"""Characters of a text that a hit shows at the most."""

MOST_SNIPPETS = 3
"""Texts of one message that a hit shows."""

_BEFORE = 60
_TO_A_WORD = 20

Field = Literal["text", "file", "contact", "choice", "place", "template", "order"]
"""Which part of a message: its text or caption, a file's name, a contact card, what was offered or chosen, …"""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text; `hit` when it is what was asked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """The part of one text that has what was asked for."""

    field: Field
    segments: tuple[Segment, ...]


def texts_of(message: Message) -> Iterator[tuple[Field, str]]:
    """Every text of a message that can be found. Of one that was taken back, none."""
    if message.deleted_at is not None:
        return
    if message.text:
        yield "text", message.text
    yield from (("file", one.name) for one in message.attachments if one.name)
    yield from ((field, text) for field, text in _of_content(message.content) if text)


def terms_of(message: Message) -> list[str]:
    """The terms of a message, for the index."""
    return terms_of_texts(text for _, text in texts_of(message))


def accepts(question: Question, message: Message) -> bool:
    """Whether a message, whose terms fit, has the phrases that are asked for."""
    return not question.phrases or question.accepts(fold(text) for _, text in texts_of(message))


def snippets_of(question: Question, message: Message) -> tuple[Snippet, ...]:
    """What a hit shows: the texts that have something, or the beginning of the first one."""
    found = []
    texts = list(texts_of(message))
    for field, text in texts:
        segments = _marked(question, text)
        if any(one.hit for one in segments):
            found.append(Snippet(field, segments))
    if not found and texts:
        field, text = texts[0]
        found.append(Snippet(field, (Segment(text[:SNIPPET]),)))
    return tuple(found[:MOST_SNIPPETS])


def _of_content(content: Content) -> Iterator[tuple[Field, str | None]]:
    match content:
        case LocationContent():
            yield from (("place", text) for text in (content.name, content.address))
        case ContactsContent():
            for card in content.contacts:
                yield from (("contact", text) for text in (card.name, card.organization))
                yield from (("contact", one.number) for one in card.phones)
                yield from (("contact", one.email) for one in card.emails)
        case AnswerContent():
            yield from (("choice", text) for text in (content.reply.title, content.reply.description))
            yield from (("choice", one) for one in (content.form or {}).values() if isinstance(one, str))
        case ButtonsContent() | ListContent() | LinkContent():
            yield from (("choice", text) for text in _offered(content))
        case TemplateContent():
            rendered = content.rendered
            around = (rendered.header, rendered.footer, *rendered.buttons) if rendered else ()
            yield from (("template", text) for text in (content.name, *around))
        case OrderContent():
            yield from (("order", item.sku) for item in content.items)
        case _:
            return


def _offered(content: ButtonsContent | ListContent | LinkContent) -> Iterator[str | None]:
    yield from (one for one in (content.header, content.footer) if isinstance(one, str))
    match content:
        case ButtonsContent():
            yield from (button.title for button in content.buttons)
        case ListContent():
            yield content.button
            for section in content.sections:
                yield section.title
                yield from (text for row in section.rows for text in (row.title, row.description))
        case LinkContent():
            yield from (content.title, content.url)


def _marked(question: Question, text: str) -> tuple[Segment, ...]:
    """A part of the text around what was asked for, in pieces."""
    folded, places = _fold_with_places(text)
    spans = [(places[start], places[end - 1] + 1) for start, end in spans_of(question, folded)]
    start, end = _window(text, spans[0] if spans else (0, 0))
    segments = [Segment("…")] if start > 0 else []
    at = start
    for first, last in spans:
        if first < at or last > end:
            continue
        segments += [Segment(text[at:first])] if first > at else []
        segments.append(Segment(text[first:last], hit=True))
        at = last
    segments += [Segment(text[at:end])] if at < end else []
    return (*segments, Segment("…")) if end < len(text) else tuple(segments)


def _window(text: str, first: tuple[int, int]) -> tuple[int, int]:
    """Which part of a text is shown: it begins a little before the first hit, where a word begins."""
    if len(text) <= SNIPPET:
        return 0, len(text)
    start = max(0, first[0] - _BEFORE)
    if start > 0:
        space = text.find(" ", start, min(start + _TO_A_WORD, first[0]))
        start = space + 1 if space >= 0 else start
    end = min(len(text), max(start + SNIPPET, first[1]))
    if end < len(text):
        space = text.rfind(" ", max(end - _TO_A_WORD, first[1]), end)
        end = space if space >= 0 else end
    return start, end


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    return fold(character)


def _fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in the text that it stands for."""
    pieces: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        folded = _fold_character(character)
        pieces.append(folded)
        places.extend([place] * len(folded))
    return "".join(pieces), places
