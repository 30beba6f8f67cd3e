"""Buttons that were tapped. Pure."""

from typing import Any

from atd_channelkit.webhooks.values import Json, id_of, label_of
from atd_ingest_telegram.message_refs import click_ref
from atd_ingest_telegram.translate.notes import ClickNote, Keyboard
from atd_ingest_telegram.translate.part import CHANNEL, Chat, Part, chat_of, envelope, of_account, thread_of
from atd_ingest_telegram.translate.values import name_of, number_id
from atd_schemas.contents import answer_of
from atd_schemas.inbound import InboundAuthor, InboundMessage, InboundMessageData

BUTTONS_LIMIT = 100
"""Buttons of one message, as many as Telegram shows."""


def click(part: Part) -> tuple[InboundMessage | None, ClickNote | None]:
    """The answer that a customer tapped, and the answer that the click wants.

    Who tapped is `from`, never the author of the message with the buttons, who is our bot. A click of which it is not
    told where, or what was chosen (on a message sent by way of another chat, in a game), says nothing: it is answered
    all the same.
    """
    query_id = id_of(part.item.get("id"))
    if query_id is None:
        part.problem("is missing or too long", ".id")
        return None, None
    told = part.optional("message")
    if told is None:
        return None, ClickNote(part.account, query_id)
    message = part.below(told, ".message")
    chat, message_id = chat_of(message, told.get("chat")), message.required_id("message_id")
    if chat is None or message_id is None:
        return None, ClickNote(part.account, query_id)
    note = ClickNote(
        part.account,
        query_id,
        chat.id,
        message_id,
        _links_of(told),
        chat.connection,
    )
    return _answer(part, message, chat, message_id, query_id), note


def _answer(part: Part, message: Part, chat: Chat, message_id: int, query_id: str) -> InboundMessage | None:
    data = part.item.get("data")
    if data is None or chat.type == CHANNEL:
        return None
    content = answer_of(part.label(data), _title_of(message.item, data))
    if content is None:
        part.problem("says nothing", ".data")
        return None
    ref = chat.ref(message_id)
    external_id = click_ref(chat.id, query_id)
    return InboundMessage(
        **envelope(part, external_id, "message", chat.contact, part.received_at),
        data=InboundMessageData(
            **of_account(part),
            external_id=external_id,
            contact=chat.contact,
            kind="interactive",
            text=content.reply.title,
            content=content,
            reply_to_external_id=ref,
            thread=thread_of(message),
            author=_author(part) if chat.in_group else None,
        ),
    )


def _author(part: Part) -> InboundAuthor | None:
    sender = part.object("from")
    if sender is None:
        return None
    sender_id = number_id(sender.get("id"))
    return InboundAuthor(external_id=None if sender_id is None else str(sender_id), name=name_of(sender))


def _buttons(message: Json) -> list[list[Json]]:
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        return []
    return [[one for one in row if isinstance(one, dict)] for row in rows[:BUTTONS_LIMIT] if isinstance(row, list)]


def _title_of(message: Json, data: Any) -> str | None:
    """What stands on the button; a message that Telegram does not show any more tells none."""
    found = (one for row in _buttons(message) for one in row[:BUTTONS_LIMIT])
    return next((label_of(one.get("text")) for one in found if one.get("callback_data") == data), None)


def _links_of(message: Json) -> Keyboard:
    """The buttons that only open pages, which stay."""
    rows = ([one for one in row if one.get("url") is not None] for row in _buttons(message))
    return tuple(tuple(row) for row in rows if row)
